import AcrCore
import AcrHTTP
import Synchronization
import Testing

@testable import OCIRegistry

@Suite struct TokenBrokerTests {
  private static let challenge = #"Bearer realm="https://auth.example.com/token?x=1",service="the service""#

  /// A registry that wants a token, and its token server.
  private static func registry(
    challenge: String = challenge, token: @escaping @Sendable (TransportRequest) -> TransportResponse
  ) -> ScriptedTransport {
    ScriptedTransport { request in
      if request.path == "/token" {
        // Others must have the time to ask for the same token meanwhile.
        try await Task.sleep(for: .milliseconds(20))
        return token(request)
      }
      guard request.authorization?.reveal() == "Bearer good" else {
        return .text(401, "{}", ["WWW-Authenticate": challenge], to: request)
      }
      return .text(200, #"{"tags":["a"]}"#, to: request)
    }
  }

  private static func good(_ request: TransportRequest) -> TransportResponse {
    .text(200, #"{"token":"good","expires_in":300}"#, to: request)
  }

  @Test func fiftyRequestsShareOneToken() async throws {
    let transport = Self.registry(token: Self.good)
    let repository = try makeRepository(transport)
    try await withThrowingTaskGroup { group in
      for _ in 0..<50 { group.addTask { _ = try await repository.tagPages().all() } }
      try await group.waitForAll()
    }
    #expect(transport.requests.count { $0.path == "/token" } == 1)
    // One request is let through first, so that only it is refused.
    #expect(transport.requests.count == 50 + 2)
  }

  @Test func aTokenThatEndsInTheMiddleOfAnUploadIsRenewed() async throws {
    let tokens = Mutex(["second", "first"])
    let transport = ScriptedTransport { request in
      if request.path == "/token" {
        let token = tokens.withLock { $0.popLast() } ?? "none"
        return .text(200, "{\"token\":\"\(token)\",\"expires_in\":300}", to: request)
      }
      let token = request.authorization?.reveal()
      guard token == "Bearer second" || (token == "Bearer first" && request.method != .patch) else {
        return .text(401, "{}", ["WWW-Authenticate": Self.challenge], to: request)
      }
      switch request.method {
      case .post: return .text(202, "", ["Location": "/v2/app/blobs/uploads/1"], to: request)
      case .get: return .text(204, "", ["Range": "0-6"], to: request)
      default: return .text(201, "", ["Location": "/v2/app/blobs/uploads/2"], to: request)
      }
    }
    let repository = try makeRepository(transport, .user("ann", password: Secret("word")), access: .push)
    let bytes = Array("hello world".utf8)
    let blob = Descriptor(mediaType: "text/plain", digest: .of(bytes), size: Int64(bytes.count))
    guard case .session(let session) = try await repository.startUpload(blob, mountFrom: nil) else {
      Issue.record("the blob cannot be there")
      return
    }
    let error = await failure {
      try await repository.finish(session, blob, body: BlobBody(length: blob.size.bytes) { nil })
    }
    #expect(error?.code == RegistryClient.newToken)
    let progress = try #require(try await repository.progress(of: session))
    #expect(progress.count == 7)
    #expect(transport.requests.last?.authorization?.reveal() == "Bearer second")
    let rest = Mutex([Array(bytes[7...])])
    try await repository.finish(
      progress.session, blob, from: 7, body: BlobBody(length: 4) { rest.withLock { $0.popLast() } })
    let patch = try #require(transport.requests.last { $0.method == .patch })
    #expect(patch.headers[.contentRange] == "7-10")
    #expect(transport.requests.count { $0.path == "/token" } == 2)
  }

  @Test func learnsTheChallengeOnce() async throws {
    let transport = Self.registry(token: Self.good)
    let client = try makeClient(transport, .user("ann", password: Secret("pass:word")))
    for name in ["a", "a", "b"] {
      _ = try await RegistryRepository(client: client, name: RepositoryName(name), access: .push).tagPages().all()
    }
    #expect(
      transport.requests.map { "\($0.path) \($0.authorization == nil ? "-" : "+")" } == [
        "/v2/a/tags/list -", "/token +", "/v2/a/tags/list +", "/v2/a/tags/list +", "/token +", "/v2/b/tags/list +",
      ])
    let request = try #require(transport.requests.first { $0.path == "/token" })
    #expect(request.isConfidential)
    #expect(request.authorization?.reveal() == "Basic YW5uOnBhc3M6d29yZA==")
    #expect(
      request.query == ["x": "1", "service": "the service", "scope": "repository:a:pull,push", "client_id": "acrsh"])
  }

  @Test func exchangesIdentityTokens() async throws {
    let transport = Self.registry { request in
      .text(200, #"{"access_token":"good"}"#, to: request)
    }
    let repository = try makeRepository(transport, .identityToken(Secret("refresh me")))
    _ = try await repository.tagPages().all()
    let request = try #require(transport.requests.first { $0.path == "/token" })
    #expect(request.method == .post)
    #expect(request.isConfidential)
    #expect(request.authorization == nil)
    #expect(
      request.bodyText
        == "grant_type=refresh_token&client_id=acrsh&service=the%20service&scope=repository%3Aapp%3Apull&refresh_token=refresh%20me"
    )
  }

