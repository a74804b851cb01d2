import AcrCore

extension NotaryEnvelope {
  /// The names of COSE's algorithms (RFC 9053, RFC 8230).
  private static let algorithms: [CBORValue: String] = [
    .negative(36): "PS256", .negative(37): "PS384", .negative(38): "PS512", .negative(6): "ES256",
    .negative(34): "ES384", .negative(35): "ES512",
  ]

  /// Reads a COSE_Sign1 (RFC 9052, 4.2).
  init(cose bytes: [UInt8]) throws(TrustFailure) {
    let place = "the signature (COSE)"
    guard case .tagged(18, .array(let parts)) = try CBORValue(parsing: bytes, place), parts.count == 4,
      let protected = parts[0].bytes, let payload = parts[2].bytes, let signature = parts[3].bytes
    else { throw TrustFailure(.format, "\(place) is not a signature of one signer (COSE_Sign1)") }
    let signed = try CBORValue(parsing: protected, "the protected header of \(place)")
    guard case .map(let pairs) = signed, case .map = parts[1] else {
      throw TrustFailure(.format, "\(place) has a header that is not a map")
    }

    var attributes: Set<String> = []
    for pair in pairs {
      switch pair.key {
      case .text(let name): attributes.insert(name)
      case .unsigned(1), .unsigned(2), .unsigned(3): break
      case .unsigned(let label): attributes.insert("\(label)")
      default: attributes.insert("\(pair.key)")
      }
    }
    guard let algorithm = signed[.unsigned(1)].flatMap({ Self.algorithms[$0] }) else {
      throw TrustFailure(.signature, "\(place) uses an algorithm that Notary Project does not allow")
    }
    var critical: [String] = []
    if let list = signed[.unsigned(2)] {
      guard case .array(let items) = list else {
        throw TrustFailure(.format, "\(place) has critical headers that are no list")
      }
      for item in items {
        switch item {
        case .text(let name): critical.append(name)
        case .unsigned(let label): critical.append("\(label)")
        default: throw TrustFailure(.format, "\(place) has a critical header without a name")
        }
      }
    }
    // RFC 9360 allows one certificate as a byte string; Notary Project does not.
    guard case .array(let items)? = parts[1][.unsigned(33)] else {
      throw TrustFailure(.format, "\(place) has no list of certificates (x5chain)")
    }
    var chain: [[UInt8]] = []
    for item in items {
      guard let certificate = item.bytes else {
        throw TrustFailure(.format, "\(place) has a certificate that is not a byte string")
      }
      chain.append(certificate)
    }
    func optional<Kind>(
      _ value: CBORValue?, _ read: (CBORValue) -> Kind?, _ what: String
    ) throws(TrustFailure) -> Kind? {
      guard let value else { return nil }
      guard let found = read(value) else { throw TrustFailure(.format, "\(place) has \(what) of another type") }
      return found
    }
    try self.init(
      form: .cose, algorithm: algorithm, critical: critical,
      contentType: try optional(signed[.unsigned(3)], \.text, "a content type") ?? "", attributes: attributes,
      schemeName: try optional(signed[.text(Name.scheme)], \.text, "a signing scheme") ?? "",
      times: (
        try optional(signed[.text(Name.signingTime)], Self.time, "a signing time"),
        try optional(signed[.text(Name.authenticSigningTime)], Self.time, "a signing time"),
        try optional(signed[.text(Name.expiry)], Self.time, "an expiry")
      ), plugin: try optional(signed[.text(Name.plugin)], \.text, "a plugin"), chain: chain,
      timestampToken: try optional(parts[1][.text(Name.timestamp)], \.bytes, "a timestamp"),
      agent: try optional(parts[1][.text(Name.agent)], \.text, "a signing agent"), payload: payload,
      signedBytes: Self.structure(protected: protected, payload: payload), signature: signature)
  }

  /// Tag 1 and whole seconds.
  private static func time(_ value: CBORValue) -> Timestamp? {
    guard case .tagged(1, .unsigned(let seconds)) = value, let seconds = Int64(exactly: seconds) else { return nil }
    return Timestamp(seconds: seconds)
  }

  /// What is signed: `["Signature1", protected, h'', payload]` (RFC 9052, 4.4).
  private static func structure(protected: [UInt8], payload: [UInt8]) -> [UInt8] {
    [0x84, 0x6A] + Array("Signature1".utf8) + CBORValue.head(ofByteString: protected.count) + protected + [0x40]
      + CBORValue.head(ofByteString: payload.count) + payload
  }
}

extension CBORValue: Hashable {
  package func hash(into hasher: inout Hasher) {
    switch self {
    case .unsigned(let number): hasher.combine(number)
    case .negative(let number): hasher.combine(~number)
    case .bytes(let bytes): hasher.combine(bytes)
    case .text(let text): hasher.combine(text)
    case .array(let items): hasher.combine(items.count)
    case .map(let pairs): hasher.combine(pairs.count)
    case .tagged(let tag, _): hasher.combine(tag)
    }
  }
}
