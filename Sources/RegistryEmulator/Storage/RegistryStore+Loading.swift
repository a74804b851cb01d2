import AcrCore
import OCIRegistry

extension RegistryStore {
  /// Reads all repositories of a folder. Files with names of unfinished writes are removed; what does not parse is left out.
  static func load(_ folder: String) -> [String: RepositoryRecord] {
    var repositories: [String: RepositoryRecord] = [:]
    for entry in DiskFile.names(in: folder) {
      guard let name = try? RepositoryName(PercentEncoding.decode(entry)) else { continue }
      let path = "\(folder)/\(entry)"
      let stored = document("\(path)/repository.json")
      let created = stored?["created"]?.string.flatMap(Timestamp.init(rfc3339:)) ?? .now()
      var repository = RepositoryRecord(
        name: name, created: created,
        updated: stored?["updated"]?.string.flatMap(Timestamp.init(rfc3339:)) ?? created)
      if let locks = stored?["attributes"], let read = try? ChangeableAttributes(json: locks, over: .init()) {
        repository.attributes = read
      }
      for file in finishedNames(in: "\(path)/manifests") {
        guard let record = document("\(path)/manifests/\(file)").flatMap(ManifestRecord.init(json:)) else { continue }
        repository.put(record)
      }
      for file in finishedNames(in: "\(path)/tags") where file.hasSuffix(".json") {
        guard let record = document("\(path)/tags/\(file)").flatMap(TagRecord.init(json:)) else { continue }
        if repository.manifests[record.digest] != nil { repository.put(record, as: String(file.dropLast(5))) }
      }
      for file in finishedNames(in: "\(path)/blobs") {
        if let digest = try? Digest(file.replacing("-", with: ":", maxReplacements: 1)) {
          repository.blobs.insert(digest)
        }
      }
      repositories[name.name] = repository
    }
    return repositories
  }

  private static func finishedNames(in folder: String) -> [String] {
    DiskFile.names(in: folder).filter { name in
      guard name.hasSuffix(".tmp") else { return true }
      try? DiskFile.remove("\(folder)/\(name)")
      return false
    }
  }

  private static func document(_ path: String) -> JSONValue? {
    guard let bytes = try? DiskFile.read(path) else { return nil }
    return try? JSONValue(parsing: bytes)
  }

  /// Refuses to move a locked tag, to change a locked manifest or to add to a locked repository.
  func checkWritable(_ repository: RepositoryRecord, tags: [TagName], digest: Digest) throws {
    guard repository.attributes.writeEnabled else { throw ErrorReply(.disallowed) }
    for tag in tags {
      guard repository.tags[tag.name]?.attributes.writeEnabled ?? true else { throw ErrorReply(.disallowed) }
    }
    guard repository.manifests[digest]?.attributes.writeEnabled ?? true else { throw ErrorReply(.disallowed) }
  }

  /// What is kept about a manifest, read from it and from its configuration.
  func makeRecord(_ manifest: FetchedManifest, _ document: ImageManifest, _ now: Timestamp) -> ManifestRecord {
    var platform: Platform?
    if document.kind == .image, let config = document.config, config.size <= Int64(HTTPCall.documentLimit),
      let bytes = try? DiskFile.read(path(config.digest)), let json = try? JSONValue(parsing: bytes)
    {
      platform = Platform(json: json)
    }
    let parts = document.blobs + document.manifests
    return ManifestRecord(
      digest: manifest.digest, mediaType: manifest.mediaType, size: Int64(manifest.bytes.count),
      imageSize: parts.totalSize.bytes, created: now, updated: now, platform: platform,
      configMediaType: document.config?.mediaType,
      artifactType: document.artifactType, subject: document.subject?.digest, annotations: document.annotations,
      references: parts.map(\.digest))
  }
}
