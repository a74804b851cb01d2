import AcrCore

/// What an entry of a log says was signed, by whom and how. It has to be the signature at hand, byte for byte: one message has
/// many valid ECDSA signatures.
struct LogEntryBody {
  /// What the entry has to agree with.
  struct Expectation {
    /// The raw signature.
    let signature: [UInt8]
    /// What the signature covers.
    let message: SignedMessage
    /// The payload of an envelope; nil for a signature of the artifact itself.
    let payload: [UInt8]?
    /// The JSON text of an envelope, where it is known as it was sent.
    var envelope: [UInt8]?
    /// The certificate in DER, or nil for a key.
    let certificate: [UInt8]?
    /// The key that made it.
    let key: TrustKey
  }

  let kind: String
  let version: String
  private let spec: StrictMembers

  /// - Throws: ``TrustFailure`` of the check `format`.
  init(parsing bytes: [UInt8]) throws(TrustFailure) {
    let json = try StrictJSON.parse(bytes, "the log entry", mostBytes: SigstoreBundle.mostBytes)
    let members = try StrictMembers(json, "log entry")
    kind = try members.string("kind")
    version = try members.string("apiVersion")
    spec = try members.object("spec")
  }

  /// - Throws: ``TrustFailure`` of the check `log`.
  func verify(_ expected: Expectation) throws(TrustFailure) {
    switch (kind, version) {
    case ("hashedrekord", "0.0.1"):
      try verifyHash(try spec.object("data").object("hash"), "value", expected)
      let signature = try spec.object("signature")
      try compare(try signature.bytes("content"), expected)
      try compareVerifier(pem: try signature.object("publicKey").bytes("content"), expected)
    case ("hashedrekord", "0.0.2"):
      let record = try spec.object("hashedRekordV002")
      try verifyHash(try record.object("data"), "digest", expected)
      let signature = try record.object("signature")
      try compare(try signature.bytes("content"), expected)
      let verifier = try signature.object("verifier")
      let certificate = try verifier.optionalObject("x509Certificate")?.bytes("rawBytes")
      let key = try verifier.optionalObject("publicKey")?.bytes("rawBytes")
      guard (certificate == nil) != (key == nil) else {
        throw TrustFailure(.format, "the log entry needs either a certificate or a key")
      }
      try compareVerifier(certificate: certificate, spki: key, expected)
    case ("dsse", "0.0.1"):
      try verifyPayload(try spec.object("payloadHash"), expected)
      let signature = try single(try spec.objects("signatures", limit: 32))
      try compare(try signature.bytes("signature"), expected)
      try compareVerifier(pem: try signature.bytes("verifier"), expected)
    case ("intoto", "0.0.2"):
      let content = try spec.object("content")
      try verifyPayload(try content.object("payloadHash"), expected)
      let signature = try single(try content.object("envelope").objects("signatures", limit: 32))
      // Rekor encodes the text of the envelope, which is base64 already, once more.
      let text = String(decoding: try signature.bytes("sig"), as: UTF8.self)
      guard let bytes = Base64.strict(text) else { throw Self.otherSignature }
      try compare(bytes, expected)
      try compareVerifier(pem: try signature.bytes("publicKey"), expected)
    case ("intoto", "0.0.1") where expected.envelope != nil:
      // This version keeps no signature, but the hash of the envelope with it.
      let content = try spec.object("content")
      try verifyPayload(try content.object("payloadHash"), expected)
      let hash = try content.object("hash")
      guard let envelope = expected.envelope, try hash.string("algorithm") == "sha256",
        try hash.string("value").utf8.elementsEqual(Hexadecimal.encode(HashAlgorithm.sha256.hash(envelope)).utf8)
      else { throw Self.otherSignature }
      try compareVerifier(pem: try spec.bytes("publicKey"), expected)
    default:
      throw TrustFailure(.log, "log entries of the kind \(kind)/\(version) are not supported")
    }
  }

  private static var otherSignature: TrustFailure {
    TrustFailure(.log, "the log entry is about another signature")
  }

  private func single(_ objects: [StrictMembers]) throws(TrustFailure) -> StrictMembers {
    guard let first = objects.first, objects.count == 1 else {
      throw TrustFailure(.log, "the log entry has \(objects.count) signatures, and exactly one is needed")
    }
    return first
  }

  private func compare(_ signature: [UInt8], _ expected: Expectation) throws(TrustFailure) {
    guard signature == expected.signature else { throw Self.otherSignature }
  }

  /// The hash of what was signed: hexadecimal in the first version, base64 in the second.
  private func verifyHash(_ hash: StrictMembers, _ name: String, _ expected: Expectation) throws(TrustFailure) {
    let algorithm: HashAlgorithm
    switch try hash.string("algorithm") {
    case "sha256", "SHA2_256": algorithm = .sha256
    case "sha384", "SHA2_384": algorithm = .sha384
    case "sha512", "SHA2_512": algorithm = .sha512
    default: throw TrustFailure(.log, "the log entry has a hash of an unknown kind")
    }
    guard let digest = try expected.message.digest(algorithm) else {
      throw TrustFailure(
        .log, "the log entry names the \(algorithm.rawValue) of the artifact, and only its sha256 is known")
    }
    let isEqual =
      name == "digest"
      ? try hash.bytes(name) == digest
      : try hash.string(name).utf8.elementsEqual(Hexadecimal.encode(digest).utf8)
    guard isEqual else { throw TrustFailure(.log, "the log entry is about another artifact") }
  }

  private func verifyPayload(_ hash: StrictMembers, _ expected: Expectation) throws(TrustFailure) {
    guard let payload = expected.payload else {
      throw TrustFailure(.log, "the log entry is about an envelope, and the signature is none")
    }
    guard try hash.string("algorithm") == "sha256",
      try hash.string("value").utf8.elementsEqual(Hexadecimal.encode(HashAlgorithm.sha256.hash(payload)).utf8)
    else { throw TrustFailure(.log, "the log entry is about another payload") }
  }

  private func compareVerifier(pem: [UInt8], _ expected: Expectation) throws(TrustFailure) {
    let block = try PEMText.single(pem, "the key of the log entry")
    switch block.label {
    case "CERTIFICATE": try compareVerifier(certificate: block.bytes, spki: nil, expected)
    case "PUBLIC KEY": try compareVerifier(certificate: nil, spki: block.bytes, expected)
    default: throw TrustFailure(.log, "the log entry has neither a certificate nor a public key")
    }
  }

  private func compareVerifier(certificate: [UInt8]?, spki: [UInt8]?, _ expected: Expectation) throws(TrustFailure) {
    let isEqual =
      if let wanted = expected.certificate { certificate == wanted } else { spki == expected.key.spki }
    guard isEqual else { throw TrustFailure(.log, "the log entry is about a signature of another key or certificate") }
  }
}
