import AcrCore
import Crypto
import Foundation

/// Signs artifacts as notation does, with keys and certificates that openssl makes.
public struct NotarySigner: Sendable {
  /// A key and its certificate.
  public struct Identity: Sendable {
    public let key: String
    public let certificate: String
    public let der: [UInt8]
    let algorithm: String
  }

  /// What to leave out or to write differently.
  public struct Envelope: Sendable {
    var scheme: String
    var signingTime: String
    var expiry: String?
    var algorithm: String?
    var digest: String?
    var mediaType: String
    var size: Int?

    /// What to write; nil and the standards for what is right.
    public init(
      scheme: String = "notary.x509", signingTime: String = "2026-11-29T10:00:00Z", expiry: String? = nil,
      algorithm: String? = nil, digest: String? = nil, mediaType: String = NotarySigner.mediaType, size: Int? = nil
    ) {
      self.scheme = scheme
      self.signingTime = signingTime
      self.expiry = expiry
      self.algorithm = algorithm
      self.digest = digest
      self.mediaType = mediaType
      self.size = size
    }
  }

  public static let mediaType = "application/vnd.oci.image.manifest.v1+json"
  public static let manifest = Array("{\"schemaVersion\": 2}".utf8)

  let directory: TemporaryDirectory

  /// Signs with files in a folder.
  public init(directory: TemporaryDirectory) { self.directory = directory }

  public static let leafExtensions = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature"
  public static func authorityExtensions(_ pathLength: Int? = nil) -> String {
    "basicConstraints=critical,CA:TRUE\(pathLength.map { ",pathlen:\($0)" } ?? "")\nkeyUsage=critical,keyCertSign"
  }

