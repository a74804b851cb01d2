/// What a signature covers: bytes, a file that is read when it is needed, or nothing more than a SHA-256.
public struct SignedMessage: Sendable {
  /// The SHA-256.
  public let sha256: [UInt8]
  private let digestOf: @Sendable (HashAlgorithm) throws(TrustFailure) -> [UInt8]?
  private let whole: @Sendable () throws(TrustFailure) -> [UInt8]?

  /// Bytes in memory.
  public init(_ bytes: [UInt8]) {
    sha256 = HashAlgorithm.sha256.hash(bytes)
    digestOf = { $0.hash(bytes) }
    whole = { bytes }
  }

  /// An artifact of which only the SHA-256 is known.
  public init(sha256: [UInt8]) {
    self.sha256 = sha256
    digestOf = { _ in nil }
    whole = { nil }
  }

  /// A file. Other hashes than SHA-256, and all of its bytes, are read only where a signature needs them.
  public init(
    sha256: [UInt8], digest: @escaping @Sendable (HashAlgorithm) throws(TrustFailure) -> [UInt8]?,
    bytes: @escaping @Sendable () throws(TrustFailure) -> [UInt8]?
  ) {
    self.sha256 = sha256
    digestOf = digest
    whole = bytes
  }

  /// A hash of the message; nil where only the SHA-256 is known.
  public func digest(_ algorithm: HashAlgorithm) throws(TrustFailure) -> [UInt8]? {
    algorithm == .sha256 ? sha256 : try digestOf(algorithm)
  }

  /// The message itself; nil where only a hash is known.
  public func bytes() throws(TrustFailure) -> [UInt8]? { try whole() }
}
