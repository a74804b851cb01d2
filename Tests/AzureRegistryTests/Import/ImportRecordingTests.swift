import AcrCore
import AzureIdentity
import ImportCore
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import AzureRegistry

@Suite("What az was recorded to send for an import, acrsh sends, and reads what the service answered", .serialized)
struct ImportRecordingTests {
  /// The command line of one recorded import, as this program reads it.
  struct Line: Sendable, CustomTestStringConvertible {
    let name: String
    /// The recorded flags, which tell that the line belongs to the recording.
    let flags: String
    let target: String
    /// The source's registry, by its host or its id.
    let registry: String
    let image: String
    let targets: [String]
    var credentials = Credentials.anonymous
    var isSourceTagImplied = false
    var areTargetTagsImplied = false
    var testDescription: String { name }
  }

  private static let otherID =
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/diffsubgroup/providers/"
    + "Microsoft.ContainerRegistry/registries/diffsub"

  static let lines = [
    Line(
      name: "by the id of a registry elsewhere", flags: "-n -r --source", target: "samesub", registry: otherID,
      image: "microsoft:azure-cli", targets: ["microsoft:azure-cli"]),
    Line(
      name: "by the name of a registry of the subscription", flags: "-n --source -r -t", target: "target",
      registry: "samesub.azurecr.io", image: "microsoft:azure-cli", targets: ["repository_same_sub:tag_same_sub"]),
    Line(
      name: "without a target", flags: "-n --source -r", target: "target", registry: "samesub.azurecr.io",
      image: "microsoft:azure-cli", targets: ["microsoft:azure-cli"]),
    Line(
      name: "to two targets", flags: "-n --source -r -t -t", target: "target", registry: "samesub.azurecr.io",
      image: "microsoft:azure-cli", targets: ["repository_multi1:tag_multi1", "repository_multi2:tag_multi2"]),
    Line(
      name: "within one registry", flags: "-n --source -t", target: "target", registry: "target.azurecr.io",
      image: "microsoft:azure-cli", targets: ["repository_same_registry:tag_same_registry"]),
    Line(
      name: "by digest", flags: "-n --source -t", target: "target", registry: "samesub.azurecr.io",
      image: "azure-cli@sha256:622731d3e3a16b11a1f318b1c5018d0c44996b4c096b864fe2eac5b8beab535a",
      targets: ["repository_by_digest:tag_by_digest"]),
    Line(
      name: "from Docker Hub", flags: "-n --source", target: "target", registry: "registry.hub.docker.com",
      image: "library/hello-world", targets: ["library/hello-world"], isSourceTagImplied: true,
      areTargetTagsImplied: true),
    Line(
      name: "with an access token", flags: "-n --source -p", target: "target", registry: "diffsub.azurecr.io",
      image: "microsoft:azure-cli-2", targets: ["microsoft:azure-cli-2"], credentials: .accessToken(Secret("***"))),
    Line(
      name: "without waiting", flags: "-n -r --source --no-wait", target: "samesub", registry: otherID,
      image: "microsoft:azure-cli", targets: ["microsoft:azure-cli"]),
  ]

  /// The recorded import of each line.
  static func facts() throws -> (registries: [JSONValue], imports: [JSONValue]) {
    let document = try Recordings.read("imports.json")
    return (document["registries"]?.members?.map(\.value) ?? [], document["imports"]?.array ?? [])
  }

  private func request(_ line: Line, _ session: RegistryClients) throws -> (ImportRequest, AzureResourceID?) {
    let id = AzureResourceID(registry: line.registry)
    let host = try RegistryHost(id.map { "\($0.name).azurecr.io" } ?? line.registry)
    let image = try RepositoryReference(line.image)
    let target = try RegistryHost("\(line.target).azurecr.io")
    let request = ImportRequest(
      source: ImportSource(
        store: session.repository(host, image.repository, access: .pull),
        selector: image.digest.map(ManifestSelector.digest) ?? .tag(image.tag ?? .latest),
        location: RepositoryLocation(registry: host, repository: image.repository),
        isTagImplied: line.isSourceTagImplied),
      targets: try line.targets.map { text in
        let name = try RepositoryReference(text)
        return ImportTarget(
          store: session.repository(target, name.repository, access: .push), tag: name.tag ?? .latest,
          location: RepositoryLocation(registry: target, repository: name.repository),
          isTagImplied: line.areTargetTagsImplied)
      })
    return (request, id)
  }

