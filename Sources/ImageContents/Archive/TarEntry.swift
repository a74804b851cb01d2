/// What an entry of an archive is.
public enum FileKind: String, Sendable, CaseIterable {
  case file
  case folder
  /// A symbolic link.
  case link
  /// Another name of a file in the same layer.
  case hardLink = "hard link"
  /// A device that is read and written by characters.
  case character = "character device"
  /// A device that is read and written by blocks.
  case block = "block device"
  case pipe
}

/// One entry of a tar archive, with everything that headers before it say of it.
struct TarEntry {
  /// The name as it is written, in bytes.
  var path: [UInt8] = []
  /// Where a link leads, in bytes.
  var target: [UInt8] = []
  var kind = FileKind.file
  /// The size of the file; of a sparse one with its holes.
  var size: Int64 = 0
  /// Permission bits with set-user-id, set-group-id and sticky.
  var mode: UInt32 = 0
  var user: Int64 = 0
  var group: Int64 = 0
  var userName: [UInt8] = []
  var groupName: [UInt8] = []
  /// Seconds since 1970.
  var modified: Int64 = 0
  /// How many entries came before it.
  var number = 0
}

/// What takes the entries of an archive.
protocol TarHandler {
  /// An entry begins.
  /// - Returns: whether its data are wanted.
  mutating func begin(_ entry: TarEntry) throws -> Bool
  /// Some data of the entry, in order; holes of sparse files are zeros.
  mutating func data(_ bytes: UnsafeRawBufferPointer) throws
  /// The data that were wanted are complete.
  mutating func end() throws
}
