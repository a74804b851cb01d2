import AcrCore
import AcrHTTP
import Foundation
import ImportCore
import OCIRegistry
import Synchronization
import TestSupport

/// Two real registries and an engine between them.
struct Lab {
  let source: RegistryServer
  let target: RegistryServer
  let images: SyntheticImages
  let directory: TemporaryDirectory
  let session: RegistryClients
  let engine: DirectImport

  /// The store of a repository at an address, which may be a proxy's.
  func repository(_ authority: String, _ name: String, _ access: Access = .push) throws -> RegistryRepository {
    session.repository(try RegistryHost(authority), try RepositoryName(name), access: access)
  }

  func location(_ authority: String, _ name: String) throws -> RepositoryLocation {
    RepositoryLocation(registry: try RegistryHost(authority), repository: try RepositoryName(name))
  }

  func importSource(_ reference: String, at authority: String? = nil) throws -> ImportSource {
    let authority = authority ?? source.authority
    let image = try RepositoryReference(reference)
    let selector = image.digest.map(ManifestSelector.digest) ?? .tag(image.tag ?? .latest)
    return ImportSource(
      store: try repository(authority, image.repository.name, .pull), selector: selector,
      location: try location(authority, image.repository.name))
  }

  func importTarget(_ reference: String, at authority: String? = nil) throws -> ImportTarget {
    let authority = authority ?? target.authority
    let image = try RepositoryReference(reference)
    return ImportTarget(
      store: try repository(authority, image.repository.name), tag: image.tag,
      location: try location(authority, image.repository.name))
  }

  /// Imports from the source registry to the target registry.
  @discardableResult
  func run(_ from: String, to targets: String..., force: Bool = false, events: Events? = nil) async throws
    -> ImportResult
  {
    let request = ImportRequest(
      source: try importSource(from), targets: try targets.map { try importTarget($0) }, isForced: force)
    return try await engine.run(request) { events?.add($0) }
  }
}

/// Collects the events of an import.
final class Events: Sendable {
  private let list = Mutex<[ImportEvent]>([])

  func add(_ event: ImportEvent) { list.withLock { $0.append(event) } }
  var all: [ImportEvent] { list.withLock { $0 } }
}

/// Runs a test between two registries; `tls` and the like only for the target.
func withLab(
  target protection: RegistryServer.Protection = .plain, credentials: (user: String, password: String)? = nil,
  stallTimeout: Duration = .seconds(30), _ body: (Lab) async throws -> Void
) async throws {
  try await withTemporaryDirectory { directory in
    try await withRegistryServer { source in
      try await withRegistryServer(protection) { target in
        let transport = CurlTransport(
          CurlTransport.Configuration(userAgent: "acrsh-tests", stallTimeout: stallTimeout, caFile: target.caFile))
        let retry = RetryPolicy(tries: 4, firstDelay: .milliseconds(10))
        let http = HTTPClient(transport: transport, retry: retry)
        let store = CredentialStore(environment: ["HOME": directory.path])
        if let credentials {
          await store.add(
            .user(credentials.user, password: Secret(credentials.password)), for: try RegistryHost(target.authority))
        }
        let lab = Lab(
          source: source, target: target, images: SyntheticImages(in: try ImageLayout(path: directory.path("layout"))),
          directory: directory, session: RegistryClients(http: http, credentials: store),
          engine: DirectImport(table: TransferTable(), limit: TransferLimit(8), firstDelay: .milliseconds(10)))
        try await body(lab)
      }
    }
  }
}

/// The error of kind ``AcrError`` that `body` throws.
func failure(of body: () async throws -> Void) async throws -> AcrError {
  do {
    try await body()
  } catch let error as AcrError {
    return error
  }
  throw TestSupportError("no error was thrown")
}
