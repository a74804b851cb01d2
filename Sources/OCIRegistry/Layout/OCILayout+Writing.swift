import AcrCore
import Glibc

extension OCILayout {
  /// Opens a temporary file in the folder, which is made when it does not exist. A blob that is there needs no upload.
  public func startUpload(_ descriptor: Descriptor, mountFrom: RepositoryName?) async throws -> UploadStart {
    try await prepare()
    if let size = SystemFile.size(blobPath(descriptor.digest)), descriptor.size == size { return .mounted }
    let file = try TemporaryFile(in: path)
    return .session(UploadSession(location: file.path))
  }

  public func finish(_ upload: UploadSession, _ descriptor: Descriptor, bytes: [UInt8]) async throws {
    var pieces = [bytes][...]
    try await fill(upload, descriptor) { pieces.popFirst() }
  }

  public func finish(_ upload: UploadSession, _ descriptor: Descriptor, body: BlobBody) async throws {
    try await fill(upload, descriptor) { try await body.next() }
  }

  public func cancel(_ upload: UploadSession) async { unlink(upload.location) }

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
    if SystemFile.size(blobPath(manifest.digest)) != size {
      let file = try TemporaryFile(in: path)
      let descriptor = Descriptor(mediaType: manifest.mediaType, digest: manifest.digest, size: size)
      try await finish(UploadSession(location: file.path), descriptor, bytes: manifest.bytes)
    }
    let children = (try? ImageManifest(manifest, name: displayName))?.manifests.map(\.digest) ?? []
    try await withLock {
      var index = try index()
      index.add(manifest, tag: tag, children: Set(children))
      try replaceFile(indexPath, with: index.bytes)
    }
  }

  // MARK: - Blobs

  /// Writes the pieces to the upload's file and gives it its name once it is whole, right and on the disk.
  private func fill(
    _ upload: UploadSession, _ descriptor: Descriptor, next: () async throws -> [UInt8]?
  ) async throws {
    do {
      let file = open(upload.location, O_WRONLY | O_CLOEXEC | O_TRUNC)
      guard file >= 0 else { throw SystemFile.failure("cannot write `\(upload.location)`") }
      defer { close(file) }
      var hasher = DigestHasher(descriptor.digest.algorithm)
      while let piece = try await next() {
        try Task.checkCancellation()
        hasher.update(piece)
        try SystemFile.write(piece, to: file, path: upload.location)
      }
      guard descriptor.size == hasher.count else {
        throw AcrError(
          .invalid, "the blob \(descriptor.digest) came with \(hasher.count) bytes instead of \(descriptor.size)")
      }
      let actual = hasher.finalize()
      guard actual == descriptor.digest else {
        throw AcrError(.invalid, "the blob \(descriptor.digest) came with the digest \(actual)")
      }
      guard fsync(file) == 0 else { throw SystemFile.failure("cannot write `\(upload.location)`") }
      try SystemFile.makeFolder("\(path)/blobs/\(descriptor.digest.algorithm.rawValue)")
      try rename(upload.location, to: blobPath(descriptor.digest))
    } catch {
      unlink(upload.location)
      if error is CancellationError { throw AcrError(.cancelled, "writing to `\(displayName)` was stopped") }
      throw error
    }
  }

  private func rename(_ source: String, to target: String) throws(AcrError) {
    guard Glibc.rename(source, target) == 0 else { throw SystemFile.failure("cannot write `\(target)`") }
    // The new name is on the disk only when its folder is. Some file systems cannot sync a folder; then there is no more
    // to be done.
    let folder = open(String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)]), O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    _ = fsync(folder)
    close(folder)
  }

  private func replaceFile(_ target: String, with bytes: [UInt8]) throws(AcrError) {
    let file = try TemporaryFile(in: path)
    do throws(AcrError) {
      let descriptor = open(file.path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw SystemFile.failure("cannot write `\(file.path)`") }
      defer { close(descriptor) }
      try SystemFile.write(bytes, to: descriptor, path: file.path)
      guard fsync(descriptor) == 0 else { throw SystemFile.failure("cannot write `\(file.path)`") }
      try rename(file.path, to: target)
    } catch {
      unlink(file.path)
      throw error
    }
  }

  // MARK: - The folder

  /// Makes the folder a layout, unless it is one. A folder with other things in it is left alone.
  private func prepare() async throws {
    if SystemFile.size(indexPath) != nil, SystemFile.size(markerPath) != nil { return }
    try SystemFile.makeFolder(path)
    try await withLock {
      guard SystemFile.size(markerPath) == nil || SystemFile.size(indexPath) == nil else { return }
      guard SystemFile.size(markerPath) != nil || isEmpty else {
        throw AcrError(
          .invalid, "the folder `\(path)` is not an OCI layout, and holds other files",
          help: "name a new or an empty folder")
      }
      try SystemFile.makeFolder("\(path)/blobs/\(Digest.Algorithm.sha256.rawValue)")
      if SystemFile.size(indexPath) == nil { try replaceFile(indexPath, with: OCILayoutIndex().bytes) }
      try replaceFile(markerPath, with: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
    }
  }

  private var isEmpty: Bool {
    guard let folder = opendir(path) else { return false }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { return false }
    }
    return true
  }

  /// Does some work while no other task or process changes the folder. The lock is on the folder itself, so it leaves no
  /// file behind.
  private func withLock(_ work: () throws -> Void) async throws {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw SystemFile.failure("cannot open the folder `\(path)`") }
    defer { close(folder) }
    while flock(folder, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemFile.failure("cannot lock the folder `\(path)`") }
      do {
        try await Task.sleep(for: .milliseconds(5))
      } catch {
        throw AcrError(.cancelled, "waiting for `\(displayName)` was stopped")
      }
    }
    try work()
  }
}

/// A new empty file with a name of its own in the layout's folder. It lies on the same file system as what it becomes, so
/// that renaming it replaces the target at once or not at all.
private struct TemporaryFile {
  let path: String

  init(in folder: String) throws(AcrError) {
    while true {
      let candidate = "\(folder)/.acrsh-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
      let descriptor = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor < 0, errno == EEXIST { continue }
      guard descriptor >= 0 else { throw SystemFile.failure("cannot write to the folder `\(folder)`") }
      close(descriptor)
      path = candidate
      return
    }
  }
}
