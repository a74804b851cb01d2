import AcrCore
import AcrHTTP
import Foundation
import ImportCore
import OCIRegistry
import TestSupport
import Testing

@testable import AzureRegistry

/// Copies between registries that behave as Azure's do, with password accounts.
@Suite("Direct imports to a registry like Azure's")
struct DirectToAzureTests {
  @Test("an interrupted upload resumes at the registry's offset, and only the rest is read and sent")
  func resumedUpload() async throws {
    try await withPair { pair in
      let size = 20 << 20
      try pair.images.image("large", layers: [size])
      try await RegistryContent(authority: pair.source.directAuthority).push(pair.images.layout, to: "large")
      let faults: [FaultProxy.Fault] = [.cutRequest(afterBodyBytes: 9 << 20, times: 2)]
      try await withFaultProxy(to: pair.target, faults: faults) { proxy in
        try await pair.signIn(at: proxy.authority)
        let result = try await pair.engine.run(pair.request("large:latest", to: "large:1", at: proxy.authority))
        #expect(result.blobs.copied == 2)
        #expect(proxy.faultCount == 2)
        // The target may take more of a broken request after it was asked how far it came: it is asked again then.
        #expect((3...5).contains(proxy.count(matching: "^PATCH ")), "the rest of the same upload, twice")
        #expect((2...4).contains(proxy.count(matching: "^GET .*/blobs/uploads/")))
        #expect(proxy.count(matching: "^POST .*/blobs/uploads/") == 2, "one for the layer, one for the configuration")
      }
      #expect(try await pair.verify("large:1"))
      // Set back to a kept state of the hash, the source is read from there and not from its start.
      let ranges = try await pair.source.requestLog().count { $0.method == "GET" && $0.status == 206 }
      #expect((1...4).contains(ranges))
    }
  }

  @Test("an upload that a killed run left open is gone on with from its journal")
  func uploadOfEarlierRun() async throws {
    try await withPair { pair in
      try pair.images.image("large", layers: [16 << 20])
      try await RegistryContent(authority: pair.source.directAuthority).push(pair.images.layout, to: "large")
      let path = pair.directory.path("journal")
      try await withFaultProxy(to: pair.target, faults: [.cutRequest(afterBodyBytes: 8 << 20)]) { proxy in
        try await pair.signIn(at: proxy.authority)
        let request = try pair.request("large:latest", to: "large:1", at: proxy.authority)
        // The run ends while it waits before the upload goes on.
        let patient = DirectImport(table: TransferTable(), limit: TransferLimit(8), firstDelay: .seconds(60))
        let journal = try ImportJournal(path: path)
        let task = Task { try await patient.run(request, journal: journal) }
        while proxy.faultCount == 0 { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        _ = await task.result
        journal.close()

        let second = try ImportJournal(path: path)
        let engine = DirectImport(table: TransferTable(), limit: TransferLimit(8))
        let result = try await engine.run(request, journal: second)
        #expect(result.digest == (try await pair.digest("large:latest")))
        // The target may take more of the broken request after it was asked how far it came: it is asked again then.
        #expect((2...4).contains(proxy.count(matching: "^PATCH ")))
        // The second run asks again whether the configuration is there, and opens no new upload for the layer.
        #expect(proxy.count(matching: "^POST .*/blobs/uploads/") == 3, "\(proxy.requestLines)")
      }
      #expect(try await pair.verify("large:1"))
    }
  }

  @Test("nothing to do is found out from pages of both registries")
  func unchangedByPages() async throws {
    try await withPair { pair in
      for number in 1...30 { try pair.images.image("v\(number)", layers: [200], tag: "v\(number)") }
      try await RegistryContent(authority: pair.source.directAuthority).push(pair.images.layout, to: "app")
      let first = Mirror(engine: pair.engine)
      let up = try pair.mirrorPair("app", from: pair.source.authority, to: pair.target)
      let rows = try await first.run(try await first.plan(up, MirrorOptions()))
      #expect(rows.map(\.action) == Array(repeating: .copied, count: 30))

      try await pair.admin("DELETE", "requests")
      let across = try pair.mirrorPair("app", from: pair.target, to: pair.target, as: "copy")
      let copied = try await first.run(try await first.plan(across, MirrorOptions()))
      #expect(copied.map(\.action) == Array(repeating: .copied, count: 30))
      try await pair.admin("DELETE", "requests")
      let again = Mirror(engine: DirectImport(table: TransferTable(), limit: TransferLimit(8)))
      let unchanged = try await again.run(try await again.plan(across, MirrorOptions(listsReferrers: false)))
      #expect(unchanged.map(\.action) == Array(repeating: .unchanged, count: 30))
      let asked = try await pair.requests().filter { !$0.contains("/oauth2/") }
      #expect(asked.allSatisfy { $0.contains("/acr/v1/") }, "\(asked)")
      #expect(asked.count == 2)
    }
  }
}

/// docker-registry as the source, and an emulated Azure registry as the target.
private struct AzurePair {
  let source: RegistryServer
  let emulator: RunningProgram
  let control: String
  let target: String
  let images: SyntheticImages
  let directory: TemporaryDirectory
  let session: RegistryClients
  let credentials: CredentialStore
  let engine: DirectImport

