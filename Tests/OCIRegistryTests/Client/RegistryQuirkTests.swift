import AcrCore
import AcrHTTP
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import OCIRegistry

/// A small server for each quirk of a public registry, as a public report shows it: the table of docs/registries.md. Each
/// test names its report. More of them stand in ``HostileRegistryTests``, for what several registries do.
@Suite(.timeLimit(.minutes(2))) struct RegistryQuirkTests {
  private static let transport = CurlTransport(.init(userAgent: "acrsh-tests", variable: { _ in nil }))
  /// Time that passes only when somebody sleeps, and then at once.
  private final class QuickTime: Sendable {
    private let now = Mutex(Duration.zero)
    var sleeper: Sleeper {
      Sleeper(now: { self.now.withLock { $0 } }, sleep: { time in self.now.withLock { $0 += time } })
    }
  }

  private static func repository(
    at server: LoopbackServer, _ name: String = "app", access: Access = .pull
  ) throws -> RegistryRepository {
    let http = HTTPClient(transport: transport, retry: .standard, limits: .standard, sleeper: QuickTime().sleeper)
    let client = RegistryClient(host: try RegistryHost(server.authority), http: http) {
      FoundCredentials(.anonymous, origin: nil)
    }
    return RegistryRepository(client: client, name: try RepositoryName(name), access: access)
  }

  private static func list(_ names: some Sequence<String>) -> String {
    #"{"name":"app","tags":["# + names.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
  }

  private static func descriptor(_ bytes: [UInt8]) -> Descriptor {
    Descriptor(mediaType: "text/plain", digest: .of(bytes), size: Int64(bytes.count))
  }

  // MARK: Docker Hub

  /// https://github.com/docker/hub-feedback/issues/1907: the limit against abuse answers in plain text, with lines that end
  /// with LF alone.
  @Test func dockerHubsLimitInBareLines() async throws {
    let count = Mutex(0)
    try await withLoopbackServer { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      guard number == 1 else { return .json(Self.list(["a"])) }
      return .raw(
        "HTTP/1.1 429 Too Many Requests\nCache-Control: no-cache\nConnection: close\nContent-Type: text/plain\n"
          + "Retry-After: 60\n\nToo Many Requests (HAP429).\n")
    } _: { server in
      let tags = try await Self.repository(at: server).tagPages().all().map(\.name)
      #expect(tags == ["a"])
      #expect(server.requests.count == 2)
    }
  }

  // MARK: GHCR

  /// https://github.com/artifacthub/hub/issues/4785: the question for referrers is led to the web site's own interface, with
  /// the digest cut at its colon, and that answers 429 for hours.
  @Test func ghcrLeadsReferrersToItsWebSite() async throws {
    try await withLoopbackServer { request in
      request.path.contains("/referrers/")
        ? .init(303, ["Location": "/-/v2/packages/container/package/app%2Freferrers%2Fsha256"])
        : request.path.hasPrefix("/-/") ? .init(429, ["Retry-After": "43200"]) : .init(404)
    } _: { server in
      let repository = try Self.repository(at: server)
      #expect(try await repository.referrers(of: .of([1])).isEmpty)
      #expect(!repository.mayListReferrers)
      #expect(!server.requests.contains { $0.path.hasPrefix("/-/") })
    }
  }

  /// https://github.com/ocx-sh/ocx/pull/237: a request of a chunked upload may have 4 MiB; a larger one is 416.
  @Test func ghcrTakesLargeBlobsInOnePut() async throws {
    let blob = [UInt8](repeating: 7, count: (4 << 20) + 1)
    try await withLoopbackServer { request in
      switch request.method {
      case "POST": .init(202, ["Location": "/v2/app/blobs/uploads/1"])
      case "PATCH": request.bodyCount > 4 << 20 ? .init(416) : .init(202, ["Location": "/v2/app/blobs/uploads/1"])
      case "PUT": .init(201)
      default: .init(204)
      }
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let descriptor = Self.descriptor(blob)
      guard case .session(let session) = try await repository.startUpload(descriptor, mountFrom: nil) else {
        Issue.record("mounted")
        return
      }
      try await repository.finish(session, descriptor, bytes: blob)
      #expect(server.requests.map(\.method) == ["POST", "PUT"])
    }
  }

  // MARK: Quay

  /// https://github.com/deitch/docker_registry2/issues/56 and https://github.com/regclient/regclient/issues/272: pages of 50
  /// whatever `n` says, a token in `Link`, and `last` is not read.
  @Test func quayNamesPagesByTokens() async throws {
    let names = (100..<260).map { "t\($0)" }
    try await withLoopbackServer { request in
      let start = request.queryValue("next_page").flatMap { Int($0.dropFirst("gAAAAABg/".count)) } ?? 0
      let page = names[start..<min(start + 50, names.count)]
      let link = "</v2/app/tags/list?next_page=gAAAAABg%2F\(start + 50)&n=50>; rel=\"next\""
      var next: HeaderFields = [:]
      if start + 50 < names.count { next["Link"] = link }
      return .json(Self.list(page), headers: next)
    } _: { server in
      let tags = try await Self.repository(at: server).tagPages().all().map(\.name)
      #expect(tags == names)
      #expect(server.requests.count == 4)
    }
  }

  // MARK: ECR

  /// https://github.com/aws/containers-roadmap/issues/2831: `Range` stays where the first chunk ended, and the rest from
  /// there is 416 since more is stored.
  @Test func ecrForgetsHowFarAnUploadCame() async throws {
    try await withLoopbackServer { request in
      request.method == "GET" ? .init(204, ["Range": "0-4"]) : .init(416, ["Range": "0-4"])
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let session = BlobUpload(location: "\(server.url)/v2/app/blobs/uploads/1")
      let descriptor = Descriptor(mediaType: "t", digest: .of([1]), size: 10)
      for _ in 0..<2 {
        #expect(try await repository.progress(of: session)?.count == 5)
        let pieces = Mutex([[UInt8](repeating: 1, count: 5)])
        let error = await failure {
          try await repository.finish(
            session, descriptor, from: 5, body: BlobBody(length: 5) { pieces.withLock { $0.popLast() } })
        }
        #expect(error?.status == 416)
      }
      // The registry is not believed any more: uploads begin at their first byte.
      #expect(try await repository.progress(of: session) == nil)
    }
  }

  /// https://github.com/aws/containers-roadmap/issues/2860: a blob is mounted only when a manifest of its repository names
  /// it; before that the question opens an upload.
  @Test func ecrMountsOnlyWhatAManifestNames() async throws {
    let isNamed = Mutex(false)
    try await withLoopbackServer { request in
      guard request.method == "POST" else { return .init(201) }
      return isNamed.withLock(\.self)
        ? .init(201, ["Location": "/v2/app/blobs/x"]) : .init(202, ["Location": "/v2/app/blobs/uploads/1"])
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let blob = Self.descriptor([1, 2, 3])
      guard case .session(let session) = try await repository.startUpload(blob, mountFrom: RepositoryName("other"))
      else {
        Issue.record("mounted")
        return
      }
      try await repository.finish(session, blob, bytes: [1, 2, 3])
      isNamed.withLock { $0 = true }
      guard case .mounted = try await repository.startUpload(blob, mountFrom: RepositoryName("other")) else {
        Issue.record("not mounted")
        return
      }
      #expect(server.requests.map(\.method) == ["POST", "PUT", "POST"])
    }
  }

  // MARK: Google Artifact Registry

  /// https://github.com/podman-container-tools/skopeo/issues/1101 and https://github.com/kitops-ml/kitops/issues/777: no
  /// chunked uploads. The first stream finds out, those that follow go in one PUT.
  @Test func artifactRegistryTakesWholeBlobsOnly() async throws {
    let blob = [UInt8](repeating: 3, count: 9 << 20)
    try await withLoopbackServer { request in
      switch request.method {
      case "POST": .init(202, ["Location": "/v2/app/blobs/uploads/1"])
      case "PATCH": .init(405)
      case "PUT": request.bodyCount == blob.count ? .init(201) : .init(400)
      default: .init(204)
      }
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let descriptor = Self.descriptor(blob)
      func send() async throws {
        guard case .session(let session) = try await repository.startUpload(descriptor, mountFrom: nil) else { return }
        let pieces = Mutex([blob])
        try await repository.finish(
          session, descriptor, body: BlobBody(length: Int64(blob.count)) { pieces.withLock { $0.popLast() } })
      }
      let first = await failure { try await send() }
      #expect(first?.status == 405)
      try await send()
      #expect(server.requests.last?.method == "PUT")
      #expect(server.requests.last?.bodyCount == blob.count)
    }
  }

  // MARK: Harbor

  /// https://github.com/goharbor/harbor/issues/17097: a mount from a project that is not there is 401;
  /// https://github.com/goharbor/harbor/issues/22078: from a name without a project 400.
  @Test(arguments: [
    (401, "UNAUTHORIZED", "project examplegroup not found: project examplegroup not found"),
    (400, "BAD_REQUEST", "bad request: invalid repository name: pause"),
  ])
  func harborRefusesMountsOfUnknownProjects(_ status: Int, _ code: String, _ message: String) async throws {
    try await withLoopbackServer { request in
      switch request.method {
      case "POST":
        request.queryValue("mount") != nil
          ? .json(#"{"errors":[{"code":"\#(code)","message":"\#(message)"}]}"#, status: status)
          : .init(202, ["Location": "/v2/app/blobs/uploads/1"])
      default: .init(201)
      }
    } _: { server in
      let repository = try Self.repository(at: server, access: .push)
      let blob = Self.descriptor([1, 2, 3])
      guard case .session(let session) = try await repository.startUpload(blob, mountFrom: RepositoryName("pause"))
      else {
        Issue.record("mounted")
        return
      }
      try await repository.finish(session, blob, bytes: [1, 2, 3])
      #expect(server.requests.last?.method == "PUT")
    }
  }

  /// https://github.com/goharbor/harbor/issues/20764: a proxy cache says `NOT_FOUND` where the specification has
  /// `MANIFEST_UNKNOWN`.
  @Test func harborsProxyCacheHasACodeOfItsOwn() async throws {
    let body =
      #"{"errors":[{"code":"NOT_FOUND","message":"resource not found: repo docker.io/library/debian, tag badtag not found"}]}"#
    try await withLoopbackServer { _ in
      .json(body, status: 404)
    } _: { server in
      let repository = try Self.repository(at: server, "docker.io/library/debian")
      #expect(try await repository.digest(of: TagName("badtag")) == nil)
      let error = await failure { try await repository.manifest(.tag(TagName("badtag"))) }
      #expect(error?.kind == .notFound)
    }
  }

  // MARK: GitLab

  /// https://github.com/oras-project/oras-go/issues/1396: `sha256-HEX` is taken for the digest itself, so that the fallback
  /// tag of an index leads to the index, whose children are no referrers.
  @Test func gitlabTakesTheFallbackTagForTheDigest() async throws {
    let index = Array(
      """
      {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
      {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\(Digest.of([1]))","size":1}]}
      """.utf8)
    let digest = Digest.of(index)
    try await withLoopbackServer { request in
      guard request.path.hasSuffix("/manifests/sha256-\(digest.hex)") || request.path.hasSuffix("/manifests/\(digest)")
      else {
        return .init(404)
      }
      return .init(
        200, ["Content-Type": MediaType.ociIndex, "Docker-Content-Digest": digest.description], body: index)
    } _: { server in
      let found = try await Self.repository(at: server).referrers(of: digest)
      #expect(found.isEmpty)
    }
  }

  // MARK: Nexus

  /// https://github.com/sonatype/nexus-public/issues/1011: behind a connector's port, `Link` has a path that this port does
  /// not serve (400).
  @Test func nexusLinksWithAnInnerPath() async throws {
    try await withLoopbackServer { request in
      if request.path.hasPrefix("/repository/") { return .init(400) }
      guard request.queryValue("last") == nil else { return .json(Self.list(["b"])) }
      let link =
        "<http://127.0.0.1/repository/docker-proxy/v2/app/tags/list?n=1000&last=a>; rel=\"next\""
      return .json(Self.list(["a"]), headers: ["Link": link])
    } _: { server in
      let tags = try await Self.repository(at: server).tagPages().all().map(\.name)
      #expect(tags == ["a", "b"])
      #expect(server.requests.map(\.path) == ["/v2/app/tags/list", "/v2/app/tags/list"])
    }
  }

  /// https://github.com/sonatype/nexus-public/issues/117: a group gives a part of the tags and no `Link`.
  @Test func nexusGroupsGiveNoLink() async throws {
    let names = (100..<125).map { "t\($0)" }
    try await withLoopbackServer { request in
      let last = request.queryValue("last") ?? ""
      return .json(Self.list(names.filter { $0 > last }.prefix(Int(request.queryValue("n") ?? "") ?? 10)))
    } _: { server in
      var repository = try Self.repository(at: server)
      repository.pageSize = 10
      #expect(try await repository.tagPages().all().map(\.name) == names)
    }
  }

  // MARK: Artifactory

  /// https://github.com/podman-container-tools/skopeo/issues/2346: the children of an index stand among the tags, as
  /// `sha256:…`. Lists leave them out; what deletes by such a list does not trust it.
  @Test func artifactoryListsDigestsAsTags() async throws {
    let tags = ["sha256:\(String(repeating: "a", count: 64))", "v1"]
    try await withLoopbackServer { _ in
      .json(Self.list(tags))
    } _: { server in
      let repository = try Self.repository(at: server)
      #expect(try await repository.tagPages().all().map(\.name) == ["v1"])
      let error = await failure { try await repository.completeTagPages().all() }
      #expect(error?.code == RegistryClient.notAList)
    }
  }

  /// https://github.com/renovatebot/renovate/issues/15030: `Link` leaves out the repository key that the path began with.
  @Test func artifactoryLinksWithoutItsRepositoryKey() async throws {
    try await withLoopbackServer { request in
      guard request.path == "/v2/docker/renovate/tags/list" else { return .init(404) }
      guard request.queryValue("last") == nil else { return .json(Self.list(["b"])) }
      return .json(Self.list(["a"]), headers: ["Link": #"</v2/renovate/tags/list?last=a&n=1000>; rel="next""#])
    } _: { server in
      let tags = try await Self.repository(at: server, "docker/renovate").tagPages().all().map(\.name)
      #expect(tags == ["a", "b"])
    }
  }

  // MARK: Gitea

  /// https://github.com/microsoft/vscode-docker/issues/4309: `Link` stands in every answer, also behind the last tag.
  @Test func giteaLinksBehindTheEnd() async throws {
    try await withLoopbackServer { request in
      let rest = ["a", "b", "c"].filter { $0 > request.queryValue("last") ?? "" }.prefix(2)
      let last = rest.last ?? request.queryValue("last") ?? ""
      return .json(Self.list(rest), headers: ["Link": "</v2/app/tags/list?last=\(last)&n=2>; rel=\"next\""])
    } _: { server in
      let tags = try await Self.repository(at: server).tagPages().all().map(\.name)
      let complete = try await Self.repository(at: server).completeTagPages().all().map(\.name)
      #expect(tags == ["a", "b", "c"])
      #expect(complete == tags)
    }
  }

  // MARK: Registries in Go

  /// https://github.com/mkuchin/docker-registry-web/issues/28: a repository without tags has `null` for them. That is an
  /// empty list, also for what deletes by it; so is a `null` behind a full page, with the repository's name.
  @Test(arguments: [true, false]) func nullIsAnEmptyList(_ isFirst: Bool) async throws {
    try await withLoopbackServer { request in
      isFirst || request.queryValue("last") != nil
        ? .json(#"{"name":"app","tags":null}"#) : .json(Self.list(["a", "b"]))
    } _: { server in
      var repository = try Self.repository(at: server)
      repository.pageSize = 2
      let names = isFirst ? [] : ["a", "b"]
      #expect(try await repository.tagPages().all().map(\.name) == names)
      #expect(try await repository.completeTagPages().all().map(\.name) == names)
      #expect(server.requests.count == (isFirst ? 2 : 4))
    }
  }

  /// Behind a page that names the next one, `null` is no end of the list: what deletes by the list must not believe it.
  @Test func nullInPlaceOfAPromisedPageIsNone() async throws {
    try await withLoopbackServer { request in
      request.queryValue("last") != nil
        ? .json(#"{"name":"app","tags":null}"#)
        : .json(Self.list(["a", "b"]), headers: ["Link": "</v2/app/tags/list?n=2&last=b>; rel=\"next\""])
    } _: { server in
      var repository = try Self.repository(at: server)
      repository.pageSize = 2
      #expect(try await repository.tagPages().all().map(\.name) == ["a", "b"])
      let error = await failure { try await repository.completeTagPages().all() }
      #expect(error?.code == RegistryClient.notAList)
    }
  }
}
