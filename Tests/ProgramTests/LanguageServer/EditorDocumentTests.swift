import Foundation
import TestSupport
import Testing

/// Files of rules and policies in an editor.
@Suite("acrsh --lsp: rules and policies")
struct EditorDocumentTests {
  private typealias Message = EditorSession.Message
  private static let uri = "file:///rules/purge.yaml"

  @Test("wrong keys are marked and can be put right; other YAML is left alone")
  func diagnostics() async throws {
    try await withTemporaryDirectory { directory in
      let text = "acrsh: purge-rules\nrules:\n  - keep:\n      neewst: 3\n  - delete: all\n"
      var editor = EditorSession()
      editor.open(text, Self.uri)
      editor.open("services:\n  web: {}\n", "file:///compose.yaml")
      let id = editor.ask(
        "codeAction", about: Self.uri,
        [
          "range": ["start": ["line": 3, "character": 8], "end": ["line": 3, "character": 8]],
          "context": [:] as Message,
        ])
      let layout = editor.ask("formatting", about: Self.uri, ["options": [:] as Message])
      let answers = try await editor.run(in: directory)
      let found = answers.diagnostics(Self.uri)
      #expect(found.map { numbers($0["range"]) }.contains([3, 6, 3, 12]))
      #expect(answers.diagnostics("file:///compose.yaml").isEmpty)
      let edit = (try answers.list(id).first?["edit"] as? Message)?["changes"] as? [String: [Message]]
      let fixed = applied(edit?[Self.uri] ?? [], to: text)
      #expect(fixed.contains("      newest: 3\n"))
      #expect(try answers.result(layout) is NSNull)
    }
  }

  @Test("keys and words that can stand at a place, and what keys say")
  func completion() async throws {
    try await withTemporaryDirectory { directory in
      var editor = EditorSession()
      editor.open(
        """
        acrsh: purge-rules
        max-share: 30%
        ⟦1⟧
        rules:
          - keep:
              ne⟦2⟧
              order: ⟦3⟧
              used-by: in⟦4⟧
          - de⟦5⟧
          - delete: {older-⟦6⟧

        """, Self.uri)
      editor.open("ac⟦1⟧", "file:///new.yaml")
      editor.open(
        "acrsh: policy\nrules:\n  - source: \"*\"\n    signatures:\n      - key: a.pub\n        id⟦1⟧\n"
          + "    packages: {de⟦2⟧\n    max-⟦3⟧size: 1GB\n",
        "file:///policy.yml")
      let ids = (1...6).map { editor.ask("completion", at: $0, Self.uri) }
      let new = editor.ask("completion", at: 1, "file:///new.yaml")
      let signer = editor.ask("completion", at: 1, "file:///policy.yml")
      let packages = editor.ask("completion", at: 2, "file:///policy.yml")
      let hover = editor.ask("hover", at: 3, "file:///policy.yml")
      let answers = try await editor.run(in: directory)
      func labels(_ id: Int) throws -> [String] { try answers.list(id).compactMap { $0["label"] as? String } }
      #expect(try labels(ids[0]) == [])
      #expect(try labels(ids[1]) == ["newer-than", "newest"])
      #expect(try labels(ids[2]) == ["time", "version"])
      #expect(try labels(ids[3]) == ["index"])
      #expect(try labels(ids[4]) == ["delete"])
      #expect(try labels(ids[5]) == ["older-than"])
      #expect(try labels(new) == ["acrsh"])
      #expect(try labels(signer) == ["identity", "identity-regex"])
      #expect(try labels(packages) == ["deny"])
      let edit = try #require(try answers.list(ids[1]).last?["textEdit"] as? Message)
      #expect(edit["newText"] as? String == "newest: ")
      #expect(numbers(edit["range"]) == [5, 6, 5, 8])
      let contents = try answers.object(hover)["contents"] as? Message
      let shown = contents?["value"] as? String ?? ""
      #expect(shown.contains("max-size: a size such as 200MB"))
      #expect(shown.contains("no more than this in all blobs together"))
    }
  }
}
