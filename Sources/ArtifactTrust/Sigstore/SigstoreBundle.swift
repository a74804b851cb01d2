import AcrCore

/// A signature with all that is needed to check it without a network (sigstore/protobuf-specs, sigstore_bundle.proto),
/// versions 0.1 to 0.3. Reading it checks no signature.
public struct SigstoreBundle: Sendable {
  /// Whose signature it is said to be.
  public enum Material: Sendable {
    /// A short-lived certificate.
    case certificate(TrustCertificate)
    /// A key that the caller has to know; the hint means nothing here.
    case publicKey(hint: String)
  }

  /// What is signed.
  public enum Content: Sendable {
    /// The artifact itself. The digest is only what the bundle claims.
    case message(sha256: [UInt8]?, signature: [UInt8])
    /// A statement about it.
    case envelope(DSSEEnvelope)
  }

  /// How long a bundle may be, in bytes.
  public static let mostBytes = 32 << 20
  /// The beginning of the media types of bundles.
  public static let mediaTypePrefix = "application/vnd.dev.sigstore.bundle"

  /// `0.1`, `0.2` or `0.3`.
  public let version: String
  /// Whose.
  public let material: Material
  /// What.
  public let content: Content
  /// Entries of transparency logs, 32 at most.
  public let entries: [LogEntry]
  /// Signed timestamps (TimeStampResp in DER), 32 at most.
  public let timestamps: [[UInt8]]

  /// Reads a bundle.
  /// - Throws: ``TrustFailure`` of the check `format`, or `certificate` for a damaged one.
  public init(parsing bytes: [UInt8]) throws(TrustFailure) {
    let bundle = try StrictMembers(try StrictJSON.parse(bytes, "the bundle", mostBytes: Self.mostBytes), "bundle")
    let mediaType = try bundle.string("mediaType")
    version =
      switch mediaType {
      case "application/vnd.dev.sigstore.bundle+json;version=0.1": "0.1"
      case "application/vnd.dev.sigstore.bundle+json;version=0.2": "0.2"
      case "application/vnd.dev.sigstore.bundle+json;version=0.3", "application/vnd.dev.sigstore.bundle.v0.3+json":
        "0.3"
      default: throw TrustFailure(.format, "the bundle is of the unknown version `\(mediaType)`")
      }
    let material = try bundle.object("verificationMaterial")
    self.material = try Self.material(material, version)
    entries = try Self.entries(material, version)
    var timestamps: [[UInt8]] = []
    if let data = try material.optionalObject("timestampVerificationData") {
      for item in try data.objects("rfc3161Timestamps", limit: 32) {
        let bytes = try item.bytes("signedTimestamp")
        guard !timestamps.contains(bytes) else { throw data.failure("rfc3161Timestamps", "has an entry twice") }
        timestamps.append(bytes)
      }
    }
    self.timestamps = timestamps
    content = try Self.content(bundle)
  }

  private static func material(_ members: StrictMembers, _ version: String) throws(TrustFailure) -> Material {
    let kinds = ["certificate", "x509CertificateChain", "publicKey"].filter(members.has)
    guard let kind = kinds.first, kinds.count == 1 else {
      throw TrustFailure(.format, "the bundle needs exactly one of certificate, x509CertificateChain and publicKey")
    }
    switch kind {
    case "publicKey": return .publicKey(hint: try members.object(kind).optionalString("hint") ?? "")
    case "certificate":
      guard version == "0.3" else { throw members.failure(kind, "belongs into version 0.3, not \(version)") }
      let leaf = try TrustCertificate(der: try members.object(kind).bytes("rawBytes"))
      return .certificate(leaf)
    default:
      guard version != "0.3" else { throw members.failure(kind, "does not belong into version 0.3") }
      var chain: [TrustCertificate] = []
      for item in try members.object(kind).objects("certificates", limit: 16) {
        chain.append(try TrustCertificate(der: try item.bytes("rawBytes")))
      }
      guard let leaf = chain.first else { throw members.failure(kind, "has no certificate") }
      guard !leaf.authority.isAuthority else {
        throw members.failure(kind, "begins with a certificate of an authority")
      }
      guard !chain.contains(where: { $0.authority.isAuthority && $0.isSelfSigned }) else {
        throw members.failure(kind, "brings a root certificate, which a bundle must not")
      }
      return .certificate(leaf)
    }
  }

  private static func entries(_ members: StrictMembers, _ version: String) throws(TrustFailure) -> [LogEntry] {
    var entries: [LogEntry] = []
    for (number, item) in try members.objects("tlogEntries", limit: 32).enumerated() {
      let entry = try LogEntry(item)
      guard !entries.contains(where: { $0.logID == entry.logID && $0.index == entry.index }) else {
        throw members.failure("tlogEntries", "has an entry twice")
      }
      if version == "0.1" {
        guard entry.promise != nil else { throw members.failure("tlogEntries[\(number)]", "has no inclusion promise") }
      } else {
        guard entry.proof != nil else { throw members.failure("tlogEntries[\(number)]", "has no inclusion proof") }
      }
      entries.append(entry)
    }
    return entries
  }

  private static func content(_ bundle: StrictMembers) throws(TrustFailure) -> Content {
    guard bundle.has("messageSignature") != bundle.has("dsseEnvelope") else {
      throw TrustFailure(.format, "the bundle needs exactly one of messageSignature and dsseEnvelope")
    }
    if let envelope = try bundle.optionalObject("dsseEnvelope") {
      let parsed = try DSSEEnvelope(envelope)
      guard parsed.signatures.count == 1 else { throw envelope.failure("signatures", "has more than one entry") }
      return .envelope(parsed)
    }
    let message = try bundle.object("messageSignature")
    let signature = try message.bytes("signature")
    guard !signature.isEmpty else { throw message.failure("signature", "is empty") }
    guard let digest = try message.optionalObject("messageDigest") else {
      return .message(sha256: nil, signature: signature)
    }
    guard try digest.string("algorithm") == "SHA2_256" else { throw digest.failure("algorithm", "is not SHA2_256") }
    return .message(sha256: try digest.bytes("digest"), signature: signature)
  }
}
