import AcrCore
import AcrHTTP
import AzureRegistry
import HTTPTypes
import OCIRegistry
import Synchronization

/// What was read of a source.
struct SourceReading: Sendable {
  /// What was found out by reading.
  var checks: [PreflightCheck]
  /// The digest behind the source's tag, where it is known.
  var digest: Digest?
  /// The type of the manifest with that digest, where it was read.
  var mediaType: String?
  /// The source's refusal, which is put into words when it is known how the service will come.
  var refusal: AcrError?

  /// A source that was not read, for a reason.
  static func unread(_ reason: String, _ checks: [PreflightCheck] = []) -> SourceReading {
    SourceReading(
      checks: checks + [.source, .manifests, .ranges].map { .skipped($0, reason) }, digest: nil, refusal: nil)
  }

  /// A refusal in the words that the service's own would get.
  func explained(_ refusal: AcrError, _ parameters: ServiceImportParameters) -> SourceReading {
    var error = parameters.refusedPull
    (error.status, error.code, error.target, error.requestID) = (
      refusal.status, refusal.code, refusal.target, refusal.requestID
    )
    error.notes = refusal.notes
    var reading = self
    reading.checks = checks.filter { $0.name != .source } + [.failed(.source, error)]
    reading.refusal = nil
    return reading
  }
}

/// The fewest pulls that Docker Hub has said to be left in this session: reading manifests uses them up, so that is not
/// done for the sake of a check when they become few.
public final class HubPulls: Sendable {
  /// How many are kept for imports.
  private static let reserve = 10
  private let lowest = Mutex<Int?>(nil)

  /// Creates a session's knowledge: none.
  public init() {}

  /// True while a check may use one.
  var mayRead: Bool { lowest.withLock { $0.map { $0 > HubPulls.reserve } ?? true } }

  /// Takes down what an answer said. The window of the limit is six hours, so a session forgets nothing.
  func note(_ remaining: Int) { lowest.withLock { $0 = min($0 ?? remaining, remaining) } }
}

/// Reads as much of a source as tells whether the service can import it.
struct SourceReader: Sendable {
  let store: any ArtifactSource
  let selector: ManifestSelector
  let location: RepositoryLocation
  /// True where the service will come to the source's public address, and ask for parts of blobs there.
  let isByHost: Bool
  let pulls: HubPulls
  let credentials: Credentials

  private var isDockerHub: Bool { location.registry == .dockerHub && isByHost }
  private var name: String { selector.appended(to: store.displayName) }

  /// Reads it.
  /// - Throws: `cancelled` only.
  func read() async throws -> SourceReading {
    async let limits = isDockerHub ? hubLimits() : nil
    async let root = readRoot()
    var reading = try await root
    if let limits = try await limits {
      reading.checks.append(limits.check)
      reading.digest = reading.digest ?? limits.digest
    }
    return reading
  }

  private func readRoot() async throws -> SourceReading {
    guard !isDockerHub || pulls.mayRead else {
      return .unread("reading the manifests would use one of the last Docker Hub pulls")
    }
    do {
      let root = try await store.manifest(selector)
      let image = try ImageManifest(root, name: name)
      var reading = SourceReading(
        checks: [.passed(.source, "`\(name)` can be read")], digest: root.digest, mediaType: root.mediaType)
      async let manifests = countManifests(root, image)
      async let ranges =
        isByHost
        ? checkRanges(image)
        : .skipped(
          .ranges, "Azure does not use the public network for a registry given by its id")
      reading.checks += [try await manifests, try await ranges]
      return reading
    } catch let error as AcrError {
      try Preflight.passOnCancellation(error)
      return unreadable(error)
    }
  }

  /// What an error at the root manifest means for the service, which comes from another address and perhaps as somebody
  /// else.
  private func unreadable(_ error: AcrError) -> SourceReading {
    var reading = SourceReading.unread("the source could not be read")
    reading.checks.removeAll { $0.name == .source }
    let isFirewall = error.kind == .denied && error.message.contains("client with IP")
    switch error.kind {
    case .auth,
      .denied where !isFirewall:
      reading.refusal = error
    case .notFound, .invalid, .usage:
      reading.checks.append(.failed(.source, error))
    case .throttled where isDockerHub && credentials != .anonymous:
      // An account's pulls are the same for everybody who uses it.
      reading.checks.append(.failed(.source, error))
    default:
      let cure = isFirewall && isByHost ? "name an Azure registry by its id: --registry ID" : nil
      let detail = "\(error.message); the service comes from another address"
      reading.checks.append(isByHost ? .warning(.source, detail, cure: cure) : .skipped(.source, detail))
    }
    return reading
  }

