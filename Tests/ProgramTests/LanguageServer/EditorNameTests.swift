import Foundation
import TestSupport
import Testing

/// References, highlights, renaming and symbols, over the texts that load each other.
@Suite("acrsh --lsp: names")
struct EditorNameTests {
  private typealias Message = EditorSession.Message

  @Test("references and highlights of a variable, with characters of two units and lines that end in CR LF")
  func references() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open(
        "let ⟦1⟧name⟦2⟧ = '🐳'\r\nvar n = 1\r\nprint '🐳é' $⟦3⟧name⟦4⟧ \"𝔁 ${⟦5⟧name⟦6⟧}\"\r\n"
          + "$⟦7⟧n⟦8⟧ = 2\r\n[1] | each { |name| $name }\r\n")
      let all = editor.ask("references", at: 3, EditorSession.standardURI, ["context": ["includeDeclaration": true]])
      let uses = editor.ask("references", at: 1, EditorSession.standardURI, ["context": ["includeDeclaration": false]])
      let marks = editor.ask("documentHighlight", at: 8)
      let none = editor.ask("references", at: 2, EditorSession.standardURI)
      let answers = try await editor.run(in: directory)
      let ranges = try answers.list(all).map { numbers($0["range"]) }
      #expect(ranges == [editor.range(1, 2), editor.range(3, 4), editor.range(5, 6)].map(numbers))
      #expect(ranges[1] == [2, 13, 2, 17])
      #expect(try answers.list(uses).count == 2)
      let kinds = try answers.list(marks).map { [numbers($0["range"]), [$0["kind"] as? Int ?? 0]] }
      #expect(kinds == [[[1, 4, 1, 5], [3]], [numbers(editor.range(7, 8)), [3]]])
      #expect(try answers.list(none).count == 3)
    }
  }

  @Test("a `def` is renamed in its module, in open texts and in files that are not open")
  func renameAcrossFiles() async throws {
    try await withTemporaryDirectory { directory in
      let root = directory.path
      let library = "file://\(root)/lib/helpers.acr"
      try directory.write(
        "## Says hello.\ndef hello(who, --loud-mode) { print $who $loud_mode }\n"
          + "hello a\n", to: "lib/helpers.acr")
      try directory.write(
        "use \"lib/helpers.acr\" as h\nh.hello b --loud-mode\nlet hello = 1\n"
          + "print $hello\n", to: "closed.acr")
      try directory.write("def hello(a) { $a }\nhello 1\n", to: "other.acr")
      let main = "file://\(root)/main.acr"
      var editor = EditorSession(folders: [root])
      editor.open(
        "use \"./lib/helpers.acr\" as h⟦9⟧\nprint (h.⟦1⟧hello⟦2⟧ 'c')\n"
          + "⟦3⟧h⟦4⟧.hello d --⟦5⟧loud-mode⟦6⟧\nprint ${h.hello(1)}\n", main)
      let prepared = editor.ask("prepareRename", at: 1, main)
      let renamed = editor.ask("rename", at: 2, main, ["newName": "greet"])
      let flag = editor.ask("rename", at: 5, main, ["newName": "noisy_one"])
      let module = editor.ask("rename", at: 3, main, ["newName": "helpers"])
      let references = editor.ask("references", at: 1, main)
      let answers = try await editor.run(in: directory)
      #expect(numbers(try answers.object(prepared)["range"]) == numbers(editor.range(1, 2, main)))
      #expect(try answers.object(prepared)["placeholder"] as? String == "hello")

      func text(_ id: Int, _ file: String, _ before: String) throws -> String {
        let changes = try #require(try answers.object(id)["changes"] as? [String: [Message]])
        return applied(changes["file://\(root)/\(file)"] ?? [], to: before)
      }
      let helpers = try String(contentsOfFile: "\(root)/lib/helpers.acr", encoding: .utf8)
      let closed = try String(contentsOfFile: "\(root)/closed.acr", encoding: .utf8)
      let other = try String(contentsOfFile: "\(root)/other.acr", encoding: .utf8)
      let own = "use \"./lib/helpers.acr\" as h\nprint (h.hello 'c')\nh.hello d --loud-mode\nprint ${h.hello(1)}\n"
      #expect(
        try text(renamed, "lib/helpers.acr", helpers) == "## Says hello.\n"
          + "def greet(who, --loud-mode) { print $who $loud_mode }\ngreet a\n")
      #expect(
        try text(renamed, "closed.acr", closed) == "use \"lib/helpers.acr\" as h\nh.greet b --loud-mode\n"
          + "let hello = 1\nprint $hello\n")
      #expect(
        try text(renamed, "main.acr", own) == "use \"./lib/helpers.acr\" as h\nprint (h.greet 'c')\n"
          + "h.greet d --loud-mode\nprint ${h.greet(1)}\n")
      #expect(try text(renamed, "other.acr", other) == other)
      #expect(
        try text(flag, "lib/helpers.acr", helpers) == "## Says hello.\n"
          + "def hello(who, --noisy-one) { print $who $noisy_one }\nhello a\n")
      #expect(try text(flag, "closed.acr", closed).contains("h.hello b --noisy-one\n"))
      #expect(
        try text(module, "main.acr", own) == "use \"./lib/helpers.acr\" as helpers\n"
          + "print (helpers.hello 'c')\nhelpers.hello d --loud-mode\nprint ${helpers.hello(1)}\n")
      #expect(try text(module, "closed.acr", closed) == closed)
      #expect(try answers.list(references).count == 6)
      #expect(library.hasSuffix("helpers.acr"))
    }
  }

  @Test("names that are none, that are taken, or that belong to acrsh are refused")
  func refusals() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open(
        "let ⟦1⟧a = 1\nlet b = $a\nprint $b\ndef ⟦2⟧f(x) { $x }\ndef g() { f 1 }\ng\n"
          + "⟦3⟧print (⟦4⟧upper('x'))\n⟦5⟧\nfor i in [1] { let c = $a; print $c $i }\n")
      let invalid = ["", "1x", "a b", "it", "env", "a-b", "$"].map {
        editor.ask("rename", at: 1, EditorSession.standardURI, ["newName": $0])
      }
      let taken = editor.ask("rename", at: 1, EditorSession.standardURI, ["newName": "b"])
      let captured = editor.ask("rename", at: 1, EditorSession.standardURI, ["newName": "i"])
      let keyword = editor.ask("rename", at: 2, EditorSession.standardURI, ["newName": "while"])
      let other = editor.ask("rename", at: 2, EditorSession.standardURI, ["newName": "g"])
      let command = editor.ask("prepareRename", at: 3)
      let function = editor.ask("rename", at: 4, EditorSession.standardURI, ["newName": "x"])
      let nothing = editor.ask("prepareRename", at: 5)
      let nowhere = editor.ask("rename", at: 5, EditorSession.standardURI, ["newName": "x"])
      let missing = editor.ask("rename", at: 1)
      let fine = editor.ask("rename", at: 1, EditorSession.standardURI, ["newName": "$z"])
      let answers = try await editor.run(in: directory)
      for id in invalid + [taken, captured, keyword, other, command, function, nowhere] {
        #expect(try answers.error(id).code == -32803)
      }
      #expect(try answers.error(taken).message == "`b` is already the name of something else here")
      #expect(try answers.error(command).message == "`print` is a command of acrsh and keeps its name")
      #expect(try answers.error(missing).code == -32602)
      #expect(try answers.result(nothing) is NSNull)
      let changes = try #require(try answers.object(fine)["changes"] as? [String: [Message]])
      let texts = (changes[EditorSession.standardURI] ?? []).compactMap { $0["newText"] as? String }
      #expect(texts == ["z", "z", "z"])
    }
  }

  @Test("symbols of all scripts, open and on the disk")
  func workspaceSymbols() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write(
        "def mirror-all() { let inner = 1; $inner }\n"
          + "let registries = []\n", to: "deep/er/tools.acr")
      try directory.write("not a script", to: "notes.txt")
      var editor = EditorSession(folders: [directory.path])
      editor.open("let regional = 1\nparam --target\n", "file://\(directory.path)/open.acr")
      let some = editor.ask("workspace/symbol", ["query": "RGS"])
      let all = editor.ask("workspace/symbol", ["query": ""])
      let answers = try await editor.run(in: directory)
      #expect(try answers.list(some).compactMap { $0["name"] as? String } == ["registries"])
      let location = try #require(try answers.list(some).first?["location"] as? Message)
      #expect(location["uri"] as? String == "file://\(directory.path)/deep/er/tools.acr")
      #expect(numbers(location["range"]) == [1, 4, 1, 14])
      let names = try answers.list(all).compactMap { $0["name"] as? String }
      #expect(names == ["regional", "target", "mirror-all", "registries"])
    }
  }
}
