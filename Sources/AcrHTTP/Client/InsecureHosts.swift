import AcrCore
import AcrSystem

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

  /// True where the host is an address of the own link (RFC 3927, RFC 4291), like `169.254.169.254`, or another one where
  /// clouds answer questions about the machine. No router passes these on, so neither TLS nor a proxy has a part in them.
  public var isLinkLocal: Bool { host.map(URLReference.isOwnLink) ?? false }

  /// The same for an address alone, with or without the brackets of IPv6.
  static func isOwnLink(_ address: String) -> Bool {
    let bare =
      address.hasPrefix("[") ? address.dropFirst().prefix { $0 != "]" && $0 != "%" } : address.prefix { $0 != "%" }
    if let address = NetworkAddress.ipv4(bare) { return isOwnLink(address) }
    guard let bytes = NetworkAddress.ipv6(bare) else { return false }
    if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return true }
    // Amazon's metadata service, fd00:ec2::254.
    if bytes == [0xFD, 0, 0x0E, 0xC2] + Array(repeating: 0, count: 10) + [0x02, 0x54] { return true }
    // IPv4 in IPv6, `::ffff:169.254.169.254`.
    guard bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF else { return false }
    return isOwnLink(bytes[12...].reduce(0) { $0 << 8 | UInt32($1) })
  }

  private static func isOwnLink(_ address: UInt32) -> Bool {
    // 169.254.0.0/16; Azure's own 168.63.129.16; Alibaba's 100.100.100.200.
    address >> 16 == 0xA9FE || address == 0xA83F_8110 || address == 0x6464_64C8
  }
}
