import AcrSystem
import AcrCore
import OCIRegistry

/// The content of one registry: an index in memory and everything on the disk.
///
/// ```
/// blobs/<algorithm>/<hex>                           bytes of blobs and manifests
/// repositories/<name, percent-encoded>/             one folder for each repository
///   repository.json                                 when it was made, its locks
///   manifests/<algorithm>-<hex>.json  tags/<tag>.json  blobs/<algorithm>-<hex>
/// uploads/<id>.json, uploads/<id>.data              uploads in progress
/// ```
///
/// Every file gets its name only when its bytes are on the disk, blobs before manifests and manifests before tags, so a
/// process that is killed at any moment leaves no name that points at something missing.
actor RegistryStore {
  /// The folder.
  nonisolated let folder: String
  /// False while sample content is made, which can be made again.
  private var isDurable = true
  /// True where what is deleted can be restored for some days.
  nonisolated let keepsDeleted: Bool
  /// What was deleted and can be restored, oldest first.
  var deleted = DeletedItems()
  private(set) var repositories: [String: RepositoryRecord] = [:]
  private var lists: [String: RepositoryLists] = [:]
  private var removed: [String: RemovedItems] = [:]

  /// Opens the store and reads its index.
  init(folder: String, keepsDeleted: Bool = false) throws {
    self.folder = folder
    self.keepsDeleted = keepsDeleted
    for part in ["blobs/sha256", "blobs/sha512", "repositories", "uploads"] {
      try DiskFile.makeFolder("\(folder)/\(part)")
    }
    repositories = RegistryStore.load("\(folder)/repositories")
    if keepsDeleted { deleted = DeletedItems(keptIn: folder) }
  }

  /// The file with a blob's or manifest's bytes.
  nonisolated func path(_ digest: Digest) -> String {
    "\(folder)/blobs/\(digest.algorithm.rawValue)/\(digest.hex)"
  }

  /// Runs `body` without waiting for the disk at every file.
  func withoutSynchronizing(_ body: @Sendable () async throws -> Void) async throws {
    isDurable = false
    defer { isDurable = true }
    try await body()
  }

  // MARK: Reading

  /// The names of all repositories, sorted by bytes.
  var names: [String] { repositories.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// A repository; nil when there is none of this name.
  func repository(_ name: RepositoryName) -> RepositoryRecord? { repositories[name.name] }

  /// The manifests of a repository that lists show, in an order.
  /// - Returns: nil for an unknown repository.
  func manifests(of name: RepositoryName, by order: ListOrder) -> ServedList<ListedManifest>? {
    repositories[name.name].map { lists[name.name, default: RepositoryLists()].manifests(of: $0, by: order) }
  }

  /// The tags of a repository that lists show, in an order.
  /// - Returns: nil for an unknown repository.
  func tags(of name: RepositoryName, by order: ListOrder) -> ServedList<ListOrder.Place>? {
    repositories[name.name].map { lists[name.name, default: RepositoryLists()].tags(of: $0, by: order) }
  }

  /// A manifest's record; nil when there is none.
  func manifest(_ selector: ManifestSelector, in name: RepositoryName) -> ManifestRecord? {
    guard let repository = repositories[name.name] else { return nil }
    switch selector {
    case .digest(let digest): return repository.manifests[digest]
    case .tag(let tag): return repository.tags[tag.name].flatMap { repository.manifests[$0.digest] }
    }
  }

  /// The size of a blob of a repository; nil when it is not there. A manifest is no blob.
  func blobSize(_ digest: Digest, in name: RepositoryName) -> Int64? {
    guard repositories[name.name]?.blobs.contains(digest) == true else { return nil }
    return DiskFile.size(path(digest))
  }

  /// When a tag or manifest that is gone had changed last; nil where nothing is known of it.
  func removalTime(of item: String, in name: RepositoryName) -> Timestamp? { removed[name.name]?.time(of: item) }

  /// The bytes of all blobs and manifests, each counted once.
  nonisolated var storedBytes: Int64 {
    ["sha256", "sha512"].reduce(0) { sum, algorithm in
      DiskFile.names(in: "\(folder)/blobs/\(algorithm)").reduce(sum) {
        $0 + (DiskFile.size("\(folder)/blobs/\(algorithm)/\($1)") ?? 0)
      }
    }
  }

  // MARK: Writing

  /// Changes what is known of a repository, in place: a copy of a large one takes longer than all the rest.
  func change(_ name: RepositoryName, _ body: (inout RepositoryRecord) -> Void) {
    lists[name.name] = nil
    guard let index = repositories.index(forKey: name.name) else { return }
    body(&repositories.values[index])
  }

  /// Makes a blob whose bytes are in place known in a repository.
  func link(_ digest: Digest, in name: RepositoryName) throws {
    guard try !repositoryForWriting(name).blobs.contains(digest) else { return }
    try DiskFile.replace("\(folder(name))/blobs/\(fileName(digest))", with: [], isDurable: isDurable)
    change(name) { $0.blobs.insert(digest) }
  }

  /// Moves the bytes of an upload to their place and makes them known in a repository.
  func adopt(_ temporary: String, as digest: Digest, in name: RepositoryName) throws {
    try DiskFile.rename(temporary, to: path(digest), isDurable: isDurable)
    try link(digest, in: name)
  }

  /// Stores bytes as a blob of a repository.
  func putBlob(_ bytes: [UInt8], in name: RepositoryName) throws -> Digest {
    let digest = Digest.of(bytes)
    if DiskFile.size(path(digest)) == nil { try DiskFile.replace(path(digest), with: bytes, isDurable: isDurable) }
    try link(digest, in: name)
    return digest
  }

  /// Stores a manifest, and points tags at it.
  /// - Throws: ``ErrorReply``: `MANIFEST_INVALID`, `MANIFEST_BLOB_UNKNOWN`, `UNSUPPORTED` for a locked tag or repository.
  @discardableResult
  func putManifest(_ manifest: FetchedManifest, in name: RepositoryName, tags: [TagName]) throws -> ManifestRecord {
    let document: ImageManifest
    do throws(AcrError) {
      document = try ImageManifest(manifest, name: "\(name)@\(manifest.digest.short)")
    } catch {
      throw ErrorReply(
        .registry(.badRequest, "MANIFEST_INVALID", "manifest invalid", ["reason": .string(error.message)]))
    }
    try check(document, manifest.digest, tags, in: name)
    let now = Timestamp.now()
    var record = makeRecord(manifest, document, now)
    let (old, oldTags) = try repositoryForWriting(name).entries(manifest.digest, tags)
    if let old {
      record.created = old.created
      record.attributes = old.attributes
    } else {
      try DiskFile.replace(path(manifest.digest), with: manifest.bytes, isDurable: isDurable)
    }
    try save(record, in: name)
    change(name) { $0.put(record) }
    for (tag, old) in zip(tags, oldTags) {
      var entry = old ?? TagRecord(digest: record.digest, created: now, updated: now)
      entry.digest = record.digest
      entry.updated = now
      try save(entry, tag: tag.name, in: name)
      change(name) { $0.put(entry, as: tag.name) }
    }
    change(name) { $0.updated = now }
    return record
  }

  /// Refuses a manifest whose parts are missing, and one that a lock keeps out.
  private func check(
    _ document: ImageManifest, _ digest: Digest, _ tags: [TagName], in name: RepositoryName
  ) throws {
    let repository = repositories[name.name] ?? RepositoryRecord(name: name, created: .now(), updated: .now())
    try checkWritable(repository, tags: tags, digest: digest)
    let missing =
      document.blobs.filter { !$0.isForeign && !repository.blobs.contains($0.digest) }
      + document.manifests.filter { repository.manifests[$0.digest] == nil }
    guard missing.isEmpty else {
      throw ErrorReply(.registry(.badRequest, missing.map { ("MANIFEST_BLOB_UNKNOWN", $0.digest) }))
    }
  }

  /// Changes the locks of a repository, or of a tag or manifest in it.
  /// - Returns: false when what `selector` names is not there.
  func setAttributes(
    _ attributes: ChangeableAttributes, of selector: ManifestSelector?, in name: RepositoryName
  ) throws -> Bool {
    guard let repository = repositories[name.name] else { return false }
    let now = Timestamp.now()
    switch selector {
    case nil:
      var changed = repository
      changed.attributes = attributes
      changed.updated = now
      try save(changed)
      change(name) { ($0.attributes, $0.updated) = (attributes, now) }
    case .tag(let tag):
      guard var record = repository.tags[tag.name] else { return false }
      record.attributes = attributes
      record.updated = now
      try save(record, tag: tag.name, in: name)
      change(name) { $0.put(record, as: tag.name) }
    case .digest(let digest):
      guard var record = repository.manifests[digest] else { return false }
      record.attributes = attributes
      record.updated = now
      try save(record, in: name)
      change(name) { $0.put(record) }
    }
    return true
  }

  /// Sets when manifests and tags were pushed and changed.
  func setTimes(of digests: [Digest], tags: [TagName], in name: RepositoryName, to time: Timestamp) throws {
    for digest in digests {
      guard var record = repositories[name.name]?.manifests[digest] else { continue }
      (record.created, record.updated) = (time, time)
      try save(record, in: name)
      change(name) { $0.put(record) }
    }
    for tag in tags {
      guard var record = repositories[name.name]?.tags[tag.name] else { continue }
      (record.created, record.updated) = (time, time)
      try save(record, tag: tag.name, in: name)
      change(name) { $0.put(record, as: tag.name) }
    }
  }

  // MARK: Removing

  /// Removes a tag; its manifest stays.
  func removeTag(_ tag: TagName, in name: RepositoryName) throws {
    guard let record = repositories[name.name]?.tags[tag.name] else { return }
    try DiskFile.remove("\(folder(name))/tags/\(tag.name).json")
    removed[name.name, default: RemovedItems()].add(tag.name, record.updated)
    change(name) {
      $0.removeTag(tag.name)
      $0.updated = .now()
    }
    try keep(tag.name, record, of: name)
  }

  /// Removes a manifest with its tags.
  func removeManifest(_ digest: Digest, in name: RepositoryName) throws {
    guard let record = repositories[name.name]?.manifests[digest] else { return }
    for tag in repositories[name.name]?.tags(of: digest) ?? [] { try removeTag(try TagName(tag), in: name) }
    try DiskFile.remove("\(folder(name))/manifests/\(fileName(digest)).json")
    removed[name.name, default: RemovedItems()].add(digest.description, record.updated)
    change(name) {
      $0.removeManifest(digest)
      $0.updated = .now()
    }
    try keep(record, of: name)
    try removeBytes([digest])
  }

  /// Removes a blob from a repository.
  func removeBlob(_ digest: Digest, in name: RepositoryName) throws {
    try DiskFile.remove("\(folder(name))/blobs/\(fileName(digest))")
    change(name) { $0.blobs.remove(digest) }
    try removeBytes([digest])
  }

  /// Removes a repository with everything in it.
  func removeRepository(_ name: RepositoryName) throws {
    guard let repository = repositories.removeValue(forKey: name.name) else { return }
    (removed[name.name], lists[name.name]) = (nil, nil)
    DiskFile.removeFolder("\(folder(name))/tags")
    DiskFile.removeFolder("\(folder(name))/manifests")
    DiskFile.removeFolder(folder(name))
    for (tag, record) in repository.tags.sorted(by: { $0.key < $1.key }) { try keep(tag, record, of: name) }
    for record in repository.manifests.values { try keep(record, of: name) }
    try keep(repository)
    try removeBytes(repository.blobs.union(repository.manifests.keys))
  }

  /// Removes bytes that no repository needs any more.
  private func removeBytes(_ digests: Set<Digest>) throws {
    let kept = deleted.needed
    for digest in digests where !kept.contains(digest) {
      let isNeeded = repositories.values.contains { $0.blobs.contains(digest) || $0.manifests[digest] != nil }
      if !isNeeded { try DiskFile.remove(path(digest)) }
    }
  }

  // MARK: The disk

  private func folder(_ name: RepositoryName) -> String {
    "\(folder)/repositories/\(PercentEncoding.encode(name.name))"
  }

  private func fileName(_ digest: Digest) -> String { "\(digest.algorithm.rawValue)-\(digest.hex)" }

  /// A repository, made where there is none.
  @discardableResult
  func repositoryForWriting(_ name: RepositoryName) throws -> RepositoryRecord {
    if let repository = repositories[name.name] { return repository }
    for part in ["manifests", "tags", "blobs"] { try DiskFile.makeFolder("\(folder(name))/\(part)") }
    let repository = RepositoryRecord(name: name, created: .now(), updated: .now())
    try save(repository)
    repositories[name.name] = repository
    return repository
  }

  private func save(_ repository: RepositoryRecord) throws {
    let document: JSONValue = [
      "created": .string(repository.created.description), "updated": .string(repository.updated.description),
      "attributes": repository.attributes.json,
    ]
    try write(document, to: "\(folder(repository.name))/repository.json")
  }

  func save(_ record: ManifestRecord, in name: RepositoryName) throws {
    try write(record.json, to: "\(folder(name))/manifests/\(fileName(record.digest)).json")
  }

  func save(_ record: TagRecord, tag: String, in name: RepositoryName) throws {
    try write(record.json, to: "\(folder(name))/tags/\(tag).json")
  }

  private func write(_ document: JSONValue, to path: String) throws {
    try DiskFile.replace(path, with: Array(document.text.utf8), isDurable: isDurable)
  }
}
