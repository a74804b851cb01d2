import AcrCore
import AcrHTTP
import Foundation
import HTTPTypes
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct CurlTransportTests {
  @Test func headAndBodyArriveAndTheConnectionIsUsedAgain() async throws {
    try await withLoopbackServer { request in
      .init(200, ["X-Path": request.path, "X-Empty": ""], text: "hello \(request.target)")
    } _: { server in
      let transport = makeTransport()
      for number in 1...5 {
        let response = try await transport.send(TransportRequest(.get, "\(server.url)/v2/a?n=\(number)"))
        #expect(response.status == 200)
        #expect(response.headers[HTTPField.Name("x-path")!] == "/v2/a")
        #expect(response.headers[HTTPField.Name("x-empty")!] == "")
        #expect(response.connection?.httpVersion == "1.1")
        #expect(response.connection?.remoteAddress == server.authority)
        let body = try await response.body.collect(upTo: 1000)
        #expect(String(decoding: body, as: UTF8.self) == "hello /v2/a?n=\(number)")
        #expect(try await response.body.next() == nil)
      }
      #expect(server.connectionCount == 1)
    }
  }

  @Test func fieldsAreSentAsGivenAndNothingElseIsAskedFor() async throws {
    try await withLoopbackServer { _ in
      .init(200)
    } _: { server in
      var request = TransportRequest(
        .get, "\(server.url)/a/../b/%2e?sig=a%2Bb&x=+", authorization: Secret("Bearer top-secret"))
      request.headers[.accept] = "application/vnd.oci.image.index.v1+json"
      request.headers[.range] = "bytes=5-9"
      request.headers[HTTPField.Name("X-Empty")!] = ""
      _ = try await makeTransport().send(request)
      let seen = try #require(server.requests.first)
      #expect(seen.target == "/a/../b/%2e?sig=a%2Bb&x=+")
      #expect(seen.headers["authorization"] == "Bearer top-secret")
      #expect(seen.headers["range"] == "bytes=5-9")
      #expect(seen.headers["accept"] == "application/vnd.oci.image.index.v1+json")
      #expect(seen.headers["accept-encoding"] == "identity")
      #expect(seen.headers["user-agent"] == "acrsh/test")
      #expect(seen.headers["x-empty"] == "")
      #expect(seen.headers["expect"] == nil)
    }
  }

  struct BodyCase: Sendable, CustomTestStringConvertible {
    let method: HTTPRequest.Method
    let body: RequestBody
    let text: String
    let length: String?
    var testDescription: String { "\(method) \(text.count) bytes, Content-Length \(length ?? "absent")" }
  }

  @Test(arguments: [
    BodyCase(method: .get, body: .empty, text: "", length: nil),
    BodyCase(method: .delete, body: .empty, text: "", length: nil),
    BodyCase(method: .post, body: .empty, text: "", length: "0"),
    BodyCase(method: .put, body: .empty, text: "", length: "0"),
    BodyCase(method: .patch, body: .empty, text: "", length: "0"),
    BodyCase(method: .put, body: .bytes(Array("manifest".utf8)), text: "manifest", length: "8"),
    BodyCase(method: .post, body: .bytes(Array("a=b".utf8)), text: "a=b", length: "3"),
    BodyCase(
      method: .patch, body: .stream(makeStream(pieces: 3, size: 2, length: 6)), text: "aaaaaa", length: "6"),
    BodyCase(method: .patch, body: .stream(makeStream(pieces: 3, size: 2, length: nil)), text: "aaaaaa", length: nil),
    BodyCase(method: .put, body: .stream(makeStream(pieces: 0, size: 2, length: 0)), text: "", length: "0"),
  ])
  func bodiesAreFramed(_ test: BodyCase) async throws {
    try await withLoopbackServer { _ in
      .init(201)
    } _: { server in
      let response = try await makeTransport().send(TransportRequest(test.method, "\(server.url)/x", body: test.body))
      #expect(response.status == 201)
      let seen = try #require(server.requests.first)
      #expect(seen.method == test.method.rawValue)
      #expect(seen.text == test.text)
      #expect(seen.headers["content-length"] == test.length)
      #expect(seen.headers["content-type"] == nil)
    }
  }

  @Test func anAnswerToHeadHasFieldsAndNoBody() async throws {
    try await withLoopbackServer { _ in
      .init(200, steps: [.zeros(5000)])
    } _: { server in
      let transport = makeTransport()
      for _ in 1...2 {
        let response = try await transport.send(TransportRequest(.head, "\(server.url)/x"))
        #expect(response.headers[.contentLength] == "5000")
        #expect(try await response.body.next() == nil)
      }
      #expect(server.connectionCount == 1)
    }
  }

  @Test func headsBeforeTheRealOneAndTrailersAreSkipped() async throws {
    let text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
      + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\r\n"
      + "3\r\nabc\r\n0\r\nX-Trailer: late\r\n\r\n"
    try await withLoopbackServer { _ in
      .raw(text)
    } _: { server in
      let response = try await makeTransport().send(TransportRequest(.get, "\(server.url)/x"))
      #expect(response.status == 200)
      #expect(response.headers[values: HTTPField.Name("X-A")!] == ["1", "2"])
      #expect(response.headers[HTTPField.Name("Link")!] == nil)
      #expect(try await response.body.collect(upTo: 10) == Array("abc".utf8))
    }
  }

  @Test func requestsBeyondTheCapWaitForAConnection() async throws {
    let running = Counter()
    let most = Log<Int>()
    try await withLoopbackServer { _ in
      most.add(running.add())
      Thread.sleep(forTimeInterval: 0.05)
      running.add(-1)
      return .init(200, text: "ok")
    } _: { server in
      let transport = makeTransport(perHost: 3)
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<20 {
          group.addTask {
            let response = try await transport.send(TransportRequest(.get, "\(server.url)/x"))
            return try await response.body.collect(upTo: 10).count
          }
        }
        for try await count in group { #expect(count == 2) }
      }
      #expect(server.connectionCount <= 3)
      #expect((most.all.max() ?? 0) <= 3)
      #expect((most.all.max() ?? 0) > 1)
    }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let url: String
    var value = "x"
    let message: String
    var help: String?
    var testDescription: String { message }
  }

  @Test(arguments: [
    Refusal(
      url: "http://registry.example.test/v2/",
      message: "plain http to `registry.example.test` is not allowed, since anyone on the way could read and change it",
      help: "use https, or allow it for this host: --insecure-registry registry.example.test"),
    Refusal(
      url: "http://registry.example.test:5000/v2/",
      message:
        "plain http to `registry.example.test:5000` is not allowed, since anyone on the way could read and change it",
      help: "use https, or allow it for this host: --insecure-registry registry.example.test:5000"),
    Refusal(
      url: "https://me:hunter2@registry.example.test/v2/",
      message: "the URL for `registry.example.test` holds a user or password", help: "give credentials on their own"),
    Refusal(url: "ftp://registry.example.test/", message: "`ftp://registry.example.test/` is not an http or https URL"),
    Refusal(url: "https:///v2/", message: "`/v2/` is not an http or https URL"),
    Refusal(url: "https://a.test/ b", message: "`https://a.test/ b` is not an http or https URL"),
  ])
  func whatMustNotReachTheNetworkIsRefused(_ test: Refusal) async throws {
    let error = await acrError { _ = try await makeTransport().send(TransportRequest(.get, test.url)) }
    #expect(error?.kind == .usage)
    #expect(error?.message == test.message)
    #expect(error?.help == test.help)
  }

  @Test func aLineBreakInAuthorizationIsRefused() async throws {
    let request = TransportRequest(.get, "https://a.test/", authorization: Secret("Bearer x\r\nX-Evil: 1"))
    let error = await acrError { _ = try await makeTransport().send(request) }
    #expect(error?.message == "the value of the header `Authorization` has a line break in it")
  }

  @Test func aRefusedConnectionIsNamedWithItsPort() async throws {
    let port = try FreePort.find()
    let error = await acrError {
      _ = try await makeTransport().send(TransportRequest(.get, "http://127.0.0.1:\(port)/"))
    }
    #expect(error?.kind == .network)
    #expect(error?.message == "the connection to `127.0.0.1:\(port)` was refused")
  }

  @Test func aNameThatDoesNotResolveIsNamed() async throws {
    let error = await acrError {
      _ = try await makeTransport().send(TransportRequest(.get, "https://no-such-host.invalid/"))
    }
    #expect(error?.kind == .network)
    #expect(error?.message == "could not resolve `no-such-host.invalid`")
  }

  @Test(arguments: ["this is no HTTP\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"])
  func aServerThatDoesNotSpeakHTTPIsNamed(_ text: String) async throws {
    try await withLoopbackServer { _ in
      .raw(text)
    } _: { server in
      let error = await acrError { _ = try await makeTransport().send(TransportRequest(.get, "\(server.url)/")) }
      #expect(error?.message == "`\(server.authority)` does not speak HTTP")
    }
  }

  @Test func aTransportThatWasShutDownStartsAgain() async throws {
    try await withLoopbackServer { request in
      request.path == "/stall" ? .stall : .init(200, text: "ok")
    } _: { server in
      let transport = makeTransport()
      let waiting = Task {
        await acrError { _ = try await transport.send(TransportRequest(.get, "\(server.url)/stall")) }
      }
      _ = try await transport.send(TransportRequest(.get, "\(server.url)/")).body.collect(upTo: 10)
      while server.requests.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
      transport.shutDown()
      #expect(await waiting.value?.kind == .cancelled)
      #expect(try await transport.send(TransportRequest(.get, "\(server.url)/")).status == 200)
    }
  }

  @Test func aBodyOutlivesItsTransport() async throws {
    try await withLoopbackServer { _ in
      .init(200, steps: [.zeros(3_000_000)])
    } _: { server in
      let response = try await makeTransport().send(TransportRequest(.get, "\(server.url)/"))
      #expect(try await response.body.collect(upTo: 4_000_000).count == 3_000_000)
    }
  }
}
