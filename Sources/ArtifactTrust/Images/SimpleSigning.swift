import AcrCore

/// What cosign signed before bundles: a small JSON text with the image's digest (cosign, SIGNATURE_SPEC.md).
struct SimpleSigning {
  /// The digest of the image, as text.
  let digest: String
  /// The name under which the signer knew the image: a claim, and a copy in another registry keeps it.
  let reference: String
  /// What else the signer says, in the order of the document.
  let optional: [JSONValue.Member]

  /// - Throws: ``TrustFailure`` of the check `format`.
  init(parsing bytes: [UInt8]) throws(TrustFailure) {
    let json = try StrictJSON.parse(bytes, "the signed payload", mostBytes: 1 << 20)
    let payload = try StrictMembers(json, "payload")
    let critical = try payload.object("critical")
    guard try critical.string("type") == "cosign container image signature" else {
      throw TrustFailure(.format, "the signed payload is no signature of an image")
    }
    let image = try critical.object("image")
    let key = "docker-manifest-digest"
    if image.has(key) {
      digest = try image.string(key)
    } else {
      // Early versions wrote the member with a capital letter.
      let others = (image.json.members ?? []).filter { $0.name.lowercased() == key }
      guard let text = others.first?.value.string, others.count == 1 else { throw image.failure(key, "is missing") }
      digest = text
    }
    reference = try critical.optionalObject("identity")?.optionalString("docker-reference") ?? ""
    optional = try payload.optionalObject("optional")?.json.members ?? []
  }
}
