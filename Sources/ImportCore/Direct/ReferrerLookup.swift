import OCIRegistry
import Synchronization

/// What the imports of one run share while they look for what is about their images: the lists of each source, read once.
public final class ReferrerLookup: Sendable {
  /// From so many images of one repository on, its list of tags is read instead of asking for names.
  private static let many = 8

  private let counts: [StoreID: Int]
  private let known = Mutex<[StoreID: RelatedLists]>([:])

  /// Creates a lookup for a run.
  /// - Parameter requests: what the run imports.
  public init(_ requests: [ImportRequest] = []) {
    counts = requests.reduce(into: [:]) { $0[$1.source.store.id, default: 0] += 1 }
  }

  func lists(of store: any ArtifactSource) -> RelatedLists {
    let isForMany = counts[store.id, default: 0] >= ReferrerLookup.many
    return known.withLock { known in
      if let lists = known[store.id] { return lists }
      let lists = RelatedLists(store: store, isForMany: isForMany)
      known[store.id] = lists
      return lists
    }
  }
}
