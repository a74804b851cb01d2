import AcrCore
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import AcrHTTP

/// Servers that break off, never end, are silent, or send requests elsewhere.
@Suite(.timeLimit(.minutes(2))) struct HostileServerTests {
  private static let document = Array(#"{"tags":["a","b"]}"#.utf8)

  // MARK: Answers that break off

  @Test(arguments: [true, false])
  func aDocumentThatBreaksOffIsAskedForAgain(reset: Bool) async throws {
    let seen = Counter()
    try await withLoopbackServer { _ in
      seen.add() <= 2 ? .cut(body: Self.document, after: 5, reset: reset) : .init(200, body: Self.document)
    } _: { server in
      let time = FakeTime()
      let events = Log<RetryEvent>()
      let client = HTTPClient(transport: makeTransport(), sleeper: time.sleeper, onRetry: { events.add($0) })
      let answer = try await client.document(TransportRequest(.get, "\(server.url)/v2/a/tags/list"), of: "the list")
      #expect(answer.bytes == Self.document)
      #expect(answer.tries == 3)
      #expect(time.sleeps.count == 2)
      #expect(events.all.allSatisfy { $0.reason.contains("broke in the middle of the answer") })
    }
  }

  @Test func aDocumentThatAlwaysBreaksOffIsAnErrorAfterTheLastTry() async throws {
    try await withLoopbackServer { _ in
      .cut(body: Self.document, after: 5, reset: false)
    } _: { server in
      let client = HTTPClient(transport: makeTransport(), retry: RetryPolicy(tries: 4), sleeper: FakeTime().sleeper)
      let error = await acrError { _ = try await client.document(TransportRequest(.get, server.url), of: "the list") }
      #expect(error?.kind == .network)
      #expect(error?.notes == ["tried 4 times"])
      #expect(server.requests.count == 4)
    }
  }

  @Test func whatMayNotBeRepeatedIsNot() async throws {
    try await withLoopbackServer { _ in
      .cut(body: Self.document, after: 5, reset: false)
    } _: { server in
      let client = HTTPClient(transport: makeTransport(), sleeper: FakeTime().sleeper)
      let request = TransportRequest(.post, server.url, body: .bytes([1]))
      let error = await acrError { _ = try await client.document(request, of: "the list") }
      #expect(error?.kind == .network)
      #expect(server.requests.count == 1)
    }
  }

  // MARK: Answers without end

  @Test func aDocumentIsReadUpToItsLimit() async throws {
    try await withLoopbackServer { request in
      request.path == "/announced"
        ? .init(200, steps: [.stall], framing: .declared(1 << 40))
        : .init(200, steps: [.zeros(2 << 20)], framing: .chunked)
    } _: { server in
      var limits = WireLimits()
      limits[.document] = 1 << 20
      let client = HTTPClient(transport: makeTransport(), limits: limits)
      for path in ["/announced", "/endless"] {
        let error = await acrError {
          _ = try await client.document(TransportRequest(.get, "\(server.url)\(path)"), of: "the manifest `a`")
        }
        #expect(error?.message == "the manifest `a` is longer than 1MiB")
        #expect(error?.help == "if the server means it, raise the limit: acrsh --limit document=2MiB")
      }
    }
  }

  @Test func trailersWithoutEndAreCutOff() async throws {
    let trailers = String(repeating: "X-More: \(String(repeating: "t", count: 1000))\r\n", count: 400)
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
    try await withLoopbackServer { _ in
      .init(steps: [.bytes(Array((head + trailers).utf8)), .stall], framing: .raw)
    } _: { server in
      let error = await acrError {
        let response = try await makeTransport().send(TransportRequest(.get, server.url))
        _ = try await response.body.collect(upTo: 100)
      }
      #expect(error?.message == "the answer of `\(server.authority)` has more than 256KiB of header and trailer fields")
      #expect(error?.code == WireLimits.code)
    }
  }

  // MARK: Servers that are slow or silent

  @Test func aBodyThatTricklesIsGivenUp() async throws {
    let steps = (0..<200).flatMap { _ in [LoopbackServer.Reply.Step.bytes([0x61]), .pause(.milliseconds(20))] }
    try await withLoopbackServer { _ in
      .init(200, steps: steps, framing: .chunked)
    } _: { server in
      let transport = CurlTransport(
        .init(userAgent: "t", slowBytes: 4096, slowTime: .milliseconds(400), variable: { _ in nil }))
      let error = await acrError {
        let response = try await transport.send(TransportRequest(.get, server.url))
        _ = try await response.body.collect(upTo: 1000)
      }
      #expect(error?.kind == .timeout)
      #expect(error?.message == "less than 4.10 kB was transferred to or from `\(server.authority)` in 0.4 s")
    }
  }

  @Test func aReaderThatPausesIsNotTooSlow() async throws {
    try await withLoopbackServer { _ in
      .init(200, steps: [.zeros(4 << 20)])
    } _: { server in
      let transport = CurlTransport(
        .init(userAgent: "t", slowBytes: 4096, slowTime: .milliseconds(200), variable: { _ in nil }))
      let response = try await transport.send(TransportRequest(.get, server.url))
      var count = try await response.body.next()?.count ?? 0
      try await Task.sleep(for: .milliseconds(900))
      while let piece = try await response.body.next() { count += piece.count }
      #expect(count == 4 << 20)
    }
  }

  @Test func aSilentServerIsAskedThreeTimes() async throws {
    try await withLoopbackServer { _ in
      .stall
    } _: { server in
      let client = HTTPClient(
        transport: makeTransport(stallTimeout: .milliseconds(150)), sleeper: FakeTime().sleeper)
      let error = await acrError { _ = try await client.send(TransportRequest(.get, server.url)) }
      #expect(error?.kind == .timeout)
      #expect(error?.notes == ["tried 3 times"])
      #expect(server.requests.count == 3)
    }
  }

  @Test func aHostThatFailsAtEverythingIsNotTriedAgainAndAgain() async throws {
    let isWell = Counter()
    try await withLoopbackServer { _ in
      isWell.value > 0 ? .init(200) : .init(500, text: "down")
    } _: { server in
      let client = HTTPClient(transport: makeTransport(), retry: RetryPolicy(tries: 3), sleeper: FakeTime().sleeper)
      func ask() async throws -> Int { try await client.send(TransportRequest(.get, server.url)).status }
      for _ in 0..<HostHealth.mostFailures {
        let status = try await ask()
        #expect(status == 500)
      }
      #expect(server.requests.count == 3 * HostHealth.mostFailures)
      for _ in 0..<50 { _ = try await ask() }
      #expect(server.requests.count == 3 * HostHealth.mostFailures + 50)
      isWell.add()
      let status = try await ask()
      #expect(status == 200)
      #expect(!client.isGivenUp(server.authority))
    }
  }

  /// libcurl refuses some options for a handle that was used before, and those do not matter.
  @Test func handlesAreUsedAgainAfterFailures() async throws {
    let transport = makeTransport()
    let client = HTTPClient(transport: transport, sleeper: FakeTime().sleeper)
    for url in ["https://nosuch.invalid/", "https://127.0.0.1:1/", "https://nosuch.invalid/"] {
      let error = await acrError { _ = try await client.send(TransportRequest(.get, url)) }
      #expect(error?.message.contains("libcurl") == false, "\(error?.message ?? "")")
      #expect(error?.notes == ["tried 3 times"])
    }
  }

  // MARK: Servers that send elsewhere

  @Test(arguments: [307, 308])
  func bodiesStayAtTheirOrigin(_ status: Int) async throws {
    try await withLoopbackServer { _ in
      .init(200, text: "{}")
    } _: { thief in
      try await withLoopbackServer { _ in
        .init(status, ["Location": "\(thief.url)/steal"])
      } _: { server in
        let client = HTTPClient(transport: makeTransport())
        for redirects in [TransportRequest.Redirects.sameOrigin, .content] {
          var request = TransportRequest(
            .post, "\(server.url)/token", body: .bytes(Array("refresh_token=hunter2".utf8)), isConfidential: true)
          request.redirects = redirects
          let error = await acrError { _ = try await client.send(request) }
          #expect(error?.kind == .denied)
          #expect(error?.code == ServerAddress.code)
        }
        #expect(thief.requests.isEmpty)
        #expect(thief.connectionCount == 0)
      }
    }
  }

  @Test(arguments: [
    "http://2852039166/", "http://0xa9fea9fe/", "https://[::ffff:169.254.169.254]/", "http://169.254.169.254/",
  ])
  func noSpellingOfTheOwnLinkIsConnectedTo(_ url: String) async throws {
    let insecure = InsecureHosts([])
    let transport = makeTransport(connectTimeout: .seconds(5), insecureHosts: insecure)
    let error = await acrError { _ = try await transport.send(TransportRequest(.get, url)) }
    // Plain http to a spelling that is not known as an address is refused for being plain.
    #expect(error?.kind == .denied || error?.kind == .usage, "\(error?.message ?? "sent")")
  }

  @Test func aNameOfTheOwnLinkIsNotConnectedTo() async throws {
    let transport = makeTransport(connectTimeout: .seconds(5))
    let error = await acrError { _ = try await transport.send(TransportRequest(.get, "https://2852039166/")) }
    #expect(error?.kind == .denied)
    #expect(error?.message.contains("link-local address") == true)
  }

  // MARK: Servers that repeat what they got

  @Test func aTraceHoldsNoSecretThatAServerRepeats() async throws {
    try await withLoopbackServer { request in
      let token = request.headers["authorization"]?.split(separator: " ").last.map(String.init) ?? ""
      return .init(200, ["X-Request-Id": "id-\(token)", "X-Ms-Request-Id": "Bearer abcd1234"])
    } _: { server in
      let lines = Log<String>()
      let trace = RequestTrace { lines.add(String(decoding: $0, as: UTF8.self)) }
      let client = HTTPClient(transport: makeTransport(), trace: trace)
      let request = TransportRequest(.get, server.url, authorization: Secret("Bearer s3cr3t-token"))
      let response = try await client.send(request)
      _ = try await response.body.collect(upTo: 10)
      #expect(lines.all.count == 1)
      #expect(lines.all.allSatisfy { !$0.contains("s3cr3t") && !$0.contains("abcd1234") })
      #expect(response.sent.redacted("you sent s3cr3t-token") == "you sent …")
    }
  }

  // MARK: Old libraries

  /// libcurl before 7.80 does not say when it sends a request.
  @Test func withoutTheHookOfNewLibrariesAPostIsSentOnce() async throws {
    let seen = Counter()
    try await withLoopbackServer { _ in
      seen.add() == 1 ? .init(200) : .hangUp(reset: true)
    } _: { server in
      var configuration = CurlTransport.Configuration(
        userAgent: "t", stallTimeout: .milliseconds(400), variable: { _ in nil })
      configuration.isOldLibrary = true
      let client = HTTPClient(transport: CurlTransport(configuration), sleeper: FakeTime().sleeper)
      // A kept connection that the server closes without an answer must not make libcurl send the request again.
      _ = try await client.send(TransportRequest(.get, server.url)).body.collect(upTo: 10)
      let post = TransportRequest(.post, server.url, body: .bytes([1, 2, 3]))
      let error = await acrError { _ = try await client.send(post) }
      #expect(error?.kind == .network)
      #expect(seen.value == 2)
    }
  }

  @Test func withoutTheHookASilentServerIsGivenUp() async throws {
    try await withLoopbackServer { _ in
      .stall
    } _: { server in
      var configuration = CurlTransport.Configuration(
        userAgent: "t", stallTimeout: .milliseconds(200), variable: { _ in nil })
      configuration.isOldLibrary = true
      let client = HTTPClient(transport: CurlTransport(configuration), sleeper: FakeTime().sleeper)
      let error = await acrError { _ = try await client.send(TransportRequest(.post, server.url, body: .bytes([1]))) }
      #expect(error?.kind == .timeout)
      #expect(server.requests.count == 1)
    }
  }
}
