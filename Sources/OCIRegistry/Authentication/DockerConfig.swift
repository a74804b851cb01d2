import AcrCore
import AcrSystem

/// Docker's `config.json`, or podman's `auth.json`, which has the same form: what concerns signing in.
struct DockerConfig: Sendable {
  /// Where it was read, for messages.
  let path: String
  private var entries: [RegistryHost: Credentials] = [:]
  private var helpers: [RegistryHost: String] = [:]
  private var defaultHelper: String?

  /// Reads a file; nil when there is none.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column, or `denied`.
  init?(path: String) throws(AcrError) {
    guard let bytes = try FileSystem.readIfPresent(path) else { return nil }
    try self.init(path: path, bytes: bytes)
  }

  /// Reads the file's text.
  init(path: String, bytes: [UInt8]) throws(AcrError) {
    self.path = path
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: bytes)
    } catch {
      throw AcrError(
        .invalid, "`\(path)` is not valid JSON: \(error.reason) at line \(error.line), column \(error.column)",
        help: "repair the file, or name another folder in DOCKER_CONFIG")
    }
    defaultHelper = document["credsStore"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    for member in document["credHelpers"]?.members ?? [] {
      if let host = Self.host(ofKey: member.name), let name = member.value.string { helpers[host] = name }
    }
    for member in document["auths"]?.members ?? [] {
      guard let host = Self.host(ofKey: member.name) else { continue }
      guard let credentials = try entry(member.value, key: member.name) else { continue }
      // Of several keys for one host the plain name counts, as it does for Docker.
      if entries[host] == nil || member.name == host.name { entries[host] = credentials }
    }
  }

  /// The registries the file names: with credentials, or with a helper of their own.
  var hosts: [RegistryHost] { Array(Set(entries.keys).union(helpers.keys)) }

  /// The credentials that stand in the file itself.
  func entry(for host: RegistryHost) -> Credentials? { entries[host] }

  /// The name of the helper to ask: the registry's own, or the one for all.
  func helperName(for host: RegistryHost) -> String? {
    if let name = helpers[host] { return name.isEmpty ? nil : name }
    return defaultHelper
  }

  /// What a helper calls a registry: its host, and for Docker Hub the address of its first API.
  static func serverName(for host: RegistryHost) -> String {
    host == .dockerHub ? "https://index.docker.io/v1/" : host.name
  }

  /// The registry a key means. Keys have a scheme or not, and `/v1/` or `/v2/` behind the host or not. A key with any other
  /// path is podman's way of naming a single namespace, and is not for the whole registry.
  private static func host(ofKey key: String) -> RegistryHost? {
    var rest = Substring(key)
    for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
    let parts = rest.split(separator: "/")
    guard let host = parts.first, parts.count == 1 || (parts.count == 2 && ["v1", "v2"].contains(parts[1])) else {
      return nil
    }
    return try? RegistryHost(host)
  }

  private func entry(_ value: JSONValue, key: String) throws(AcrError) -> Credentials? {
    if let token = value["identitytoken"]?.string, !token.isEmpty { return .identityToken(Secret(token)) }
    if let token = value["registrytoken"]?.string, !token.isEmpty { return .accessToken(Secret(token)) }
    if let text = value["auth"]?.string, !text.isEmpty {
      // Docker ends some of these with NUL characters.
      guard let bytes = Base64.decode(text), let colon = bytes.firstIndex(of: 0x3A) else {
        throw AcrError(
          .invalid, "the entry `\(key)` in `\(path)` has an `auth` that is not the base64 form of `user:password`",
          help: "remove the entry and sign in again with `docker login` or `acr login`")
      }
      let user = String(decoding: bytes[..<colon], as: UTF8.self)
      let password = bytes[(colon + 1)...].reversed().drop { $0 == 0 }.reversed()
      return .user(user, password: Secret(String(decoding: password, as: UTF8.self)))
    }
    if let user = value["username"]?.string, let password = value["password"]?.string, !user.isEmpty {
      return .user(user, password: Secret(password))
    }
    return nil
  }
}
