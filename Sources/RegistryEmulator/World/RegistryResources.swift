import AcrCore
import AcrSystem
import struct Crypto.SHA256
import Synchronization

/// What the resource manager can change about a registry: its tokens, their scope maps, and the admin user's passwords. Kept
/// in a file of the registry's folder, passwords as their SHA-256.
final class RegistryResources: Sendable {
  /// What a token may do, and where.
  struct ScopeMap: Sendable {
    var name: String
    var description: String
    /// `repositories/NAME/content/read`, and so on.
    var actions: [String]
    var created: Timestamp
    /// True for one that every registry has.
    var isSystem = false
  }

  /// An account of the registry itself.
  struct Token: Sendable {
    var name: String
    /// The scope map's name.
    var scopeMap: String
    var isEnabled: Bool
    var created: Timestamp
    var passwords: [Password] = []
  }

  /// One of a token's two passwords.
  struct Password: Sendable {
    var name: String
    var hash: String
    var created: Timestamp
    var expiry: Timestamp?
  }

  fileprivate struct State: Sendable {
    var scopeMaps: [ScopeMap] = []
    var tokens: [Token] = []
    /// The accounts of the configuration that were made tokens at some start, with what the configuration said of them.
    var configured: [String: String] = [:]
    /// The admin user's passwords that replaced the configuration's, by their names.
    var adminPasswords: [String: String] = [:]
  }

  private let state: Mutex<State>
  private let path: String

  /// Reads what an earlier process kept, and makes tokens of the configuration's accounts that it did not know or that
  /// changed since.
  init(folder: String, accounts: [RegistryUser]) throws {
    path = "\(folder)/resources.json"
    let kept = (try? DiskFile.read(path)).flatMap { try? JSONValue(parsing: $0) }
    var state = kept.map(State.init(json:)) ?? State()
    for account in accounts {
      let said = Self.hash(
        "\(account.password.reveal()) \(account.actions.sorted()) \(account.repositories)")
      guard state.configured.updateValue(said, forKey: account.name) != said else { continue }
      state.scopeMaps.removeAll { $0.name == "\(account.name)-scope-map" }
      state.tokens.removeAll { $0.name == account.name }
      let map = ScopeMap(
        name: "\(account.name)-scope-map", description: "The account `\(account.name)` of the configuration",
        actions: account.repositories.flatMap { repository in
          account.actions.sorted().compactMap { ScopeAction.text(repository, $0) }
        }, created: .now())
      state.scopeMaps.append(map)
      state.tokens.append(
        Token(
          name: account.name, scopeMap: map.name, isEnabled: true, created: .now(),
          passwords: [Password(name: "password1", hash: Self.hash(account.password.reveal()), created: .now())]))
    }
    self.state = Mutex(state)
  }

  static func hash(_ password: String) -> String {
    SHA256.hash(data: Array(password.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  // MARK: Reading

  /// All scope maps, those of every registry first.
  var scopeMaps: [ScopeMap] { ScopeAction.systemMaps + state.withLock(\.scopeMaps) }

  var tokens: [Token] { state.withLock(\.tokens) }

  func scopeMap(_ name: String) -> ScopeMap? { scopeMaps.first { $0.name.lowercased() == name.lowercased() } }

  func token(_ name: String) -> Token? { tokens.first { $0.name.lowercased() == name.lowercased() } }

  /// True for an enabled token and a password of it that has not expired.
  func accepts(_ name: String, _ password: String) -> Bool {
    guard let token = token(name), token.isEnabled else { return false }
    let hash = Self.hash(password)
    return token.passwords.contains { $0.hash == hash && ($0.expiry.map { $0 > .now() } ?? true) }
  }

  /// What a token may do in a repository; `catalog` with rights on all of them.
  func actions(of name: String, in repository: String?) -> Set<String> {
    guard let token = token(name), token.isEnabled, let map = scopeMap(token.scopeMap) else { return [] }
    return ScopeAction.granted(by: map.actions, in: repository)
  }

  /// A password of the admin user that replaced the configuration's; nil where none did.
  func adminPassword(_ name: String) -> String? { state.withLock { $0.adminPasswords[name] } }

  // MARK: Changing

  func put(_ map: ScopeMap) throws {
    try change { state in
      state.scopeMaps.removeAll { $0.name.lowercased() == map.name.lowercased() }
      state.scopeMaps.append(map)
    }
  }

  func put(_ token: Token) throws {
    try change { state in
      state.tokens.removeAll { $0.name.lowercased() == token.name.lowercased() }
      state.tokens.append(token)
    }
  }

  func removeScopeMap(_ name: String) throws {
    try change { $0.scopeMaps.removeAll { $0.name.lowercased() == name.lowercased() } }
  }

  func removeToken(_ name: String) throws {
    try change { $0.tokens.removeAll { $0.name.lowercased() == name.lowercased() } }
  }

  /// Gives the admin user a new password.
  func setAdminPassword(_ name: String, _ password: String) throws { try change { $0.adminPasswords[name] = password } }

  private func change(_ body: (inout State) -> Void) throws {
    let document = state.withLock { state in
      body(&state)
      return state.json
    }
    try DiskFile.replace(path, with: Array(document.text.utf8), isDurable: false)
  }
}

extension RegistryResources.State {
  fileprivate init(json: JSONValue) {
    func time(_ value: JSONValue?) -> Timestamp? { value?.string.flatMap(Timestamp.init(rfc3339:)) }
    scopeMaps = (json["scopeMaps"]?.array ?? []).compactMap { item in
      guard let name = item["name"]?.string, let created = time(item["created"]) else { return nil }
      return .init(
        name: name, description: item["description"]?.string ?? "",
        actions: item["actions"]?.array?.compactMap(\.string) ?? [], created: created)
    }
    tokens = (json["tokens"]?.array ?? []).compactMap { item in
      guard let name = item["name"]?.string, let map = item["scopeMap"]?.string, let created = time(item["created"])
      else {
        return nil
      }
      let passwords = (item["passwords"]?.array ?? []).compactMap { entry -> RegistryResources.Password? in
        guard let name = entry["name"]?.string, let hash = entry["hash"]?.string, let made = time(entry["created"])
        else {
          return nil
        }
        return .init(name: name, hash: hash, created: made, expiry: time(entry["expiry"]))
      }
      return .init(
        name: name, scopeMap: map, isEnabled: item["enabled"]?.bool ?? true, created: created, passwords: passwords)
    }
    for member in json["configured"]?.members ?? [] { configured[member.name] = member.value.string }
    for member in json["adminPasswords"]?.members ?? [] { adminPasswords[member.name] = member.value.string }
  }

  fileprivate var json: JSONValue {
    let maps = scopeMaps.map { map -> JSONValue in
      [
        "name": .string(map.name), "description": .string(map.description),
        "actions": .array(map.actions.map(JSONValue.string)), "created": .string(map.created.description),
      ]
    }
    let tokens = tokens.map { token -> JSONValue in
      let passwords = token.passwords.map { password -> JSONValue in
        [
          "name": .string(password.name), "hash": .string(password.hash),
          "created": .string(password.created.description),
          "expiry": password.expiry.map { .string($0.description) } ?? .null,
        ]
      }
      return [
        "name": .string(token.name), "scopeMap": .string(token.scopeMap), "enabled": .bool(token.isEnabled),
        "created": .string(token.created.description), "passwords": .array(passwords),
      ]
    }
    return [
      "scopeMaps": .array(maps), "tokens": .array(tokens),
      "configured": .object(configured.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "adminPasswords": .object(adminPasswords.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
    ]
  }
}
