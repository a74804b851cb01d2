import AcrCore
import AzureIdentity
import ImportCore
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import AzureRegistry

@Suite("What would make an import fail is found before the service is asked", .serialized)
struct PreflightTests {
  static let world = RegistryFinderTests.world(
    registries: """
      {"name": "first", "subscription": "s-1", "resourceGroup": "g", "tokens": [\(writer)],
       "roleAssignments": [{"principal": "p-1", "role": "Owner"}], "images": ["old:v1"]},
      {"name": "second", "subscription": "s-2", "resourceGroup": "g", "tokens": [\(writer)],
       "roleAssignments": [{"principal": "p-1", "role": "Owner"}], "images": ["app:v1", "hello-world:latest"]},
      {"name": "hidden", "subscription": "s-2", "resourceGroup": "g", "publicNetworkAccess": "Disabled",
       "roleAssignments": [{"principal": "p-1", "role": "Owner"}], "images": ["app:v1"]},
      {"name": "foreign", "subscription": "s-2", "resourceGroup": "g", "tokens": [\(writer)],
       "roleAssignments": [{"principal": "p-1", "role": "AcrPull"}], "images": ["app:v1"]}
      """
  ).replacing(
    "\"operations\"",
    with: """
      "sources": [
        {"host": "docker.io", "aliases": ["registry-1.docker.io"], "signIn": "token", "pullLimit": 100,
         "users": [{"name": "me", "password": "hub-secret"}], "privateRepositories": ["team/private"],
         "images": ["library/hello-world:latest", "team/private:v1"]},
        {"host": "mcr.microsoft.com", "signIn": "none", "images": ["hello-world:latest"]}
      ], "operations"
      """)

  static let writer =
    #"{"name": "all", "password": "secret", "actions": ["pull", "push", "delete", "metadata_read", "metadata_write"]}"#

  /// The engine and the checks of one session.
  struct Place {
    let azure: Azure
    let session: RegistryClients
    let engine: ServiceImport
    let preflight: Preflight

    init(_ azure: Azure) {
      self.azure = azure
      let finder = RegistryFinder(azure.manager)
      session = RegistryClients(
        http: azure.http, credentials: CredentialStore(environment: ["HOME": "/nonexistent"]),
        identity: RegistryTokenExchange(http: azure.http, identity: azure.identity, finder: finder))
      engine = ServiceImport(service: ImportService(azure.manager), finder: finder, deadline: .seconds(120))
      preflight = Preflight(http: azure.http, registries: session, finder: finder, deadline: .seconds(120))
    }

    func request(_ source: ImageReference, _ target: String, isForced: Bool = false) throws -> ImportRequest {
      let name = try RepositoryReference(target)
      let host = try RegistryHost("first.azurecr.io")
      return ImportRequest(
        source: ImportSource(
          store: session.repository(source.registry, source.repository, access: .pull),
          selector: source.digest.map(ManifestSelector.digest) ?? .tag(source.tag ?? .latest),
          location: RepositoryLocation(registry: source.registry, repository: source.repository)),
        targets: [
          ImportTarget(
            store: session.repository(host, name.repository, access: .push), tag: name.tag,
            location: RepositoryLocation(registry: host, repository: name.repository))
        ], isForced: isForced)
    }

    /// The report for one import.
    func report(
      _ source: String, to target: String = "copy:1", _ credentials: Credentials = .anonymous, id: String? = nil,
      isForced: Bool = false
    ) async throws -> PreflightReport {
      try await preflight.plan(
        try request(try ImageReference(source), target, isForced: isForced), with: engine, credentials: credentials,
        sourceID: id.flatMap(AzureResourceID.init(registry:))
      ).report
    }