  /// Runs a line against the recorded answers.
  /// - Returns: what was asked, and the progress that was told.
  private func replay(
    _ line: Line, _ fact: JSONValue
  ) async throws -> (manager: RecordedManager, progress: [ServiceProgress]) {
    let manager = try RecordedManager(fact, registries: Self.facts().registries)
    defer { manager.server.stop() }
    let resources = ResourceManager(http: quickHTTP, identity: try await manager.identity())
    let finder = RegistryFinder(resources)
    let clock = IdentityClock(now: { .now() }, sleep: { _ in })
    let service = ImportService(resources, clock: clock)
    let engine = ServiceImport(service: service, finder: finder)
    let session = RegistryClients(http: quickHTTP, credentials: CredentialStore(environment: ["HOME": "/nonexistent"]))
    let (request, id) = try request(line, session)
    let plan = try await engine.plan(request, credentials: line.credentials, sourceID: id)
    let operation = try await engine.start(plan)
    let progress = Mutex<[ServiceProgress]>([])
    if fact["polls"]?.array?.isEmpty == false {
      try await service.follow(operation) { news in progress.withLock { $0.append(news) } }
    }
    return (manager, progress.withLock(\.self))
  }

  @Test("method, path and body; the address of the operation as it came", arguments: Array(lines.indices))
  func replayed(_ index: Int) async throws {
    let (line, facts) = (Self.lines[index], try Self.facts().imports)
    let fact = try #require(facts.indices.contains(index) ? facts[index] : nil)
    #expect(fact["flags"]?.string == line.flags)
    let (manager, progress) = try await replay(line, fact)
    let posts = manager.server.requests.filter { $0.path.hasSuffix("/importImage") }
    #expect(posts.count == 1)
    let post = try #require(posts.first)
    #expect(post.method == fact["method"]?.string)
    // az lower-cases the group, and the resource manager does not mind.
    #expect(post.path.lowercased() == fact["path"]?.string?.lowercased())
    #expect(post.queryValue("api-version") == ResourceManager.registriesVersion)
    var body = try #require(fact["body"])
    if line.registry == "registry.hub.docker.com" {
      // One of the names of Docker Hub, which this program writes in one way.
      body = try JSONValue(parsing: Array(body.text.replacing("registry.hub.docker.com", with: "docker.io").utf8))
    }
    #expect(try JSONValue(parsing: post.body) == body)
    // Every poll asks the newest address, unchanged.
    let polls = manager.server.requests.filter { $0.path.contains("/operationResults/") }
    #expect(polls.map(\.target) == Array(manager.locations.prefix(polls.count)))
    #expect(polls.count == fact["polls"]?.array?.count)
    #expect(progress.map(\.status) == fact["polls"]?.array?.compactMap { $0["body"]?["status"]?.string })
  }

  @Test("the artifacts that a poll names are told")
  func artifacts() async throws {
    let index = try #require(Self.lines.firstIndex { $0.name == "from Docker Hub" })
    let (_, progress) = try await replay(Self.lines[index], try Self.facts().imports[index])
    let named = progress.flatMap(\.artifacts)
    #expect(named.count == 1)
    #expect(named.first?.status == "Pending")
    #expect(named.first?.name.hasPrefix("library/hello-world@sha256:") == true)
  }

  @Test("all recorded imports have a line here")
  func complete() throws { #expect(try Self.facts().imports.count == Self.lines.count) }
}
