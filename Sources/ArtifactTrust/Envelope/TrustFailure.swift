/// Which check of a signature or an attestation failed, and why. Any of them means that this one is not accepted.
public struct TrustFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// The checks, in the order in which they are made.
  public enum Check: String, Sendable, CaseIterable {
    /// It is not what its format says: size, JSON, base64, DER, members that are missing or contradict each other.
    case format
    /// The kind of key or certificate is not the one asked for.
    case material
    /// The signature does not fit the artifact and the key.
    case signature
    /// The signature is about something else: another digest, another payload.
    case subject
    /// A signed timestamp.
    case timestamp
    /// The entry of a transparency log.
    case log
    /// The certificate and its chain.
    case certificate
    /// The proof that the certificate is in a certificate transparency log.
    case certificateLog = "certificate-log"
    /// Who signed.
    case identity
    /// The type of an attestation or another demand of the caller.
    case policy
  }

  /// The check.
  public let check: Check
  /// One sentence without a full stop. It may quote what a stranger wrote: escape it for a terminal.
  public let message: String
  /// True where the failure is that nothing in the trusted root knows the authority or the log.
  public let isUnknownAuthority: Bool

  /// What to do about it; nil where that follows from the check.
  public let cure: String?

  /// Creates a failure.
  public init(_ check: Check, _ message: String, isUnknownAuthority: Bool = false, cure: String? = nil) {
    self.cure = cure
    self.check = check
    self.message = message
    self.isUnknownAuthority = isUnknownAuthority
  }

  public var description: String { "\(check.rawValue): \(message)" }
}
