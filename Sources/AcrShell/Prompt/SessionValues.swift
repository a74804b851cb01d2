import AcrCommands
import AcrCore
import Dispatch
import Synchronization

/// The values behind Tab at the prompt: files of this machine, and what registries hold.
struct SessionValues: ValueSource {
  let lookup: RegistryLookup
  /// Gives the hosts that references of earlier entries begin with, when Tab asks for hosts.
  var earlierHosts: @Sendable () -> [String] = { [] }

  /// Registries that everybody can pull from.
  private static let publicHosts = [
    "docker.io", "ghcr.io", "mcr.microsoft.com", "public.ecr.aws", "quay.io", "registry.k8s.io",
  ]

  func values(for query: ValueQuery) throws -> [LiveValue] {
    switch query {
    case .files(let folder): return FileNames.list(folder: folder).map { LiveValue($0) }
    case .registries:
      return try wait { await lookup.registries() }.map {
        LiveValue($0.name, description: $0.name == $0.host ? "" : $0.host)
      }
    case .hosts:
      let known = try wait { await lookup.registries() }.map(\.host)
      var seen: Set<String> = []
      return (known + earlierHosts() + SessionValues.publicHosts).filter { seen.insert($0).inserted }.map {
        LiveValue($0)
      }
    case .repositories(let registry):
      return try wait { try await lookup.repositories(of: registry) }.map { LiveValue($0) }
    case .tags(let registry, let repository):
      return try wait { try await lookup.tags(of: repository, in: registry) }.map { LiveValue($0) }
    case .digests(let registry, let repository):
      return try wait { try await lookup.digests(of: repository, in: registry) }
        .map { LiveValue($0.digest, description: $0.tags.joined(separator: ", ")) }
    }
  }

  /// Waits on the thread that ``LiveValues`` made for the query.
  private func wait<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) throws -> Result {
    let answer = Mutex<Swift.Result<Result, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      let result: Swift.Result<Result, any Error>
      do { result = .success(try await work()) } catch { result = .failure(error) }
      answer.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    guard let result = answer.withLock({ $0 }) else { throw AcrError(.cancelled, "interrupted") }
    return try result.get()
  }
}

extension SessionValues {
  /// The hosts of references in these entries, the latest first; 50 at most.
  static func hosts(in entries: [String]) -> [String] {
    var hosts: [String] = []
    var words: Set<String> = []
    let separators = Set(" \t\r\n\"'()[]{}".utf8)
    for entry in entries.suffix(2_000).reversed() where hosts.count < 50 {
      for word in entry.utf8.split(whereSeparator: separators.contains) {
        guard let slash = word.firstIndex(of: UInt8(ascii: "/")) else { continue }
        let host = String(Substring(word[..<slash]))
        // As in Docker's references: the first part is a host when it has a dot or a port, or is `localhost`.
        guard words.insert(host).inserted,
          host.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }) || host == "localhost",
          host.utf8.first != UInt8(ascii: "."), let known = try? RegistryHost(host), known.name == host
        else { continue }
        hosts.append(known.name)
      }
    }
    return hosts
  }
}

extension ValueQuery {
  /// What a note says when there are no values; nil for nothing.
  var noteForNone: String? {
    switch self {
    case .files: nil
    case .registries, .hosts: "no registry is known yet: type its host, for example localhost:5000"
    case .repositories(let registry): "\(registry) has no repositories"
    case .tags(_, let repository), .digests(_, let repository): "\(repository) has no tags"
    }
  }

  /// Whom it asks, for a note; nil for this machine itself.
  var asked: String? {
    switch self {
    case .files: nil
    case .registries, .hosts: "for the account's registries"
    case .repositories(let registry), .tags(let registry, _), .digests(let registry, _): registry
    }
  }
}
