import AcrCore
import Glibc

/// The few file operations this module needs, with errors that name the file.
enum SystemFile {
  /// The whole file.
  /// - Throws: ``AcrError``: `not-found` when there is no such file, `denied` without the right to read it, else `invalid`.
  static func read(_ path: String, upTo limit: Int = 64 << 20) throws(AcrError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot read `\(path)`") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while let piece = try readPiece(descriptor, path: path) {
      bytes += piece
      guard bytes.count <= limit else {
        throw AcrError(.invalid, "the file `\(path)` is longer than \(ByteCount.human(Int64(limit)))")
      }
    }
    return bytes
  }

  /// Up to 256 KiB from where the descriptor stands; nil at the end.
  static func readPiece(_ descriptor: Int32, path: String) throws(AcrError) -> [UInt8]? {
    var count = 0
    let piece = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, filled in
      repeat { count = Glibc.read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
      filled = max(0, count)
    }
    guard count >= 0 else { throw failure("cannot read `\(path)`") }
    return piece.isEmpty ? nil : piece
  }

  /// Writes all bytes to a descriptor.
  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(AcrError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("cannot write `\(path)`") }
      written += count
    }
  }

  /// The size of a plain file; nil when there is none.
  static func size(_ path: String) -> Int64? {
    var information = stat()
    guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(information.st_size)
  }

  /// True for a folder.
  static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder and those above it, as far as they are missing.
  static func makeFolder(_ path: String) throws(AcrError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
    // Another process may make it at the same time; then it is there, which is all that is wanted.
    guard mkdir(path, 0o777) == 0 || isFolder(path) else { throw failure("cannot make the folder `\(path)`") }
  }

  /// The error for what the last system call left in `errno`.
  static func failure(_ what: String) -> AcrError {
    let code = errno
    let reason = String(cString: strerror(code))
    return switch code {
    case ENOENT, ENOTDIR: AcrError(.notFound, "\(what): \(reason)")
    case EACCES, EPERM, EROFS: AcrError(.denied, "\(what): \(reason)")
    default: AcrError(.invalid, "\(what): \(reason)")
    }
  }
}
