import AcrConcurrency
import AcrCore

/// What a repository or folder says about all of its images at once: the tags that are named after manifests, and in a folder
/// the manifests that name a subject. Each is read once for all who share it.
public final class RelatedLists: Sendable {
  /// How many tags are looked through for one image, where asking for each name costs little more.
  private static let fewTags = 2_000
  /// How many are looked through for many images.
  private static let manyTags = 100_000

  let store: any ArtifactSource
  /// True where so many ask that reading the list costs less than asking for names.
  let isForMany: Bool
  private let tags = SingleFlight<StoreID, [Digest: [TagName]]?>(keeping: 1)
  private let subjects = SingleFlight<StoreID, [Digest: [Descriptor]]>(keeping: 1)

  /// Creates lists that are read when the first asks for them.
  /// - Parameter isForMany: whether many images of the store will be looked for.
  public init(store: any ArtifactSource, isForMany: Bool = false) {
    self.store = store
    self.isForMany = isForMany
  }

  /// The tags that are named after manifests, by the manifest's digest.
  /// - Returns: nil where the list is too long to be looked through, or cannot be read.
  func companions() async throws -> [Digest: [TagName]]? {
    let (store, most) = (store, isForMany ? RelatedLists.manyTags : RelatedLists.fewTags)
    return try await tags.value(for: store.id) {
      var found: [Digest: [TagName]] = [:]
      var count = 0
      do {
        let pages = store.tagPages()
        while let page = try await pages.next() {
          count += page.count
          guard count <= most else { return nil }
          for tag in page where tag.related != nil {
            if let subject = tag.subjectDigest { found[subject, default: []].append(tag) }
          }
        }
      } catch let error as AcrError where error.kind != .cancelled {
        // An image can be readable where the list of tags is not.
        return nil
      }
      return found
    }
  }

  /// The manifests of a folder that name a subject, by its digest.
  func referrers(in layout: OCILayout) async throws -> [Digest: [Descriptor]] {
    try await subjects.value(for: layout.id) { try await layout.referrersBySubject() }
  }
}
