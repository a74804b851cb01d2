import AcrCore
import OCIRegistry

/// What a registry keeps about a repository, with what points at each manifest at hand.
struct RepositoryRecord: Sendable {
  let name: RepositoryName
  var created: Timestamp
  var updated: Timestamp
  var attributes = ChangeableAttributes()
  private(set) var manifests: [Digest: ManifestRecord] = [:]
  private(set) var tags: [String: TagRecord] = [:]
  /// The blobs that were uploaded to or mounted in this repository.
  var blobs: Set<Digest> = []
  private var tagsOfManifests: [Digest: Set<String>] = [:]
  private var referrersOfManifests: [Digest: Set<Digest>] = [:]

  /// An empty repository.
  init(name: RepositoryName, created: Timestamp, updated: Timestamp) {
    self.name = name
    self.created = created
    self.updated = updated
  }

  /// The tags of a manifest in the order of their names.
  func tags(of digest: Digest) -> [String] { tagsOfManifests[digest]?.sorted() ?? [] }

  /// The manifests that name a digest as their subject, in no order.
  func referrers(of digest: Digest) -> [ManifestRecord] {
    referrersOfManifests[digest]?.compactMap { manifests[$0] } ?? []
  }

  /// What is known of a manifest and of tags before they are written.
  func entries(_ digest: Digest, _ names: [TagName]) -> (manifest: ManifestRecord?, tags: [TagRecord?]) {
    (manifests[digest], names.map { tags[$0.name] })
  }

  /// Stores a manifest, in place of the one with its digest.
  mutating func put(_ manifest: ManifestRecord) {
    removeManifest(manifest.digest)
    manifests[manifest.digest] = manifest
    if let subject = manifest.subject { referrersOfManifests[subject, default: []].insert(manifest.digest) }
  }

  /// Forgets a manifest; its tags are the caller's.
  mutating func removeManifest(_ digest: Digest) {
    guard let subject = manifests.removeValue(forKey: digest)?.subject else { return }
    referrersOfManifests[subject]?.remove(digest)
    if referrersOfManifests[subject]?.isEmpty == true { referrersOfManifests[subject] = nil }
  }

  /// Stores a tag, in place of the one with its name.
  mutating func put(_ tag: TagRecord, as name: String) {
    removeTag(name)
    tags[name] = tag
    tagsOfManifests[tag.digest, default: []].insert(name)
  }

  /// Forgets a tag.
  mutating func removeTag(_ name: String) {
    guard let digest = tags.removeValue(forKey: name)?.digest else { return }
    tagsOfManifests[digest]?.remove(name)
    if tagsOfManifests[digest]?.isEmpty == true { tagsOfManifests[digest] = nil }
  }
}