  static let world = """
    {
      "tenants": [{"id": "t-1", "name": "Small", "domain": "small.example"}],
      "users": [{"name": "owner@small.example", "password": "secret", "tenant": "t-1", "objectId": "o-1"}],
      "subscriptions": [{"id": "s-1", "name": "Small subscription", "tenant": "t-1"}],
      "registries": [
        {"name": "first", "subscription": "s-1", "resourceGroup": "group",
         "tokens": [
           {"name": "all", "password": "secret", "actions": ["pull", "push", "delete", "metadata_read", "metadata_write"]}],
         "roleAssignments": [{"principal": "owner@small.example", "role": "Owner"}]}
      ],
      "operations": {"seconds": 0, "retryAfter": 1}
    }
    """

  func signIn(at authority: String) async throws {
    await credentials.add(.user("all", password: Secret("secret")), for: try RegistryHost(authority))
  }

  func repository(_ authority: String, _ name: String, _ access: Access) throws -> RegistryRepository {
    session.repository(try RegistryHost(authority), try RepositoryName(name), access: access)
  }

  func location(_ authority: String, _ name: String) throws -> RepositoryLocation {
    RepositoryLocation(registry: try RegistryHost(authority), repository: try RepositoryName(name))
  }

  func request(_ from: String, to: String, at authority: String) throws -> ImportRequest {
    let (source, target) = (try RepositoryReference(from), try RepositoryReference(to))
    return ImportRequest(
      source: ImportSource(
        store: try repository(self.source.authority, source.repository.name, .pull),
        selector: .tag(source.tag ?? .latest), location: try location(self.source.authority, source.repository.name)),
      targets: [
        ImportTarget(
          store: try repository(authority, target.repository.name, .push), tag: target.tag,
          location: try location(authority, target.repository.name))
      ])
  }

  func mirrorPair(_ name: String, from: String, to: String, as other: String? = nil) throws -> MirrorPair {
    MirrorPair(
      source: try repository(from, name, .pull), sourceLocation: try location(from, name),
      target: try repository(to, other ?? name, .push), targetLocation: try location(to, other ?? name))
  }

  func digest(_ reference: String) async throws -> Digest? {
    let reference = try RepositoryReference(reference)
    return try await repository(source.authority, reference.repository.name, .pull)
      .digest(of: reference.tag ?? .latest)
  }

  /// Reads the image at the target with its blobs, and checks every byte.
  func verify(_ reference: String) async throws -> Bool {
    let reference = try RepositoryReference(reference)
    let store = try repository(target, reference.repository.name, .pull)
    let manifest = try await store.manifest(.tag(reference.tag ?? .latest))
    for blob in try ImageManifest(manifest, name: "test").blobs {
      let bytes = try await VerifiedBlob(blob, from: store, observer: { _ in }).all()
      guard Digest.of(bytes) == blob.digest else { return false }
    }
    return true
  }

  @discardableResult
  func admin(_ method: String, _ path: String) async throws -> LoopbackClient.Answer {
    try await LoopbackClient(authority: control).send(method, "/emulator/\(path)")
  }

  func requests() async throws -> [String] {
    let json = try JSONValue(parsing: try await admin("GET", "requests").body)
    return (json.array ?? json["requests"]?.array ?? []).map {
      "\($0["method"]?.string ?? "") \($0["path"]?.string ?? "")"
    }
  }
}

private func withPair(_ body: (AzurePair) async throws -> Void) async throws {
  try await withTemporaryDirectory { directory in
    try await withRegistryServer { source in
      let world = directory.path("world.json")
      try Data(AzurePair.world.utf8).write(to: URL(fileURLWithPath: world))
      let emulator = try Program(
        try BuiltProducts.executable("acr-emulator"), ["--data", directory.path("data"), "--config", world]
      ).start()
      defer { emulator.stop() }
      guard try await emulator.waitForOutput(within: .seconds(60), { output, _ in output.contains("\n") }) else {
        throw TestSupportError("the emulator did not start: \(emulator.errorOutput)")
      }
      let endpoints = try JSONValue(parsing: Array(emulator.output.utf8))
      guard let target = endpoints["registries"]?["first"]?.string, let control = endpoints["control"]?.string else {
        throw TestSupportError("no address")
      }
      let store = CredentialStore(environment: ["HOME": directory.path])
      let pair = AzurePair(
        source: source, emulator: emulator, control: control, target: target,
        images: SyntheticImages(in: try ImageLayout(path: directory.path("layout"))), directory: directory,
        session: RegistryClients(http: quickHTTP, credentials: store), credentials: store,
        engine: DirectImport(table: TransferTable(), limit: TransferLimit(8), firstDelay: .milliseconds(10)))
      try await pair.signIn(at: target)
      try await body(pair)
    }
  }
}
