import AcrCore
import ArtifactTrust
import ImportCore
import OCIRegistry

/// Checks an image, and what of an index has to be checked with it.
struct ImageCheck: Sendable {
  /// What came of one manifest.
  struct Outcome: Sendable {
    let verdict: TrustVerdict
    /// The platform, where the manifest was chosen by it.
    let platform: Platform?
    /// The platform's digest that the verified index covers.
    let covers: Digest?
    /// What came of the index of a platform that needs a signature of its own, since the index has none that counts.
    var index: TrustVerdict?
  }

  let store: any ArtifactSource
  let demand: TrustDemand
  /// Only this platform is needed.
  let platform: Platform?
  /// Every image of an index needs a signature of its own.
  let isRecursive: Bool

  /// Reads the manifest once, and checks what the signatures say of its digest.
  /// - Returns: the outcomes, and notes.
  func run(_ selector: ManifestSelector) async throws -> (outcomes: [Outcome], notes: [String]) {
    let root = try await store.manifest(selector)
    let verifier = ImageVerifier(store: store)
    let first = try await verifier.verify(ImageUnderTest(root, in: store.displayName), [demand])
    var notes = first.notes
    guard let verdict = first.verdicts.first else { return ([], notes) }
    guard platform != nil || isRecursive else {
      return ([Outcome(verdict: verdict, platform: nil, covers: nil)], notes)
    }
    let index = try ImageManifest(root, name: "\(store.displayName)@\(root.digest)")
    guard index.kind == .index else {
      return ([Outcome(verdict: verdict, platform: platform, covers: nil)], notes)
    }
    // Only digests that stand in the index's own bytes are covered by its signature.
    let children = try children(of: index)
    if let child = children.first, !isRecursive, verdict.isMet {
      return ([Outcome(verdict: verdict, platform: nil, covers: child.digest)], notes)
    }
    var outcomes = isRecursive ? [Outcome(verdict: verdict, platform: nil, covers: nil)] : []
    for child in children {
      let manifest = try await store.manifest(.digest(child.digest))
      let result = try await verifier.verify(ImageUnderTest(manifest, in: store.displayName), [demand])
      notes += result.notes
      outcomes += result.verdicts.map {
        Outcome(verdict: $0, platform: child.platform, covers: nil, index: isRecursive ? nil : verdict)
      }
    }
    return (outcomes, notes)
  }

  private func children(of index: ImageManifest) throws(AcrError) -> [Descriptor] {
    guard let platform else { return index.images }
    let matching = index.images.filter { $0.platform.map { platform.includes($0) } ?? false }
    let exact = matching.filter { $0.platform == platform }
    let found = exact.isEmpty ? matching : exact
    guard let first = found.first else {
      throw AcrError(
        .notFound, "`\(store.displayName)` has no image for \(platform)",
        help: "it has \(index.images.compactMap { $0.platform?.description }.joined(separator: ", "))")
    }
    guard isRecursive || found.count == 1 else {
      throw AcrError(
        .usage, "`\(store.displayName)` has several images for \(platform)",
        help: "add the variant: \(found.compactMap { $0.platform?.description }.joined(separator: ", "))")
    }
    return isRecursive ? found : [first]
  }
}
