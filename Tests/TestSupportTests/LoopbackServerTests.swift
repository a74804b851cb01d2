import Foundation
import Testing

@testable import TestSupport

/// What curl sees of the scripted server.
@Suite struct LoopbackServerTests {
  /// Runs `curl` against the server; its exit code tells how the transfer ended.
  private func curl(_ arguments: String...) async throws -> ProgramResult {
    try await Program("curl", ["-sS", "--max-time", "20"] + arguments).run()
  }

  @Test func recordsARequestAndKeepsTheConnection() async throws {
    try await withLoopbackServer { request in
      LoopbackServer.Reply(201, ["X-Path": request.path], text: "\(request.method) \(request.text)")
    } _: { server in
      let result = try await curl(
        "-i", "-d", "one", "\(server.url)/a%20b?x=1&x=%2B", "-d", "two", "\(server.url)/c")
      #expect(result.output.contains("X-Path: /a b"))
      #expect(result.output.hasSuffix("POST one&two"))
      #expect(server.requests.map(\.connection) == [1, 1])
      #expect(server.requests[0].query.map(\.value) == ["1", "+"])
      #expect(server.requests[0].headers["CONTENT-TYPE"] == "application/x-www-form-urlencoded")
      #expect(server.count { $0.bodyCount == 7 } == 2)
    }
  }

  /// An answer and the exit code of curl for it (man curl, EXIT CODES).
  struct Ending: Sendable, CustomTestStringConvertible {
    let name: String
    let reply: LoopbackServer.Reply
    let exitCode: Int32
    let output: String
    var testDescription: String { name }
  }

  static let endings = [
    Ending(
      name: "chunks", reply: .chunked(pieces: [[97], [98, 99]], pause: .milliseconds(20)), exitCode: 0, output: "abc"),
    Ending(
      name: "FIN inside the body", reply: .cut(body: [97, 98, 99], after: 2, reset: false), exitCode: 18, output: "ab"),
    Ending(name: "RST instead of an answer", reply: .hangUp(reset: true), exitCode: 56, output: ""),
    Ending(name: "FIN instead of an answer", reply: .hangUp(reset: false), exitCode: 52, output: ""),
    Ending(
      name: "a length above the truth", reply: .init(steps: [.bytes([97]), .close], framing: .declared(9)),
      exitCode: 18, output: "a"),
    Ending(
      name: "a length below the truth", reply: .init(steps: [.bytes([97, 98, 99])], framing: .declared(1)),
      exitCode: 0, output: "a"),
    Ending(name: "no length", reply: .init(steps: [.bytes([97])], framing: .untilClose), exitCode: 0, output: "a"),
    Ending(name: "raw bytes", reply: .raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz"), exitCode: 0, output: "z"),
    Ending(name: "not HTTP", reply: .raw("SSH-2.0-x\r\n"), exitCode: 1, output: ""),
  ]

  @Test(arguments: endings) func endsAnswersAsScripted(_ ending: Ending) async throws {
    try await withLoopbackServer { _ in
      ending.reply
    } _: { server in
      let result = try await curl(server.url)
      #expect(result.exitCode == ending.exitCode, "\(result.errorOutput)")
      #expect(result.output == ending.output)
    }
  }

  @Test func noticesAClientThatLeavesDuringTheAnswer() async throws {
    try await withLoopbackServer { _ in
      .stall
    } _: { server in
      let result = try await curl("--max-time", "0.3", "\(server.url)/slow")
      #expect(result.exitCode == 28)
      #expect(try await server.wait { _, left in left.contains { $0.target == "/slow" && $0.moment == .duringReply } })
    }
  }

  @Test func answersBeforeTheBodyWasRead() async throws {
    try await withTemporaryDirectory { directory in
      let file = try directory.write([UInt8](repeating: 7, count: 8 << 20), to: "body")
      var refusal = LoopbackServer.Reply(403, text: "no")
      refusal.closes = true
      let reply = refusal
      try await withLoopbackServer(early: { _ in reply }, handler: { _ in .init(text: "late") }) { server in
        let result = try await curl("-H", "Expect:", "-T", file, "-w", " %{http_code}", "\(server.url)/up")
        #expect(result.output == "no 403")
        #expect(server.requests.map(\.bodyCount) == [0])
      }
    }
  }

  @Test func countsBodiesThatItDiscards() async throws {
    try await withTemporaryDirectory { directory in
      let file = try directory.write([UInt8](repeating: 7, count: 3 << 20), to: "body")
      try await withLoopbackServer(bodies: .discard) { _ in
        .init(steps: [.zeros(2 << 20)])
      } _: { server in
        let result = try await curl(
          "-T", file, "-H", "Transfer-Encoding: chunked", "-o", directory.path("answer"), "\(server.url)/up")
        #expect(result.exitCode == 0)
        #expect(server.requests.map(\.bodyCount) == [3 << 20])
        #expect(server.requests.map(\.body.count) == [0])
        #expect(try directory.read("answer").count == 2 << 20)
      }
    }
  }
}
