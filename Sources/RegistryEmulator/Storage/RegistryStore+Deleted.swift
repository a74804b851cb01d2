import AcrCore
import OCIRegistry

extension RegistryStore {
  /// Keeps a deleted tag.
  func keep(_ tag: String, _ record: TagRecord, of name: RepositoryName) throws {
    try keep { $0.tags.append(.init(repository: name, name: tag, record: record, deleted: .now())) }
  }

  /// Keeps a deleted manifest.
  func keep(_ record: ManifestRecord, of name: RepositoryName) throws {
    try keep { deleted in
      deleted.manifests.removeAll { $0.repository == name && $0.record.digest == record.digest }
      deleted.manifests.append(.init(repository: name, record: record, deleted: .now()))
    }
  }

  /// Notes a deleted repository.
  func keep(_ repository: RepositoryRecord) throws {
    try keep { $0.repositories.append(.init(name: repository.name, created: repository.created, deleted: .now())) }
  }

  private func keep(_ change: (inout DeletedItems) -> Void) throws {
    guard keepsDeleted else { return }
    change(&deleted)
    deleted.expire()
    try deleted.save(in: folder)
  }

  /// What can be restored now.
  func deletedItems() -> DeletedItems {
    deleted.expire()
    return deleted
  }

  /// Brings a deleted manifest back, under a tag or under none.
  /// - Throws: ``ErrorReply``: 404 where it is not among what was deleted, 409 for a tag that is there, unless forced.
  func restore(_ digest: Digest, in name: RepositoryName, tag: TagName?, isForced: Bool) throws {
    deleted.expire()
    guard let item = deleted.manifests.last(where: { $0.repository == name && $0.record.digest == digest }) else {
      throw ErrorReply(.registry(.notFound, "MANIFEST_UNKNOWN", "manifest unknown"))
    }
    if let tag, !isForced, repositories[name.name]?.tags[tag.name] != nil {
      throw ErrorReply(.registry(.conflict, "TAG_EXISTS", "the tag \(tag) exists in the repository"))
    }
    try repositoryForWriting(name)
    for blob in item.record.references where DiskFile.isThere(path(blob)) { try link(blob, in: name) }
    try save(item.record, in: name)
    change(name) {
      $0.put(item.record)
      $0.updated = .now()
    }
    if let tag {
      let now = Timestamp.now()
      let record = TagRecord(digest: digest, created: now, updated: now)
      try save(record, tag: tag.name, in: name)
      change(name) { $0.put(record, as: tag.name) }
    }
    deleted.manifests.removeAll { $0.repository == name && $0.record.digest == digest }
    deleted.tags.removeAll { $0.repository == name && $0.record.digest == digest && ($0.name == tag?.name) }
    deleted.repositories.removeAll { $0.name == name }
    try deleted.save(in: folder)
  }
}
