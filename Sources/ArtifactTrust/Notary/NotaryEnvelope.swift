import AcrCore

/// A signature of Notary Project, in one of its two forms (JWS or COSE), read strictly. Reading checks nothing; see
/// ``checkIntegrity()``. (Notary Project specifications: signature-specification.md, signature-envelope-jws.md,
/// signature-envelope-cose.md.)
public struct NotaryEnvelope: Sendable {
  /// How the signature is written down.
  public enum Form: String, Sendable {
    case jws = "application/jose+json"
    case cose = "application/cose"
  }

  /// What the time in a signature is worth.
  public enum Scheme: String, Sendable {
    /// Whoever signs says when; only a timestamp proves it.
    case x509 = "notary.x509"
    /// A signing service that is trusted says when.
    case signingAuthority = "notary.x509.signingAuthority"
  }

  /// The names of the signed attributes that are understood here.
  enum Name {
    static let scheme = "io.cncf.notary.signingScheme"
    static let signingTime = "io.cncf.notary.signingTime"
    static let authenticSigningTime = "io.cncf.notary.authenticSigningTime"
    static let expiry = "io.cncf.notary.expiry"
    static let plugin = "io.cncf.notary.verificationPlugin"
    static let pluginVersion = "io.cncf.notary.verificationPluginMinVersion"
    static let timestamp = "io.cncf.notary.timestampSignature"
    static let agent = "io.cncf.notary.signingAgent"
    static let contentType = "application/vnd.cncf.notary.payload.v1+json"
  }

  /// How long an envelope may be, in bytes: the limit of notation.
  public static let mostBytes = 32 << 20
  /// How many certificates a chain may have.
  static let mostCertificates = 8

  /// The form.
  public let form: Form
  /// The algorithm as the envelope names it: `PS256` … `ES512`.
  let algorithm: String
  /// What whoever checks must understand.
  let critical: [String]
  /// The type of the payload.
  let contentType: String
  /// The names of all signed attributes beside algorithm, critical list and type.
  let attributes: Set<String>
  /// The scheme as it is written.
  let schemeName: String
  /// When it was signed, by the word of who signed.
  public let signingTime: Timestamp?
  /// When it was signed, by the word of a signing authority.
  public let authenticSigningTime: Timestamp?
  /// Until when it counts.
  public let expiry: Timestamp?
  /// The plugin that has to judge it; nil where none is needed.
  public let plugin: String?
  /// The certificates, the signer's first; nobody vouches for them yet.
  public let chain: [TrustCertificate]
  /// The timestamp's token; nil where there is none.
  public let timestampToken: [UInt8]?
  /// The program that signed, by its own word.
  public let agent: String?
  /// What is signed: a JSON text with the artifact's descriptor.
  public let payload: [UInt8]
  /// The bytes that the signature covers.
  let signedBytes: [UInt8]
  /// The signature: for ECDSA r ‖ s.
  public let signature: [UInt8]

  /// Reads an envelope.
  /// - Parameter mediaType: the media type of the layer that holds it.
  /// - Throws: ``TrustFailure`` of the checks `format`, `certificate` and `material`.
  public init(_ bytes: [UInt8], mediaType: String) throws(TrustFailure) {
    guard bytes.count <= Self.mostBytes else {
      throw TrustFailure(.format, "the signature is longer than \(Self.mostBytes) bytes")
    }
    switch Form(rawValue: mediaType) {
    case .jws: self = try NotaryEnvelope(jws: bytes)
    case .cose: self = try NotaryEnvelope(cose: bytes)
    case nil: throw TrustFailure(.format, "the signature is of the type `\(mediaType)`, which is not known")
    }
  }

  init(
    form: Form, algorithm: String, critical: [String], contentType: String, attributes: Set<String>, schemeName: String,
    times: (signing: Timestamp?, authentic: Timestamp?, expiry: Timestamp?), plugin: String?, chain: [[UInt8]],
    timestampToken: [UInt8]?, agent: String?, payload: [UInt8], signedBytes: [UInt8], signature: [UInt8]
  ) throws(TrustFailure) {
    guard !chain.isEmpty, chain.count <= Self.mostCertificates else {
      throw TrustFailure(
        .certificate, "the signature has \(chain.count) certificates, not 1 to \(Self.mostCertificates)")
    }
    var certificates: [TrustCertificate] = []
    for der in chain { certificates.append(try TrustCertificate(der: der)) }
    self.form = form
    self.algorithm = algorithm
    self.critical = critical
    self.contentType = contentType
    self.attributes = attributes
    self.schemeName = schemeName
    signingTime = times.signing
    authenticSigningTime = times.authentic
    expiry = times.expiry
    self.plugin = plugin
    self.chain = certificates
    self.timestampToken = timestampToken
    self.agent = agent
    self.payload = payload
    self.signedBytes = signedBytes
    self.signature = signature
  }

  /// The scheme; nil for one that is not known.
  public var scheme: Scheme? { Scheme(rawValue: schemeName) }
}
