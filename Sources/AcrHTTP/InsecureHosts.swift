import AcrCore

/// The hosts that were named with `--insecure-registry`: plain http is allowed there, and certificates are not checked.
public struct InsecureHosts: Sendable, Hashable, ExpressibleByArrayLiteral {
  private var names: Set<String>

  /// Creates the set from `host` (any port) and `host:port` names.
  public init(_ names: some Sequence<String>) { self.names = Set(names.map { $0.lowercased() }) }

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
}
