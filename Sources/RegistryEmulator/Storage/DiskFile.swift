import AcrCore
import Glibc

/// Small files and folders, written so that a crash leaves the old content or the new one and never a part.
enum DiskFile {
  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(AcrError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("cannot make the folder `\(path)`") }
  }

  /// True for a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The number of bytes of a file; nil when there is none.
  static func size(_ path: String) -> Int64? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(status.st_size)
  }

  /// The names in a folder, without `.` and `..`; none when there is no folder.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The whole content of a file.
  static func read(_ path: String) throws(AcrError) -> [UInt8] {
    let file = try OpenFile(reading: path)
    var bytes: [UInt8] = []
    while true {
      let piece = try file.read(at: Int64(bytes.count), count: 1 << 20)
      if piece.isEmpty { return bytes }
      bytes += piece
    }
  }

  /// Writes a file under a temporary name beside it, makes it durable, and gives it its name.
  /// - Parameter isDurable: false leaves out the waiting for the disk, for content that can be made again.
  static func replace(_ path: String, with bytes: [UInt8], isDurable: Bool = true) throws(AcrError) {
    let temporary = "\(path).\(UUIDText.random()).tmp"
    do throws(AcrError) {
      let file = try OpenFile(creating: temporary)
      try file.append(bytes)
      if isDurable { try file.synchronize() }
      try rename(temporary, to: path, isDurable: isDurable)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Renames a file, and waits until its folder is on the disk.
  static func rename(_ path: String, to new: String, isDurable: Bool = true) throws(AcrError) {
    guard Glibc.rename(path, new) == 0 else { throw failure("cannot rename `\(path)` to `\(new)`") }
    if isDurable { synchronizeFolder(of: new) }
  }

  /// Removes a file; a missing one is no error.
  static func remove(_ path: String) throws(AcrError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot remove `\(path)`") }
  }

  /// Removes a folder and all it holds, as far as it can.
  static func removeFolder(_ path: String) {
    for name in names(in: path) {
      let child = "\(path)/\(name)"
      if isFolder(child) { removeFolder(child) } else { unlink(child) }
    }
    rmdir(path)
  }

  private static func synchronizeFolder(of path: String) {
    guard let slash = path.lastIndex(of: "/") else { return }
    let folder = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  /// An error with the system's reason.
  static func failure(_ what: String) -> AcrError {
    AcrError(errno == ENOENT ? .notFound : .server, "\(what): \(String(cString: strerror(errno)))")
  }
}

/// A file that is open; closed when nobody needs it any more.
final class OpenFile: Sendable {
  private let descriptor: Int32
  private let path: String

  /// Opens a file for reading.
  init(reading path: String) throws(AcrError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DiskFile.failure("cannot read `\(path)`") }
  }

  /// Opens a file for writing at its end, and makes it when it is missing.
  init(creating path: String) throws(AcrError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw DiskFile.failure("cannot write `\(path)`") }
  }

  deinit { close(descriptor) }

  /// Reads at most `count` bytes; none at the end.
  func read(at offset: Int64, count: Int) throws(AcrError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      var result = pread(descriptor, buffer.baseAddress, count, off_t(offset))
      while result < 0, errno == EINTR { result = pread(descriptor, buffer.baseAddress, count, off_t(offset)) }
      failed = result < 0
      initialized = max(0, result)
    }
    if failed { throw DiskFile.failure("cannot read `\(path)`") }
    return bytes
  }

  /// Writes at the end.
  func append(_ bytes: [UInt8]) throws(AcrError) {
    var written = 0
    while written < bytes.count {
      let result = bytes.withUnsafeBytes { buffer in
        write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if result < 0, errno == EINTR { continue }
      guard result > 0 else { throw DiskFile.failure("cannot write `\(path)`") }
      written += result
    }
  }

  /// Waits until all bytes are on the disk.
  func synchronize() throws(AcrError) {
    guard fsync(descriptor) == 0 else { throw DiskFile.failure("cannot write `\(path)` to the disk") }
  }
}