  @Test func sendsReadyTokensAtOnce() async throws {
    let transport = Self.registry(token: Self.good)
    let repository = try makeRepository(transport, .accessToken(Secret("good")))
    _ = try await repository.tagPages().all()
    #expect(transport.lines == ["GET /v2/app/tags/list?n=1000"])
  }

  @Test func givesUpWhenNewTokensAreRefused() async throws {
    let count = Atomic(0)
    let transport = Self.registry { request in
      .text(200, #"{"token":"bad\#(count.add(1, ordering: .relaxed).newValue)"}"#, to: request)
    }
    let repository = try makeRepository(transport, .user("ann", password: Secret("x")))
    let error = await failure { try await repository.tagPages().all() }
    #expect(error?.kind == .auth)
    #expect(error?.message == "reg.example.com refused the password of the user `ann` from `acr login`")
    #expect(error?.help?.contains("acr login --name reg.example.com") == true)
    #expect(transport.requests.count { $0.path == "/token" } == 1)
  }

  @Test func asksAgainWithWhatTheRegistryAskedFor() async throws {
    let transport = ScriptedTransport { request in
      if request.path == "/token" {
        let isWide = request.query["scope"]?.contains("metadata_read") == true
        return .text(200, #"{"token":"\#(isWide ? "good" : "narrow")"}"#, to: request)
      }
      guard request.authorization?.reveal() == "Bearer good" else {
        let challenge = Self.challenge + #",scope="repository:app:metadata_read""#
        return .text(401, "", ["WWW-Authenticate": challenge], to: request)
      }
      return .text(200, #"{"tags":null}"#, to: request)
    }
    let repository = try makeRepository(transport)
    #expect(try await repository.tagPages().all() == [])
    #expect(try await repository.tagPages().all() == [])
    #expect(transport.requests.count { $0.path == "/token" } == 1)
    #expect(transport.requests.count == 4)
  }

  @Test(arguments: [
    (#"{"token":"a"}"#, 50), (#"{"token":"a","expires_in":300}"#, 250),
    (#"{"access_token":"a","expires_in":3600}"#, 3540),
    (#"{"access_token":"a","expires_in":0}"#, 0),
    // {"iat":1000,"exp":5500} as Azure registries give them out.
    (#"{"access_token":"h.eyJpYXQiOjEwMDAsImV4cCI6NTUwMH0.s"}"#, 4440),
  ])
  func forgetsTokensInTime(_ answer: String, _ seconds: Int) async throws {
    let transport = ScriptedTransport { .text(200, answer, to: $0) }
    let time = Mutex(ContinuousClock.now)
    let broker = TokenBroker(
      host: try RegistryHost("reg.example.com"), http: makeHTTPClient(transport), credentials: { .anonymous },
      now: { time.withLock { $0 } })
    let challenges = Challenge.parse([Self.challenge])
    _ = try await broker.authorization(
      for: [.catalog], after: challenges, from: "https://reg.example.com/v2/", refused: nil, isNew: false)
    if seconds > 0 {
      time.withLock { $0 += .seconds(seconds) - .milliseconds(1) }
      _ = try await broker.authorization(for: [.catalog])
      #expect(transport.requests.count == 1)
    }
    time.withLock { $0 += .milliseconds(1) }
    _ = try await broker.authorization(for: [.catalog])
    #expect(transport.requests.count == 2)
  }

  @Test func renewsARefusedToken() async throws {
    let valid = Mutex("first")
    let transport = ScriptedTransport { request in
      let current = valid.withLock { $0 }
      if request.path == "/token" { return .text(200, #"{"token":"\#(current)"}"#, to: request) }
      guard request.authorization?.reveal() == "Bearer \(current)" else {
        return .text(401, "", ["WWW-Authenticate": Self.challenge], to: request)
      }
      return .text(200, #"{"tags":[]}"#, to: request)
    }
    let repository = try makeRepository(transport)
    _ = try await repository.tagPages().all()
    valid.withLock { $0 = "second" }
    _ = try await repository.tagPages().all()
    #expect(transport.requests.map(\.path).suffix(3) == ["/v2/app/tags/list", "/token", "/v2/app/tags/list"])
  }

  @Test(arguments: [
    ("http://auth.example.com/token", "https://reg.example.com/v2/", false),
    ("http://reg.example.com/token", "https://reg.example.com/v2/", false),
    ("http://reg.example.com/token", "http://reg.example.com/v2/", true),
    ("http://auth.example.com/token", "http://reg.example.com/v2/", false),
    ("http://127.0.0.1:99/token", "https://reg.example.com/v2/", true),
    ("https://auth.example.com/token", "https://reg.example.com/v2/", true),
    ("/token", "https://reg.example.com/v2/", true),
  ])
  func sendsPasswordsOnlyEncrypted(_ realm: String, _ asked: String, _ isAllowed: Bool) async throws {
    let transport = ScriptedTransport { Self.good($0) }
    let broker = TokenBroker(host: try RegistryHost("reg.example.com"), http: makeHTTPClient(transport)) {
      FoundCredentials(.user("u", password: Secret("p")), origin: nil)
    }
    let challenges = Challenge.parse([#"Bearer realm="\#(realm)""#])
    let error = await failure {
      try await broker.authorization(for: [], after: challenges, from: asked, refused: nil, isNew: false)
    }
    #expect((error == nil) == isAllowed)
    #expect(transport.requests.count == (isAllowed ? 1 : 0))
    if !isAllowed { #expect(error?.message.contains("without encryption") == true) }
  }

  struct Refusal: Sendable {
    let status: Int
    let body: String
    var credentials = Credentials.user("ann", password: Secret("hidden"))
    let kind: ErrorKind
    let message: String
  }

  @Test(arguments: [
    Refusal(
      status: 401, body: #"{"errors":[{"code":"UNAUTHORIZED","message":"wrong password"}]}"#, kind: .auth,
      message: "reg.example.com refused the password of the user `ann` from `acr login`"),
    Refusal(
      status: 401, body: "", credentials: .anonymous, kind: .auth,
      message: "reg.example.com requires a sign-in, and no credentials were found"),
    Refusal(
      status: 405, body: "", credentials: .identityToken(Secret("hidden")), kind: .auth,
      message:
        "auth.example.com issues no tokens for the identity token from `acr login`, which reg.example.com requires"),
    Refusal(
      status: 429, body: "slow down", kind: .throttled,
      message: "auth.example.com rate-limited token requests for reg.example.com: slow down"),
    Refusal(
      status: 503, body: "", kind: .server,
      message: "auth.example.com failed with status 503 while issuing a token for reg.example.com"),
    Refusal(
      status: 200, body: "<html>", kind: .invalid,
      message: "auth.example.com answered the token request for reg.example.com with a web page (HTML)"),
    Refusal(
      status: 200, body: "{}", kind: .invalid,
      message: "auth.example.com answered the token request for reg.example.com with no token"),
  ])
  func explainsRefusals(_ refusal: Refusal) async throws {
    let transport = Self.registry { .text(refusal.status, refusal.body, to: $0) }
    let repository = try makeRepository(transport, refusal.credentials)
    let error = await failure { try await repository.tagPages().all() }
    #expect(error?.kind == refusal.kind)
    #expect(error?.message == refusal.message)
    #expect(!String(describing: error).contains("hidden"))
  }

  @Test func usesBasicWhereNothingElseIsOffered() async throws {
    let transport = ScriptedTransport { request in
      guard request.authorization?.reveal() == "Basic dTpw" else {
        return .text(401, "", ["WWW-Authenticate": #"Basic realm="x""#], to: request)
      }
      return .text(200, #"{"tags":[]}"#, to: request)
    }
    let repository = try makeRepository(transport, .user("u", password: Secret("p")))
    for _ in 0..<3 { _ = try await repository.tagPages().all() }
    #expect(transport.requests.count == 4)
    let anonymous = try makeRepository(transport)
    #expect(await failure { try await anonymous.tagPages().all() }?.kind == .auth)
    let wrong = try makeRepository(transport, .user("u", password: Secret("q")))
    #expect(await failure { try await wrong.tagPages().all() }?.kind == .auth)
    let token = try makeRepository(transport, .identityToken(Secret("t")))
    #expect(await failure { try await token.tagPages().all() }?.message.contains("requires a user name") == true)
  }

  @Test func refusesUnknownSchemes() async throws {
    let transport = ScriptedTransport { .text(401, "", ["WWW-Authenticate": "Negotiate"], to: $0) }
    let repository = try makeRepository(transport)
    let error = await failure { try await repository.tagPages().all() }
    #expect(error?.message == "reg.example.com requires a sign-in by negotiate, and only Basic and Bearer can be used")
  }

  @Test func theOrderOfActionsMeansNothing() async throws {
    let transport = ScriptedTransport { request in
      if request.path == "/token" { return Self.good(request) }
      guard request.authorization?.reveal() == "Bearer good" else {
        let challenge = Self.challenge + #",scope="repository:app:push,pull""#
        return .text(401, "", ["WWW-Authenticate": challenge], to: request)
      }
      return .text(200, #"{"tags":[]}"#, to: request)
    }
    let client = try makeClient(transport)
    for access in [Access.push, .pull] {
      _ = try await RegistryRepository(client: client, name: RepositoryName("app"), access: access).tagPages().all()
    }
    // The token for writing is good for reading.
    #expect(transport.requests.filter { $0.path == "/token" }.map { $0.query["scope"] } == ["repository:app:pull,push"])
  }
}
