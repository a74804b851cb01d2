#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Addresses of the Internet Protocol in their text form.
public enum NetworkAddress {
  /// The number of an IPv4 address such as `127.0.0.1`; nil for any other text.
  public static func ipv4(_ text: some StringProtocol) -> UInt32? {
    var address = in_addr()
    return inet_pton(AF_INET, String(text), &address) == 1 ? UInt32(bigEndian: address.s_addr) : nil
  }

  /// The 16 bytes of an IPv6 address without brackets and zone; nil for any other text.
  public static func ipv6(_ text: some StringProtocol) -> [UInt8]? {
    var address = in6_addr()
    guard inet_pton(AF_INET6, String(text), &address) == 1 else { return nil }
    return withUnsafeBytes(of: &address) { Array($0) }
  }
}
