import Foundation
import TestSupport
import Testing

/// Colours, folding, selections, links, layout of a part, signatures and hints.
@Suite("acrsh --lsp: structure")
struct EditorStructureTests {
  private typealias Message = EditorSession.Message

  private static let kinds = [
    "namespace", "type", "parameter", "variable", "property", "function", "keyword", "comment", "string", "number",
    "operator",
  ]

  /// `word:kind` for each token of an answer.
  private static func tokens(_ answer: Message, of text: String) throws -> [String] {
    let data = try #require(answer["data"] as? [Int])
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.utf16) }
    var line = 0
    var character = 0
    return stride(from: 0, to: data.count, by: 5).map { index in
      if data[index] > 0 { character = 0 }
      line += data[index]
      character += data[index + 1]
      let word = String(decoding: lines[line][character..<character + data[index + 2]], as: UTF16.self)
      return "\(word):\(kinds[data[index + 3]])\(data[index + 4] == 0 ? "" : "/\(data[index + 4])")"
    }
  }

  @Test("semantic tokens of a whole text and of a part, with texts over several lines and characters of two units")
  func semanticTokens() async throws {
    try await withTemporaryDirectory { directory in
      let text = """
        ## Doc.
        def f(a: int, --deep) { return $a + 2s }
        let 名 = 1
        let text = 'é🐳' ; print "x ${text} $text" 12
        list-metadata a/b | where .tags == ['
        '] and not true | select digest # end
        f 1 --deep
        print (
        """
      var editor = EditorSession()
      editor.open(text)
      let whole = editor.ask("semanticTokens/full", about: EditorSession.standardURI)
      let part = editor.ask(
        "semanticTokens/range", about: EditorSession.standardURI,
        ["range": ["start": ["line": 6, "character": 0], "end": ["line": 6, "character": 10]]])
      let answers = try await editor.run(in: directory)
      let tokens = try Self.tokens(try answers.object(whole), of: text)
      #expect(
        tokens == [
          "## Doc.:comment/4", "def:keyword", "f:function/1", "a:parameter/3", "int:type", "--deep:parameter/3",
          "return:keyword", "$a:parameter/2", "+:operator", "2s:number", "let:keyword", "text:variable/1",
          "=:operator", "'é🐳':string", "print:function/8", "\"x :string", "text:variable", " :string",
          "$text:variable", "\":string", "12:number", "list-metadata:function/8", "a/b:string", "|:operator",
          "where:keyword", ".tags:property", "==:operator", "':string", "':string", "and:keyword", "not:keyword",
          "true:keyword", "|:operator", "select:function/8", "digest:string", "# end:comment", "f:function", "1:number",
          "--deep:property",
        ])
      #expect(
        try Self.tokens(try answers.object(part), of: text.replacing("\n", with: "\n"))
          == ["f:function", "1:number", "--deep:property"])
    }
  }

  @Test("folding, also where a bracket is not closed yet")
  func folding() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open(
        """
        # one
        # two

        def f() {
          if true {
            print 1
          }
        }
        let rows = [
          {a: 1},
        ]
        $rows
          | first 1
          | get a
        let open = (1 +
        print { # behind
        """)
      let id = editor.ask("foldingRange", about: EditorSession.standardURI)
      let answers = try await editor.run(in: directory)
      let found = try answers.list(id).map { [$0["startLine"] as? Int ?? -1, $0["endLine"] as? Int ?? -1] }
      #expect(found == [[0, 1], [3, 6], [4, 5], [8, 9], [11, 13]])
      #expect(try answers.list(id).first?["kind"] as? String == "comment")
    }
  }

  @Test("selections grow from a name to the text")
  func selections() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open("def f(a) {\n  print ($⟦1⟧a + 1)\n}\n")
      let id = editor.ask("selectionRange", about: EditorSession.standardURI, ["positions": [editor.place(1)]])
      let bad = editor.ask("selectionRange", about: EditorSession.standardURI, ["positions": [7]])
      let answers = try await editor.run(in: directory)
      var ranges: [[Int]] = []
      var next = try answers.list(id).first
      while let range = next {
        ranges.append(numbers(range["range"]))
        next = range["parent"] as? Message
      }
      #expect(ranges.first == [1, 9, 1, 11])
      #expect(ranges.last == [0, 0, 3, 0])
      #expect(ranges.contains([1, 9, 1, 15]))
      #expect(ranges.contains([1, 2, 1, 16]))
      #expect(try answers.error(bad).code == -32602)
    }
  }

  @Test("links to modules and to files that are there")
  func links() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("def f() { 1 }\n", to: "lib/a b.acr")
      try directory.write("[]", to: "rows.json")
      let uri = "file://\(directory.path)/main.acr"
      var editor = EditorSession()
      editor.open("use ⟦1⟧\"./lib/a b.acr\"⟦2⟧ as l\nopen ⟦3⟧rows.json⟦4⟧ | count\nopen missing.json\nl.f\n", uri)
      let id = editor.ask("documentLink", about: uri)
      let answers = try await editor.run(in: directory)
      let links = try answers.list(id)
      #expect(
        links.map { numbers($0["range"]) } == [numbers(editor.range(1, 2, uri)), numbers(editor.range(3, 4, uri))])
      let root = "file://\(directory.path)"
      #expect(links.compactMap { $0["target"] as? String } == ["\(root)/lib/a%20b.acr", "\(root)/rows.json"])
    }
  }

  @Test("only the statements of a range are laid out")
  func rangeFormatting() async throws {
    try await withTemporaryDirectory { directory in
      let text = "print   1\ndef f( ) {\n    print   2\n    print   3\n}\nprint   4\nf\n"
      var editor = EditorSession()
      editor.open(text)
      func ask(_ from: Int, _ to: Int) -> Int {
        editor.ask(
          "rangeFormatting", about: EditorSession.standardURI,
          [
            "range": ["start": ["line": from, "character": 0], "end": ["line": to, "character": 0]],
            "options": [:] as Message,
          ])
      }
      let last = ask(5, 5)
      let inner = ask(2, 2)
      let all = ask(0, 7)
      let answers = try await editor.run(in: directory)
      #expect(
        applied(try answers.list(last), to: text) == "print   1\ndef f( ) {\n    print   2\n"
          + "    print   3\n}\nprint 4\nf\n")
      #expect(
        applied(try answers.list(inner), to: text)
          == "print   1\ndef f( ) {\n  print 2\n    print   3\n}\nprint   4\nf\n")
      #expect(
        applied(try answers.list(all), to: text) == "print 1\n\ndef f() {\n  print 2\n  print 3\n}\n\n"
          + "print 4\nf\n")
    }
  }

  @Test("what a call takes, while it is written")
  func signatures() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open(
        """
        ## Adds.
        def add(one: int, two: int, ...more) { $one + $two }
        let a = add(1, ⟦1⟧
        let b = add(1, 2, 3, [1, ⟦2⟧
        import docker.io/library/alpine:3.20 ⟦3⟧
        import --name ⟦4⟧
        print (replace("a", ⟦5⟧
        # import ⟦6⟧
        add ⟦7⟧
        """)
      let ids = (1...7).map { editor.ask("signatureHelp", at: $0) }
      let answers = try await editor.run(in: directory)
      func shown(_ index: Int) throws -> (String?, String?) {
        guard let answer = try answers.result(ids[index - 1]) as? Message,
          let signature = (answer["signatures"] as? [Message])?.first, let label = signature["label"] as? String
        else { return (nil, nil) }
        let parameters = signature["parameters"] as? [Message] ?? []
        let active = answer["activeParameter"] as? Int ?? -1
        guard parameters.indices.contains(active), let range = parameters[active]["label"] as? [Int] else {
          return (label, nil)
        }
        return (label, String(decoding: Array(label.utf16)[range[0]..<range[1]], as: UTF16.self))
      }
      #expect(try shown(1) == ("add(one, two, more…)", "two"))
      #expect(try shown(2) == ("add(one, two, more…)", "more…"))
      #expect(try shown(3) == ("import [FROM] [TO] [flags]", "[TO]"))
      #expect(try shown(4) == ("import [FROM] [TO] [--name STRING] [flags]", "[--name STRING]"))
      #expect(try shown(5).1 != nil)
      #expect(try shown(6) == (nil, nil))
      #expect(try shown(7) == ("add ONE TWO [MORE…]", "ONE"))
    }
  }

  @Test("hints name the values of calls that take several")
  func hints() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open("def f(one, two) { $one + $two }\nlet two = 2\nprint (f ⟦1⟧1 $two)\nprint ⟦2⟧x\nimport ⟦3⟧a ⟦4⟧b\n")
      let id = editor.ask(
        "inlayHint", about: EditorSession.standardURI,
        ["range": ["start": ["line": 0, "character": 0], "end": ["line": 9, "character": 0]]])
      let answers = try await editor.run(in: directory)
      let hints = try answers.list(id).filter { $0["kind"] as? Int == 2 }
      #expect(hints.compactMap { $0["label"] as? String } == ["one:", "from:", "to:"])
      let places = hints.compactMap { $0["position"] as? [String: Int] }
      #expect(places == [1, 3, 4].compactMap { editor.place($0) as? [String: Int] })
    }
  }

  @Test("the types of variables in hints, and their fields in hover")
  func types() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open(
        "let rows⟦1⟧ = [{tag: \"a\", n: 1}]\nlet one⟦2⟧ = $rows | first\nlet plain = 5\n"
          + "let n⟦3⟧ = if count($ro⟦4⟧ws) > 1 { 1 } else { 2 }\nprint $one $plain $n ${one.tag}\n")
      let hints = editor.ask(
        "inlayHint", about: EditorSession.standardURI,
        ["range": ["start": ["line": 0, "character": 0], "end": ["line": 9, "character": 0]]])
      let hover = editor.ask("hover", at: 4)
      let answers = try await editor.run(in: directory)
      let types = try answers.list(hints).filter { $0["kind"] as? Int == 1 }
      #expect(types.compactMap { $0["label"] as? String } == [": list of record", ": record?", ": int"])
      let places = types.compactMap { $0["position"] as? [String: Int] }
      #expect(places == [1, 2, 3].compactMap { editor.place($0) as? [String: Int] })
      let contents = try #require(try answers.object(hover)["contents"] as? [String: Any])
      let text = try #require(contents["value"] as? String)
      #expect(text.contains("list of record\n- `tag`: string\n- `n`: int"))
    }
  }

  @Test("members of modules, and names inside `${…}`")
  func completion() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("## Says hello.\ndef hello(who) { $who }\ndef other() { 1 }\n", to: "lib.acr")
      let uri = "file://\(directory.path)/main.acr"
      var editor = EditorSession()
      editor.open(
        "use \"./lib.acr\" as lib\nlet rows = 1\nlib.he⟦1⟧\nprint (lib.⟦2⟧\nprint \"${ro⟦3⟧\"\n"
          + "let a = upper(lib.h⟦4⟧\n", uri)
      let ids = (1...4).map { editor.ask("completion", at: $0, uri) }
      let answers = try await editor.run(in: directory)
      func labels(_ index: Int) throws -> [String] {
        try answers.list(ids[index - 1]).compactMap { $0["label"] as? String }
      }
      #expect(try labels(1) == ["lib.hello"])
      #expect(try labels(2) == ["lib.hello", "lib.other"])
      #expect(try labels(3).contains("$rows"))
      #expect(try labels(4) == ["lib.hello(who)"])
      #expect(try answers.list(ids[0]).first?["detail"] as? String == "Says hello.")
    }
  }
}