    /// Writes an index of images that have nothing but a configuration, some of them under a second index.
    func pushIndex(_ tag: String, to registry: String, count: Int, nested: Int = 0) async throws {
      let client = session.client(
        try RegistryHost("\(registry).azurecr.io"), credentials: .user("all", password: Secret("secret")),
        origin: "the test")
      let store = RegistryRepository(client: client, name: try RepositoryName("many"), access: .push)
      func manifest(_ document: JSONValue, _ type: String) -> FetchedManifest {
        let bytes = Array(document.text.utf8)
        return FetchedManifest(bytes: bytes, mediaType: type, digest: Digest.of(bytes))
      }
      func descriptor(_ manifest: FetchedManifest) -> JSONValue {
        [
          "mediaType": .string(manifest.mediaType), "digest": .string(manifest.digest.description),
          "size": .integer(Int64(manifest.bytes.count)),
        ]
      }
      func images(_ numbers: Range<Int>) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        for number in numbers {
          let config = Array("{\"number\":\(number)}".utf8)
          let blob = Descriptor(mediaType: MediaType.ociConfig, digest: Digest.of(config), size: Int64(config.count))
          if case .session(let upload) = try await store.startUpload(blob, mountFrom: nil) {
            try await store.finish(upload, blob, bytes: config)
          }
          let image = manifest(
            [
              "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest), "layers": [],
              "config": [
                "mediaType": .string(MediaType.ociConfig), "digest": .string(blob.digest.description),
                "size": .integer(blob.size.bytes),
              ],
            ], MediaType.ociManifest)
          try await store.putManifest(image, as: .digest(image.digest))
          found.append(descriptor(image))
        }
        return found
      }
      func index(_ children: [JSONValue]) -> FetchedManifest {
        manifest(
          ["schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(children)],
          MediaType.ociIndex)
      }
      var children = try await images(0..<count)
      if nested > 0 {
        let inner = index(try await images(count..<(count + nested)))
        try await store.putManifest(inner, as: .digest(inner.digest))
        children.append(descriptor(inner))
      }
      try await store.putManifest(index(children), as: .tag(try TagName(tag)))
    }
  }

  @Test("a source that does not answer in time is not asked twice, and the wait is told")
  func silentSource() async throws {
    try await withPlace { place in
      let told = Mutex<[String]>([])
      let preflight = Preflight(
        http: place.azure.http, registries: place.session, finder: RegistryFinder(place.azure.manager),
        deadline: .milliseconds(2200), slow: { text in told.withLock { $0.append(text) } })
      try await place.azure.admin(
        "POST", "faults", ["target": "*", "path": "/v2/hello-world/*", "delayMilliseconds": 4000, "times": 1])
      let request = try place.request(try ImageReference("mcr.microsoft.com/hello-world:latest"), "copy:1")
      let start = preflight.start(request.source)
      #expect(start != nil)
      let report = try await preflight.plan(request, with: place.engine, start: start).report
      let source = report.checks.first { $0.name == .source }
      #expect(source?.result == .skipped)
      #expect(source?.detail.contains("did not answer within") == true)
      #expect(told.withLock { $0.contains { $0.contains("`mcr.microsoft.com`") } })
    }
  }

  @Test("tags that point at the source's digest already are told apart from others")
  func present() async throws {
    try await withPlace { place in
      let source = "mcr.microsoft.com/hello-world:latest"
      let missing = try await place.report(source)
      #expect(missing.present == nil && missing.differs && missing.source != nil)
      let request = try place.request(try ImageReference(source), "copy:1")
      let result = try await place.engine.run(request, plan: try await place.engine.plan(request))
      let report = try await place.report(source)
      #expect(report.present == result.digest && report.present != nil && !report.differs)
      #expect(report.mediaType == result.mediaType)
    }
  }

