import AcrCore
import OCIRegistry

/// What deleting one manifest does to the rest of a repository.
public struct DeletionImpact: Sendable {
  /// The manifest.
  public let digest: Digest
  /// Its tags, which go with it.
  public var tags: [TagName]
  /// The indexes that list it, and would be broken.
  public var brokenIndexes: [Digest]
  /// The tags that lead to those indexes.
  public var brokenTags: [TagName]
  /// The manifests that it is about: they lose a signature or another referrer.
  public var subjects: [Digest]
  /// The manifests that are about it, with their tags: they are then about nothing. Azure's registries delete them as well.
  public var referrers: [(digest: Digest, tags: [TagName])]
  /// The parts that nothing else needs: they stay in the registry, without a tag.
  public var leftovers: [Digest]
  /// The bytes that garbage collection can free then.
  public var freedBytes: WireSize

  /// True where something that stays needs the manifest.
  public var breaks: Bool { !brokenIndexes.isEmpty || !subjects.isEmpty }
}

/// Which manifests can be deleted so that some tags go, in a registry that deletes whole manifests only.
public struct DeletionPlan: Sendable {
  /// One manifest that may go.
  public struct Item: Sendable {
    /// The manifest.
    public let digest: Digest
    /// Its tags, all of which are to go.
    public let tags: [TagName]
    /// The parts that only this one was needed for; they stay in the registry, without a tag.
    public let leftovers: [Digest]
  }

  /// A tag that has to stay.
  public struct Kept: Sendable {
    /// The tag.
    public let tag: TagName
    /// The manifest it points at.
    public let digest: Digest
    /// What needs that manifest, for example "the index `v1` lists it".
    public let reason: String
  }

  /// What may go: an index before its children, so that no moment leaves half an index.
  public let items: [Item]
  /// What stays.
  public let kept: [Kept]
  /// Tags that do not exist any more.
  public let gone: [TagName]
}

extension ArtifactGraph {
  /// What deleting a manifest does; nil where the graph has no such manifest.
  public func impact(ofDeleting digest: Digest) -> DeletionImpact? {
    guard let position = positions[digest] else { return nil }
    let indexes = indexes(of: position)
    var above = Set(indexes)
    var waiting = indexes
    while let next = waiting.popLast() {
      for parent in self.indexes(of: next) where above.insert(parent).inserted { waiting.append(parent) }
    }
    let gone = exclusive(to: [position])
    let about = Set(referrers(of: digest).map(\.digest))
    return DeletionImpact(
      digest: digest, tags: tagsOf[position], brokenIndexes: indexes.map { nodes[$0].digest },
      brokenTags: above.sorted().flatMap { tagsOf[$0] }, subjects: subjects[position].map { nodes[$0].digest },
      referrers: referrers(of: digest).map { ($0.digest, tags(of: $0.digest)) },
      leftovers: gone.map { nodes[$0].digest }.filter { $0 != digest && !about.contains($0) && !isListOfReferrers($0) },
      freedBytes: freedBytes(gone, blobUses()))
  }

  private func isListOfReferrers(_ digest: Digest) -> Bool { positions[digest].map(isReferrersList) ?? false }

  /// Plans the deletion of tags where whole manifests are deleted, with every tag of theirs.
  ///
  /// A manifest that a tag reaches which stays is kept: as that tag's own, as the child of an index however deep, as a
  /// subject or as a referrer.
  /// - Throws: ``AcrError`` of kind `conflict` for a graph that may lack something.
  public func planDeletion(of tags: [TagName]) throws(AcrError) -> DeletionPlan {
    try requireWhole("nothing is deleted")
    let wanted = Set(tags)
    let reached = reachedPositions { !wanted.contains($0) }
    let digests = Dictionary(self.tags.map { ($0.tag, $0.digest) }, uniquingKeysWith: { first, _ in first })
    var going: Set<Int> = []
    var kept: [DeletionPlan.Kept] = []
    var gone: [TagName] = []
    for tag in tags {
      guard let digest = digests[tag], let position = positions[digest] else {
        gone.append(tag)
        continue
      }
      // A tag that is named after another manifest and is not to go keeps its own manifest too.
      let isKept = { (other: TagName) in !wanted.contains(other) && other.subjectDigest != digest }
      if reached.contains(position) || tagsOf[position].contains(where: isKept) {
        kept.append(.init(tag: tag, digest: digest, reason: reason(position, keeping: isKept, reached)))
      } else {
        going.insert(position)
      }
    }
    var unneeded = Set(exclusive(to: Array(going))).subtracting(going)
    let items = order(going).map { position in
      let leftovers = take(from: &unneeded, below: position)
      return DeletionPlan.Item(
        digest: nodes[position].digest, tags: tagsOf[position], leftovers: leftovers.map { nodes[$0].digest })
    }
    return DeletionPlan(items: items, kept: kept, gone: gone)
  }

  /// Orders the deletion of several manifests: an index before its parts, so that no moment leaves half an index.
  /// - Throws: ``AcrError``: `not-found` for one that the repository does not have, `conflict` where an index or a subject
  ///   that is not among them needs one, and for a graph that may lack something.
  public func planDeletion(
    ofManifests digests: [Digest]
  ) throws(AcrError) -> (items: [DeletionPlan.Item], freedBytes: WireSize) {
    try requireWhole("nothing is deleted")
    var going: Set<Int> = []
    for digest in digests {
      guard let position = positions[digest] else { throw AcrError(.notFound, "`\(name)@\(digest)` does not exist") }
      going.insert(position)
    }
    for position in going.sorted() where !(indexes(of: position) + subjects[position]).allSatisfy(going.contains) {
      guard var impact = impact(ofDeleting: nodes[position].digest) else { continue }
      impact.brokenIndexes.removeAll { positions[$0].map(going.contains) ?? false }
      impact.subjects.removeAll { positions[$0].map(going.contains) ?? false }
      try impact.requireUnneeded("`\(name)@\(impact.digest.short)`")
    }
    var unneeded = Set(exclusive(to: Array(going))).subtracting(going)
    let order = order(going)
    let freed = freedBytes(order + Array(unneeded), blobUses())
    let items = order.map { position in
      let leftovers = take(from: &unneeded, below: position)
      return DeletionPlan.Item(
        digest: nodes[position].digest, tags: tagsOf[position], leftovers: leftovers.map { nodes[$0].digest })
    }
    return (items, freed)
  }

  /// Takes out of a set what a manifest leads to inside of it.
  private func take(from set: inout Set<Int>, below position: Int) -> [Int] {
    var found: [Int] = []
    var waiting = [position]
    while let next = waiting.popLast() {
      for part in children[next] + referrers[next] where set.remove(part) != nil {
        found.append(part)
        waiting.append(part)
      }
    }
    return found
  }

  /// Why a manifest stays, in a few words: the nearest thing that needs it.
  func reason(_ position: Int, keeping isKept: (TagName) -> Bool, _ reached: Set<Int>) -> String {
    if let other = tagsOf[position].first(where: isKept) { return "`\(other)` also points at it" }
    if let index = indexes(of: position).first(where: reached.contains) { return "the index \(called(index)) needs it" }
    if let subject = subjects[position].first(where: reached.contains) { return "it refers to \(called(subject))" }
    if let referrer = referrers[position].first(where: reached.contains) { return "\(called(referrer)) refers to it" }
    return "another tag needs it"
  }

  /// A tag of a manifest, or else the beginning of its digest.
  func called(_ position: Int) -> String {
    "`\(tagsOf[position].first?.name ?? nodes[position].digest.short)`"
  }
}