  // MARK: Docker Hub

  /// Asks for the pulls that are left, with a HEAD, which Docker Hub does not count.
  private func hubLimits() async throws -> (check: PreflightCheck, digest: Digest?)? {
    guard let repository = store as? RegistryRepository else { return nil }
    let call = RegistryCall(
      .head, .path("/v2/\(repository.name)/manifests/\(selector)"), scopes: [.repository(repository.name, .pull)],
      purpose: "reading the remaining pull limit", subject: "`\(name)`",
      headers: [.accept: MediaType.acceptedManifests.joined(separator: ", ")])
    do {
      let response = try await repository.client.send(call)
      let (left, all) = (
        HubPulls.number(response.headers.first("ratelimit-remaining")),
        HubPulls.number(response.headers.first("ratelimit-limit"))
      )
      if let left { pulls.note(left) }
      let digest = response.headers.first(.dockerContentDigest).flatMap { try? Digest($0) }
      return (hubCheck(left, all, isUsedUp: response.status == 429), digest)
    } catch {
      try Preflight.passOnCancellation(error)
      // Why it cannot be asked is told by the check of the source.
      return (.skipped(.dockerHub, "Docker Hub did not say how many pulls are left"), nil)
    }
  }

  private func hubCheck(_ left: Int?, _ all: Int?, isUsedUp: Bool) -> PreflightCheck {
    let count = left.map { "\($0)\(all.map { " of \($0)" } ?? "") pulls are left" }
    guard case .anonymous = credentials else {
      if isUsedUp || left == 0 {
        return .failed(
          .dockerHub,
          AcrError(
            .throttled, "the source would refuse: the account has reached its pull limit at `docker.io`",
            help: "try again in some hours, or use an account with a higher pull limit", target: "docker.io"))
      }
      return .passed(.dockerHub, count.map { "\($0) for the account" } ?? "the account has no pull limit")
    }
    let here = isUsedUp ? "none are left for this machine" : count.map { "\($0) for this machine" }
    return .warning(
      .dockerHub,
      "Docker Hub rate-limits anonymous pulls, and Azure's addresses are shared"
        + (here.map { "; \($0)" } ?? ""),
      cure: "use your own pull limit: --username USER --password TOKEN")
  }

  // MARK: The tree

  /// Counts the root and everything under it. An image among an index's children needs no reading to be counted.
  private func countManifests(_ root: FetchedManifest, _ image: ImageManifest) async throws -> PreflightCheck {
    var seen: Set<Digest> = [root.digest]
    var level = image.manifests
    do {
      for _ in 0..<WireLimits.standard.count(.nesting) where !level.isEmpty {
        let new = level.filter { seen.insert($0.digest).inserted }
        guard seen.count <= Preflight.maximumManifests else { break }
        level = try await read(new.filter { [MediaType.ociIndex, MediaType.dockerList].contains($0.mediaType) })
      }
    } catch let error as AcrError {
      try Preflight.passOnCancellation(error)
      if error.kind == .notFound {
        return .failed(
          .manifests,
          AcrError(
            .notFound, "`\(name)` names a manifest that its registry does not hold: \(error.message)",
            help: "have the source repaired, or import one platform by its digest", target: location.registry.name))
      }
      return .warning(.manifests, "the manifests under the index could not be counted: \(error.message)")
    }
    guard seen.count <= Preflight.maximumManifests else {
      return .failed(
        .manifests,
        AcrError(
          .usage,
          "the image has \(seen.count) manifests or more, and the service imports no more than "
            + "\(Preflight.maximumManifests)",
          help: "--engine direct has no such limit; or import one platform by its digest"))
    }
    return .passed(.manifests, seen.count == 1 ? "1 manifest" : "\(seen.count) manifests")
  }

  /// The children of indexes.
  private func read(_ indexes: [Descriptor]) async throws -> [Descriptor] {
    let sizes = Dictionary(indexes.map { ($0.digest, $0.size) }, uniquingKeysWith: { first, _ in first })
    let digests = indexes.map(\.digest)
    let nodes = try await NodeReader(store: store, limit: TransferLimit(8)).nodes(digests, sizes: sizes)
    return try zip(digests, nodes).flatMap { digest, node in
      guard let node else { throw AcrError(.notFound, "`\(store.displayName)@\(digest)` does not exist") }
      return node.children
    }
  }
}

extension HubPulls {
  /// The number of `97;w=21600`.
  static func number(_ text: String?) -> Int? { text.flatMap { Int($0.prefix { $0 != ";" }) } }
}
