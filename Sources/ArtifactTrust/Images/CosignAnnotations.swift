import AcrCore

/// What cosign writes beside an older layer. Nothing of it is trusted before it is checked.
struct CosignAnnotations {
  static let signatureName = "dev.cosignproject.cosign/signature"

  /// The signature, decoded; nil where it is missing or empty.
  let signature: [UInt8]?
  /// The certificate of the signer.
  let certificate: TrustCertificate?
  /// The entry of the log.
  let entries: [LogEntry]
  /// TimeStampResp in DER.
  let timestamps: [[UInt8]]

  /// - Throws: ``TrustFailure`` of the check `format`: what is there has to be right.
  init(_ annotations: [JSONValue.Member]) throws(TrustFailure) {
    func text(_ name: String) throws(TrustFailure) -> String? {
      let found = annotations.filter { $0.name == name }
      guard found.count <= 1 else { throw TrustFailure(.format, "the annotation `\(name)` is there twice") }
      return found.first?.value.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    if let base64 = try text(Self.signatureName) {
      guard let bytes = Base64.strict(base64) else {
        throw TrustFailure(.format, "the annotation `\(Self.signatureName)` is not standard base64")
      }
      signature = bytes
    } else {
      signature = nil
    }
    if let pem = try text("dev.sigstore.cosign/certificate") {
      let block = try PEMText.single(Array(pem.utf8), "the certificate beside the signature")
      guard block.label == "CERTIFICATE" else {
        throw TrustFailure(.format, "the certificate beside the signature is `\(block.label)`")
      }
      certificate = try TrustCertificate(der: block.bytes)
    } else {
      certificate = nil
    }
    entries = try text("dev.sigstore.cosign/bundle").map { text throws(TrustFailure) in [try Self.entry(text)] } ?? []
    if let json = try text("dev.sigstore.cosign/rfc3161timestamp") {
      let place = "the timestamp beside the signature"
      let members = try StrictMembers(try StrictJSON.parse(Array(json.utf8), place, mostBytes: 1 << 20), "timestamp")
      timestamps = [try members.bytes("SignedRFC3161Timestamp")]
    } else {
      timestamps = []
    }
  }

  private static func entry(_ json: String) throws(TrustFailure) -> LogEntry {
    let place = "the log entry beside the signature"
    let bundle = try StrictMembers(
      try StrictJSON.parse(Array(json.utf8), place, mostBytes: SigstoreBundle.mostBytes), "bundle")
    let payload = try bundle.object("Payload")
    guard let logID = try? Digest("sha256:\(try payload.string("logID"))").bytes else {
      throw payload.failure("logID", "is no SHA-256")
    }
    return try LogEntry(
      promise: try bundle.bytes("SignedEntryTimestamp"), body: try payload.bytes("body"),
      integratedTime: try payload.count("integratedTime"), index: try payload.count("logIndex"), logID: logID)
  }
}
