import AcrCore
import AcrSystem

/// Small files and folders, written so that a crash leaves the old content or the new one and never a part.
enum DiskFile {
  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(AcrError) { try FileSystem.makeFolders(path, permissions: 0o700) }

  /// True where something has this name.
  static func isThere(_ path: String) -> Bool { FileSystem.isThere(path) }

  /// True for a folder.
  static func isFolder(_ path: String) -> Bool { FileSystem.isFolder(path) }

  /// The number of bytes of a file; nil when there is none.
  static func size(_ path: String) -> Int64? { FileSystem.size(path) }

  /// The names in a folder, without `.` and `..`; none when there is no folder.
  static func names(in path: String) -> [String] { FileSystem.names(in: path) ?? [] }

  /// The whole content of a file.
  static func read(_ path: String) throws(AcrError) -> [UInt8] { try FileSystem.read(path, upTo: .max) }

  /// Opens a file for writing at its end, and makes it when it is missing.
  static func open(creating path: String) throws(AcrError) -> OpenFile {
    try OpenFile(writing: path, .readingAndAppending, permissions: 0o600)
  }

  /// Writes a file under a temporary name beside it, makes it durable, and gives it its name.
  /// - Parameter isDurable: false leaves out the waiting for the disk, for content that can be made again.
  static func replace(_ path: String, with bytes: [UInt8], isDurable: Bool = true) throws(AcrError) {
    let draft = try TemporaryFile(for: path, permissions: 0o600)
    try draft.file.write(bytes)
    if isDurable { try draft.file.synchronize() }
    try draft.move(to: path)
    if isDurable { FileSystem.synchronizeFolder(of: path) }
  }

  /// Renames a file, and waits until its folder is on the disk.
  static func rename(_ path: String, to new: String, isDurable: Bool = true) throws(AcrError) {
    try FileSystem.rename(path, to: new)
    if isDurable { FileSystem.synchronizeFolder(of: new) }
  }

  /// Removes a file; a missing one is no error.
  static func remove(_ path: String) throws(AcrError) { try FileSystem.remove(path) }

  /// Removes a folder and all it holds, as far as it can.
  static func removeFolder(_ path: String) { FileSystem.removeFolder(path) }
}
