import AcrCore
import OCIRegistry

extension Mirror {
  /// How far artifacts about artifacts are followed: a signature of a bill of materials is two.
  private static let referrerDepth = 3

  /// Brings what is about an image: what the registry lists as its referrers, and the tags that are named after it.
  ///
  /// What is about one platform of an index is looked for when the index arrives, and not again while it stays the same:
  /// that would cost a request for each platform of each unchanged tag.
  /// - Returns: how many artifacts came.
  func copyReferrers(
    of arrived: [Digest], _ row: MirrorRow, _ item: MirrorPlan.Item, _ plan: MirrorPlan
  ) async throws -> Int {
    let isNew = row.action != .unchanged
    var subjects = arrived
    if isNew || !plan.companions.isEmpty, let root = arrived.first {
      subjects += try await children(of: root, plan, isNew: isNew)
    }
    var count = 0
    var seen: Set<Digest> = []
    for (position, subject) in subjects.enumerated() {
      if position == 0 || isNew { count += try await copyListed(of: subject, plan, depth: 0, &seen) }
      for companion in plan.companions[subject] ?? [] { count += try await copyCompanion(companion, plan) }
    }
    return count
  }

  /// The children of an index. They are read only where something could be about them.
  private func children(of root: Digest, _ plan: MirrorPlan, isNew: Bool) async throws -> [Digest] {
    let mayList = (plan.pair.source as? RegistryRepository)?.mayListReferrers ?? false
    guard mayList || !plan.companions.isEmpty else { return [] }
    let manifest: FetchedManifest
    do {
      manifest = try await engine.manifest(root, in: plan.pair.source)
    } catch let error as AcrError where error.kind == .notFound {
      // An index that was cut down is at the target only.
      manifest = try await engine.manifest(root, in: plan.pair.target)
    }
    guard MediaType.isIndex(manifest.mediaType) else { return [] }
    return try ImageManifest(manifest, name: plan.pair.source.displayName).manifests.map(\.digest)
  }

  /// Brings what a list names as being about a manifest, and what is about that in turn, each once.
  private func copyListed(
    of subject: Digest, _ plan: MirrorPlan, depth: Int, _ seen: inout Set<Digest>
  ) async throws -> Int {
    guard depth < Mirror.referrerDepth else { return 0 }
    let listed: [Descriptor]?
    if let folder = plan.folderReferrers {
      listed = folder[subject]
    } else {
      listed = try await plan.pair.source.listedReferrers(of: subject)
    }
    guard let found = listed else { return 0 }
    var count = 0
    for referrer in found where seen.insert(referrer.digest).inserted {
      let result = try await engine.run(untagged(.digest(referrer.digest), plan), journal: journal)
      if !result.isUnchanged { count += 1 }
      count += try await copyListed(of: referrer.digest, plan, depth: depth + 1, &seen)
    }
    return count
  }

  private func untagged(_ selector: ManifestSelector, _ plan: MirrorPlan) -> ImportRequest {
    let pair = plan.pair
    return ImportRequest(
      source: ImportSource(store: pair.source, selector: selector, location: pair.sourceLocation),
      targets: [ImportTarget(store: pair.target, tag: nil, location: pair.targetLocation)], isForced: true)
  }

  private func copyCompanion(_ item: MirrorPlan.Item, _ plan: MirrorPlan) async throws -> Int {
    let state = try await state(item, plan)
    guard !state.isSame else { return 0 }
    var request = request(item, plan)
    request.targets[0].known = state.target
    return try await engine.run(request, journal: journal).isUnchanged ? 0 : 1
  }
}
