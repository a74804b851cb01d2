import AcrCore
import AcrHTTP
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import OCIRegistry

/// Registries and token servers that lie, and the quirks of real ones.
@Suite(.timeLimit(.minutes(2))) struct HostileRegistryTests {
  private static let transport = CurlTransport(.init(userAgent: "acrsh-tests", variable: { _ in nil }))

  /// Time that passes only when somebody sleeps.
  private static let quick = Sleeper(now: { .zero }, sleep: { _ in })

  private static func repository(
    at server: LoopbackServer, _ credentials: Credentials = .anonymous, access: Access = .pull,
    limits: WireLimits = .standard, retry: RetryPolicy = .standard
  ) throws -> RegistryRepository {
    let http = HTTPClient(transport: transport, retry: retry, limits: limits, sleeper: quick)
    let client = RegistryClient(host: try RegistryHost(server.authority), http: http) {
      FoundCredentials(credentials, origin: credentials == .anonymous ? nil : CredentialStore.sessionOrigin)
    }
    return RegistryRepository(client: client, name: try RepositoryName("app"), access: access)
  }

  private static func list(_ names: some Sequence<String>) -> String {
    #"{"name":"app","tags":["# + names.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
  }

  // MARK: Sign-in

  @Test func aRegistryThatAlwaysWantsAnotherScopeIsGivenUp() async throws {
    let count = Mutex(0)
    try await withLoopbackServer { request in
      if request.path == "/token" { return .json(#"{"token":"t\#(request.target.count)"}"#) }
      let number = count.withLock { count in
        count += 1
        return count
      }
      let challenge = #"Bearer realm="/token",service="s",scope="repository:other\#(number):pull""#
      return .init(401, ["WWW-Authenticate": challenge])
    } _: { server in
      let error = await failure { try await Self.repository(at: server).tagPages().all() }
      #expect(error?.kind == .auth)
      #expect(error?.message.contains("refused with 3 new tokens") == true)
      #expect(error?.help?.contains("--limit sign-ins=6") == true)
      #expect(server.requests.count <= 8)
    }
  }

  @Test(arguments: [307, 308])
  func aRefreshTokenStaysAtItsTokenServer(_ status: Int) async throws {
    try await withLoopbackServer { _ in
      .json(#"{"token":"stolen"}"#)
    } _: { thief in
      try await withLoopbackServer { request in
        request.path == "/token"
          ? .init(status, ["Location": "\(thief.url)/token"])
          : .init(401, ["WWW-Authenticate": #"Bearer realm="/token",service="s""#])
      } _: { server in
        let repository = try Self.repository(at: server, .identityToken(Secret("refresh-me-not")))
        let error = await failure { try await repository.tagPages().all() }
        #expect(error?.kind == .denied)
        #expect(error?.message.contains("a different server") == true)
        #expect(thief.connectionCount == 0)
        #expect(server.requests.contains { $0.text.contains("refresh-me-not") })
      }
    }
  }

  @Test func aTokenServerOnTheOwnLinkIsNoTokenServer() async throws {
    let challenge = #"Bearer realm="http://169.254.169.254/metadata/identity/oauth2/token",service="s""#
    try await withLoopbackServer { _ in
      .init(401, ["WWW-Authenticate": challenge])
    } _: { server in
      let error = await failure { try await Self.repository(at: server).tagPages().all() }
      #expect(error?.kind == .auth)
    }
  }

  @Test(arguments: [
    #""expires_in":-9223372036854775808"#, #""expires_in":9223372036854775807"#, #""expires_in":1e300"#,
    #""expires_in":"-1""#, #""expires_in":null"#, #""issued_at":"2262-04-11T23:47:16.9Z""#,
  ])
  func anyLifetimeOfATokenIsSurvived(_ member: String) async throws {
    try await withLoopbackServer { request in
      if request.path == "/token" { return .json("{\"token\":\"t\",\(member)}") }
      return request.headers["authorization"] == nil
        ? .init(401, ["WWW-Authenticate": #"Bearer realm="/token",service="s""#]) : .json(Self.list(["a"]))
    } _: { server in
      let tags = try await Self.repository(at: server).tagPages().all().map(\.name)
      #expect(tags == ["a"])
    }
  }

  @Test func theTimesOfATokenOfItsOwnDoNotOverflow() async throws {
    let payload = Base64.encode(Array(#"{"exp":9223372036854775807,"iat":-9223372036854775808}"#.utf8))
      .replacing("=", with: "")
    try await withLoopbackServer { request in
      if request.path == "/token" { return .json(#"{"access_token":"e30.\#(payload).x"}"#) }
      return request.headers["authorization"] == nil
        ? .init(401, ["WWW-Authenticate": #"Bearer realm="/token",service="s""#]) : .json(Self.list(["a"]))
    } _: { server in
      let tags = try await Self.repository(at: server).tagPages().all().map(\.name)
      #expect(tags == ["a"])
    }
  }

  // MARK: Bodies that break off

  @Test func listsManifestsAndTokensThatBreakOffAreAskedForAgain() async throws {
    let seen = Mutex<[String: Int]>([:])
    let manifest = Array(#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[]}"#.utf8)
    try await withLoopbackServer { request in
      let isFirst = seen.withLock { seen in
        seen[request.path, default: 0] += 1
        return seen[request.path] == 1
      }
      func answer(_ body: [UInt8], _ headers: HeaderFields = [:]) -> LoopbackServer.Reply {
        isFirst ? .cut(200, headers, body: body, after: 4, reset: false) : .init(200, headers, body: body)
      }
      if request.path == "/token" { return answer(Array(#"{"token":"t"}"#.utf8)) }
      guard request.headers["authorization"] != nil else {
        seen.withLock { $0[request.path] = 0 }
        return .init(401, ["WWW-Authenticate": #"Bearer realm="/token",service="s""#])
      }
      switch request.path {
      case "/v2/app/tags/list": return answer(Array(Self.list(["a"]).utf8))
      case "/v2/app/manifests/a": return answer(manifest, ["Content-Type": MediaType.ociIndex])
      default: return answer(manifest, ["Content-Type": MediaType.ociIndex])
      }
    } _: { server in
      let repository = try Self.repository(at: server)
      let tags = try await repository.tagPages().all().map(\.name)
      #expect(tags == ["a"])
      let found = try await repository.manifest(.tag(try TagName("a")))
      #expect(found.bytes == manifest)
      #expect(try await repository.referrers(of: found.digest).isEmpty)
      #expect(seen.withLock { $0["/token"] } ?? 0 >= 2)
    }
  }

  // MARK: Lists

  /// In-memory registries of Go and Nexus: `Link` is optional.
  @Test func aFullPageWithoutALinkIsAskedOn() async throws {
    let names = (0..<25).map { "t\(String($0 + 100))" }
    try await withLoopbackServer { request in
      let last = request.queryValue("last")
      let rest = names.drop { last != nil && $0 <= last ?? "" }
      return .json(Self.list(rest.prefix(Int(request.queryValue("n") ?? "") ?? 100)))
    } _: { server in
      var repository = try Self.repository(at: server)
      repository.pageSize = 10
      let tags = try await repository.tagPages().all().map(\.name)
      #expect(tags == names)
      #expect(server.requests.map(\.target).last == "/v2/app/tags/list?n=10&last=t119")
      repository.pageSize = 25
      let exact = try await repository.tagPages().all().map(\.name)
      #expect(exact == names)
    }
  }

  @Test func aListThatIgnoresPagesEnds() async throws {
    try await withLoopbackServer { _ in
      .json(Self.list(["a", "b", "c"]))
    } _: { server in
      var repository = try Self.repository(at: server)
      repository.pageSize = 3
      let tags = try await repository.tagPages().all().map(\.name)
      #expect(tags == ["a", "b", "c"])
      #expect(server.requests.count == 2)
      // More than was asked for is all there is.
      repository.pageSize = 2
      #expect(try await repository.tagPages().all().count == 3)
      #expect(server.requests.count == 3)
    }
  }

  @Test func pagesWithoutEndAreCutOff() async throws {
    let count = Mutex(0)
    try await withLoopbackServer { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      return .json(
        Self.list(["t\(number)"]), headers: ["Link": "</v2/app/tags/list?last=\(number)>; rel=\"next\""])
    } _: { server in
      var limits = WireLimits()
      limits[.pages] = 7
      let error = await failure { try await Self.repository(at: server, limits: limits).tagPages().all() }
      #expect(error?.message.hasSuffix("has more than 7 pages") == true)
      #expect(error?.help?.contains("--limit pages=14") == true)
      #expect(server.requests.count == 8)
    }
  }

  /// Artifactory names the path that it has behind its proxy, Nexus its inner host.
  @Test(arguments: [
    #"<http://nexus.internal:8081/v2/app/tags/list?last=a&n=1>; rel="next""#,
    #"<http://169.254.169.254/v2/app/tags/list?last=a&n=1>; rel="next""#,
    #"</artifactory/api/docker/local/v2/app/tags/list?last=a&n=1>; rel="next""#, #"<list?last=a&n=1>; rel="next""#,
    #"<?last=a&n=1>; rel="next""#,
  ])
  func aLinkThatNamesAnotherPlaceIsPutRight(_ link: String) async throws {
    try await withLoopbackServer { request in
      request.target == "/v2/app/tags/list?last=a&n=1"
        ? .json(Self.list(["b"]))
        : request.path == "/v2/app/tags/list" ? .json(Self.list(["a"]), headers: ["Link": link]) : .init(404)
    } _: { server in
      let tags = try await Self.repository(at: server).tagPages().all().map(\.name)
      #expect(tags == ["a", "b"])
    }
  }

  @Test func aLinkThatLeadsNowhereIsNamed() async throws {
    try await withLoopbackServer { request in
      request.path == "/v2/app/tags/list"
        ? .json(Self.list(["a"]), headers: ["Link": #"<https://inner.example/next/page?token=s3cret>; rel="next""#])
        : .init(404)
    } _: { server in
      let error = await failure { try await Self.repository(at: server).tagPages().all() }
      #expect(error?.status == 404)
      #expect(error?.notes.last?.hasSuffix("from its `Link`: \(server.url)/next/page") == true)
    }
  }

  @Test(arguments: [9_000, 60_000])
  func addressesOfAnyLengthAreNotFollowed(length: Int) async throws {
    let long = String(repeating: "a", count: length)
    try await withLoopbackServer { request in
      switch (request.method, request.path.contains("/tags/")) {
      case ("POST", _): .init(202, ["Location": "/v2/app/blobs/uploads/\(long)"])
      case (_, true): .json(#"{"tags":["a"]}"#, headers: ["Link": "</v2/app/tags/list?last=\(long)>; rel=\"next\""])
      default: .init(307, ["Location": "/\(long)"])
      }
    } _: { server in
      let repository = try Self.repository(at: server)
      let blob = Sample.blob([1])
      for error in [
        await failure { try await repository.tagPages().all() },
        await failure { try await repository.manifest(.tag(.latest)) },
        await failure { try await repository.startUpload(blob, mountFrom: nil) },
      ] {
        #expect(error?.code == ServerAddress.code)
        #expect(error?.message.contains("addresses have up to 8192") == true)
        #expect(error?.message.contains("aaaa") == false)
      }
      #expect(server.requests.count == 3)
    }
  }

  @Test(arguments: [#"{"tags":["a",5]}"#, #"{"tags":["a","-bad-"]}"#, "{}", "[]", "<html>", ""])
  func aListThatDoesNotSayWhatThereIsIsNoCompleteList(_ body: String) async throws {
    try await withLoopbackServer { _ in
      .init(200, text: body)
    } _: { server in
      let repository = try Self.repository(at: server)
      let error = await failure { try await repository.completeTagPages().all() }
      #expect(error?.kind == .invalid)
      #expect(error?.code == RegistryClient.notAList)
    }
  }

  // MARK: Uploads

  @Test func aRegistryThatMountsNothingIsAskedForItsBlobs() async throws {
    try await withLoopbackServer { request in
      switch request.method {
      case "POST": .init(202, ["Location": "/v2/app/blobs/uploads/1"])
      case "HEAD": .init(request.path.hasSuffix(Digest.of([3]).hex) ? 404 : 200)
      default: .init(204)
      }
    } _: { server in
      let repository = try Self.repository(at: server)
      func start(_ byte: UInt8, size: Int64) async throws -> Bool {
        let blob = Descriptor(mediaType: "m", digest: .of([byte]), size: size)
        guard case .mounted = try await repository.startUpload(blob, mountFrom: repository.name) else { return false }
        return true
      }
      // Small ones are sent rather than asked for.
      #expect(try await !start(1, size: 100))
      #expect(server.requests.map(\.method) == ["POST"])
      #expect(try await start(1, size: 9 << 20))
      #expect(server.requests.map(\.method) == ["POST", "POST", "HEAD", "DELETE"])
      // From then on the question comes first.
      #expect(try await start(2, size: 100))
      #expect(try await !start(3, size: 9 << 20))
      #expect(server.requests.map(\.method).suffix(3) == ["HEAD", "HEAD", "POST"])
    }
  }

  // MARK: Referrers

  /// GHCR sends the question for referrers on to its web site; others answer it with a page.
  @Test(arguments: [
    LoopbackServer.Reply(303, ["Location": "https://github.com/login"]),
    LoopbackServer.Reply(200, ["Content-Type": "text/html"], text: "<html>Sign in</html>"),
    LoopbackServer.Reply(200, text: "not json"), .json("{}"), LoopbackServer.Reply(400), LoopbackServer.Reply(405),
    LoopbackServer.Reply(501),
  ])
  func whatIsNoIndexMeansNoReferrersAPI(_ reply: LoopbackServer.Reply) async throws {
    try await withLoopbackServer { request in
      request.path.contains("/referrers/") ? reply : .init(404)
    } _: { server in
      let repository = try Self.repository(at: server)
      let digest = Digest.of(Array("x".utf8))
      #expect(try await repository.listedReferrers(of: digest) == nil)
      #expect(!repository.mayListReferrers)
      #expect(try await repository.referrers(of: digest).isEmpty)
    }
  }

  // MARK: Uploads

  @Test(arguments: [500, 501])
  func aRegistryThatFailsAtMountsGetsUploads(_ status: Int) async throws {
    let blob = Array("layer".utf8)
    try await withLoopbackServer { request in
      switch request.method {
      case "POST":
        request.queryValue("mount") != nil
          ? .init(status) : .init(202, ["Location": "/v2/app/blobs/uploads/1"])
      case "PUT": .init(201)
      case "HEAD": .init(404)
      default: .init(404)
      }
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let descriptor = Descriptor(mediaType: "text/plain", digest: .of(blob), size: Int64(blob.count))
      for _ in 0..<2 {
        let start = try await repository.startUpload(descriptor, mountFrom: try RepositoryName("other"))
        guard case .session(let session) = start else {
          Issue.record("mounted")
          return
        }
        try await repository.finish(session, descriptor, bytes: blob)
      }
      // The second time the registry is not asked to mount.
      #expect(server.requests.map(\.method) == ["POST", "POST", "PUT", "HEAD", "POST", "PUT"])
    }
  }

  @Test(arguments: ["0-9223372036854775807", "0-99999999999999999999", "-5", "5-9", "x"])
  func anyAnswerToHowFarAnUploadCameIsSurvived(_ range: String) async throws {
    try await withLoopbackServer { _ in
      .init(204, ["Range": range])
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let progress = try await repository.progress(of: BlobUpload(location: "\(server.url)/v2/app/blobs/uploads/1"))
      #expect(progress == nil || progress?.count == .max)
    }
  }

  /// GHCR answers 416 to the rest of a large upload, others 400 or 404.
  @Test(arguments: [400, 404, 416])
  func aRefusedRestMeansAFreshUpload(_ status: Int) async throws {
    try await withLoopbackServer { _ in
      .init(status)
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let session = BlobUpload(location: "\(server.url)/v2/app/blobs/uploads/1")
      let descriptor = Descriptor(mediaType: "t", digest: .of([1]), size: 10)
      // The first 416 may come late, from a registry that took more of the broken request meanwhile.
      let refusals = status == 416 ? 2 : 1
      for _ in 0..<refusals {
        let pieces = Mutex([[UInt8](repeating: 1, count: 5)])
        let error = await failure {
          try await repository.finish(
            session, descriptor, from: 5, body: BlobBody(length: 5) { pieces.withLock { $0.popLast() } })
        }
        #expect(error?.status == 416 || error?.code == RegistryRepository.restRefused)
      }
      // What comes next starts at the first byte.
      #expect(try await repository.progress(of: session) == nil)
      #expect(server.requests.count == refusals)
    }
  }

  // MARK: Redirects

  @Test func blobsComeFromOtherHostsAndNothingElseDoes() async throws {
    let blob = Array("layer".utf8)
    try await withLoopbackServer { _ in
      .init(200, body: blob)
    } _: { storage in
      try await withLoopbackServer { request in
        .init(307, ["Location": "\(storage.url)/data?sig=abc"])
      } _: { server in
        let repository = try Self.repository(at: server)
        let descriptor = Descriptor(mediaType: "t", digest: .of(blob), size: Int64(blob.count))
        let reader = try await repository.blob(descriptor, from: 0)
        let piece = try await reader.next()
        #expect(piece == blob)
        let before = storage.requests.count
        for ask in [
          { _ = try await repository.tagPages().all() }, { _ = try await repository.manifest(.tag(.latest)) },
          { try await repository.client.checkLogin() }, { _ = try await repository.client.catalog().all() },
        ] as [() async throws -> Void] {
          let error = await failure { try await ask() }
          #expect(error?.kind == .denied)
          #expect(error?.code == ServerAddress.code)
        }
        #expect(storage.requests.count == before)
      }
    }
  }

  /// `registry.k8s.io` is an address in front of other registries.
  @Test func manifestsAndListsMayBeAtAnotherRegistry() async throws {
    try await withLoopbackServer { request in
      request.path == "/v2/images/app/tags/list" ? .json(Self.list(["a"])) : .init(404)
    } _: { other in
      try await withLoopbackServer { _ in
        .init(307, ["Location": "\(other.url)/v2/images/app/tags/list?n=1000"])
      } _: { server in
        let repository = try Self.repository(at: server, .accessToken(Secret("t0ken")))
        let tags = try await repository.tagPages().all().map(\.name)
        #expect(tags == ["a"])
        #expect(other.requests.allSatisfy { $0.headers["authorization"] == nil })
      }
    }
  }

  @Test(arguments: ["http://169.254.169.254/latest", "https://[fe80::1]/x"])
  func uploadsAreNotSentToTheOwnLink(_ location: String) async throws {
    try await withLoopbackServer { _ in
      .init(202, ["Location": location])
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let descriptor = Descriptor(mediaType: "t", digest: .of([1]), size: 1)
      let error = await failure { try await repository.startUpload(descriptor, mountFrom: nil) }
      #expect(error?.kind == .denied)
      #expect(error?.message.contains("link-local address") == true)
    }
  }

  // MARK: What servers say

  @Test func noErrorRepeatsASecret() async throws {
    try await withLoopbackServer { request in
      let sent = request.headers["authorization"] ?? ""
      if request.path == "/token" {
        return .json(
          #"{"errors":[{"code":"UNAUTHORIZED","message":"no \#(sent) hunter2-pw","detail":"/x?sig=abcdef hunter2-pw"}]}"#,
          status: 403, headers: ["X-Request-Id": sent, "X-Ms-Request-Id": "hunter2-pw"])
      }
      return .init(401, ["WWW-Authenticate": #"Bearer realm="/token",service="s""#])
    } _: { server in
      let repository = try Self.repository(at: server, .user("ann", password: Secret("hunter2-pw")))
      let error = try #require(await failure { try await repository.tagPages().all() })
      let shown = "\(error.message) \(error.help ?? "") \(error.notes) \(error.requestID ?? "") \(error.code ?? "")"
      #expect(!shown.contains("hunter2"), "\(shown)")
      #expect(!shown.contains(Base64.encode(Array("ann:hunter2-pw".utf8))), "\(shown)")
      #expect(!shown.contains("abcdef"), "\(shown)")
    }
  }

  @Test func aWaitOfHoursIsSaidWithTheRegistrysWords() async throws {
    try await withLoopbackServer { _ in
      .json(
        #"{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit"}]}"#, status: 429,
        headers: ["Retry-After": "21600"])
    } _: { server in
      let error = await failure { try await Self.repository(at: server).tagPages().all() }
      #expect(error?.kind == .throttled)
      #expect(error?.message.hasSuffix("You have reached your pull rate limit") == true)
      #expect(error?.help?.hasPrefix("try again in 6 h (after 2") == true)
      #expect(error?.retryAfter == .seconds(21600))
      #expect(server.requests.count <= 2)
    }
  }
}
