import Foundation
import TestSupport
import Testing

/// Quick fixes: each cure that a message names, as an edit after which the message is gone.
@Suite("acrsh --lsp: quick fixes")
struct EditorActionTests {
  private typealias Message = EditorSession.Message

  /// A wrong text, and what the first fix makes of it.
  private static let cases: [(wrong: String, right: String)] = [
    ("let name = 1\nprint $nmae\n", "let name = 1\nprint $name\n"),
    ("let name = 1\nprint \"🐳 ${nmae}\"\n", "let name = 1\nprint \"🐳 ${name}\"\n"),
    ("pritn 1\n", "print 1\n"),
    ("print (uper('x'))\n", "print (upper('x'))\n"),
    ("import --nmae prod\n", "import --name prod\n"),
    ("list-metadata localhost:5000/a | where .tgas == []\n", "list-metadata localhost:5000/a | where .tags == []\n"),
    ("list-metadata localhost:5000/a | select digst\n", "list-metadata localhost:5000/a | select digest\n"),
    ("let n = 1\n$n = 2\n", "var n = 1\n$n = 2\n"),
    ("let n = 1\nn\n", "let n = 1\n$n\n"),
    ("var n = 1\nn = 2\nprint $n\n", "var n = 1\n$n = 2\nprint $n\n"),
    ("N=1\n", "let N = 1\n"),
    ("TAG=latest\n", "let TAG = \"latest\"\n"),
    ("print $env.HOME\n", "print ${env.HOME}\n"),
    ("let r = {a: 1}\nprint $r.a\n", "let r = {a: 1}\nprint ${r.a}\n"),
    ("if 1 = 1 { print 1 }\n", "if 1 == 1 { print 1 }\n"),
    ("let $n = 1\nprint $n\n", "let n = 1\nprint $n\n"),
    ("print 1 > out.txt\n", "print 1 | save out.txt\n"),
    ("print 1 && print 2\n", "print 1\nprint 2\n"),
    (
      "import docker.io/library/alpine:3.20 \n  --name prod\n",
      "import docker.io/library/alpine:3.20 \\\n"
        + "  --name prod\n"
    ),
    ("print (1 + 2\n", "print (1 + 2)\n"),
    ("def f() {\n  print 1\n", "def f() {\n  print 1\n}\n"),
    ("print 'a\n", "print 'a'\n"),
    ("print 1 |\n", "print 1\n"),
    ("print 1)\n", "print 1\n"),
    ("def f(a: strnig) { $a }\nf x\n", "def f(a: string) { $a }\nf x\n"),
    ("print \"\\q\"\n", "print \"\\\\q\"\n"),
    ("./build.sh\n", "run ./build.sh\n"),
    ("print $(upper('x'))\n", "print (upper('x'))\n"),
    ("let a = 1\nlet b = 1 + ${a}\nprint $b\n", "let a = 1\nlet b = 1 + $a\nprint $b\n"),
  ]

  @Test("each message's cure is an exact edit")
  func fixes() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      var ids: [Int] = []
      for (index, example) in Self.cases.enumerated() {
        let uri = "file:///scripts/\(index).acr"
        editor.open(example.wrong, uri)
        ids.append(
          editor.ask(
            "codeAction", about: uri,
            [
              "range": ["start": ["line": 0, "character": 0], "end": ["line": 9, "character": 0]],
              "context": ["diagnostics": [] as [Any], "only": ["quickfix"]] as Message,
            ]))
      }
      let answers = try await editor.run(in: directory)
      for (index, example) in Self.cases.enumerated() {
        let uri = "file:///scripts/\(index).acr"
        let actions = try answers.list(ids[index])
        let edit = (actions.first?["edit"] as? Message)?["changes"] as? [String: [Message]]
        #expect(applied(edit?[uri] ?? [], to: example.wrong) == example.right, "\(example.wrong): \(actions)")
        #expect(actions.first?["kind"] as? String == "quickfix")
        #expect((actions.first?["diagnostics"] as? [Message])?.count == 1)
      }
    }
  }

  @Test("only what touches the range is offered, and what is certain can be put right at once")
  func fixAll() async throws {
    try await withTemporaryDirectory { directory in
      let text = "let name = 1\npritn $nmae\nprint 'x' $nmae\nimport --nmae prod\nprint oops(\n"
      var editor = EditorSession(capabilities: ["workspace": ["workspaceEdit": ["documentChanges": true]]])
      editor.open(text.replacing("print oops(\n", with: ""))
      func ask(_ line: Int, _ only: String) -> Message {
        [
          "range": ["start": ["line": line, "character": 0], "end": ["line": line, "character": 1]],
          "context": ["diagnostics": [] as [Any], "only": [only]] as Message,
        ]
      }
      let none = editor.ask("codeAction", about: EditorSession.standardURI, ask(0, "quickfix"))
      let one = editor.ask("codeAction", about: EditorSession.standardURI, ask(1, "quickfix"))
      let all = editor.ask("codeAction", about: EditorSession.standardURI, ask(0, "source"))
      let missing = editor.ask("codeAction", about: EditorSession.standardURI, ["range": 3])
      let answers = try await editor.run(in: directory)
      #expect(try answers.list(none).isEmpty)
      #expect(try answers.list(one).compactMap { $0["title"] as? String } == ["Replace with `print`"])
      #expect(try answers.error(missing).code == -32602)
      let actions = try answers.list(all)
      #expect(actions.count == 1)
      let changes = (actions.first?["edit"] as? Message)?["documentChanges"] as? [Message]
      let edits = try #require(changes?.first?["edits"] as? [Message])
      let version = (changes?.first?["textDocument"] as? Message)?["version"] as? Int
      #expect(version == 1)
      #expect(
        applied(edits, to: text)
          == "let name = 1\nprint $name\nprint 'x' $name\nimport --name prod\nprint oops(\n")
    }
  }

  @Test("a choice of values, and a secret that stands in the text")
  func severalFixes() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open("print name\nprint (name)\n")
      let id = editor.ask(
        "codeAction", about: EditorSession.standardURI,
        [
          "range": ["start": ["line": 1, "character": 8], "end": ["line": 1, "character": 8]],
          "context": [:] as Message,
        ])
      let answers = try await editor.run(in: directory)
      // A bare word in brackets is a command, which nobody knows.
      #expect(answers.diagnostics().count == 1)
      #expect(try answers.list(id).isEmpty)
    }
  }
}
