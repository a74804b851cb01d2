import AcrCore

/// The hosts that were named with `--insecure-registry`: plain http is allowed there, and certificates are not checked.
public struct InsecureHosts: Sendable, Hashable, ExpressibleByArrayLiteral {
  private var names: Set<String>

  /// Creates the set from `host` (any port) and `host:port` names.
  public init(_ names: some Sequence<String>) { self.names = Set(names.map { $0.lowercased() }) }

  /// Creates the set from a literal of the same names.
  public init(arrayLiteral elements: String...) { self.init(elements) }

  /// True where the host of a URL was named.
  public func contains(_ url: URLReference) -> Bool {
    guard !names.isEmpty, let host = url.host else { return false }
    if names.contains(host) { return true }
    guard let port = url.port else { return false }
    return names.contains("\(host):\(port)")
  }

  /// True where a URL may be asked over plain http: on the machine itself, and on hosts that were named.
  public func allowPlainHTTP(to url: URLReference) -> Bool { url.isLoopback || contains(url) }
}

extension URLReference {
  /// True where the host is this machine.
  public var isLoopback: Bool {
    guard let host, let registry = try? RegistryHost(host) else { return false }
    return registry.isLoopback
  }

  /// True where the host is an IPv4 address of the own link (RFC 3927), like `169.254.169.254`, where clouds answer
  /// questions about the machine. No router passes these on, so neither TLS nor a proxy has a part in them.
  public var isLinkLocal: Bool {
    guard let parts = host?.split(separator: ".", omittingEmptySubsequences: false) else { return false }
    return parts.count == 4 && parts[0] == "169" && parts[1] == "254" && parts.allSatisfy { UInt8($0) != nil }
  }
}
