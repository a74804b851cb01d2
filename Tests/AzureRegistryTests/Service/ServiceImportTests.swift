import AcrCore
import AzureIdentity
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import AzureRegistry
@testable import ImportCore

@Suite("The service as an import engine", .serialized)
struct ServiceImportTests {
  static let world = RegistryFinderTests.world(
    registries: """
      {"name": "first", "subscription": "s-1", "resourceGroup": "g",
       "roleAssignments": [{"principal": "p-1", "role": "Owner"}], "images": ["old:v1"]},
      {"name": "second", "subscription": "s-2", "resourceGroup": "g",
       "tokens": [{"name": "all", "password": "secret"}],
       "roleAssignments": [{"principal": "p-1", "role": "Owner"}],
       "images": ["app:v1", "hello-world:latest"]}
      """)

  private struct Place {
    let azure: Azure
    let session: RegistryClients
    let engine: ServiceImport

    /// - Parameter deadline: far more than a busy machine takes.
    init(_ azure: Azure, silent: SilentHosts = SilentHosts(), deadline: Duration = .seconds(120)) {
      self.azure = azure
      let finder = RegistryFinder(azure.manager)
      session = RegistryClients(
        http: azure.http, credentials: CredentialStore(environment: ["HOME": "/nonexistent"]),
        identity: RegistryTokenExchange(http: azure.http, identity: azure.identity, finder: finder))
      let clock = IdentityClock(now: { .now() }, sleep: { _ in try await Task.sleep(for: .milliseconds(20)) })
      engine = ServiceImport(
        service: ImportService(azure.manager, clock: clock), finder: finder, silent: silent, deadline: deadline)
    }

    func request(_ source: String, _ targets: [String], isForced: Bool = false) throws -> ImportRequest {
      let from = try RepositoryReference(source)
      let (host, other) = (try RegistryHost(azure.address("first")), try RegistryHost(azure.address("second")))
      return ImportRequest(
        source: ImportSource(
          store: session.repository(other, from.repository, access: .pull),
          selector: from.digest.map(ManifestSelector.digest) ?? .tag(from.tag ?? .latest),
          location: RepositoryLocation(registry: other, repository: from.repository)),
        targets: try targets.map { text in
          let name = try RepositoryReference(text)
          return ImportTarget(
            store: session.repository(host, name.repository, access: .push), tag: name.tag,
            location: RepositoryLocation(registry: host, repository: name.repository))
        }, isForced: isForced)
    }
  }

