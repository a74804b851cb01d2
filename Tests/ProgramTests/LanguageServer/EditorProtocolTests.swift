import Foundation
import TestSupport
import Testing

/// What no editor should send, and what a slow reader of keys sends.
@Suite("acrsh --lsp: the protocol")
struct EditorProtocolTests {
  private typealias Message = EditorSession.Message

  private static let methods = [
    "hover", "completion", "definition", "references", "documentHighlight", "documentSymbol", "prepareRename", "rename",
    "codeAction", "semanticTokens/full", "semanticTokens/range", "foldingRange", "selectionRange", "documentLink",
    "formatting", "rangeFormatting", "signatureHelp", "inlayHint",
  ]

  @Test("a request that is cancelled before its turn gets the error for it")
  func cancelled() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open("print 1\n")
      let first = editor.ask("foldingRange", about: EditorSession.standardURI)
      let second = editor.ask("foldingRange", about: EditorSession.standardURI)
      editor.notify("$/cancelRequest", ["id": second])
      editor.notify("$/cancelRequest", ["id": 4711])
      editor.notify("$/setTrace", ["value": "off"])
      let answers = try await editor.run(in: directory)
      #expect(try answers.list(first).isEmpty)
      #expect(try answers.error(second).code == -32800)
      #expect(answers.exitCode == 0)
    }
  }

  @Test("texts that are not open, parameters that are none, and odd places get an error or an empty answer")
  func oddRequests() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open("print 1\nlet a = '🐳'\r\n")
      editor.open("acrsh: policy\n- [", "file:///p.yaml")
      var closed: [Int] = []
      var odd: [Int] = []
      for method in Self.methods {
        closed.append(editor.ask("textDocument/\(method)", ["textDocument": ["uri": "file:///closed.acr"]]))
        closed.append(editor.ask("textDocument/\(method)", ["textDocument": 3]))
        for uri in [EditorSession.standardURI, "file:///p.yaml"] {
          for line in [0, 1, 2, 9_000_000_000] {
            for character in [0, 9, 10, 4_000_000_000_000] {
              let place: Message = ["line": line, "character": character]
              odd.append(
                editor.ask(
                  method, about: uri,
                  [
                    "position": place, "positions": [place], "range": ["start": place, "end": place], "newName": "x",
                    "context": [:] as Message, "options": [:] as Message,
                  ]))
            }
          }
        }
      }
      let answers = try await editor.run(in: directory)
      for id in closed { #expect(try answers.error(id).code == -32602) }
      for id in odd {
        let answer = try #require(answers.messages.first { $0["id"] as? Int == id })
        let code = (answer["error"] as? Message)?["code"] as? Int
        #expect(code == nil || code == -32803, "\(answer)")
      }
      #expect(answers.exitCode == 0)
    }
  }

  @Test("a text that changes character by character, and one that is no text")
  func changes() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open("")
      let text = "let 🐳 = (\"é ${[1, 2\nprint $it }\r\n{ | ' "
      var character = 0
      var line = 0
      for scalar in text.unicodeScalars {
        editor.notify(
          "textDocument/didChange",
          [
            "textDocument": ["uri": EditorSession.standardURI, "version": 2] as Message,
            "contentChanges": [
              [
                "range": [
                  "start": ["line": line, "character": character], "end": ["line": line, "character": character],
                ], "text": String(Character(scalar)),
              ] as Message
            ],
          ])
        if scalar == "\n" {
          line += 1
          character = 0
        } else {
          character += UTF16.width(scalar)
        }
      }
      let tokens = editor.ask("semanticTokens/full", about: EditorSession.standardURI)
      editor.notify(
        "textDocument/didChange",
        [
          "textDocument": ["uri": EditorSession.standardURI, "version": 3] as Message,
          "contentChanges": [["text": String(repeating: "([{", count: 50_000)]],
        ])
      let deep = editor.ask("foldingRange", about: EditorSession.standardURI)
      editor.notify(
        "textDocument/didChange",
        [
          "textDocument": ["uri": EditorSession.standardURI, "version": 4] as Message,
          "contentChanges": [["text": "print 1\nprint $x\n"], ["range": "none", "text": "!"] as Message],
        ])
      let answers = try await editor.run(in: directory)
      #expect(try answers.object(tokens)["data"] != nil)
      #expect(try answers.list(deep).isEmpty)
      #expect(answers.diagnostics().count == 1)
      #expect(answers.exitCode == 0)
    }
  }
}
