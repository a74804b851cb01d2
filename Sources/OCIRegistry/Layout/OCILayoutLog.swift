import AcrCore
import AcrSystem

/// A file beside `index.json` with the entries that are not in it yet. Writing the index for each of many entries takes
/// time with the square of their number; a line takes as long as its entry. The file is there while a run writes and is
/// removed at its end. What a killed run leaves is found by the next program that reads the folder, because the lock of its
/// file is free.
final class OCILayoutLog: Sendable {
  /// How the names of such files start.
  static let prefix = "index.json.acrsh-"
  /// An index with fewer entries is written whole each time.
  static let shortIndex = 256

  private let file: OpenFile
  private let path: String

  /// Makes a log in a folder.
  /// - Parameter base: the index that its entries belong into.
  init(in folder: String, base: FileStatus.Version?) throws(AcrError) {
    let draft = try TemporaryFile(in: folder)
    guard try draft.file.lock(waits: false) else {
      throw AcrError(.conflict, "another program uses the new file `\(draft.path)`")
    }
    let random = String(UInt64.random(in: 0 ... .max), radix: 36)
    path = "\(folder)/\(OCILayoutLog.prefix)\(random)"
    file = draft.file
    try file.write(OCILayoutLog.header(base))
    try draft.move(to: path)
    FileSystem.synchronizeFolder(of: path)
  }

  /// Adds entries, and waits until they are on the disk.
  func append(_ changes: some Sequence<OCILayoutIndex.Change>) throws(AcrError) {
    let end = file.currentStatus.size
    do throws(AcrError) {
      try file.write(changes.reduce(into: []) { $0 += $1.line })
      try file.synchronize()
    } catch {
      // Half a line would swallow the next one.
      try? file.truncate(to: end)
      try? file.seek(to: end)
      throw error
    }
  }

  /// Begins anew after the index was written. What cannot be cut off is found in the index when it is read again.
  func restart(base: FileStatus.Version?) {
    guard (try? file.truncate(to: 0)) != nil, (try? file.seek(to: 0)) != nil else { return }
    try? file.write(OCILayoutLog.header(base))
  }

  /// Removes it.
  func remove() { try? FileSystem.remove(path) }

  private static func header(_ base: FileStatus.Version?) -> [UInt8] {
    let header: JSONValue = ["acrsh": "entries for index.json", "base": .string(base?.description ?? "")]
    return Array((header.text + "\n").utf8)
  }

  // MARK: - What a killed run left

  /// What stands in a log.
  struct Left {
    /// The index that the entries belong into.
    let base: String
    let changes: [OCILayoutIndex.Change]
    let file: OpenFile
  }

  /// The logs in a folder whose runs have ended. Their files stay locked until the result is gone.
  static func left(in folder: String) -> [Left] {
    let names = (FileSystem.names(in: folder) ?? []).filter { $0.hasPrefix(prefix) }
    return names.sorted().compactMap { name in
      guard let file = try? OpenFile(writing: "\(folder)/\(name)", .readingAndAppending, followsLinks: false),
        file.status.kind == .regular, (try? file.lock(waits: false)) == true,
        let bytes = try? file.readAll(upTo: 256 << 20)
      else { return nil }
      // Lines that were cut off count for nothing.
      let lines = bytes.split(separator: UInt8(ascii: "\n"))
      let header = lines.first.flatMap { try? JSONValue(parsing: Array($0)) }
      return Left(
        base: header?["base"]?.string ?? "", changes: lines.dropFirst().compactMap { OCILayoutIndex.Change(line: $0) },
        file: file)
    }
  }
}