  /// Makes a key and a certificate.
  /// - Parameters:
  ///   - kind: `P-256`, `secp256k1`, `RSA 2048` …
  ///   - issuer: nil for one that signs itself.
  public func identity(
    _ name: String, _ kind: String, issuer: Identity?, extensions: String = leafExtensions, days: Int = 30,
    hash: String = "sha256"
  ) async throws -> Identity {
    let path = { (ending: String) in directory.path("\(name).\(ending)") }
    let option: [String]
    let algorithm: String
    switch kind {
    case "P-256": (option, algorithm) = (["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "ES256")
    case "P-384": (option, algorithm) = (["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "ES384")
    case "P-521": (option, algorithm) = (["EC", "-pkeyopt", "ec_paramgen_curve:P-521"], "ES512")
    case "RSA 2048": (option, algorithm) = (["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "PS256")
    case "RSA 3072": (option, algorithm) = (["RSA", "-pkeyopt", "rsa_keygen_bits:3072"], "PS384")
    case "RSA 4096": (option, algorithm) = (["RSA", "-pkeyopt", "rsa_keygen_bits:4096"], "PS512")
    case "RSA 1024": (option, algorithm) = (["RSA", "-pkeyopt", "rsa_keygen_bits:1024"], "PS256")
    case "RSA 2560": (option, algorithm) = (["RSA", "-pkeyopt", "rsa_keygen_bits:2560"], "PS256")
    default: (option, algorithm) = (["EC", "-pkeyopt", "ec_paramgen_curve:\(kind)"], "ES256")
    }
    try await openssl(["genpkey", "-algorithm"] + option + ["-out", path("key")])
    try await openssl([
      "req", "-new", "-key", path("key"), "-subj", "/C=DE/ST=Bavaria/O=acrsh/CN=\(name)", "-out", path("csr"),
    ])
    _ = try directory.write(extensions, to: "\(name).ext")
    let signer =
      issuer.map { ["-CA", $0.certificate, "-CAkey", $0.key] } ?? ["-signkey", path("key")]
    try await openssl(
      [
        "x509", "-req", "-in", path("csr"), "-days", "\(days)", "-extfile", path("ext"), "-\(hash)", "-out",
        path("pem"),
      ]
        + ["-set_serial", "\(Int.random(in: 1...Int.max))"] + signer)
    try await openssl(["x509", "-in", path("pem"), "-outform", "DER", "-out", path("der")])
    return Identity(
      key: path("key"), certificate: path("pem"), der: try directory.read("\(name).der"), algorithm: algorithm)
  }

  private func openssl(_ arguments: [String]) async throws { try await Program("openssl", arguments).succeed() }

  /// Signs the manifest.
  public func jws(_ signer: Identity, chain: [Identity], _ envelope: Envelope = Envelope()) async throws -> [UInt8] {
    var critical = ["io.cncf.notary.signingScheme"]
    var members = [
      #""alg":"\#(envelope.algorithm ?? signer.algorithm)""#,
      #""cty":"application/vnd.cncf.notary.payload.v1+json""#, #""io.cncf.notary.signingScheme":"\#(envelope.scheme)""#,
    ]
    let time = envelope.scheme == "notary.x509" ? "signingTime" : "authenticSigningTime"
    members.append(#""io.cncf.notary.\#(time)":"\#(envelope.signingTime)""#)
    if time != "signingTime" { critical.append("io.cncf.notary.\(time)") }
    if let expiry = envelope.expiry {
      members.append(#""io.cncf.notary.expiry":"\#(expiry)""#)
      critical.append("io.cncf.notary.expiry")
    }
    members.append("\"crit\":[\(critical.map { "\"\($0)\"" }.joined(separator: ","))]")
    let protected = Base64URL.encode(Array("{\(members.joined(separator: ","))}".utf8))
    let payload = Base64URL.encode(payload(envelope))
    let signature = try await sign(Array("\(protected).\(payload)".utf8), signer)
    let certificates = ([signer] + chain).map { "\"\(Base64.encode($0.der))\"" }.joined(separator: ",")
    return Array(
      #"{"payload":"\#(payload)","protected":"\#(protected)","header":{"x5c":[\#(certificates)]},"signature":"\#(Base64URL.encode(signature))"}"#
        .utf8)
  }

  /// The same as COSE.
  public func cose(_ signer: Identity, chain: [Identity], _ envelope: Envelope = Envelope()) async throws -> [UInt8] {
    let numbers = ["PS256": 36, "PS384": 37, "PS512": 38, "ES256": 6, "ES384": 34, "ES512": 35]
    let time = UInt64(max(0, Timestamp(rfc3339: envelope.signingTime)?.seconds ?? 0))
    var protected: [UInt8] = [0xA5, 0x01] + head(1, UInt64(numbers[envelope.algorithm ?? signer.algorithm] ?? 0))
    protected += [0x02, 0x81] + text("io.cncf.notary.signingScheme")
    protected += [0x03] + text("application/vnd.cncf.notary.payload.v1+json")
    protected += text("io.cncf.notary.signingScheme") + text(envelope.scheme)
    protected += text("io.cncf.notary.signingTime") + [0xC1] + head(0, time)
    let payload = payload(envelope)
    let structure: [UInt8] = [0x84] + text("Signature1") + bytes(protected) + [0x40] + bytes(payload)
    let signature = try await sign(structure, signer)
    let certificates = [signer] + chain
    return [0xD2, 0x84] + bytes(protected) + [0xA1] + head(0, 33) + head(4, UInt64(certificates.count))
      + certificates.flatMap { bytes($0.der) } + bytes(payload) + bytes(signature)
  }

  private func payload(_ envelope: Envelope) -> [UInt8] {
    let digest = envelope.digest ?? "sha256:\(Hexadecimal.encode(Array(SHA256.hash(data: Self.manifest))))"
    return Array(
      #"{"targetArtifact":{"mediaType":"\#(envelope.mediaType)","digest":"\#(digest)","size":\#(envelope.size ?? Self.manifest.count)}}"#
        .utf8)
  }

  /// Signs with openssl: PSS for RSA, r ‖ s for ECDSA.
  private func sign(_ message: [UInt8], _ signer: Identity) async throws -> [UInt8] {
    _ = try directory.write(message, to: "message")
    let bits = signer.algorithm.suffix(3)
    var arguments = ["dgst", "-sha\(bits)", "-sign", signer.key, "-out", directory.path("signature")]
    if signer.algorithm.hasPrefix("PS") {
      arguments += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    }
    try await openssl(arguments + [directory.path("message")])
    let signature = try directory.read("signature")
    switch signer.algorithm {
    case "ES256":
      return (try? Array(P256.Signing.ECDSASignature(derRepresentation: signature).rawRepresentation)) ?? signature
    case "ES384": return Array(try P384.Signing.ECDSASignature(derRepresentation: signature).rawRepresentation)
    case "ES512": return Array(try P521.Signing.ECDSASignature(derRepresentation: signature).rawRepresentation)
    default: return signature
    }
  }

  /// Signs an image of a layout and puts the signature beside it, as a referrer.
  @discardableResult
  public func sign(
    _ image: Descriptor, by signer: Identity, chain: [Identity], form: String = "jws", in images: SyntheticImages,
    digest: AcrCore.Digest? = nil
  ) async throws -> Descriptor {
    let envelope = Envelope(
      digest: (digest ?? image.digest).description, mediaType: image.mediaType, size: Int(image.size.bytes))
    let bytes = try await form == "jws" ? jws(signer, chain: chain, envelope) : cose(signer, chain: chain, envelope)
    let made = try images.related(
      [RelatedBlob(form == "jws" ? "application/jose+json" : "application/cose", bytes)],
      type: "application/vnd.cncf.notary.signature", subject: image,
      annotations: [.init("io.cncf.notary.x509chain.thumbprint#S256", "[]")])
    try images.referrersTag(of: image, listing: [made])
    return made
  }

  /// Writes a trust policy and its store, as notation has them.
  /// - Returns: the policy's path.
  public func trust(_ root: Identity, scope: String = "*", level: String = "strict") throws -> String {
    try directory.makeDirectory("notation/truststore/x509/ca/own")
    _ = try directory.write(root.der, to: "notation/truststore/x509/ca/own/root.crt")
    return try directory.write(
      """
      {"version": "1.0", "trustPolicies": [{"name": "own", "registryScopes": ["\(scope)"],
       "signatureVerification": {"level": "\(level)"}, "trustStores": ["ca:own"],
       "trustedIdentities": ["x509.subject: C=DE, ST=Bavaria, O=acrsh"]}]}
      """, to: "notation/trustpolicy.json")
  }

  // MARK: CBOR

  private func head(_ kind: UInt8, _ number: UInt64) -> [UInt8] {
    switch number {
    case ..<24: [kind << 5 | UInt8(number)]
    case ..<0x100: [kind << 5 | 24, UInt8(number)]
    case ..<0x1_0000: [kind << 5 | 25, UInt8(number >> 8), UInt8(number & 0xFF)]
    default: [kind << 5 | 26] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
  }

  private func text(_ text: String) -> [UInt8] { head(3, UInt64(text.utf8.count)) + Array(text.utf8) }
  private func bytes(_ bytes: [UInt8]) -> [UInt8] { head(2, UInt64(bytes.count)) + bytes }
}
