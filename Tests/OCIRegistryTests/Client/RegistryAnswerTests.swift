import AcrCore
import AcrHTTP
import Synchronization
import Testing

@testable import OCIRegistry

/// Answers no well-behaved registry gives.
@Suite struct RegistryAnswerTests {
  struct Failure: Sendable {
    let status: Int
    var body = ""
    var headers: [String: String] = [:]
    let kind: ErrorKind
    let message: String
    var code: String?
    var notes: [String] = []
    var retryAfter: Duration?
  }

  private static let call = "listing the tags of `reg.example.com/app`"

  @Test(arguments: [
    Failure(
      status: 403,
      body: #"{"errors":[{"code":"DENIED","message":"no\nway","detail":{"a":1}},{"code":"X","message":"y"}]}"#,
      kind: .denied, message: "reg.example.com does not allow \(call): no way", code: "DENIED",
      notes: [#"detail: {"a":1}"#, "X: y"]),
    Failure(
      status: 404, body: #"{"errors":[{"code":"NAME_UNKNOWN","message":"m","detail":null}]}"#, kind: .notFound,
      message: "the repository `reg.example.com/app` does not exist", code: "NAME_UNKNOWN"),
    Failure(status: 409, kind: .conflict, message: "reg.example.com reported a conflict while \(call)"),
    Failure(
      status: 429, body: #"{"message":"toomanyrequests: You have reached your pull rate limit."}"#,
      headers: ["Retry-After": "7"], kind: .throttled,
      message:
        "reg.example.com rate-limited \(call): toomanyrequests: You have reached your pull rate limit.",
      retryAfter: .seconds(7)),
    Failure(
      status: 429, body: "Too Many Requests (HAP429)\n", kind: .throttled,
      message: "reg.example.com rate-limited \(call): Too Many Requests (HAP429)"),
    Failure(
      status: 503, body: "see https://store.example.com/x?sig=SECRET", kind: .server,
      message: "reg.example.com failed with status 503 while \(call): see https://store.example.com/x?…"),
    Failure(
      status: 400, body: #"{"errors":[{"code":"NAME_INVALID","message":"bad"}]}"#, kind: .invalid,
      message: "reg.example.com answered \(call) with status 400 (NAME_INVALID): bad", code: "NAME_INVALID"),
    Failure(
      status: 502, body: "<!DOCTYPE html><title>Bad</title><h1>gateway</h1>", kind: .server,
      message: "reg.example.com answered \(call) with a web page (HTML) and status 502, not as a registry",
      notes: ["the page says: Bad gateway"]),
    Failure(
      status: 200, body: "<html>Please sign in</html>", headers: ["Content-Type": "text/html; charset=utf-8"],
      kind: .invalid, message: "reg.example.com answered \(call) with a web page (HTML), not as a registry",
      code: RegistryClient.notAList,
      notes: ["the page says: Please sign in"]),
    Failure(
      status: 200, body: #"{"tags":7}"#, kind: .invalid,
      message: "reg.example.com answered \(call) with something that is not such a list",
      code: RegistryClient.notAList),
  ])
  func becomesAnError(_ expected: Failure) async throws {
    let headers = expected.headers.merging(["x-ms-correlation-request-id": "id-1"]) { first, _ in first }
    let transport = ScriptedTransport { .text(expected.status, expected.body, headers, to: $0) }
    let error = await failure { try await makeRepository(transport).tagPages().all() }
    #expect(error?.kind == expected.kind)
    #expect(error?.message == expected.message)
    #expect(error?.code == expected.code)
    #expect(error?.status == expected.status)
    #expect(error?.target == "reg.example.com")
    #expect(error?.requestID == "id-1")
    #expect(error?.notes == expected.notes)
    #expect(error?.retryAfter == expected.retryAfter)
  }

  @Test func pagesAreFollowedExactly() async throws {
    let transport = ScriptedTransport { request in
      let query = URLReference(request.url).query
      switch (request.path, query) {
      case ("/v2/app/tags/list", "n=2"):
        return .text(
          200, #"{"tags":["a","b"]}"#, ["Link": #"</v2/app/tags/list?last=b%2F1&n=2>; rel="next""#], to: request)
      case ("/v2/app/tags/list", "last=b%2F1&n=2"):
        return .text(200, #"{"tags":[]}"#, ["Link": #"<list?last=2>; rel="next""#], to: request)
      case ("/v2/app/tags/list", "last=2"):
        return .text(
          200, #"{"tags":["c","not a tag"]}"#, ["Link": #"<https://other.example.com/v2/app/tags/list?q>; rel="next""#],
          to: request)
      default: return .text(200, #"{"tags":null}"#, to: request)
      }
    }
    var repository = try makeRepository(transport, .accessToken(Secret("t")))
    repository.pageSize = 2
    #expect(try await repository.tagPages().all().map(\.name) == ["a", "b", "c"])
    // Another host that a `Link` names is how a registry behind a proxy calls itself.
    #expect(transport.requests.last?.url == "https://reg.example.com/v2/app/tags/list?q")
  }

  @Test func pagesInACircleAreNoticed() async throws {
    let transport = ScriptedTransport { request in
      .text(200, #"{"tags":["a"]}"#, ["Link": #"</v2/app/tags/list?n=1000>; rel="next""#], to: request)
    }
    let error = await failure { try await makeRepository(transport).tagPages().all() }
    #expect(error?.message.contains("pages that repeat in a loop") == true)
    #expect(transport.requests.count == 1)
  }

  @Test func digestsAreChecked() async throws {
    let manifest = Sample.image("x").manifest
    let text = String(decoding: manifest.bytes, as: UTF8.self)
    let other = Digest.of([0])
    let byHeader = ScriptedTransport { request in
      .text(
        200, text, ["Content-Type": manifest.mediaType, "Docker-Content-Digest": other.description], to: request)
    }
    let first = await failure { try await makeRepository(byHeader).manifest(.tag(.latest)) }
    #expect(first?.kind == .invalid)
    #expect(first?.message.contains(other.description) == true)
    #expect(first?.message.contains(manifest.digest.description) == true)
    let byRequest = ScriptedTransport { .text(200, text, ["Content-Type": manifest.mediaType], to: $0) }
    let second = await failure { try await makeRepository(byRequest).manifest(.digest(other)) }
    #expect(second?.message.contains("the requested digest is \(other)") == true)
    let long = Digest.of(manifest.bytes, .sha512)
    #expect(try await makeRepository(byRequest).manifest(.digest(long)).digest == long)
    #expect(try await makeRepository(byRequest).manifest(.tag(.latest)).digest == manifest.digest)
  }

  @Test(arguments: [
    (MediaType.ociManifest, "application/vnd.oci.image.manifest.v1+json; charset=utf-8", "{}"),
    (MediaType.dockerManifest, "application/json", #"{"mediaType":"\#(MediaType.dockerManifest)"}"#),
    (MediaType.ociIndex, "text/plain", #"{"manifests":[]}"#),
    (MediaType.ociManifest, "", #"{"config":{},"layers":[]}"#),
    (MediaType.dockerManifest, "", #"{"config":{"mediaType":"\#(MediaType.dockerConfig)"},"layers":[]}"#),
    (MediaType.ociArtifact, "", #"{"blobs":[]}"#),
    (nil, "", "{}"), (nil, "application/json", "no json"), (nil, "text/html", "<html>"),
    (nil, MediaType.dockerSchema1Signed, "{}"), (nil, "", #"{"fsLayers":[]}"#),
  ])
  func theTypeIsFound(_ expected: String?, _ header: String, _ body: String) async throws {
    let transport = ScriptedTransport { .text(200, body, header.isEmpty ? [:] : ["Content-Type": header], to: $0) }
    let found = try? await makeRepository(transport).manifest(.tag(.latest))
    #expect(found?.mediaType == expected)
    if expected == nil {
      #expect(await failure { try await makeRepository(transport).manifest(.tag(.latest)) }?.kind == .invalid)
    }
  }

  @Test func aDigestIsComputedWhereNoneIsSent() async throws {
    let manifest = Sample.image("x").manifest
    let text = String(decoding: manifest.bytes, as: UTF8.self)
    let transport = ScriptedTransport { request in
      .text(200, request.method == .head ? "" : text, ["Content-Type": manifest.mediaType], to: request)
    }
    #expect(try await makeRepository(transport).digest(of: .latest) == manifest.digest)
    #expect(transport.requests.map(\.method) == [.head, .get])
  }

  struct Range: Sendable {
    let status: Int
    var headers: [String: String] = [:]
    var body = "world"
    let message: String?
    var kind = ErrorKind.invalid
  }

  @Test(arguments: [
    Range(status: 206, headers: ["Content-Range": "bytes 5-9/10"], message: nil),
    Range(status: 206, headers: ["Content-Range": "bytes 5-9/*"], message: nil),
    Range(status: 206, message: "The remote server may not be RFC 7233 compliant"),
    Range(
      status: 206, headers: ["Content-Range": "bytes 0-4/10"],
      message: "The remote server may not be RFC 7233 compliant"),
    Range(status: 206, headers: ["Content-Range": "5-9"], message: "The remote server may not be RFC 7233 compliant"),
    Range(status: 200, body: "helloworld", message: "The remote server may not be RFC 7233 compliant"),
    Range(status: 416, message: "Unexpected response status code 416"),
    Range(status: 503, message: "Unexpected response status code 503", kind: .server),
    Range(
      status: 206, headers: ["Content-Range": "bytes 5-9/10"], body: "wor",
      message: "Unexpected length of body in response",
      kind: .network),
    Range(
      status: 206, headers: ["Content-Range": "bytes 5-9/10"], body: "worldwide",
      message: "Unexpected length of body in response"),
    Range(
      status: 206, headers: ["Content-Range": "bytes 5-9/10", "Content-Length": "3"], body: "wor",
      message: "Unexpected length of body in response"),
  ])
  func rangesAreChecked(_ range: Range) async throws {
    let transport = ScriptedTransport { .text(range.status, range.body, range.headers, to: $0) }
    let blob = Sample.blob(Array("helloworld".utf8))
    let repository = try makeRepository(transport)
    let error = await failure { try await repository.read(blob, from: 5) }
    if let message = range.message {
      #expect(error?.message.hasPrefix(message) == true)
      #expect(error?.kind == range.kind)
    } else {
      #expect(try await repository.read(blob, from: 5) == Array("world".utf8))
    }
    #expect(transport.requests[0].headers[.range] == "bytes=5-")
    #expect(transport.requests[0].headers[.acceptEncoding] == "identity")
  }

  @Test(arguments: [413, 400])
  func largeBlobsAreStreamedAfterARefusal(_ status: Int) async throws {
    let count = Atomic(0)
    let transport = ScriptedTransport { request in
      switch request.method {
      case .post:
        let number = count.add(1, ordering: .relaxed).newValue
        return .text(202, "", ["Location": "/upload/\(number)?state=a%2Fb"], to: request)
      case .patch: return .text(202, "", ["Location": "/upload/x"], to: request)
      case .put: return .text(request.path == "/upload/x" ? 201 : status, "", to: request)
      default: return .text(204, to: request)
      }
    }
    let repository = try makeRepository(transport, access: .push)
    let blob = try await repository.upload([1, 2, 3])
    let digest = "digest=sha256%3A\(blob.digest.hex)"
    #expect(
      transport.lines == [
        "POST /v2/app/blobs/uploads/", "PUT /upload/1?state=a%2Fb&\(digest)", "DELETE /upload/1?state=a%2Fb",
        "POST /v2/app/blobs/uploads/", "PATCH /upload/2?state=a%2Fb", "PUT /upload/x?\(digest)",
      ])
  }

  @Test func aRefusedMountBecomesAnUpload() async throws {
    let transport = ScriptedTransport { request in
      request.query["mount"] != nil
        ? .text(403, "", to: request) : .text(202, "", ["Location": "https://up.example.com/1"], to: request)
    }
    let repository = try makeRepository(transport, access: .push)
    guard case .session(let upload) = try await repository.startUpload(Sample.blob([1]), mountFrom: RepositoryName("b"))
    else {
      Issue.record("mounted")
      return
    }
    #expect(upload.location == "https://up.example.com/1")
  }

  @Test func encryptionIsKept() async throws {
    let transport = ScriptedTransport { request in
      .text(202, "", request.method == .post ? ["Location": "http://reg.example.com/up?a=b"] : [:], to: request)
    }
    _ = try await makeRepository(transport, .accessToken(Secret("t")), access: .push).upload([1])
    #expect(transport.requests.last?.url.hasPrefix("https://reg.example.com/up?a=b&digest=") == true)
    #expect(transport.requests.last?.authorization != nil)
  }

  @Test func referrersArePaged() async throws {
    func entry(_ number: UInt8) -> String {
      #"{"mediaType":"m","digest":"\#(Digest.of([number]))","size":1,"artifactType":"t\#(number)"}"#
    }
    let first = #"{"manifests":[\#(entry(1)),\#(entry(2))]}"#
    let second = #"{"manifests":[\#(entry(3))]}"#
    let transport = ScriptedTransport { request in
      URLReference(request.url).query == "page=2"
        ? .text(200, second, to: request) : .text(200, first, ["Link": #"<?page=2>; rel="next""#], to: request)
    }
    let repository = try makeRepository(transport)
    #expect(try await repository.referrers(of: .of([0])).count == 3)
    #expect(try await repository.referrers(of: .of([0]), artifactType: "t2").map(\.digest) == [.of([2])])
  }

  struct Address: Sendable {
    let host: String
    var insecure = false
    /// What works: `https`, `http`.
    let working: String
    /// The schemes tried for two requests.
    let tried: [String]
  }

  @Test(arguments: [
    Address(host: "reg.example.com", working: "https", tried: ["https", "https"]),
    Address(host: "reg.example.com", working: "http", tried: ["https"]),
    Address(host: "reg.example.com", insecure: true, working: "http", tried: ["https", "http", "http"]),
    Address(host: "reg.example.com", insecure: true, working: "https", tried: ["https", "https"]),
    Address(host: "localhost:5000", working: "http", tried: ["http", "http"]),
    Address(host: "localhost:5000", working: "https", tried: ["http", "https", "https"]),
    Address(host: "localhost:443", working: "https", tried: ["https", "https"]),
  ])
  func theSchemeIsFoundOnce(_ address: Address) async throws {
    let transport = ScriptedTransport { request in
      let scheme = URLReference(request.url).scheme ?? ""
      if scheme == address.working { return .text(200, "{}", to: request) }
      guard scheme == "http" else { throw AcrError(.network, "no TLS here") }
      return .text(400, "Client sent an HTTP request to an HTTPS server.\n", to: request)
    }
    let client = try makeClient(transport, host: address.host, insecure: address.insecure)
    for _ in 0..<2 where (try? await client.checkLogin()) == nil { break }
    #expect(transport.requests.map { URLReference($0.url).scheme } == address.tried)
  }

  @Test func serversThatHangUpAreAskedWithTLS() async throws {
    let transport = ScriptedTransport { request in
      guard URLReference(request.url).scheme == "https" else { throw AcrError(.network, "the connection broke") }
      return .text(200, "{}", to: request)
    }
    let client = try makeClient(transport, host: "localhost:5000")
    for _ in 0..<2 { try await client.checkLogin() }
    #expect(transport.requests.map { URLReference($0.url).scheme } == ["http", "https", "https"])
  }

  @Test func whereNoAddressAnswersTheFirstOneIsTold() async throws {
    let transport = ScriptedTransport { request in
      throw AcrError(.network, "no \(URLReference(request.url).scheme ?? "") here")
    }
    let error = await failure { try await makeClient(transport, host: "localhost:5000").checkLogin() }
    #expect(error?.message == "no http here")
  }

  @Test func storageBehindTheRegistryIsNamed() async throws {
    let transport = ScriptedTransport { request in
      if request.path == "/store" { return .text(403, "<Error>expired</Error>", to: request) }
      return .text(307, "", ["Location": "https://blobs.example.com/store?sig=SECRET"], to: request)
    }
    let repository = try makeRepository(transport, .accessToken(Secret("t")))
    let error = await failure { try await repository.read(Sample.blob([1])) }
    #expect(error?.kind == .denied)
    #expect(error?.message.hasSuffix(" on to blobs.example.com, which refused it: expired") == true)
    #expect(error?.notes.contains("the answer came from blobs.example.com") == true)
    #expect(!String(reflecting: error).contains("SECRET"))
    #expect(transport.requests.map { $0.authorization != nil } == [true, false])
  }

  @Test func endlessAnswersAreNotRead() async throws {
    let page = String(repeating: "x", count: 9 << 20)
    let transport = ScriptedTransport { .text(200, page, ["Content-Type": MediaType.ociManifest], to: $0) }
    let error = await failure { try await makeRepository(transport).manifest(.tag(.latest)) }
    #expect(error?.kind == .invalid)
    #expect(
      error?.message
        == "the answer of reg.example.com to reading the manifest `reg.example.com/app:latest` is longer than 8MiB")
    #expect(error?.help == "if the server means it, raise the limit: acrsh --limit document=16MiB")
  }
}
