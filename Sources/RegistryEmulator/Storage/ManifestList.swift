import AcrCore
import OCIRegistry

/// The manifests of a repository as `/acr/v1/…/_manifests` lists them.
struct ManifestList: Sendable {
  /// What `orderby` asks for.
  enum Order: String {
    /// By digest, which is the order without `orderby`.
    case digest = ""
    case timeAscending = "timeasc"
    case timeDescending = "timedesc"
  }

  /// One manifest, with its digest as text.
  struct Item: Sendable {
    let name: String
    let manifest: ManifestRecord
  }

  /// In order.
  let items: [Item]
  /// The tags of each manifest, in the order of their names.
  let tags: [Digest: [String]]

  /// Sorts the manifests of a repository that may be listed.
  init(_ repository: RepositoryRecord, by order: Order) {
    let items = repository.manifests.values.filter(\.attributes.listEnabled).map {
      Item(name: $0.digest.description, manifest: $0)
    }
    self.items = items.sorted { left, right in
      let (a, b) = (left.manifest.updated, right.manifest.updated)
      switch order {
      case .timeAscending where a != b: return a < b
      case .timeDescending where a != b: return a > b
      default: return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
      }
    }
    var tags: [Digest: [String]] = [:]
    for (tag, entry) in repository.tags { tags[entry.digest, default: []].append(tag) }
    self.tags = tags.mapValues { $0.sorted() }
  }
}
