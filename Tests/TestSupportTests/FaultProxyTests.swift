import Foundation
import Testing

@testable import TestSupport

/// What curl sees through the proxy.
@Suite struct FaultProxyTests {
  private func curl(_ arguments: String...) async throws -> ProgramResult {
    try await Program("curl", ["-sS", "--max-time", "20"] + arguments).run()
  }

  private func echo(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    .init(body: Array(request.target.utf8) + request.body)
  }

  @Test func forwardsAndLogsRequestsOfOneConnection() async throws {
    try await withLoopbackServer(handler: echo) { server in
      try await withFaultProxy(to: server.authority, faults: [.latency(.milliseconds(5))]) { proxy in
        let result = try await curl("-d", "x=1", "-H", "Transfer-Encoding: chunked", "\(proxy.url)/a", "\(proxy.url)/b")
        #expect(result.output == "/ax=1/bx=1")
        #expect(proxy.requestLines == ["POST /a HTTP/1.1", "POST /b HTTP/1.1"])
        #expect(proxy.connectionCount == 1 && proxy.faultCount == 0)
      }
    }
  }

  @Test func cutsAnAnswerAsOftenAsToldAndNoMore() async throws {
    try await withLoopbackServer { _ in
      .init(steps: [.zeros(100_000)])
    } _: { server in
      try await withFaultProxy(to: server.authority, faults: [.cut(afterServerBytes: 50_000, times: 2)]) { proxy in
        for _ in 0..<2 {
          let result = try await curl(proxy.url)
          #expect(result.exitCode == 56 || result.exitCode == 18)
          #expect(result.outputBytes.count < 50_000)
        }
        #expect(try await curl(proxy.url).outputBytes.count == 100_000)
        #expect(proxy.faultCount == 2)
      }
    }
  }

  @Test func resetsAndAnswersOnlyWhatMatches() async throws {
    let faults: [FaultProxy.Fault] = [
      .reset(matching: "^PUT /one"), .answer(matching: "GET /two", status: 429, retryAfter: 7),
    ]
    try await withLoopbackServer(handler: echo) { server in
      try await withFaultProxy(to: server.authority, faults: faults) { proxy in
        #expect(try await curl("\(proxy.url)/one").output == "/one")
        #expect(try await curl("-X", "PUT", "-d", "x", "\(proxy.url)/one").exitCode == 56)
        let refused = try await curl("-i", "\(proxy.url)/two", "\(proxy.url)/two")
        #expect(refused.output.contains("429") && refused.output.contains("Retry-After: 7"))
        #expect(refused.output.hasSuffix("/two"))
        #expect(proxy.count(matching: "/one") == 2 && proxy.count(matching: "/two") == 2)
        // One each: what the proxy answered or dropped never came here.
        #expect(server.requests.map(\.target) == ["/one", "/two"])
      }
    }
  }

  @Test func passesTLSUnread() async throws {
    try await withRegistryServer(.tlsWithPassword(user: "a", password: "b")) { registry in
      try await withFaultProxy(to: registry.authority, faults: []) { proxy in
        let caFile = try #require(registry.caFile)
        let result = try await curl("--cacert", caFile, "-u", "a:b", "https://\(proxy.authority)/v2/")
        #expect(result.output == "{}")
        #expect(proxy.requestLines.isEmpty)
      }
    }
  }
}
