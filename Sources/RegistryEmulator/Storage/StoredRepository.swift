import AcrSystem
import AcrCore
import OCIRegistry

/// A repository of one of the emulator's own registries, as a source and target of imports: its store is used directly.
struct StoredRepository: ArtifactTarget {
  let registry: EmulatedRegistry
  let name: RepositoryName

  /// How much of a blob is read at once.
  private static let pieceSize = 256 << 10

  var id: StoreID { .other(displayName) }

  var displayName: String { "\(registry.loginServer)/\(name)" }

  func manifest(_ selector: ManifestSelector) async throws -> FetchedManifest {
    guard let record = await registry.store.manifest(selector, in: name) else {
      throw AcrError(
        .notFound, "`\(selector.appended(to: displayName))` does not exist", status: 404, code: "MANIFEST_UNKNOWN")
    }
    let bytes = try DiskFile.read(registry.store.path(record.digest))
    return FetchedManifest(bytes: bytes, mediaType: record.mediaType, digest: record.digest)
  }

  func digest(of tag: TagName) async throws -> Digest? {
    await registry.store.manifest(.tag(tag), in: name)?.digest
  }

  func blob(_ descriptor: Descriptor, from offset: Int64) async throws -> BlobReader {
    try checkRanges()
    guard let size = await registry.store.blobSize(descriptor.digest, in: name) else {
      throw AcrError(.notFound, "the blob \(descriptor.digest) does not exist", status: 404, code: "BLOB_UNKNOWN")
    }
    let file = try OpenFile(reading: registry.store.path(descriptor.digest))
    let position = ReadPosition(offset)
    return BlobReader(length: size - offset) { try await position.next(file, StoredRepository.pieceSize) }
  }

  /// The service reads blobs in ranges; what it says of sources that do not give them is in the article,
  /// "Troubleshoot Import Container Images".
  private func checkRanges() throws {
    switch registry.ranges {
    case .supported: return
    case .ignored: throw AcrError(.invalid, "The remote server may not be RFC 7233 compliant")
    case .refused: throw AcrError(.invalid, "Unexpected response status code")
    case .short: throw AcrError(.invalid, "Unexpected length of body in response")
    }
  }

  func tagPages() -> PageReader<TagName> {
    let once = Once { await registry.store.repository(name)?.tags.keys.sorted().compactMap { try? TagName($0) } ?? [] }
    return PageReader { await once.take() }
  }

  func referrers(of digest: Digest) async throws -> [Descriptor] {
    await registry.store.referrers(of: digest, in: name).map {
      Descriptor(
        mediaType: $0.mediaType, digest: $0.digest, size: $0.size, artifactType: $0.artifactType,
        annotations: $0.annotations)
    }
  }

  func blob(_ descriptor: Descriptor, in range: Range<Int64>) async throws -> BlobReader {
    try await blob(descriptor, from: range.lowerBound).limited(to: Int64(range.count))
  }

  func blobSize(_ digest: Digest) async throws -> WireSize? {
    await registry.store.blobSize(digest, in: name).map { WireSize(clamping: $0) }
  }

  func hasBlob(_ digest: Digest) async throws -> Bool { await registry.store.blobSize(digest, in: name) != nil }

  func hasManifest(_ digest: Digest) async throws -> Bool {
    await registry.store.manifest(.digest(digest), in: name) != nil
  }

  // MARK: Writing

  func startUpload(_ descriptor: Descriptor, mountFrom: RepositoryName?) async throws -> UploadStart {
    if try await hasBlob(descriptor.digest) { return .mounted }
    if let mountFrom, await registry.store.blobSize(descriptor.digest, in: mountFrom) != nil {
      try await registry.store.link(descriptor.digest, in: name)
      return .mounted
    }
    return .session(BlobUpload(location: try await registry.uploads.start(name).id))
  }

  func finish(_ upload: BlobUpload, _ descriptor: Descriptor, bytes: [UInt8]) async throws {
    try await finish(upload, descriptor) { file in try await file.append(bytes) }
  }

  func finish(_ upload: BlobUpload, _ descriptor: Descriptor, body: BlobBody) async throws {
    try await finish(upload, descriptor) { file in
      while let piece = try await body.next() { try await file.append(piece) }
    }
  }

  private func finish(
    _ upload: BlobUpload, _ descriptor: Descriptor, _ fill: (UploadFile) async throws -> Void
  ) async throws {
    guard let file = await registry.uploads.upload(upload.location, in: name) else {
      throw AcrError(.notFound, "the upload does not exist any more", code: "BLOB_UPLOAD_UNKNOWN")
    }
    try await fill(file)
    guard try await file.digest(descriptor.digest.algorithm) == descriptor.digest else {
      throw AcrError(.invalid, "the blob \(descriptor.digest) arrived with another digest", code: "DIGEST_INVALID")
    }
    try await registry.store.adopt(file.path, as: descriptor.digest, in: name)
    await registry.uploads.remove(file.id)
  }

  func cancel(_ upload: BlobUpload) async { await registry.uploads.remove(upload.location) }

  func putManifest(_ manifest: FetchedManifest, as selector: ManifestSelector) async throws {
    var tags: [TagName] = []
    if case .tag(let tag) = selector { tags = [tag] }
    try await registry.store.putManifest(manifest, in: name, tags: tags)
  }
}

/// How far a file has been read.
private actor ReadPosition {
  private var offset: Int64

  init(_ offset: Int64) { self.offset = offset }

  func next(_ file: OpenFile, _ count: Int) throws -> [UInt8]? {
    let piece = try file.read(at: offset, count: count)
    offset += Int64(piece.count)
    return piece.isEmpty ? nil : piece
  }
}

/// A value that is given once.
private actor Once<Value: Sendable> {
  private var make: (@Sendable () async -> Value)?

  init(_ make: @escaping @Sendable () async -> Value) { self.make = make }

  func take() async -> Value? {
    guard let make else { return nil }
    self.make = nil
    return await make()
  }
}
