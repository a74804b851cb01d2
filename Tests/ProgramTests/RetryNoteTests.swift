import Foundation
import Synchronization
import TestSupport
import Testing

/// Waits before a request is sent again, as a person sees them.
@Suite("What a held-back request says", .timeLimit(.minutes(5)))
struct RetryNoteTests {
  /// A registry that answers once, and then with 429 and no `Retry-After`, or drops connections, so many times.
  private static func server(failures: Int, drops: Bool) throws -> LoopbackServer {
    let count = Mutex(0)
    return try LoopbackServer { request in
      guard request.path.contains("_catalog") else { return .init(200) }
      let number = count.withLock { count in
        count += 1
        return count
      }
      guard (2...failures + 1).contains(number) else { return .json(#"{"repositories":["app"]}"#) }
      return drops ? .hangUp(reset: true) : .init(429, text: "slow down")
    }
  }

  private static func lines(_ server: LoopbackServer) -> String {
    "repository list --name \(server.authority) | ignore\nrepository list --name \(server.authority)"
  }

  @Test("a note and the trace name the host, the reason and the next try", arguments: [false, true])
  func note(drops: Bool) async throws {
    // The first drop is of a kept connection: libcurl sends that request again by itself.
    let server = try Self.server(failures: drops ? 5 : 4, drops: drops)
    defer { server.stop() }
    try await withTemporaryDirectory { directory in
      let trace = directory.path("trace.jsonl")
      let result = try await BuiltProducts.acrsh(
        ["--trace", trace, "-c", Self.lines(server)], in: directory
      ).run()
      #expect(result.exitCode == 0 && result.output.contains("app"), "\(result.errorOutput)")
      // The fourth wait is the first of two seconds at least.
      let notes = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("note: ") }
      #expect((1...2).contains(notes.count), "\(result.errorOutput)")
      let note = notes.first ?? ""
      #expect(note.contains(server.authority) && note.contains("; retry 4 of 5 in "), "\(note)")
      if !drops { #expect(note.hasPrefix("note: \(server.authority): too many requests (HTTP 429); "), "\(note)") }
      let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
      #expect(lines.count { $0.contains("\"waitedMs\"") } >= 4, "\(lines)")
    }
  }

  @Test("a terminal shows why nothing happens, and until when")
  func terminal() async throws {
    let server = try Self.server(failures: 4, drops: false)
    defer { server.stop() }
    try await withTemporaryDirectory { directory in
      let program = try BuiltProducts.acrsh(["-c", Self.lines(server)], in: directory)
      let shown = try await withTerminal(program, columns: 120, rows: 20) { terminal in
        _ = try await terminal.wait()
        return terminal.transcript
      }
      #expect(shown.contains("\(server.authority): too many requests (HTTP 429); retry 4 of 5 in "), "\(shown)")
      #expect(shown.contains("app"))
    }
  }
}
