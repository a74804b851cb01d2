import AcrCore
import AcrHTTP
import Foundation
import HTTPTypes
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct HTTPClientTests {
  private static let policy = RetryPolicy(tries: 4)

  enum Failure: Sendable { case status(Int), cut, silent }

  struct RetryCase: Sendable, CustomTestStringConvertible {
    let method: HTTPRequest.Method
    let failure: Failure
    /// How many requests the server sees when it fails twice and would then answer.
    let requests: Int
    var body = RequestBody.empty
    var testDescription: String { "\(method) \(failure) → \(requests)" }
  }

  @Test(arguments: [
    RetryCase(method: .get, failure: .status(408), requests: 3),
    RetryCase(method: .get, failure: .status(429), requests: 3),
    RetryCase(method: .get, failure: .status(500), requests: 3),
    RetryCase(method: .head, failure: .status(502), requests: 3),
    RetryCase(method: .put, failure: .status(503), requests: 3, body: .bytes([1])),
    RetryCase(method: .delete, failure: .status(504), requests: 3),
    RetryCase(method: .get, failure: .status(404), requests: 1),
    RetryCase(method: .get, failure: .status(501), requests: 1),
    RetryCase(method: .get, failure: .cut, requests: 3),
    RetryCase(method: .put, failure: .cut, requests: 3, body: .bytes([1])),
    RetryCase(method: .get, failure: .silent, requests: 3),
    RetryCase(method: .post, failure: .status(429), requests: 3, body: .bytes([1])),
    RetryCase(method: .post, failure: .status(503), requests: 3, body: .bytes([1])),
    RetryCase(method: .post, failure: .status(500), requests: 1, body: .bytes([1])),
    RetryCase(method: .post, failure: .status(502), requests: 1, body: .bytes([1])),
    RetryCase(method: .patch, failure: .status(504), requests: 1, body: .bytes([1])),
    RetryCase(method: .post, failure: .status(408), requests: 1, body: .bytes([1])),
    RetryCase(method: .post, failure: .cut, requests: 1, body: .bytes([1])),
    RetryCase(method: .post, failure: .silent, requests: 1),
    RetryCase(
      method: .put, failure: .status(503), requests: 1, body: .stream(makeStream(pieces: 2, size: 3, length: 6))),
    RetryCase(method: .put, failure: .cut, requests: 1, body: .stream(makeStream(pieces: 2, size: 3, length: 6))),
  ])
  func onlyWhatDoesNoHarmIsTriedAgain(_ test: RetryCase) async throws {
    let seen = Counter()
    try await withLoopbackServer { _ in
      if seen.add() > 2 { return .init(200, text: "ok") }
      switch test.failure {
      case .status(let status): return .init(status, text: "no")
      case .cut: return .hangUp(reset: false)
      case .silent: return .stall
      }
    } _: { server in
      let time = FakeTime()
      let client = HTTPClient(
        transport: makeTransport(stallTimeout: .milliseconds(200)), retry: Self.policy, sleeper: time.sleeper)
      let response = try? await client.send(TransportRequest(test.method, "\(server.url)/", body: test.body))
      #expect(seen.value == test.requests)
      #expect(time.sleeps.count == test.requests - 1)
      if test.requests == 3 {
        #expect(response?.status == 200)
        #expect(response?.tries == 3)
      }
    }
  }

  @Test func theLastFailureIsTheAnswer() async throws {
    try await withLoopbackServer { _ in
      .init(503, text: "busy")
    } _: { server in
      let time = FakeTime()
      let events = Log<RetryEvent>()
      let client = HTTPClient(
        transport: makeTransport(), retry: Self.policy, sleeper: time.sleeper, onRetry: { events.add($0) })
      let response = try await client.send(TransportRequest(.get, "\(server.url)/"))
      #expect(response.status == 503)
      #expect(response.tries == 4)
      #expect(try await response.body.collect(upTo: 10) == Array("busy".utf8))
      #expect(server.requests.count == 4)
      #expect(server.connectionCount == 1)
      #expect(events.all.map(\.reason) == ["HTTP 503", "HTTP 503", "HTTP 503"])
      #expect(events.all.map(\.next) == ["retry 1 of 3", "retry 2 of 3", "retry 3 of 3"])
      #expect(events.all.first?.cause == "\(server.authority): HTTP 503")
      #expect(events.all.map(\.wait) == time.sleeps)
      #expect(events.all.map(\.host) == [server.authority, server.authority, server.authority])
      for (index, sleep) in time.sleeps.enumerated() {
        let full = Duration.milliseconds(500 << index)
        #expect(sleep >= full / 2 && sleep <= full)
      }
    }
  }

  @Test func aHostThatCannotBeReachedIsTriedThreeTimesWithAnyMethodAndBody() async throws {
    let port = try FreePort.find()
    let time = FakeTime()
    let client = HTTPClient(transport: makeTransport(), sleeper: time.sleeper)
    let asked = Counter()
    let stream = makeStream(pieces: 1, size: 1, length: 1, asked: asked)
    let error = await acrError {
      _ = try await client.send(TransportRequest(.post, "http://127.0.0.1:\(port)/", body: .stream(stream)))
    }
    #expect(error?.message == "the connection to `127.0.0.1:\(port)` was refused")
    #expect(error?.notes == ["tried 3 times"])
    #expect(time.sleeps.count == 2)
    #expect(asked.value == 0)
  }

  @Test(arguments: [
    ("7", Duration.seconds(7)), ("600", .seconds(600)),
    ("Sun, 06 Nov 1994 08:50:07 GMT", .seconds(30)), ("Sunday, 06-Nov-94 08:50:07 GMT", .seconds(30)),
    ("Sun Nov  6 08:50:07 1994", .seconds(30)),
  ])
  func retryAfterIsWaitedForOnEveryMethod(value: String, wait: Duration) async throws {
    for method in [HTTPRequest.Method.get, .post] {
      let seen = Counter()
      try await withLoopbackServer { _ in
        if seen.add() > 1 { return .init(200) }
        return .init(429, ["Retry-After": value, "Date": "Sun, 06 Nov 1994 08:49:37 GMT"])
      } _: { server in
        let time = FakeTime()
        let client = HTTPClient(transport: makeTransport(), sleeper: time.sleeper)
        let response = try await client.send(TransportRequest(method, "\(server.url)/"))
        #expect(response.status == 200)
        #expect(time.sleeps == [wait])
      }
    }
  }

  @Test(arguments: [
    ("HTTP 429", 1, 6, "h:1: too many requests (HTTP 429)", "retry 1 of 5"),
    ("the connection to `h:1` was closed", 3, 6, "the connection to `h:1` was closed", "retry 3 of 5"),
    ("asked to wait", 0, nil, "h:1: asked to wait", "next request"),
    ("HTTP 429", 1, nil, "h:1: too many requests (HTTP 429)", "retry"),
  ])
  func aWaitSaysWhatItIsFor(_ reason: String, _ tries: Int, _ most: Int?, _ cause: String, _ next: String) {
    let event = RetryEvent(host: "h:1", reason: reason, wait: .seconds(2), tries: tries, mostTries: most)
    #expect(event.cause == cause)
    #expect(event.next == next)
  }

  @Test func aWaitThatIsTooLongIsTheAnswer() async throws {
    try await withLoopbackServer { _ in
      .init(429, ["Retry-After": "7200"], text: "come back later")
    } _: { server in
      let time = FakeTime()
      let client = HTTPClient(transport: makeTransport(), sleeper: time.sleeper)
      let response = try await client.send(TransportRequest(.get, "\(server.url)/"))
      #expect(response.status == 429)
      #expect(try await response.body.collect(upTo: 100) == Array("come back later".utf8))
      #expect(RetryAfter.lifetime(in: response.headers)?.seconds == 7200)
      #expect(time.sleeps.isEmpty)
      #expect(server.requests.count == 1)
    }
  }

  @Test func otherRequestsToAHostWaitToo() async throws {
    let seen = Counter()
    try await withLoopbackServer { _ in
      seen.add() == 1 ? .init(503, ["Retry-After": "40"]) : .init(200)
    } _: { server in
      let time = FakeTime()
      let events = Log<RetryEvent>()
      let client = HTTPClient(
        transport: makeTransport(), retry: .none, sleeper: time.sleeper, onRetry: { events.add($0) })
      let first = try await client.send(TransportRequest(.get, "\(server.url)/a"))
      #expect(first.status == 503)
      #expect(time.sleeps.isEmpty)
      let second = try await client.send(TransportRequest(.get, "\(server.url)/b"))
      #expect(second.status == 200)
      #expect(time.sleeps == [.seconds(40)])
      // The wait is said, though this request has not failed.
      #expect(events.all.map(\.reason) == ["asked to wait"])
      #expect(events.all.map(\.wait) == [.seconds(40)])
    }
  }

  @Test func aWaitCanBeCancelled() async throws {
    try await withLoopbackServer { _ in
      .init(429, ["Retry-After": "500"])
    } _: { server in
      let started = Counter()
      let client = HTTPClient(transport: makeTransport(), onRetry: { _ in started.add() })
      let task = Task { await acrError { _ = try await client.send(TransportRequest(.get, "\(server.url)/")) } }
      while started.value == 0 { try await Task.sleep(for: .milliseconds(5)) }
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
    }
  }
}

