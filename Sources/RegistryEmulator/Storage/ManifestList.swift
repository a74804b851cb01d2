import AcrCore
import OCIRegistry

/// The manifests of a repository as `/acr/v1/…/_manifests` lists them.
struct ManifestList: Sendable {
  /// One manifest, with its digest as text.
  struct Item: Sendable {
    let name: String
    let manifest: ManifestRecord

    /// Where it stands in a list.
    var place: ListOrder.Place { ListOrder.Place(name: name, time: manifest.updated) }
  }

  /// In order.
  let items: [Item]
  /// The tags of each manifest, in the order of their names.
  let tags: [Digest: [String]]

  /// Sorts the manifests of a repository that may be listed.
  init(_ repository: RepositoryRecord, by order: ListOrder) {
    let items = repository.manifests.values.filter(\.attributes.listEnabled).map {
      Item(name: $0.digest.description, manifest: $0)
    }
    self.items = items.sorted { order.places($0.place, before: $1.place) }
    var tags: [Digest: [String]] = [:]
    for (tag, entry) in repository.tags { tags[entry.digest, default: []].append(tag) }
    self.tags = tags.mapValues { $0.sorted() }
  }
}
