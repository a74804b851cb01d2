import AcrShell
import Foundation
import TestSupport
import Testing

struct HistoryStoreTests {
  private func store(_ directory: TemporaryDirectory) -> HistoryStore {
    HistoryStore(path: directory.path("state/acrsh/history")) { $0.contains("--password") }
  }

  private func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test
  func keepsEntriesOfSeveralLinesAcrossSessions() async throws {
    try await withTemporaryDirectory { directory in
      let entries = ["import a", "each {\n\t\"é日\" \\\n}", "last"]
      let first = store(directory)
      try first.load()
      for entry in entries { try first.append(entry) }
      let second = store(directory)
      try second.load()
      #expect(second.entries == entries)
    }
  }

  @Test
  func keepsFolderAndFilePrivate() async throws {
    try await withTemporaryDirectory { directory in
      let store = store(directory)
      try store.append("one")
      #expect(try mode(directory.path("state/acrsh")) == 0o700)
      #expect(try mode(store.path) == 0o600)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: store.path)
      try store.append("two")
      #expect(try mode(store.path) == 0o600)
    }
  }

  @Test(arguments: [" import a", "\timport a", "", "   ", "\n", "login --password x"])
  func keepsNothingOf(_ statement: String) async throws {
    try await withTemporaryDirectory { directory in
      let store = store(directory)
      try store.append(statement)
      #expect(store.entries.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: store.path))
    }
  }

  @Test
  func keepsARepeatedEntryOnce() async throws {
    try await withTemporaryDirectory { directory in
      let store = store(directory)
      for entry in ["a", "a", "b", "a"] { try store.append(entry) }
      #expect(store.entries == ["a", "b", "a"])
      let file = try directory.read("state/acrsh/history")
      #expect(String(decoding: file, as: UTF8.self) == "\"a\"\n\"b\"\n\"a\"\n")
    }
  }

  @Test
  func passesOverBrokenLinesAndEndsAnUnfinishedOne() async throws {
    try await withTemporaryDirectory { directory in
      _ = try directory.makeDirectory("state/acrsh")
      try directory.write("\"a\"\nnot json\n42\n\"a\"\n\n\"login --password x\"\n\"cut of", to: "state/acrsh/history")
      let store = store(directory)
      try store.load()
      #expect(store.entries == ["a"])
      try store.append("b")
      let later = self.store(directory)
      try later.load()
      #expect(later.entries == ["a", "b"])
    }
  }

  @Test("the newest entries first, the others when they are asked for, and no entry twice")
  func loadsTheRestLater() async throws {
    try await withTemporaryDirectory { directory in
      _ = try directory.makeDirectory("state/acrsh")
      let lines = ["a", "b", "login --password x", "c", "c", "d", "e"].map { "\"\($0)\"\n" }.joined()
      try directory.write(lines, to: "state/acrsh/history")
      let store = store(directory)
      try store.load(newest: 3)
      #expect(store.entries == ["c", "d", "e"])
      try store.append("f")
      #expect(store.loadOlder() == ["a", "b"])
      #expect(store.entries == ["a", "b", "c", "d", "e", "f"])
      #expect(store.loadOlder() == [])
      // What is forgotten before the older ones were read does not come back with them.
      let other = self.store(directory)
      try other.load(newest: 1)
      #expect(try other.remove { $0 == "a" } == 1)
      #expect(other.loadOlder() == [])
      #expect(other.entries == ["b", "c", "d", "e", "f"])
    }
  }

  @Test
  func losesNothingOfConcurrentWriters() async throws {
    try await withTemporaryDirectory { directory in
      // Each store opens the file for itself, so the lock is between separate open files, as between processes.
      let writers = 8
      let each = 50
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<writers {
          let store = store(directory)
          group.addTask { for number in 0..<each { try store.append("writer \(writer) entry \(number)") } }
        }
        try await group.waitForAll()
      }
      let reader = store(directory)
      try reader.load()
      let expected = (0..<writers).flatMap { writer in (0..<each).map { "writer \(writer) entry \($0)" } }
      #expect(Set(reader.entries) == Set(expected))
      #expect(reader.entries.count == expected.count)
    }
  }

  @Test
  func losesNothingWhileAnotherSessionTrims() async throws {
    try await withTemporaryDirectory { directory in
      _ = try directory.makeDirectory("state/acrsh")
      let lines = (0...HistoryStore.fileLimit).map { "\"old \($0)\"\n" }.joined()
      try directory.write(lines, to: "state/acrsh/history")
      let trimming = store(directory)
      let writing = store(directory)
      async let trimmed: Void = trimming.load()
      for number in 0..<200 { try writing.append("new \(number)") }
      try await trimmed
      let reader = store(directory)
      try reader.load()
      #expect(reader.entries.filter { $0.hasPrefix("new") } == (0..<200).map { "new \($0)" })
      let count = try directory.read("state/acrsh/history").count { $0 == 0x0A }
      #expect(count < HistoryStore.fileLimit)
      #expect(try mode(reader.path) == 0o600)
    }
  }

  @Test(
    arguments: [
      (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/acrsh/history"),
      (["XDG_STATE_HOME": "relative", "HOME": "/h"], "/h/.local/state/acrsh/history"),
      (["HOME": "/h"], "/h/.local/state/acrsh/history"), ([:], nil),
    ] as [([String: String], String?)])
  func findsItsPlace(environment: [String: String], path: String?) {
    #expect(HistoryStore.defaultPath { environment[$0] } == path)
  }
}
