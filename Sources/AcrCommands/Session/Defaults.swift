import AcrSystem
import AcrCore
import AzureIdentity
import Synchronization

/// What `configure --defaults` chose, for this session and later ones.
final class Defaults: Sendable {
  /// The registry of commands that are not told one.
  static let registry = "acr"
  /// The resource group of commands that are not told one.
  static let resourceGroup = "group"
  /// The policy of commands that bring images in and are not told one: an absolute path.
  static let policy = "policy"
  /// The names there are.
  static let names = [registry, resourceGroup, policy]

  private let path: String?
  private let values = Mutex<[String: String]?>(nil)

  /// - Parameter path: the JSON file to keep them in; nil to keep them in memory only.
  init(path: String?) { self.path = path }

  /// One value; nil where none is chosen.
  /// - Throws: ``AcrError`` where the file is there and cannot be understood.
  func value(of name: String) throws -> String? { try all()[name] }

  /// All values.
  func all() throws -> [String: String] {
    try values.withLock { known in
      let values = try known ?? read()
      known = values
      return values
    }
  }

  /// Chooses a value; an empty one is none.
  func set(_ name: String, to value: String) throws {
    var changed = try all()
    changed[name] = value.isEmpty ? nil : value
    if let path {
      let members = changed.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
      try FileSystem.replace(path, with: Array("\(JSONValue.object(members).text)\n".utf8), .ownerOnly)
    }
    values.withLock { [changed] in $0 = changed }
  }

  private func read() throws -> [String: String] {
    guard let path, let bytes = try FileSystem.readIfPresent(path) else { return [:] }
    guard let members = (try? JSONValue(parsing: bytes))?.members else {
      throw AcrError(.invalid, "the file with the defaults, `\(path)`, is damaged", help: "repair or remove it")
    }
    return Dictionary(
      members.compactMap { member in member.value.string.map { (member.name, $0) } }, uniquingKeysWith: { $1 })
  }
}
