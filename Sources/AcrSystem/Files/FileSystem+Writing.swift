import AcrCore

/// Files that are replaced as a whole: a reader sees the old content or the new one, also when the process or the machine
/// stops in the middle, because the new file is complete on the disk before it takes the name.
extension FileSystem {
  /// Who may read a file that is replaced.
  public enum Access: Sendable {
    /// Those who may read the file that is there; for a new one those whom the process's mask allows.
    case asBefore
    /// Its owner alone. Folders that are missing are made, for the owner alone too.
    case ownerOnly
  }

  /// Replaces a file's content, or makes the file.
  ///
  /// What a symbolic link leads to is replaced, not the link. A name such as `/dev/stdout` writes to that stream, and
  /// another pipe or device is written to. The file that standard output or standard error goes to is not replaced,
  /// since what they write afterwards would be lost with it.
  /// - Parameter isStopped: asked while a pipe waits for its reader.
  /// - Throws: ``AcrError``; the file is then as it was.
  public static func replace(
    _ path: String, with bytes: [UInt8], _ access: Access = .asBefore, isStopped: () -> Bool = { false }
  ) throws(AcrError) {
    var rest: [UInt8]? = bytes
    do {
      try replace(path, access, isStopped: isStopped) {
        defer { rest = nil }
        return rest
      }
    } catch {
      throw error as? AcrError ?? AcrError(.server, "cannot write `\(path)`: \(error)")
    }
  }

  /// The same for content that comes piece by piece; nil ends it.
  /// - Throws: ``AcrError``, and what `next` throws; the file is then as it was.
  public static func replace(
    _ path: String, _ access: Access = .asBefore, isStopped: () -> Bool = { false },
    pieces next: () throws -> [UInt8]?
  ) throws {
    try check(path)
    if let descriptor = FileDescriptor.named(by: path) {
      while let piece = try next() { try write(piece, toStream: descriptor, path, isStopped) }
      return
    }
    if access == .ownerOnly, let folder = folder(of: path) { try makeFolders(folder, permissions: 0o700) }
    let status = FileStatus(path)
    if let status {
      try refuseStandardStream(status, path)
      if status.kind != .regular {
        if status.kind == .folder { throw AcrError(.invalid, "cannot write `\(path)`: is a directory") }
        let pipe = try openPipe(path, isStopped)
        while let piece = try next() { try pipe.write(piece, isStopped: isStopped) }
        return
      }
    }
    let target = resolved(path) ?? path
    let draft = try TemporaryFile(for: target, permissions: access == .ownerOnly ? 0o600 : 0o666)
    if access == .asBefore, let status {
      draft.file.tryToSetOwner(status)
      try draft.file.setPermissions(status.permissions)
    }
    while let piece = try next() { try draft.file.write(piece, isStopped: isStopped) }
    try draft.file.synchronize()
    try draft.move(to: target)
  }

  /// Adds bytes at the end of a file, which is made when it is not there. `/dev/stdout` is that stream.
  public static func append(
    _ bytes: [UInt8], to path: String, isStopped: () -> Bool = { false }
  ) throws(AcrError) {
    try check(path)
    if let descriptor = FileDescriptor.named(by: path) {
      return try write(bytes, toStream: descriptor, path, isStopped)
    }
    let isPipe = FileStatus(path)?.kind == .pipe
    let file = try isPipe ? openPipe(path, isStopped) : OpenFile(writing: path, .appending)
    try file.write(bytes, isStopped: isStopped)
  }

  private static func write(
    _ bytes: [UInt8], toStream descriptor: Int32, _ path: String, _ isStopped: () -> Bool
  ) throws(AcrError) {
    guard FileStatus(descriptor: descriptor) != nil else {
      throw AcrError(.notFound, "`\(path)` is not open")
    }
    try FileDescriptor.write(bytes[...], to: descriptor, isStopped: isStopped) { error in
      error.isBrokenPipe
        ? AcrError(.cancelled, "the reader of `\(path)` is gone") : writeFailure(error, path)
    }
  }

  private static func refuseStandardStream(_ status: FileStatus, _ path: String) throws(AcrError) {
    guard status.kind == .regular else { return }
    for (descriptor, name) in [(FileDescriptor.output, "stdout"), (FileDescriptor.error, "stderr")]
    where FileStatus(descriptor: descriptor)?.identity == status.identity {
      throw AcrError(
        .conflict, "`\(path)` is the file that \(name) is redirected to",
        help: "write to `/dev/\(name)`, or to a file with another name")
    }
  }

  /// Opens a pipe or a device for writing. A named pipe has to have a reader first.
  private static func openPipe(_ path: String, _ isStopped: () -> Bool) throws(AcrError) -> OpenFile {
    while true {
      do throws(AcrError) {
        return try OpenFile(writing: path, .overwriting)
      } catch {
        // ENXIO has its own sentence; only a pipe without a reader is worth waiting for.
        guard FileStatus(path)?.kind == .pipe, error.kind == .invalid else { throw error }
        if isStopped() { throw AcrError(.cancelled, "writing `\(path)` was stopped") }
        Clock.sleep(milliseconds: 20)
      }
    }
  }
}
