import AcrCore

/// A log whose key is trusted for some time: of signatures (Rekor) or of certificates.
public struct TrustedLog: Sendable {
  /// Host and port of its address, without scheme: its name in checkpoints.
  public let name: String
  /// How entries name the log.
  public let logID: [UInt8]
  /// Its key.
  public let key: TrustKey
  /// When it is trusted.
  public let validity: ValidityPeriod
}

/// An authority that issues the short-lived certificates of signers.
public struct TrustedAuthority: Sendable {
  /// Where it is, for messages.
  public let uri: String
  /// The trusted certificate at the end of chains.
  public let anchor: TrustCertificate
  /// Certificates below it.
  public let intermediates: [TrustCertificate]
  /// When it is trusted.
  public let validity: ValidityPeriod
}

/// Whom a Sigstore instance consists of: the file `trusted_root.json` (sigstore/protobuf-specs, sigstore_trustroot.proto).
public struct TrustedRoot: Sendable {
  /// The logs of signatures. At least one entry is required of a signature if there are any.
  public let logs: [TrustedLog]
  /// The logs of certificates. A certificate has to be in one if there are any.
  public let certificateLogs: [TrustedLog]
  /// Who issues certificates.
  public let authorities: [TrustedAuthority]
  /// Who makes timestamps.
  public let timestampAuthorities: [TimestampAuthority]

  private static let mediaTypes = [
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
  ]
  /// How long the file may be, in bytes.
  public static let mostBytes = 4 << 20

  /// Reads the file.
  /// - Throws: ``TrustFailure`` of the check `format` or `material`.
  public init(parsing bytes: [UInt8]) throws(TrustFailure) {
    let json = try StrictJSON.parse(bytes, "the trusted root", mostBytes: Self.mostBytes)
    let root = try StrictMembers(json, "trusted root")
    let mediaType = try root.string("mediaType")
    guard Self.mediaTypes.contains(mediaType) else {
      throw TrustFailure(.format, "the trusted root is of the unknown version `\(mediaType)`")
    }
    logs = try Self.logs(root, "tlogs")
    certificateLogs = try Self.logs(root, "ctlogs")
    var authorities: [TrustedAuthority] = []
    for entry in try root.objects("certificateAuthorities", limit: 64) {
      let chain = try Self.chain(entry)
      guard let anchor = chain.last else { continue }
      authorities.append(
        TrustedAuthority(
          uri: try entry.optionalString("uri") ?? "", anchor: anchor, intermediates: Array(chain.dropLast()),
          validity: try Self.validity(entry)))
    }
    self.authorities = authorities
    var timestampAuthorities: [TimestampAuthority] = []
    for entry in try root.objects("timestampAuthorities", limit: 64) {
      let chain = try Self.chain(entry)
      guard let anchor = chain.last, let first = chain.first else { continue }
      let hasSigner = !first.authority.isAuthority
      timestampAuthorities.append(
        TimestampAuthority(
          anchors: [anchor], intermediates: Array(chain.dropFirst(hasSigner ? 1 : 0).dropLast()),
          signer: hasSigner ? first : nil, validity: try Self.validity(entry)))
    }
    self.timestampAuthorities = timestampAuthorities
  }

  private static func logs(_ root: StrictMembers, _ name: String) throws(TrustFailure) -> [TrustedLog] {
    var logs: [TrustedLog] = []
    for entry in try root.objects(name, limit: 64) {
      let publicKey = try entry.object("publicKey")
      let validity = try validity(publicKey)
      guard validity.start != nil else { throw publicKey.failure("validFor", "has no start") }
      let logID = try entry.object("logId").bytes("keyId")
      guard logID.count >= 4 else { throw entry.failure("logId", "is too short") }
      guard !logs.contains(where: { $0.logID == logID }) else { throw entry.failure("logId", "is there twice") }
      let bytes = try publicKey.bytes("rawBytes")
      let details = try publicKey.string("keyDetails")
      let key: TrustKey
      switch details {
      case "PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P521_SHA_512", "PKIX_ED25519",
        "PKIX_RSA_PKCS1V5", "PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_RSA_PKCS1V15_3072_SHA256",
        "PKIX_RSA_PKCS1V15_4096_SHA256":
        key = try TrustKey(spki: bytes)
      case "PKCS1_RSA_PKCS1V5": key = try TrustKey(pkcs1: bytes)
      // A kind of a later version: what it would vouch for is unknown then, and so is refused.
      default: continue
      }
      logs.append(
        TrustedLog(
          name: host(try entry.optionalString("baseUrl") ?? ""), logID: logID, key: key, validity: validity))
    }
    return logs
  }

  /// An address without scheme and trailing slash.
  private static func host(_ url: String) -> String {
    var rest = url[...]
    if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
    while rest.last == "/" { rest.removeLast() }
    return String(rest)
  }

  private static func chain(_ entry: StrictMembers) throws(TrustFailure) -> [TrustCertificate] {
    var chain: [TrustCertificate] = []
    for certificate in try entry.object("certChain").objects("certificates", limit: 16) {
      chain.append(try TrustCertificate(der: try certificate.bytes("rawBytes")))
    }
    guard !chain.isEmpty else { throw entry.failure("certChain", "has no certificate") }
    return chain
  }

  private static func validity(_ entry: StrictMembers) throws(TrustFailure) -> ValidityPeriod {
    guard let period = try entry.optionalObject("validFor") else { return ValidityPeriod() }
    return ValidityPeriod(start: try time(period, "start"), end: try time(period, "end"))
  }

  private static func time(_ period: StrictMembers, _ name: String) throws(TrustFailure) -> Timestamp? {
    guard let text = try period.optionalString(name) else { return nil }
    guard text.utf8.last == 0x5A, text.contains("T"), let time = Timestamp(rfc3339: text) else {
      throw period.failure(name, "is no time (RFC 3339, UTC)")
    }
    return time
  }
}