  private func withPlace(_ body: (Place) async throws -> Void) async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal, usesAzureNames: true) {
      try await body(Place($0))
    }
  }

  private static func id(_ name: String) -> String {
    "/subscriptions/s-2/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/\(name)"
  }

  private func check(_ report: PreflightReport, _ name: PreflightCheck.Name) throws -> PreflightCheck {
    try #require(report.checks.first { $0.name == name })
  }

  @Test("a good source passes, with each check once and in order; nothing is sent to the service")
  func good() async throws {
    try await withPlace { place in
      let report = try await place.report("second.azurecr.io/hello-world:latest")
      #expect(report.error == nil)
      #expect(
        report.checks.map(\.name) == [
          .targetTier, .targetState, .targetNetwork, .targetTags, .source, .sourceState, .sourceNetwork, .sourceTenant,
          .sourceExport, .manifests, .ranges,
        ])
      #expect(report.checks(.passed).count == 10)
      #expect(try check(report, .manifests).detail == "6 manifests")
      #expect(try check(report, .ranges).result == .skipped)
      let other = try await place.report("mcr.microsoft.com/hello-world:latest")
      #expect(other.error == nil)
      #expect(try check(other, .ranges).detail == "the source answers requests for parts of blobs")
      #expect(try check(other, .sourceTenant).detail == "the source is not an Azure registry")
      #expect(try await place.azure.requests().allSatisfy { !$0.hasSuffix("/importImage") })
    }
  }

  @Test("the article's three errors about ranges are three findings")
  func ranges() async throws {
    try await withPlace { place in
      let findings = [
        (
          "ignored",
          "The remote server may not be RFC 7233 compliant: it answered a range from byte 1 with the whole blob"
        ),
        ("refused", "Unexpected response status code 416 to a range from byte 1 of the blob"),
        ("short", "Unexpected length of body in response: "),
      ]
      for (behaviour, text) in findings {
        try await place.azure.admin("POST", "ranges/mcr.microsoft.com", ["ranges": .string(behaviour)])
        let report = try await place.report("mcr.microsoft.com/hello-world:latest")
        let found = try check(report, .ranges)
        #expect(found.result == .failed)
        #expect(found.detail.hasPrefix(text), "\(found.detail)")
        #expect(found.cure == "--engine direct reads whole blobs; or import from a registry that answers ranges")
        #expect(report.error?.kind == .server)
      }
      // A registry that is named by its id is read by the service in its own way.
      try await place.azure.admin("POST", "ranges/second", ["ranges": "ignored"])
      #expect(try await place.report("second.azurecr.io/app:v1").error == nil)
    }
  }

  @Test("all manifests of the tree are counted, and 50 are the most")
  func manifests() async throws {
    try await withPlace { place in
      try await place.pushIndex("v49", to: "second", count: 49)
      #expect(try await place.report("second.azurecr.io/many:v49").error == nil)
      try await place.pushIndex("v50", to: "second", count: 50)
      let report = try await place.report("second.azurecr.io/many:v50")
      #expect(report.error?.kind == .usage)
      #expect(report.error?.message == "the image has 51 manifests or more, and the service imports no more than 50")
      #expect(report.error?.help == "--engine direct has no such limit; or import one platform by its digest")
      // 1 + 40 + 1 + 9: the inner index and its images count as well.
      try await place.pushIndex("deep", to: "second", count: 40, nested: 9)
      #expect(try await place.report("second.azurecr.io/many:deep").error?.kind == .usage)
      try await place.pushIndex("shallow", to: "second", count: 40, nested: 8)
      let most = try await place.report("second.azurecr.io/many:shallow")
      #expect(try check(most, .manifests).detail == "50 manifests")
    }
  }

  @Test("a source that is not there, and one that refuses, in the words of the service's own refusals")
  func refusals() async throws {
    try await withPlace { place in
      let missing = try await place.report("second.azurecr.io/app:v2")
      #expect(missing.error?.kind == .notFound)
      #expect(missing.error?.message == "`second.azurecr.io/app:v2` does not exist")
      #expect(missing.error?.help == "did you mean `v1`?")
      let hidden = try await place.report("docker.io/team/private:v1")
      #expect(hidden.error?.kind == .auth)
      #expect(
        hidden.error?.message
          == "the source refused: anonymous requests may not pull `team/private` in `docker.io`")
      let wrong = try await place.report("docker.io/team/private:v1", .user("me", password: Secret("wrong-hub-secret")))
      #expect(wrong.error?.message == "the source refused: the user `me` may not pull `team/private` in `docker.io`")
      let right = try await place.report("docker.io/team/private:v1", .user("me", password: Secret("hub-secret")))
      #expect(right.error == nil)
      // A registry that the account cannot see is asked as the service will: anonymously.
      let foreign = try await place.report("foreign.azurecr.io/app:v1")
      #expect(
        foreign.error?.message
          == "the source refused: anonymous requests may not pull `app` in `foreign.azurecr.io`")
      let token = try await place.azure.identity.token(
        scopes: [try await place.azure.identity.cloud.resourceManagerScope()])
      let known = try await place.report("foreign.azurecr.io/app:v1", .accessToken(token.token))
      #expect(known.error == nil)
      #expect(try check(known, .source).result == .passed)
    }
  }

  @Test("Docker Hub: the pulls that are left, without using the last ones, and the missing library/")
  func dockerHub() async throws {
    try await withPlace { place in
      let report = try await place.report("docker.io/library/hello-world:latest")
      #expect(report.error == nil)
      let limit = try check(report, .dockerHub)
      #expect(limit.result == .warning)
      #expect(
        limit.detail.hasPrefix("Docker Hub rate-limits anonymous pulls, and Azure's addresses are shared"))
      #expect(limit.detail.hasSuffix("of 100 pulls are left for this machine"))
      #expect(limit.cure == "use your own pull limit: --username USER --password TOKEN")
      #expect(try check(report, .manifests).result == .passed)
      try await place.azure.admin("POST", "pulls/docker.io", ["left": 3])
      _ = try await place.report("docker.io/library/hello-world:latest")
      // Three were left, and the first reading of two manifests used them before that was known.
      let last = try await place.report("docker.io/library/hello-world:latest")
      #expect(last.error == nil)
      #expect(try check(last, .manifests).result == .skipped)
      #expect(
        try check(last, .source).detail == "reading the manifests would use one of the last Docker Hub pulls")
      try await place.azure.admin("POST", "pulls/docker.io", ["left": 0])
      let empty = Place(place.azure)
      let none = try await empty.report("docker.io/library/hello-world:latest")
      #expect(none.error == nil)
      #expect(try check(none, .source).result == .warning)
      let account = Credentials.user("me", password: Secret("hub-secret"))
      #expect(try await empty.report("docker.io/team/private:v1", account).error?.kind == .throttled)

      var request = try place.request(try ImageReference("docker.io/library/nats:1"), "copy:1")
      request.source.location?.repository = try RepositoryName("nats")
      let library = try await place.preflight.plan(request, with: place.engine).report
      #expect(library.error?.message == "the source would refuse: there is no public repository `nats` in `docker.io`")
      #expect(
        library.error?.help == "Docker Hub's own images are in `library`: --source docker.io/library/nats")
    }
  }

  @Test("a private source is no failure by its id, and one by its host")
  func privateSource() async throws {
    try await withPlace { place in
      let byID = try await place.report("hidden.azurecr.io/app:v1", id: Self.id("hidden"))
      #expect(byID.error == nil)
      let source = try check(byID, .source)
      #expect(source.result == .skipped)
      #expect(source.detail == "`hidden` can be reached over private endpoints only; the service reads it by its id")
      #expect(try check(byID, .sourceNetwork).result == .passed)
      let byHost = try await place.report("hidden.azurecr.io/app:v1", .user("all", password: Secret("secret")))
      #expect(
        byHost.error?.message
          == "public access to `hidden` is disabled, so the service cannot reach it by its host")
      #expect(byHost.error?.help == "name it by its id, and without credentials: --registry \(Self.id("hidden"))")
      #expect(try check(byHost, .source).result == .warning)
    }
  }

  @Test("a source that does not answer is a warning, and the resource manager's own errors are thrown")
  func unreachable() async throws {
    try await withPlace { place in
      let report = try await place.report("nowhere.example/app:v1")
      #expect(report.error == nil)
      #expect(try check(report, .source).result == .warning)
      #expect(try check(report, .ranges).detail == "the source could not be read")
      var request = try place.request(try ImageReference("mcr.microsoft.com/hello-world:latest"), "copy:1")
      request.targets[0].location?.registry = try RegistryHost("other.azurecr.io")
      let error = try await failure { [request] in try await place.preflight.plan(request, with: place.engine) }
      #expect(error.kind == .notFound)
    }
  }

  @Test("a tag that points at something else is a conflict, unless it may be moved")
  func tags() async throws {
    try await withPlace { place in
      let report = try await place.report("second.azurecr.io/app:v1", to: "old:v1")
      #expect(report.error?.kind == .conflict)
      #expect(report.error?.message == "`first.azurecr.io/old:v1` already exists and is a different image")
      #expect(report.error?.help == "--force moves the tag")
      #expect(report.error?.notes.count == 3)
      let forced = try await place.report("second.azurecr.io/app:v1", to: "old:v1", isForced: true)
      #expect(forced.error == nil)
      #expect(try check(forced, .targetTags).detail == "--force moves the existing tags")
      let same = try await place.report("first.azurecr.io/old:v1", to: "old:v1")
      #expect(same.error == nil)
      #expect(try check(same, .targetTags).detail == "the tags already point at this image")
    }
  }

  @Test("no more is asked of a known source than its root, one image and one range, and of the target its tag")
  func roundTrips() async throws {
    try await withPlace { place in
      // Sign in first: the tokens are the session's, not the preflight's.
      _ = try await place.report("mcr.microsoft.com/hello-world:latest")
      try await place.azure.admin("DELETE", "requests")
      _ = try await place.report("mcr.microsoft.com/hello-world:latest")
      let asked = try await place.azure.requests()
      #expect(asked.filter { $0.contains("/v2/hello-world/manifests/") }.count == 2)
      #expect(asked.filter { $0.contains("/v2/hello-world/blobs/") }.count == 1)
      #expect(asked.filter { $0.hasPrefix("HEAD /v2/copy/manifests/") }.count == 1)
      #expect(asked.count == 4, "\(asked)")
    }
  }
}