  @Test("imports an index to a tag and to a repository without one, and says what is there then")
  func whole() async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal) { azure in
      let place = Place(azure)
      let request = try place.request("hello-world:latest", ["copy:1", "bare"])
      let plan = try await place.engine.plan(request)
      #expect(plan.target.name == "first")
      guard case .registry(let id, .registry?) = plan.parameters.source else {
        Issue.record("the source is not named by its id")
        return
      }
      #expect(id.name == "second")
      let events = Mutex<[ImportEvent]>([])
      let result = try await place.engine.run(request, plan: plan) { event in events.withLock { $0.append(event) } }
      let wanted = try await request.source.store.digest(of: .latest)
      #expect(result.digest == wanted)
      #expect(result.mediaType == MediaType.ociIndex || result.mediaType == MediaType.dockerList)
      #expect(result.manifests > 4)
      #expect(!result.isUnchanged)
      #expect(events.withLock { $0.last } == .tagged(request.targets[0].displayName))
      #expect(try await request.targets[1].store.hasManifest(try #require(result.digest)))

      // The same again is no conflict, as with the other engine.
      let again = try place.request("hello-world:latest", ["copy:1"])
      let unchanged = try await place.engine.run(again, plan: try await place.engine.plan(again))
      #expect(unchanged.isUnchanged)
      #expect(unchanged.manifests == 0)

      let other = try place.request("app:v1", ["copy:1"])
      let conflict = try await failure { try await place.engine.run(other, plan: try await place.engine.plan(other)) }
      #expect(conflict.kind == .conflict)
      #expect(conflict.activity == "importing \(other.source.displayName)")
      let forced = try place.request("app:v1", ["copy:1"], isForced: true)
      _ = try await place.engine.run(forced, plan: try await place.engine.plan(forced))
    }
  }

  @Test("a target that does not answer delays no result: what is known is said")
  func silentTarget() async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal) { azure in
      let place = Place(azure, deadline: .milliseconds(300))
      let request = try place.request("hello-world:latest", ["copy:1"])
      let plan = try await place.engine.plan(request)
      try await azure.admin(
        "POST", "faults", ["target": "first", "path": "/v2/*", "delayMilliseconds": 9000])
      let result = try await place.engine.run(request, plan: plan)
      #expect(result.digest == nil)
      #expect(!result.isUnchanged)
    }
  }

  @Test("a target that was silent is not waited for again by each of many imports")
  func silentTargetOnce() async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal) { azure in
      let silent = SilentHosts(pause: .seconds(3600))
      let place = Place(azure, silent: silent)
      silent.note(try azure.address("first"), isSilent: true)
      for number in 0..<3 {
        let request = try place.request("hello-world:latest", ["copy:\(number)"])
        let result = try await place.engine.run(request, plan: try await place.engine.plan(request))
        #expect(result.digest == nil)
      }
      #expect(try await !azure.requests().contains { $0.contains("/v2/copy/") })
      silent.note(try azure.address("first"), isSilent: false)
      let request = try place.request("hello-world:latest", ["copy:last"])
      #expect(try await place.engine.run(request, plan: try await place.engine.plan(request)).digest != nil)
    }
  }

  @Test("without a look around, no registry is asked, also where the tag exists")
  func asksNobody() async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal) { azure in
      let place = Place(azure)
      let request = try place.request("hello-world:latest", ["copy:1"])
      let plan = try await place.engine.plan(request)
      let result = try await place.engine.run(request, plan: plan, readsResult: false)
      #expect(result.digest == nil)
      let error = try await failure { try await place.engine.run(request, plan: plan, readsResult: false) }
      #expect(error.kind == .conflict)
      #expect(try await !azure.requests().contains { $0.contains("/v2/") })
    }
  }

  @Test("an operation of an earlier run is found again by what it imports, and followed")
  func follows() async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal) { azure in
      try await azure.admin("POST", "imports", ["seconds": 1, "retryAfter": 0])
      let place = Place(azure)
      let request = try place.request("hello-world:latest", ["copy:1"])
      let plan = try await place.engine.plan(request)
      let started = try await place.engine.start(plan)
      let kept = try #require(started.json.flatMap(ImportOperation.init(json:)))
      #expect(kept.key == plan.key)
      #expect(try await place.engine.isRunning(kept))
      let ended = Mutex<[String?]>([])
      let result = try await place.engine.run(
        request, plan: plan, following: kept, started: { _ in Issue.record("the service was asked again") },
        ended: { operation in ended.withLock { $0.append(operation.id) } })
      #expect(result.digest != nil)
      #expect(ended.withLock { $0 } == [started.id])
      #expect(try await !place.engine.isRunning(kept))
    }
  }

  @Test("a mirror by the service adds the signature that the service leaves out")
  func mirror() async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal) { azure in
      let place = Place(azure)
      let request = try place.request("hello-world:latest", ["hello-world:latest"])
      let location = try #require(request.source.location)
      let source = place.session.repository(location.registry, location.repository, access: .push)
      let root = try await source.manifest(.tag(.latest))
      let content = Array("{}".utf8)
      let blob = Descriptor(mediaType: MediaType.empty, digest: .of(content), size: Int64(content.count))
      if case .session(let session) = try await source.startUpload(blob, mountFrom: nil) {
        try await source.finish(session, blob, bytes: content)
      }
      let part: JSONValue = [
        "mediaType": .string(blob.mediaType), "digest": .string("\(blob.digest)"), "size": .integer(blob.size.bytes),
      ]
      let document: JSONValue = [
        "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest), "artifactType": "application/vnd.example.sig",
        "config": part, "layers": [part],
        "subject": [
          "mediaType": .string(root.mediaType), "digest": .string("\(root.digest)"),
          "size": .integer(Int64(root.bytes.count)),
        ],
      ]
      let bytes = Array(document.text.utf8)
      let signature = FetchedManifest(bytes: bytes, mediaType: MediaType.ociManifest, digest: .of(bytes))
      try await source.putManifest(signature, as: .digest(signature.digest))

      let direct = DirectImport(table: TransferTable(), limit: TransferLimit(8))
      let mirror = Mirror(engine: direct) { request, observer in
        try await place.engine.run(request, plan: try await place.engine.plan(request), observer: observer)
      }
      let pair = MirrorPair(
        source: request.source.store, sourceLocation: location, target: request.targets[0].store,
        targetLocation: request.targets[0].location)
      let rows = try await mirror.run(try await mirror.plan(pair, MirrorOptions()))
      #expect(rows.map(\.action) == [.copied])
      #expect(rows.first?.digest == root.digest)
      #expect(rows.first?.referrers == 1)
      #expect(try await pair.target.referrers(of: root.digest).map(\.digest) == [signature.digest])
    }
  }

  @Test("credentials name the source by its host, an id by that, and folders are not for the service")
  func plans() async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal) { azure in
      let place = Place(azure)
      var request = try place.request("app:v1", ["copy:1"])
      let plan = try await place.engine.plan(request, credentials: .user("all", password: Secret("secret")))
      guard case .host(let host, let credentials?) = plan.parameters.source else {
        Issue.record("the source is not named by its host")
        return
      }
      #expect(host.name == (request.source.location?.registry.name))
      #expect(credentials.userName == "all")
      request.source.location = nil
      let error = try await failure { try await place.engine.plan(request) }
      #expect(error.kind == .usage)
      #expect(error.help == "import with --engine direct")
      var elsewhere = try place.request("app:v1", ["copy:1"])
      elsewhere.targets[0].location?.registry = try RegistryHost("127.0.0.1:1")
      let unknown = try await failure { try await place.engine.plan(elsewhere) }
      #expect(unknown.kind == .notFound)
      #expect(unknown.message == "`127.0.0.1:1` is not an Azure registry that this account can see")
    }
  }
}
