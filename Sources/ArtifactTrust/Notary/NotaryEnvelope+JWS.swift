import AcrCore

extension NotaryEnvelope {
  /// Reads a flattened JWS (RFC 7515, 7.2.2).
  init(jws bytes: [UInt8]) throws(TrustFailure) {
    let json = try StrictMembers(
      try StrictJSON.parse(bytes, "the signature (JWS)", mostBytes: Self.mostBytes), "the signature (JWS)")
    let protected = try json.string("protected")
    let payload = try json.string("payload")
    let header = try json.object("header")
    let signed = try StrictMembers(
      try StrictJSON.parse(
        try Self.base64URL(protected, "protected"), "the protected header", mostBytes: Self.mostBytes),
      "the protected header")

    var critical: [String] = []
    if let list = signed.value("crit") {
      guard let items = list.array else { throw signed.failure("crit", "is not a list") }
      for item in items {
        guard let name = item.string else { throw signed.failure("crit", "has an entry that is not a text") }
        critical.append(name)
      }
    }
    guard let list = header.value("x5c")?.array else { throw header.failure("x5c", "is not a list of certificates") }
    var chain: [[UInt8]] = []
    for item in list {
      guard let certificate = item.string.flatMap(Base64.strict) else {
        throw header.failure("x5c", "has an entry that is not standard base64")
      }
      chain.append(certificate)
    }
    let names = (signed.json.members ?? []).map(\.name)
    try self.init(
      form: .jws, algorithm: try signed.string("alg"), critical: critical,
      contentType: try signed.optionalString("cty") ?? "",
      attributes: Set(names).subtracting(["alg", "crit", "cty"]),
      schemeName: try signed.optionalString(Name.scheme) ?? "",
      times: (
        try Self.time(Name.signingTime, signed), try Self.time(Name.authenticSigningTime, signed),
        try Self.time(Name.expiry, signed)
      ), plugin: try signed.optionalString(Name.plugin), chain: chain,
      timestampToken: try header.optionalBytes(Name.timestamp), agent: try header.optionalString(Name.agent),
      payload: try Self.base64URL(payload, "payload"), signedBytes: Array("\(protected).\(payload)".utf8),
      signature: try Self.base64URL(try json.string("signature"), "signature"))
  }

  private static func time(_ name: String, _ signed: StrictMembers) throws(TrustFailure) -> Timestamp? {
    guard let text = try signed.optionalString(name) else { return nil }
    guard text.utf8.contains(0x54) || text.utf8.contains(0x74), let time = Timestamp(rfc3339: text) else {
      throw signed.failure(name, "is not a time (RFC 3339)")
    }
    return time
  }

  /// Bytes in the alphabet for URLs, without padding, and with no bits left over.
  private static func base64URL(_ text: String, _ name: String) throws(TrustFailure) -> [UInt8] {
    guard let bytes = Base64URL.decode(text), Base64URL.encode(bytes) == text else {
      throw TrustFailure(.format, "`\(name)` of the signature (JWS) is not base64url without padding")
    }
    return bytes
  }
}
