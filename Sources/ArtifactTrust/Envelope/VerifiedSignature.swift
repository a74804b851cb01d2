import AcrCore

/// A signature that was checked and accepted: who signed what, how, and when.
public struct VerifiedSignature: Sendable {
  /// Who signed.
  public enum Signer: Sendable, Equatable {
    /// The owner of a key that the caller trusts.
    case key(TrustKey)
    /// A person or a workflow that an authority vouched for.
    case identity(SignerIdentity)
    /// The owner of a certificate below one that the caller trusts.
    case certificate(subject: String, authority: String)
  }

  /// A moment at which the signature existed.
  public struct Time: Sendable, Equatable {
    /// The moment.
    public let time: Timestamp
    /// Who says so: a log or an authority.
    public let witness: String

    /// Creates a moment.
    public init(time: Timestamp, witness: String) {
      self.time = time
      self.witness = witness
    }
  }

  /// Who.
  public let signer: Signer
  /// The digest of what the signature is about.
  public let digest: Digest
  /// The signed statement; nil where the artifact itself or its digest is signed.
  public let statement: InTotoStatement?
  /// How it is written down, for example `Sigstore bundle 0.3`.
  public let format: String
  /// When, by whose word. Empty where nobody says so.
  public let times: [Time]
  /// The entries in transparency logs that were checked: `LOG #INDEX`.
  public let entries: [String]
  /// What was there and could not be checked, a sentence each.
  public let unchecked: [String]
  /// What else the signer says, in the order of the document: `optional` of a cosign payload, annotations.
  public let claims: [JSONValue.Member]

  /// Creates a result.
  public init(
    signer: Signer, digest: Digest, statement: InTotoStatement? = nil, format: String, times: [Time] = [],
    entries: [String] = [], unchecked: [String] = [], claims: [JSONValue.Member] = []
  ) {
    self.signer = signer
    self.digest = digest
    self.statement = statement
    self.format = format
    self.times = times
    self.entries = entries
    self.unchecked = unchecked
    self.claims = claims
  }

  /// The predicate type of the statement; nil where there is none.
  public var predicateType: String? { statement?.predicateType }
}
