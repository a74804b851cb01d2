import AcrCore
import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file, closed when nothing refers to it any more.
public final class OpenFile: Sendable {
  /// How a file is opened for writing.
  public enum Writing: Sendable {
    /// Adds at the end; the file is made where it is missing.
    case appending
    /// Adds at the end and reads; the file is made where it is missing.
    case readingAndAppending
    /// Writes from the start into a file that is there.
    case overwriting
  }

  /// What may be opened.
  public enum Allowed: Sendable {
    /// Regular files, and `/dev/null`, which is an empty one. A pipe or a device would make a reader wait.
    case regular
    /// Anything but a folder: what a person names can be a pipe (`<(command)`) or a terminal.
    case anything
  }

  /// The path it was opened by, for messages.
  public let path: String
  let descriptor: Int32
  /// What it was when it was opened.
  public let status: FileStatus

  private init(path: String, descriptor: Int32, verb: String) throws(AcrError) {
    guard let status = FileStatus(descriptor: descriptor) else {
      let error = SystemError.last
      closeDescriptor(descriptor)
      throw error.acrError("cannot \(verb) `\(path)`")
    }
    (self.path, self.descriptor, self.status) = (path, descriptor, status)
  }

  deinit { closeDescriptor(descriptor) }

  /// Opens a file for reading. It never waits, not even for a pipe's writer: that is done by ``readPiece(_:)``.
  /// - Parameter followsLinks: false refuses a path whose last part is a symbolic link.
  /// - Throws: ``AcrError``: `not-found`, `denied`, or `invalid` for a folder and for what is not allowed.
  public convenience init(
    reading path: String, _ allowed: Allowed = .regular, followsLinks: Bool = true
  ) throws(AcrError) {
    try FileSystem.check(path)
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW)
    let descriptor = FileSystem.retrying { open(path, flags) }
    guard descriptor >= 0 else {
      let error = SystemError.last
      if error.code == ELOOP, !followsLinks { throw AcrError(.invalid, "`\(path)` is a symbolic link") }
      throw FileSystem.readFailure(error, path)
    }
    try self.init(path: path, descriptor: descriptor, verb: "read")
    switch (status.kind, allowed) {
    case (.folder, _): throw SystemError(EISDIR).acrError("cannot read `\(path)`")
    case (.regular, _), (_, .anything): return
    default:
      guard !status.isNull else { return }
      throw AcrError(.invalid, "`\(path)` is \(status.kind.phrase), not a regular file")
    }
  }

  /// Opens a file for writing.
  /// - Parameters:
  ///   - permissions: those of a file that is made, before the process's mask takes some away.
  ///   - followsLinks: false refuses a path whose last part is a symbolic link.
  /// - Throws: ``AcrError``. A named pipe without a reader is an error, not a wait.
  public convenience init(
    writing path: String, _ mode: Writing, permissions: UInt32 = 0o666, followsLinks: Bool = true
  ) throws(AcrError) {
    try FileSystem.check(path)
    let base =
      switch mode {
      case .appending: O_WRONLY | O_APPEND | O_CREAT
      case .readingAndAppending: O_RDWR | O_APPEND | O_CREAT
      case .overwriting: O_WRONLY
      }
    let flags = base | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW)
    let descriptor = FileSystem.retrying { open(path, flags, mode_t(permissions)) }
    guard descriptor >= 0 else {
      let error = SystemError.last
      throw FileSystem.writeFailure(error, path)
    }
    try self.init(path: path, descriptor: descriptor, verb: "write")
  }

  /// Opens a folder, for its lock.
  public convenience init(folder path: String) throws(AcrError) {
    try FileSystem.check(path)
    let descriptor = FileSystem.retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw SystemError.last.acrError("cannot open the folder `\(path)`") }
    try self.init(path: path, descriptor: descriptor, verb: "open")
  }

  /// Makes a file.
  /// - Throws: ``SystemError``, also where the name is taken.
  init(creating path: String, permissions: UInt32) throws(SystemError) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let descriptor = FileSystem.retrying { open(path, flags, mode_t(permissions)) }
    guard descriptor >= 0, let status = FileStatus(descriptor: descriptor) else { throw SystemError.last }
    (self.path, self.descriptor, self.status) = (path, descriptor, status)
  }

  /// The status now.
  public var currentStatus: FileStatus { FileStatus(descriptor: descriptor) ?? status }

  /// Up to 256 KiB from where the file stands; nil at the end.
  /// - Parameter isStopped: asked every 50 ms while a pipe or a device has nothing to read; true ends the wait.
  /// - Throws: ``AcrError``: `cancelled` when it was stopped.
  public func readPiece(upTo limit: Int = 256 << 10, isStopped: () -> Bool = { false }) throws(AcrError) -> [UInt8]? {
    while true {
      if status.kind != .regular { try wait(for: Int16(POLLIN), isStopped) }
      switch FileDescriptor.read(descriptor, upTo: limit) {
      case .bytes(let piece): return piece
      case .end: return nil
      case .nothing: try wait(for: Int16(POLLIN), isStopped)
      case .failed(let error): throw error.acrError("cannot read `\(path)`")
      }
    }
  }

  /// Everything from where the file stands to its end.
  /// - Throws: ``AcrError`` of kind `invalid` where that is more than `limit` bytes.
  public func readAll(upTo limit: Int = .max, isStopped: () -> Bool = { false }) throws(AcrError) -> [UInt8] {
    var bytes: [UInt8] = []
    if status.kind == .regular, status.size > 0, status.size <= Int64(limit) {
      bytes.reserveCapacity(Int(status.size))
    }
    // One byte past the limit is enough to know that there are too many.
    let pieceLimit = limit < 64 << 10 ? limit + 1 : 64 << 10
    while let piece = try readPiece(upTo: pieceLimit, isStopped: isStopped) {
      bytes += piece
      if isStopped() { throw stopped }
      guard bytes.count <= limit else {
        throw AcrError(.invalid, "the file `\(path)` is longer than \(ByteCount.human(Int64(limit)))")
      }
    }
    return bytes
  }

  /// At most so many bytes from an offset of a regular file, wherever the file stands; none at the end.
  public func read(at offset: Int64, count: Int) throws(AcrError) -> [UInt8] {
    var result = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      result = FileSystem.retrying { pread(descriptor, buffer.baseAddress, count, off_t(offset)) }
      filled = max(0, result)
    }
    guard result >= 0 else { throw SystemError.last.acrError("cannot read `\(path)`") }
    return bytes
  }

  /// Writes all bytes.
  /// - Parameter isStopped: asked every 50 ms while a pipe or a device takes nothing.
  public func write(_ bytes: [UInt8], isStopped: () -> Bool = { false }) throws(AcrError) {
    try FileDescriptor.write(bytes[...], to: descriptor, isStopped: isStopped) { error in
      FileSystem.writeFailure(error, path)
    }
  }

  /// Goes to an offset from the start.
  public func seek(to offset: Int64) throws(AcrError) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
      throw SystemError.last.acrError("cannot read `\(path)`")
    }
  }

  /// Cuts the file off after so many bytes.
  public func truncate(to size: Int64) throws(AcrError) {
    let result = FileSystem.retrying { ftruncate(descriptor, off_t(size)) }
    guard result == 0 else { throw FileSystem.writeFailure(SystemError.last, path) }
  }

  /// Waits until the content is on the disk.
  public func synchronize() throws(AcrError) {
    let result = FileSystem.retrying { fsync(descriptor) }
    guard result == 0 else { throw FileSystem.writeFailure(SystemError.last, path) }
  }

  /// Gives the file these permissions.
  public func setPermissions(_ permissions: UInt32) throws(AcrError) {
    guard fchmod(descriptor, mode_t(permissions)) == 0 else {
      throw SystemError.last.acrError("cannot change who may read `\(path)`")
    }
  }

  /// Gives the file to another owner where that is allowed; another owner's file may be ours to write and yet not to give.
  func tryToSetOwner(_ status: FileStatus) { _ = fchown(descriptor, status.owner, status.group) }

  /// Takes reading rights away from everybody but the owner.
  /// - Throws: ``AcrError`` of kind `denied` where the file belongs to another user.
  public func makePrivate() throws(AcrError) {
    guard status.kind == .regular, !status.isPrivate else { return }
    try setPermissions(0o600)
  }

  /// Takes the file's lock, which ends when the file is closed or the process ends.
  /// - Parameters:
  ///   - isExclusive: false for a lock that several readers may hold.
  ///   - waits: false returns at once.
  /// - Returns: false where another holds it.
  public func lock(isExclusive: Bool = true, waits: Bool = true) throws(AcrError) -> Bool {
    let result = FileSystem.retrying { acr_file_lock(descriptor, isExclusive ? 1 : 0, waits ? 1 : 0) }
    if result == 0 { return true }
    let error = SystemError.last
    if error.wouldBlock { return false }
    throw error.acrError("cannot lock `\(path)`")
  }

  private func wait(for events: Int16, _ isStopped: () -> Bool) throws(AcrError) {
    guard FileDescriptor.wait(descriptor, for: events, isStopped: isStopped) else {
      throw stopped
    }
  }

  private var stopped: AcrError { AcrError(.cancelled, "reading `\(path)` was stopped") }
}

/// The system's `close`, under a name that a method `close` does not hide.
@discardableResult
private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
