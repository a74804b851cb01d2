/// A registry's address: a host name or IP address and perhaps a port, in lower case.
public struct RegistryHost: Hashable, Sendable, CustomStringConvertible {
  /// What people write: `docker.io`, `myregistry.azurecr.io`, `localhost:5000`, `[::1]:5000`.
  public let name: String

  /// Docker Hub, by any of its names.
  public static let dockerHub = RegistryHost(unchecked: "docker.io")

  /// The names under which Docker Hub is known (wire facts: users write `docker.io`, the API answers elsewhere).
  private static let dockerHubNames: Set<String> = [
    "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com",
  ]

  private init(unchecked name: String) { self.name = name }

  /// Reads `host` or `host:port`.
  /// - Throws: ``AcrError`` of kind `usage` that says which part is wrong.
  public init(_ text: some StringProtocol) throws(AcrError) {
    let lower = text.lowercased()
    if let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) {
      throw AcrError(
        .usage, "`\(text)` starts with `\(scheme)`",
        help: "give the registry's host alone: \(lower.dropFirst(scheme.count))")
    }
    if RegistryHost.dockerHubNames.contains(lower) {
      self = .dockerHub
      return
    }
    var host = Substring(lower)
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else {
        throw AcrError(.usage, "the registry `\(text)` has a `[` and no `]`")
      }
      let inside = host[host.index(after: host.startIndex)..<end]
      guard inside.contains(":"), inside.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
        throw AcrError(.usage, "`\(inside)` in the registry `\(text)` is not an IPv6 address")
      }
      try RegistryHost.checkPort(host[host.index(after: end)...], in: text)
      name = lower
      return
    }
    if let colon = host.firstIndex(of: ":") {
      try RegistryHost.checkPort(host[colon...], in: text)
      host = host[..<colon]
    }
    guard !host.isEmpty, host.utf8.count <= 253 else {
      throw AcrError(
        .usage, "the registry's host in `\(text)` is \(host.isEmpty ? "empty" : "longer than 253 characters")")
    }
    for label in host.split(separator: ".", omittingEmptySubsequences: false) {
      let isValid = label.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
      }
      guard isValid, !label.isEmpty, label.utf8.count <= 63, !label.hasPrefix("-"), !label.hasSuffix("-") else {
        throw AcrError(.usage, "`\(label)` is not a part of a host name (in the registry `\(text)`)")
      }
    }
    name = lower
  }

  private static func checkPort(_ text: Substring, in whole: some StringProtocol) throws(AcrError) {
    if text.isEmpty { return }
    guard text.hasPrefix(":"), let port = Int(text.dropFirst()), (1...65_535).contains(port) else {
      throw AcrError(.usage, "`\(text.dropFirst())` in the registry `\(whole)` is not a port from 1 to 65535")
    }
  }

  /// The host and port that answer the API: `registry-1.docker.io` for Docker Hub, the name itself for all others.
  public var apiHost: String { self == .dockerHub ? "registry-1.docker.io" : name }

  /// The host without its port.
  public var hostWithoutPort: String {
    if name.hasPrefix("["), let end = name.firstIndex(of: "]") { return String(name[...end]) }
    return String(name.prefix { $0 != ":" })
  }

  /// True for addresses of this machine, where plain http is allowed without being asked for.
  public var isLoopback: Bool {
    let host = hostWithoutPort
    return host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || RegistryHost.isLoopbackIPv4(host)
  }

  private static func isLoopbackIPv4(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  public var description: String { name }

  /// Tells whether the part before a reference's first `/` is a registry, by Docker's rule: it has a dot, a port, or is
  /// `localhost`. Otherwise it is the first part of a repository of Docker Hub.
  public static func looksLikeHost(_ part: some StringProtocol) -> Bool {
    part.contains(".") || part.contains(":") || part == "localhost"
  }
}
