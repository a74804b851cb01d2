import AcrCore
import OCIRegistry

/// Finds out what deleting a manifest does, and refuses to break what stays.
public struct ManifestRemover: Sendable {
  private let store: any ArtifactSource
  private let limit: TransferLimit
  private let limits: WireLimits

  /// Creates a remover for one repository.
  public init(store: any ArtifactSource, limit: TransferLimit, limits: WireLimits? = nil) {
    self.store = store
    self.limit = limit
    self.limits = limits ?? store.limits
  }

  /// Reads what is needed to say what deleting a manifest does.
  /// - Throws: ``AcrError``: `not-found` for a manifest that does not exist, `conflict` where the repository cannot be read
  ///   whole, and what the store throws.
  public func impact(of digest: Digest) async throws -> DeletionImpact {
    let graph = try await GraphReader(store: store, limit: limit, limits: limits).repository(.around(digest))
    guard let impact = graph.impact(ofDeleting: digest) else {
      throw AcrError(.notFound, "`\(store.displayName)@\(digest)` does not exist")
    }
    try graph.requireWhole("nothing is deleted")
    return impact
  }
}

extension DeletionImpact {
  /// Refuses to break an index, or to take a signature or another referrer from the manifest that it is about.
  /// - Parameter name: how the manifest is called in messages.
  /// - Throws: ``AcrError`` of kind `conflict` that names what would break.
  public func requireUnneeded(_ name: String) throws(AcrError) {
    guard breaks else { return }
    let needed = brokenIndexes.map { "the index \($0.short) lists it" } + subjects.map { "it refers to \($0.short)" }
    let tags = brokenTags.isEmpty ? [] : ["these tags would break: \(DeletionImpact.list(brokenTags))"]
    throw AcrError(
      .conflict, "\(name) is needed: \(needed[0])",
      help: brokenIndexes.isEmpty
        ? "delete its subject, or add --force"
        : "delete the index instead, or add --force to break it",
      notes: Array(needed.dropFirst().prefix(10)) + tags)
  }

  /// What breaks and what stays behind, one sentence each without a full stop. The tags that go are in ``tags``.
  public var consequences: [String] {
    var texts: [String] = []
    for index in brokenIndexes { texts.append("breaks the index \(index.short)") }
    if !brokenTags.isEmpty { texts.append("breaks the tags \(DeletionImpact.list(brokenTags))") }
    for subject in subjects { texts.append("removes a referrer of \(subject.short)") }
    for referrer in referrers.prefix(20) {
      let tags = referrer.tags.isEmpty ? "" : " (\(DeletionImpact.list(referrer.tags)))"
      texts.append("leaves the referrer \(referrer.digest.short)\(tags) without its subject")
    }
    if !leftovers.isEmpty {
      let shown = leftovers.prefix(5).map(\.short).joined(separator: ", ")
      let more = leftovers.count > 5 ? " and \(leftovers.count - 5) more" : ""
      texts.append("leaves what only it needed: \(shown)\(more)")
    }
    return texts
  }

  private static func list(_ tags: [TagName]) -> String {
    let shown = tags.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
    return tags.count > 20 ? "\(shown) and \(tags.count - 20) more" : shown
  }
}
