import AcrCore
import Glibc

/// Files that only their owner may read, replaced as a whole.
package enum PrivateFile {
  /// The whole file; nil where there is none.
  /// - Throws: ``AcrError``: `denied` without the right to read it, `invalid` where it is too long or cannot be read.
  package static func read(_ path: String, upTo limit: Int = 4 << 20) throws(AcrError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure("cannot read `\(path)`")
    }
    defer { close(descriptor) }
    return try contents(of: descriptor, path: path, upTo: limit)
  }

  /// What an open file holds.
  static func contents(of descriptor: Int32, path: String, upTo limit: Int) throws(AcrError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      var count = 0
      bytes += [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, filled in
        repeat { count = Glibc.read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
        filled = max(0, count)
      }
      guard count >= 0 else { throw failure("cannot read `\(path)`") }
      if count == 0 { return bytes }
      guard bytes.count <= limit else {
        throw AcrError(.invalid, "the file `\(path)` is longer than \(ByteCount.human(Int64(limit)))")
      }
    }
  }

  /// Replaces a file, or makes it and the folder it is in. A reader sees the old content or the new one, also when the
  /// machine stops in the middle, because the new file is complete on disk before it takes the name.
  package static func write(_ bytes: [UInt8], to path: String) throws(AcrError) {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
    guard let template = strdup("\(path).XXXXXX") else { throw failure("cannot write `\(path)`") }
    defer { free(template) }
    // mkstemp makes the file with mode 0600 and a name that nobody else has.
    let descriptor = mkstemp(template)
    guard descriptor >= 0 else { throw failure("cannot write `\(path)`") }
    let temporary = String(cString: template)
    do throws(AcrError) {
      try writeAll(bytes, to: descriptor, path: path)
      guard fsync(descriptor) == 0 else { throw failure("cannot write `\(path)`") }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    close(descriptor)
    guard rename(temporary, path) == 0 else {
      let error = failure("cannot replace `\(path)`")
      unlink(temporary)
      throw error
    }
  }

  /// Removes a file; one that is not there is no failure.
  package static func remove(_ path: String) throws(AcrError) {
    guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else { throw failure("cannot remove `\(path)`") }
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(AcrError) {
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

  private static func makeFolder(_ path: String) throws(AcrError) {
    if access(path, F_OK) == 0 { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("cannot make the folder `\(path)`") }
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
