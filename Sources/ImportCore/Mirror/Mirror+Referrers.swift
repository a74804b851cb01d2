import AcrCore
import OCIRegistry

extension Mirror {
  /// How far artifacts about artifacts are followed: a signature of a bill of materials is two.
  private static let referrerDepth = 3

  /// Does one import of what is about an image, or looks whether it has to be done.
  /// - Returns: false where the target has it already.
  private typealias Bringer = @Sendable (ImportRequest) async throws -> Bool

  /// Brings what is about an image: what the registry lists as its referrers, and the tags that are named after it.
  ///
  /// What is about one platform of an index is looked for when the index arrives, and not again while it stays the same:
  /// that would cost a request for each platform of each unchanged tag.
  /// - Returns: how many artifacts came.
  func copyReferrers(of arrived: [Digest], _ row: MirrorRow, _ plan: MirrorPlan) async throws -> Int {
    let isNew = row.action != .unchanged
    var subjects = arrived
    if isNew || !plan.companions.isEmpty, let root = arrived.first {
      subjects += try await children(of: root, plan)
    }
    return try await referrers(of: subjects, plan, isNew: isNew) { request in
      try await !engine.run(request, journal: journal).isUnchanged
    }.count
  }

  /// What ``copyReferrers(of:_:_:)`` would bring, found out by reading only.
  /// - Parameter image: the plan of an image that is new at the target; nil for one that is there.
  /// - Returns: the names of the artifacts, each once: digests and tags.
  func missingReferrers(of root: Digest, image: ImportPlan?, _ plan: MirrorPlan) async throws -> [String] {
    var subjects = [root]
    if let image, mayHaveReferrers(plan), MediaType.isIndex(image.root.mediaType) {
      // An index that is cut down is nowhere yet.
      subjects += try ImageManifest(image.root, name: plan.pair.source.displayName).manifests.map(\.digest)
    } else if image == nil, !plan.companions.isEmpty {
      subjects += try await children(of: root, plan)
    }
    return try await referrers(of: subjects, plan, isNew: image != nil) { request in
      try await !engine.plan(request).isUnchanged
    }
  }

  private func mayHaveReferrers(_ plan: MirrorPlan) -> Bool {
    if !plan.companions.isEmpty { return true }
    if let folder = plan.folderReferrers { return !folder.isEmpty }
    return (plan.pair.source as? RegistryRepository)?.mayListReferrers ?? false
  }

  /// Brings what is about manifests, of which the first is the image.
  /// - Returns: the names of what the target did not have.
  private func referrers(
    of subjects: [Digest], _ plan: MirrorPlan, isNew: Bool, _ bring: Bringer
  ) async throws -> [String] {
    var names: [String] = []
    var seen: Set<Digest> = []
    for (position, subject) in subjects.enumerated() {
      if position == 0 || isNew { names += try await bringListed(of: subject, plan, depth: 0, &seen, bring) }
      for companion in plan.companions[subject] ?? [] {
        let state = try await state(companion, plan)
        guard !state.isSame else { continue }
        var request = request(companion, plan)
        request.targets[0].known = state.target
        if try await bring(request) { names.append(companion.tag.name) }
      }
    }
    return names
  }

  /// The children of an index. They are read only where something could be about them.
  private func children(of root: Digest, _ plan: MirrorPlan) async throws -> [Digest] {
    guard mayHaveReferrers(plan) else { return [] }
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
  private func bringListed(
    of subject: Digest, _ plan: MirrorPlan, depth: Int, _ seen: inout Set<Digest>, _ bring: Bringer
  ) async throws -> [String] {
    guard depth < Mirror.referrerDepth else { return [] }
    let listed: [Descriptor]?
    if let folder = plan.folderReferrers {
      listed = folder[subject]
    } else {
      listed = try await plan.pair.source.listedReferrers(of: subject)
    }
    guard let found = listed else { return [] }
    var names: [String] = []
    for referrer in found where seen.insert(referrer.digest).inserted {
      if try await bring(untagged(.digest(referrer.digest), plan)) { names.append("\(referrer.digest)") }
      names += try await bringListed(of: referrer.digest, plan, depth: depth + 1, &seen, bring)
    }
    return names
  }

  private func untagged(_ selector: ManifestSelector, _ plan: MirrorPlan) -> ImportRequest {
    let pair = plan.pair
    return ImportRequest(
      source: ImportSource(store: pair.source, selector: selector, location: pair.sourceLocation),
      targets: [ImportTarget(store: pair.target, tag: nil, location: pair.targetLocation)], isForced: true)
  }
}
