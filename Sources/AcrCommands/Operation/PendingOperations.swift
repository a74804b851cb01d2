import AcrSystem
import AcrCore
import AzureIdentity
import AzureRegistry
import Synchronization

/// The imports that the service was asked for and that may still run. Those that this session does not follow to their end
/// are also kept on the disk, one file each, so that another session can.
final class PendingOperations: Sendable {
  /// The service forgets operations after a while, so files older than this are removed, in seconds.
  private static let lifetime: Int64 = 7 * 86_400

  /// The folder; nil to keep them in memory only.
  private let folder: String?
  private let known = Mutex<[String: ImportOperation]>([:])

  init(folder: String?) { self.folder = folder }

  /// Remembers an operation for this session.
  func note(_ operation: ImportOperation) {
    guard let id = operation.id else { return }
    known.withLock { $0[id] = operation }
  }

  /// Keeps an operation for other sessions, too.
  /// - Throws: ``AcrError`` where the file cannot be written.
  func keep(_ operation: ImportOperation) throws {
    note(operation)
    guard let id = operation.id, let json = operation.json, let path = path(id) else { return }
    try FileSystem.replace(path, with: Array("\(json.text)\n".utf8), .ownerOnly)
  }

  /// Forgets an operation that has ended.
  func remove(_ id: String) {
    known.withLock { $0[id] = nil }
    if let path = path(id) { try? FileSystem.remove(path) }
  }

  /// The operation with an id; nil where none is known.
  func operation(_ id: String) throws -> ImportOperation? {
    if let operation = known.withLock({ $0[id] }) { return operation }
    guard let path = path(id), let bytes = try FileSystem.readIfPresent(path) else { return nil }
    return (try? JSONValue(parsing: bytes)).flatMap(ImportOperation.init(json:))
  }

  /// All operations that are known, by id.
  func all() throws -> [ImportOperation] {
    var found = known.withLock { $0 }
    for id in storedIDs() where found[id] == nil { found[id] = try operation(id) }
    return found.values.sorted { ($0.id ?? "") < ($1.id ?? "") }
  }

  /// Ids are the service's; only those that are plain names become files.
  private func path(_ id: String) -> String? {
    guard let folder, !id.isEmpty, id.utf8.count <= 100, id.first != ".",
      id.utf8.allSatisfy({ PendingOperations.isPlain($0) })
    else { return nil }
    return "\(folder)/\(id).json"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }

  private func storedIDs() -> [String] {
    guard let folder else { return [] }
    var ids: [String] = []
    let oldest = Timestamp.now().seconds - PendingOperations.lifetime
    for name in FileSystem.names(in: folder) ?? [] where name.hasSuffix(".json") {
      if let status = FileStatus("\(folder)/\(name)"), status.modified.seconds < oldest {
        try? FileSystem.remove("\(folder)/\(name)")
        continue
      }
      ids.append(String(name.dropLast(".json".count)))
    }
    return ids
  }
}
