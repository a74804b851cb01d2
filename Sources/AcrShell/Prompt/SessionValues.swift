import AcrCommands
import AcrCore
import Dispatch
import Synchronization

/// The values behind Tab at the prompt: files of this machine, and what registries hold.
struct SessionValues: ValueSource {
  let lookup: RegistryLookup

  func values(for query: ValueQuery) throws -> [LiveValue] {
    switch query {
    case .files(let folder): return FileNames.list(folder: folder).map { LiveValue($0) }
    case .registries:
      return try wait { await lookup.registries() }.map {
        LiveValue($0.name, description: $0.name == $0.host ? "" : $0.host)
      }
    case .hosts: return try wait { await lookup.registries() }.map { LiveValue($0.host) }
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
