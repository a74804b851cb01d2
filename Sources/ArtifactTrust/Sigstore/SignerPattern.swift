/// Which names are accepted: one, all that fit a pattern with `*`, or all that a caller's expression takes as a whole.
public struct SignerPattern: Sendable {
  /// The pattern as it was written.
  public let text: String
  private let test: @Sendable (String) -> Bool

  /// How long a name may be that a pattern is tried on, in bytes.
  public static let mostBytes = 4096

  /// One name, byte for byte.
  public static func exactly(_ text: String) -> SignerPattern {
    SignerPattern(text) { $0.utf8.elementsEqual(text.utf8) }
  }

  /// A text in which `*` stands for any characters, and everything else for itself. It has to fit the whole name.
  public static func glob(_ text: String) -> SignerPattern {
    let parts = text.utf8.split(separator: 0x2A, omittingEmptySubsequences: false).map(Array.init)
    return SignerPattern(text) { fits(Array($0.utf8), parts) }
  }

  /// Any other test.
  /// - Parameter test: whether the whole name is accepted.
  public init(_ text: String, _ test: @escaping @Sendable (String) -> Bool) {
    self.text = text
    self.test = test
  }

  /// Whether a name is accepted.
  public func matches(_ name: String) -> Bool { name.utf8.count <= Self.mostBytes && test(name) }

  /// The parts between the stars, found one after the other from the left, the last one at the end.
  private static func fits(_ name: [UInt8], _ parts: [[UInt8]]) -> Bool {
    guard let first = parts.first, let last = parts.last, name.starts(with: first) else { return false }
    guard parts.count > 1 else { return name == first }
    guard name.count >= first.count + last.count, name.suffix(last.count).elementsEqual(last) else { return false }
    var rest = name[first.count..<(name.count - last.count)]
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}

/// One accepted signer: both have to fit.
public struct SignerRule: Sendable {
  /// Which names.
  public var identity: SignerPattern
  /// Who has to vouch for them.
  public var issuer: SignerPattern

  /// Creates a rule.
  public init(identity: SignerPattern, issuer: SignerPattern) {
    self.identity = identity
    self.issuer = issuer
  }

  /// Whether a signer is accepted.
  public func accepts(_ signer: SignerIdentity) -> Bool {
    issuer.matches(signer.issuer) && identity.matches(signer.subject)
  }
}
