import AcrCore
import OCIRegistry

/// A list that a registry gives out in pages: sorted once, with the place of each name at hand.
struct ServedList<Item: Sendable>: Sendable {
  /// In order.
  let items: [Item]
  private let positions: [String: Int]

  /// Takes items in the order in which they are served.
  init(_ items: [Item], name: (Item) -> String) {
    self.items = items
    positions = Dictionary(items.enumerated().map { (name($1), $0) }) { first, _ in first }
  }

  /// Where an item stands; nil where it is not in the list.
  func position(of name: String) -> Int? { positions[name] }
}

/// A manifest as `/acr/v1/…/_manifests` lists it, with its digest as text.
struct ListedManifest: Sendable {
  let name: String
  let manifest: ManifestRecord

  /// Where it stands in a list.
  var place: ListOrder.Place { ListOrder.Place(name: name, time: manifest.updated) }
}

/// The lists of one repository that were asked for since its last change.
struct RepositoryLists: Sendable {
  private var manifests: [ListOrder: ServedList<ListedManifest>] = [:]
  private var tags: [ListOrder: ServedList<ListOrder.Place>] = [:]

  /// The manifests that may be listed.
  mutating func manifests(of repository: RepositoryRecord, by order: ListOrder) -> ServedList<ListedManifest> {
    if let list = manifests[order] { return list }
    let items = repository.manifests.values.filter(\.attributes.listEnabled).map {
      ListedManifest(name: $0.digest.description, manifest: $0)
    }
    let list = ServedList(items.sorted { order.places($0.place, before: $1.place) }, name: \.name)
    manifests[order] = list
    return list
  }

  /// The tags that may be listed.
  mutating func tags(of repository: RepositoryRecord, by order: ListOrder) -> ServedList<ListOrder.Place> {
    if let list = tags[order] { return list }
    let places = repository.tags.filter(\.value.attributes.listEnabled).map {
      ListOrder.Place(name: $0.key, time: $0.value.updated)
    }
    let list = ServedList(places.sorted { order.places($0, before: $1) }, name: \.name)
    tags[order] = list
    return list
  }
}
