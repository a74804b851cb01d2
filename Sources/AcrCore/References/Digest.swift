/// A content digest such as `sha256:9f86…`, checked against the OCI grammar (image-spec, descriptor.md, "Digests").
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// The algorithm, `sha256` or `sha512`.
  public let algorithm: Algorithm
  /// The hash in lower-case hexadecimal digits, 64 or 128 of them.
  public let hex: String

  /// The registered algorithms of the OCI image specification.
  public enum Algorithm: String, Sendable, CaseIterable {
    case sha256, sha512
    /// How many hexadecimal digits a digest of this algorithm has.
    public var hexLength: Int { self == .sha256 ? 64 : 128 }
  }

  /// Reads `algorithm:hex`.
  /// - Throws: ``AcrError`` of kind `usage` that says which part is wrong.
  public init(_ text: some StringProtocol) throws(AcrError) { try self.init(String(text)) }

  /// Reads `algorithm:hex`.
  /// - Throws: ``AcrError`` of kind `usage` that says which part is wrong.
  public init(_ text: String) throws(AcrError) {
    guard let colon = text.firstIndex(of: ":") else {
      throw AcrError(.usage, "`\(text)` is not a digest: it does not start with `sha256:`")
    }
    let name = text[..<colon]
    let hex = text[text.index(after: colon)...]
    guard let algorithm = Algorithm(rawValue: String(name)) else {
      throw AcrError(.usage, "`\(name)` in `\(text)` is not a supported digest algorithm (sha256, sha512)")
    }
    guard hex.utf8.allSatisfy({ Digest.isLowerHex($0) }) else {
      throw AcrError(.usage, "the digest `\(text)` has a character that is not one of 0-9 and a-f")
    }
    guard hex.utf8.count == algorithm.hexLength else {
      throw AcrError(
        .usage, "the digest `\(text)` has \(hex.utf8.count) digits after `\(name):`, and needs \(algorithm.hexLength)")
    }
    self.algorithm = algorithm
    self.hex = String(hex)
  }

  /// A SHA-256 digest from its 32 bytes, or SHA-512 from its 64; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 32: algorithm = .sha256
    case 64: algorithm = .sha512
    default: return nil
    }
    hex = Digest.hex(Array(bytes))
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { text in
      for (index, byte) in bytes.enumerated() {
        text[index * 2] = digit(byte >> 4)
        text[index * 2 + 1] = digit(byte & 15)
      }
      return text.count
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  public var description: String { (algorithm == .sha256 ? "sha256:" : "sha512:") + hex }

  /// The first twelve digits, for progress lines and messages.
  public var short: String { "\(algorithm.rawValue):\(hex.prefix(12))" }

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}
