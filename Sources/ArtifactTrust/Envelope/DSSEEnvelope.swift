import AcrCore

/// A signed message of any type: DSSE, the "dead simple signing envelope" (secure-systems-lab/dsse, envelope.md). Reading it
/// checks no signature.
public struct DSSEEnvelope: Equatable, Sendable {
  /// One signature, over ``DSSEEnvelope/signedBytes``.
  public struct Signature: Equatable, Sendable {
    /// The signature, decoded.
    public let bytes: [UInt8]
    /// What the signer calls the key. Nothing may depend on it.
    public let keyID: String?
  }

  /// The payload type of in-toto statements.
  public static let inTotoType = "application/vnd.in-toto+json"
  /// How long the JSON text of an envelope may be, in bytes.
  public static let mostBytes = 128 << 20

  /// The type of the payload, a media type.
  public let payloadType: String
  /// The payload, decoded.
  public let payload: [UInt8]
  /// The signatures, 1 to 32.
  public let signatures: [Signature]

  /// Reads the JSON text of an envelope.
  /// - Throws: ``TrustFailure`` of the check `format`.
  public init(parsing bytes: [UInt8]) throws(TrustFailure) {
    try self.init(try StrictMembers(try StrictJSON.parse(bytes, "the envelope", mostBytes: Self.mostBytes), "envelope"))
  }

  /// Reads an envelope that is part of a document.
  /// - Throws: ``TrustFailure`` of the check `format`.
  public init(_ members: StrictMembers) throws(TrustFailure) {
    payloadType = try members.string("payloadType")
    payload = try members.bytes("payload")
    var signatures: [Signature] = []
    for object in try members.objects("signatures", limit: 32) {
      let bytes = try object.bytes("sig")
      guard !bytes.isEmpty else { throw object.failure("sig", "is empty") }
      signatures.append(Signature(bytes: bytes, keyID: try object.optionalString("keyid")))
    }
    guard !signatures.isEmpty else { throw members.failure("signatures", "has no entry") }
    self.signatures = signatures
  }

  /// What the signatures cover: the type and the payload, not the JSON text.
  public var signedBytes: [UInt8] { PreAuthenticationEncoding.bytes(type: payloadType, payload: payload) }

  /// The in-toto statement in it.
  /// - Throws: ``TrustFailure`` of the check `format` where the payload is something else.
  public func statement() throws(TrustFailure) -> InTotoStatement {
    guard payloadType.utf8.elementsEqual(Self.inTotoType.utf8) else {
      throw TrustFailure(.format, "the envelope's payload is `\(payloadType)`, not an in-toto statement")
    }
    return try InTotoStatement(parsing: payload)
  }
}