@Suite(.timeLimit(.minutes(2))) struct RedirectTests {
  @Test(arguments: [301, 302, 303, 307, 308])
  func credentialsStayWithTheirOrigin(_ status: Int) async throws {
    try await withLoopbackServer { _ in
      .init(200, text: "blob")
    } _: { storage in
      let back = "\(storage.url)/data?sig=a%2Bb%3D&se=2024-01-01T00%3A00%3A00Z"
      try await withLoopbackServer { request in
        switch request.path {
        case "/v2/start": .init(status, ["Location": "../v2/same"], text: "moved")
        case "/v2/same": .init(status, ["Location": back])
        default: .init(404)
        }
      } _: { registry in
        var request = TransportRequest(.get, "\(registry.url)/v2/start", authorization: Secret("Bearer t"))
        request.headers[.range] = "bytes=1-2"
        request.redirects = .content
        let response = try await HTTPClient(transport: makeTransport()).send(request)
        #expect(response.status == 200)
        #expect(response.url == back)
        #expect(registry.requests.map { $0.headers["authorization"] } == ["Bearer t", "Bearer t"])
        #expect(registry.requests.map { $0.headers["range"] } == ["bytes=1-2", "bytes=1-2"])
        #expect(registry.connectionCount == 1)
        let seen = try #require(storage.requests.first)
        #expect(seen.target == "/data?sig=a%2Bb%3D&se=2024-01-01T00%3A00%3A00Z")
        #expect(seen.headers["authorization"] == nil)
        #expect(seen.headers["range"] == "bytes=1-2")
      }
    }
  }

  @Test func credentialsDoNotComeBack() async throws {
    let home = Log<String>()
    try await withLoopbackServer { _ in
      .init(302, ["Location": "\(home.all[0])/end"])
    } _: { other in
      try await withLoopbackServer { request in
        request.path == "/start" ? .init(302, ["Location": other.url]) : .init(200)
      } _: { server in
        home.add(server.url)
        var request = TransportRequest(.get, "\(server.url)/start", authorization: Secret("Bearer t"))
        request.redirects = .content
        _ = try await HTTPClient(transport: makeTransport()).send(request)
        #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer t", nil])
      }
    }
  }

  @Test func aCircleEnds() async throws {
    try await withLoopbackServer { _ in
      .init(302, ["Location": "/x?sig=secret"])
    } _: { server in
      let error = await acrError {
        _ = try await HTTPClient(transport: makeTransport()).send(TransportRequest(.get, "\(server.url)/x?sig=secret"))
      }
      #expect(error?.kind == .invalid)
      #expect(error?.message == "the request for `\(server.url)/x` was redirected more than 10 times")
      #expect(server.requests.count == 11)
    }
  }

  struct BodyCase: Sendable {
    let method: HTTPRequest.Method
    let status: Int
    let body: RequestBody
    let isFollowed: Bool
  }

  @Test(arguments: [
    BodyCase(method: .put, status: 307, body: .bytes([1, 2]), isFollowed: true),
    BodyCase(method: .post, status: 308, body: .empty, isFollowed: true),
    BodyCase(method: .put, status: 302, body: .bytes([1, 2]), isFollowed: false),
    BodyCase(method: .put, status: 307, body: .stream(makeStream(pieces: 1, size: 2, length: 2)), isFollowed: false),
  ])
  func otherMethodsAreRepeatedOnlyWithABodyThatCanBe(_ test: BodyCase) async throws {
    try await withLoopbackServer { request in
      request.path == "/a" ? .init(test.status, ["Location": "/b"]) : .init(201)
    } _: { server in
      let client = HTTPClient(transport: makeTransport())
      let response = try await client.send(TransportRequest(test.method, "\(server.url)/a", body: test.body))
      #expect(response.status == (test.isFollowed ? 201 : test.status))
      #expect(server.requests.map(\.method) == Array(repeating: test.method.rawValue, count: test.isFollowed ? 2 : 1))
      if test.isFollowed { #expect(server.requests[0].body == server.requests[1].body) }
    }
  }

  @Test(arguments: [
    (
      "https://registry.test/v2/", "http://storage.test/x",
      "`registry.test` redirects from https to plain http on `storage.test`"
    ),
    (
      "https://registry.test/v2/", "file:///etc/passwd",
      "`registry.test` redirects to something that is not an http or https URL"
    ),
    (
      "https://registry.test/v2/", "http://169.254.169.254/metadata/identity",
      "`registry.test` redirects to `169.254.169.254`, a link-local address, where cloud metadata services answer"
    ),
    (
      "https://registry.test/v2/", "https://[fe80::1]/x",
      "`registry.test` redirects to `[fe80::1]`, a link-local address, where cloud metadata services answer"
    ),
    (
      "https://registry.test/v2/", "https://127.0.0.1:8080/",
      "`registry.test` redirects to `127.0.0.1:8080`, which is this machine"
    ),
    (
      "https://registry.test/v2/", "https://other.test/",
      "`registry.test` redirects to `other.test`, a different server"
    ),
    (
      "https://registry.test/v2/", "https://u:p@storage.test/",
      "`registry.test` redirects to something that is not an http or https URL"
    ),
  ])
  func redirectsThatLeadAstrayAreRefused(from: String, location: String, message: String) async throws {
    let client = HTTPClient(transport: RedirectingTransport(location: location))
    let error = await acrError { _ = try await client.send(TransportRequest(.get, from)) }
    #expect(error?.message == message)
  }

  @Test func plainHTTPIsAllowedWhereItWasNamed() async throws {
    let transport = RedirectingTransport(location: "http://storage.test/x")
    let client = HTTPClient(transport: transport, insecureHosts: ["storage.test"])
    var request = TransportRequest(.get, "https://registry.test/v2/")
    request.redirects = .content
    let response = try await client.send(request)
    #expect(response.url == "http://storage.test/x")
  }
}

/// Answers the first URL with a redirect and every other one with 200: for hosts that do not exist.
private struct RedirectingTransport: Transport {
  let location: String

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    let isFirst = request.url == "https://registry.test/v2/"
    return TransportResponse(
      status: isFirst ? 302 : 200, headers: isFirst ? [.location: location] : [:], url: request.url,
      body: ResponseBody(pull: { nil }))
  }
}
