import AcrCore
import Foundation
import ImportCore
import TestSupport
import Testing

@Suite("Journals")
struct JournalTests {
  private let digest = try? Digest("sha256:\(String(repeating: "a", count: 64))")

  private func refusal(_ path: String) throws -> AcrError {
    do {
      _ = try ImportJournal(path: path)
    } catch {
      return error
    }
    throw TestSupportError("the journal was opened")
  }

  @Test("facts outlive the run, and a line that was cut off counts for nothing")
  func facts() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("journal")
      let digest = try #require(digest)
      do {
        let journal = try ImportJournal(path: path)
        journal.note(finished: "a", "b", digest)
        journal.note(operation: "one", ["id": "1"])
        journal.note(operation: "two", ["id": "2"])
        journal.note(ended: "one")
      }
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.hasPrefix("{\"journal\":\"acrsh\",\"version\":1}\n"))
      try (text + "{\"done\":\"x\",\"sou").write(toFile: path, atomically: true, encoding: .utf8)
      let journal = try ImportJournal(path: path)
      #expect(journal.finished("a", "b") == digest)
      #expect(journal.operations == ["two": ["id": "2"]])
      journal.note(finished: "c", "d", digest)
      #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("sou\n\(line("d", "c"))\n"))
    }
  }

  private func line(_ target: String, _ source: String) -> String {
    "{\"done\":\"\(target)\",\"source\":\"\(source)\",\"digest\":\"sha256:\(String(repeating: "a", count: 64))\"}"
  }

  @Test(
    "a file that is something else is refused and left as it is",
    arguments: [
      "{\"source\": \"a\", \"image\": \"b\"}\n", "hello\n", "hello", "[]\n", "\n",
      "{\"journal\":\"acrsh\",\"version\":2}\n",
    ])
  func foreign(_ text: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("rows.jsonl")
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try refusal(path).kind == .usage)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
    }
  }

  @Test("a first line that was cut off by a kill is written anew", arguments: ["{", "{\"journal\":\"ac"])
  func cutFirstLine(_ text: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("journal")
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      _ = try ImportJournal(path: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "{\"journal\":\"acrsh\",\"version\":1}\n")
    }
  }

  @Test("two runs with one journal exclude each other")
  func exclusive() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("journal")
      let first = try ImportJournal(path: path)
      let error = try refusal(path)
      #expect(error.kind == .conflict)
      #expect(error.message == "another run uses the journal `\(path)`")
      first.complete()
    }
    // The first one has ended.
    try await withTemporaryDirectory { directory in
      let path = directory.path("journal")
      do { _ = try ImportJournal(path: path) }
      _ = try ImportJournal(path: path)
    }
  }

  @Test("only the owner can read it, also where the file was there before")
  func permissions() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("journal")
      #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o644]))
      _ = try ImportJournal(path: path)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test("a named pipe and a folder are refused at once", .timeLimit(.minutes(1)))
  func notRegular() async throws {
    try await withTemporaryDirectory { directory in
      let pipe = directory.path("pipe")
      #expect(mkfifo(pipe, 0o600) == 0)
      let errors = try [pipe, directory.path].map(refusal)
      #expect(errors[0].message == "the journal `\(pipe)` is not a regular file")
      #expect(errors[1].kind == .usage)
    }
  }
}
