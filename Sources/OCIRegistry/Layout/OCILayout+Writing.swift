import AcrCore
import AcrSystem

extension OCILayout {
  /// Opens a temporary file in the folder, which is made when it does not exist. A blob that is there, with the bytes that
  /// its name says, needs no upload.
  public func startUpload(_ descriptor: Descriptor, mountFrom: RepositoryName?) async throws -> UploadStart {
    try await prepare()
    if try await isIntact(descriptor.digest, size: descriptor.size) { return .mounted }
    var session = BlobUpload(location: try newUpload())
    let path = blobPath(descriptor.digest)
    if FileSystem.isThere(path) { session.note = "the file `\(path)` was damaged; it is replaced" }
    return .session(session)
  }

  /// True for a blob that is there and has the bytes that its name says. Its file is read once, as long as it stays as it is.
  /// - Parameter size: nil where any length is right.
  func isIntact(_ digest: Digest, size: WireSize?) async throws -> Bool {
    let path = blobPath(digest)
    guard let found = FileSystem.size(path), size.map({ $0 == found }) ?? true else { return false }
    return try await state.files.digest(of: try OpenFile(reading: path), expected: digest) == digest
  }

  public func finish(_ upload: BlobUpload, _ descriptor: Descriptor, bytes: [UInt8]) async throws {
    var pieces = [bytes][...]
    try await fill(upload, descriptor) { pieces.popFirst() }
  }

  public func finish(_ upload: BlobUpload, _ descriptor: Descriptor, body: BlobBody) async throws {
    try await fill(upload, descriptor) { try await body.next() }
  }

  public func cancel(_ upload: BlobUpload) async { remove(upload.location) }

  /// Writes a manifest. By tag it moves the tag; by digest it gets an entry without a name, which goes away when a manifest
  /// that lists it comes, so that in the end the index holds what is to be found in it and no more.
  public func putManifest(_ manifest: FetchedManifest, as selector: ManifestSelector) async throws {
    try await prepare()
    var tag: TagName?
    switch selector {
    case .tag(let name): tag = name
    case .digest(let digest):
      guard digest == manifest.digest else {
        throw AcrError(.invalid, "the manifest for `\(displayName)@\(digest)` has the digest \(manifest.digest)")
      }
    }
    let size = Int64(manifest.bytes.count)
    if try await !isIntact(manifest.digest, size: WireSize(clamping: size)) {
      let descriptor = Descriptor(mediaType: manifest.mediaType, digest: manifest.digest, size: size)
      try await finish(BlobUpload(location: try newUpload()), descriptor, bytes: manifest.bytes)
    }
    try await list(OCILayoutIndex.Change(manifest, tag: tag))
  }

  // MARK: - Blobs

  /// Writes the pieces to the upload's file and gives it its name once it is whole, right and on the disk.
  private func fill(
    _ upload: BlobUpload, _ descriptor: Descriptor, next: () async throws -> [UInt8]?
  ) async throws {
    do {
      let file = try OpenFile(writing: upload.location, .overwriting, followsLinks: false)
      try file.truncate(to: 0)
      var hasher = DigestHasher(descriptor.digest.algorithm)
      while let piece = try await next() {
        try Task.checkCancellation()
        hasher.update(piece)
        try file.write(piece)
      }
      guard descriptor.size == hasher.count else {
        throw AcrError(
          .invalid, "the blob \(descriptor.digest) came with \(hasher.count) bytes instead of \(descriptor.size)")
      }
      let actual = hasher.finalize()
      guard actual == descriptor.digest else {
        throw AcrError(.invalid, "the blob \(descriptor.digest) came with the digest \(actual)")
      }
      try file.synchronize()
      try FileSystem.makeFolders("\(path)/blobs/\(descriptor.digest.algorithm.rawValue)")
      try FileSystem.rename(upload.location, to: blobPath(descriptor.digest))
      TemporaryFiles.forget(upload.location)
      state.files.note(file.currentStatus.version, descriptor.digest)
    } catch {
      remove(upload.location)
      if error is CancellationError { throw AcrError(.cancelled, "writing to `\(displayName)` was stopped") }
      throw error
    }
  }

  /// A new empty file for an upload, in the layout's folder: on the same file system as what it becomes, so that renaming it
  /// replaces the target at once or not at all.
  private func newUpload() throws(AcrError) -> String {
    let file = try TemporaryFile(in: path)
    file.leave()
    return file.path
  }

  private func remove(_ upload: String) {
    try? FileSystem.remove(upload)
    TemporaryFiles.forget(upload)
  }

  /// Waits until the names of all blobs are on the disk, before an entry is that needs them.
  func synchronizeBlobs() {
    for algorithm in Digest.Algorithm.allCases {
      FileSystem.synchronizeFolder(of: "\(path)/blobs/\(algorithm.rawValue)/")
    }
  }

  func replaceFile(_ target: String, with bytes: [UInt8]) throws(AcrError) {
    let draft = try TemporaryFile(in: path)
    try draft.file.write(bytes)
    try draft.file.synchronize()
    try draft.move(to: target)
    FileSystem.synchronizeFolder(of: target)
  }

  // MARK: - The folder

  /// Makes the folder a layout, unless it is one. A folder with other things in it is left alone.
  private func prepare() async throws {
    if FileSystem.size(indexPath) != nil, FileSystem.size(markerPath) != nil { return }
    try FileSystem.makeFolders(path)
    try await withLock {
      guard FileSystem.size(markerPath) == nil || FileSystem.size(indexPath) == nil else { return }
      guard FileSystem.size(markerPath) != nil || isEmpty else {
        throw AcrError(
          .invalid, "the folder `\(path)` is not an OCI layout, and holds other files",
          help: "name a new or an empty folder")
      }
      try FileSystem.makeFolders("\(path)/blobs/\(Digest.Algorithm.sha256.rawValue)")
      if FileSystem.size(indexPath) == nil { try replaceFile(indexPath, with: OCILayoutIndex().bytes) }
      try replaceFile(markerPath, with: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
    }
  }

  private var isEmpty: Bool { FileSystem.names(in: path)?.isEmpty ?? false }

  /// Does some work while no other task or process changes the folder. The lock is on the folder itself, so it leaves no
  /// file behind.
  func withLock(_ work: () throws -> Void) async throws {
    let folder = try OpenFile(folder: path)
    while try !folder.lock(waits: false) {
      do {
        try await Task.sleep(for: .milliseconds(5))
      } catch {
        throw AcrError(.cancelled, "waiting for `\(displayName)` was stopped")
      }
    }
    try work()
    withExtendedLifetime(folder) {}
  }
}
