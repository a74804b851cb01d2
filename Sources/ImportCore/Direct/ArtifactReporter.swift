import AcrCore
import AzureRegistry
import Synchronization

/// Turns the service's progress into the events of imports, each once.
final class ArtifactReporter: Sendable {
  private let observer: ImportObserver
  private let seen = Mutex<(announced: Set<String>, written: Set<String>)>(([], []))

  init(_ observer: @escaping ImportObserver) { self.observer = observer }

  func report(_ progress: ServiceProgress) {
    let (isNew, count, written) = seen.withLock { seen -> (Bool, Int, [String]) in
      let before = seen.announced.count
      seen.announced.formUnion(progress.artifacts.map(\.name))
      let done = progress.artifacts.filter { $0.status == "Succeeded" }.map(\.name)
      return (
        seen.announced.count > before, seen.announced.count, done.filter { seen.written.insert($0).inserted }
      )
    }
    // The service says nothing of blobs and bytes.
    if isNew { observer(.planned(manifests: count, blobs: 0, bytes: .zero)) }
    for name in written {
      guard let mark = name.lastIndex(of: "@"), let digest = try? Digest(name[name.index(after: mark)...]) else {
        continue
      }
      observer(.manifest(digest))
    }
  }
}
