import AcrCore
import Glibc

/// Reads and writes whole files, with errors that name the file and say what was wrong.
package enum FileAccess {
  /// The bytes of a file.
  static func read(_ path: String) throws(AcrError) -> [UInt8] {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_size > 0 { bytes.reserveCapacity(Int(status.st_size)) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("read", path)
      }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// True for a file that is there and not empty.
  static func hasContent(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_size > 0
  }

  /// Adds bytes at the end of a file, which is made when it is not there.
  static func append(_ bytes: [UInt8], to path: String) throws(AcrError) {
    let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("write", path) }
    defer { close(descriptor) }
    try write(bytes, to: descriptor, path)
  }

  /// Replaces a file's content. A regular file is written beside its place and moved there (rename(2) is atomic); what a
  /// link points at is replaced, not the link; a device or pipe is written to.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(AcrError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure("write", path) }
      defer { close(descriptor) }
      return try write(bytes, to: descriptor, path)
    }
    var target = path
    if let resolved = realpath(path, nil) {
      target = String(cString: resolved)
      free(resolved)
    }
    let draft = "\(target).\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
    let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("write", path) }
    do throws(AcrError) {
      defer { close(descriptor) }
      if exists { fchmod(descriptor, status.st_mode & 0o7777) }
      try write(bytes, to: descriptor, path)
      guard fsync(descriptor) == 0 else { throw failure("write", path) }
    } catch {
      unlink(draft)
      throw error
    }
    guard rename(draft, target) == 0 else {
      let error = failure("write", path)
      unlink(draft)
      throw error
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(AcrError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write", path)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// The error for `errno`.
  private static func failure(_ action: String, _ path: String) -> AcrError {
    let code = errno
    switch code {
    case ENOENT:
      return AcrError(
        .notFound, action == "read" ? "there is no file `\(path)`" : "cannot write `\(path)`: its folder is not there")
    case EACCES, EPERM, EROFS: return AcrError(.denied, "cannot \(action) `\(path)`: \(text(code))")
    // The state of the disk is in the way, as with a name that is taken.
    case ENOSPC, EDQUOT:
      return AcrError(
        .conflict, "cannot write `\(path)`: no space left on device", help: "a file that was there is unchanged")
    default: return AcrError(.invalid, "cannot \(action) `\(path)`: \(text(code))")
    }
  }

  private static func text(_ code: Int32) -> String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
