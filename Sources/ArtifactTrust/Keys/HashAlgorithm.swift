import Crypto

/// The hashes that signatures may use. SHA-1 and MD5 are not among them.
public enum HashAlgorithm: String, Sendable, Hashable, CaseIterable {
  case sha256, sha384, sha512

  /// How many bytes a hash has.
  public var byteCount: Int {
    switch self {
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// The hash of some bytes.
  public func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    let bytes = Array(bytes)
    switch self {
    case .sha256: return Array(SHA256.hash(data: bytes))
    case .sha384: return Array(SHA384.hash(data: bytes))
    case .sha512: return Array(SHA512.hash(data: bytes))
    }
  }

  /// The algorithm of an object identifier (NIST, 2.16.840.1.101.3.4.2); nil for others.
  init?(objectIdentifier: String) {
    switch objectIdentifier {
    case "2.16.840.1.101.3.4.2.1": self = .sha256
    case "2.16.840.1.101.3.4.2.2": self = .sha384
    case "2.16.840.1.101.3.4.2.3": self = .sha512
    default: return nil
    }
  }
}

/// A hash that is already there, as the digest types of swift-crypto, which can only be made by hashing. RSA refuses all
/// other types.
enum ReadyDigest {
  static func sha256(_ bytes: [UInt8]) -> SHA256Digest? { make(bytes) }
  static func sha384(_ bytes: [UInt8]) -> SHA384Digest? { make(bytes) }
  static func sha512(_ bytes: [UInt8]) -> SHA512Digest? { make(bytes) }

  private static func make<D: Crypto.Digest>(_ bytes: [UInt8]) -> D? {
    guard bytes.count == D.byteCount, MemoryLayout<D>.size == D.byteCount else { return nil }
    let pointer = UnsafeMutableRawPointer.allocate(byteCount: D.byteCount, alignment: MemoryLayout<D>.alignment)
    defer { pointer.deallocate() }
    bytes.withUnsafeBytes { pointer.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(pointer), byteCount: $0.count) }
    let digest = pointer.load(as: D.self)
    // The library promises no layout, so what came out is looked at.
    return digest.elementsEqual(bytes) ? digest : nil
  }
}
