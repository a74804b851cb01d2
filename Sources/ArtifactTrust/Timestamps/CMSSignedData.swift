import AcrCore
import SwiftASN1

/// Signed data (CMS, RFC 5652, section 5) with exactly one signer and signed attributes, as timestamp tokens have it. It may be
/// BER. Reading it checks no signature.
public struct CMSSignedData: Sendable {
  /// The type of the content, an object identifier.
  public let contentType: String
  /// The content.
  public let content: [UInt8]
  /// The certificates that came along, in DER. They are no anchors.
  public let certificates: [[UInt8]]
  /// The signer's issuer, in DER.
  public let signerIssuer: [UInt8]
  /// The content bytes of the signer's serial number.
  public let signerSerialNumber: [UInt8]
  /// The hash of the content in the signed attributes.
  public let digestAlgorithm: HashAlgorithm
  /// The object identifier of the signature's algorithm.
  public let signatureAlgorithm: String
  /// The signature.
  public let signature: [UInt8]
  /// The signed attributes as they are signed: a SET in DER.
  public let signedAttributes: [UInt8]
  /// The one value of each signed attribute in DER, by object identifier.
  public let attributes: [String: [UInt8]]

  private static let place = "the signed message (CMS)"

  /// Reads a ContentInfo with signed data.
  /// - Throws: ``TrustFailure`` of the check `format`.
  public init(contentInfo node: ASN1Node) throws(TrustFailure) {
    let place = Self.place
    let outer = try ASN1Tree.children(node, .sequence, place)
    guard outer.count == 2, try ASN1Tree.objectIdentifier(outer[0], place) == "1.2.840.113549.1.7.2",
      outer[1].identifier == ASN1Tree.context(0)
    else { throw TrustFailure(.format, "\(place) is not signed data") }
    var fields = try ASN1Tree.children(try ASN1Tree.explicit(outer[1], place), .sequence, place)[...]
    guard let version = fields.popFirst(), try ASN1Tree.smallInteger(version, place) == 3 else {
      throw TrustFailure(.format, "\(place) is not of version 3")
    }
    guard let algorithms = fields.popFirst(), let encapsulated = fields.popFirst(), let last = fields.popLast() else {
      throw TrustFailure(.format, "\(place) is not whole")
    }
    _ = try ASN1Tree.children(algorithms, .set, place)

    let inner = try ASN1Tree.children(encapsulated, .sequence, place)
    guard inner.count == 2, inner[1].identifier == ASN1Tree.context(0) else {
      throw TrustFailure(.format, "\(place) has no content")
    }
    contentType = try ASN1Tree.objectIdentifier(inner[0], place)
    content = try ASN1Tree.octets(try ASN1Tree.explicit(inner[1], place), place)

    var certificates: [[UInt8]] = []
    if let first = fields.first, first.identifier == ASN1Tree.context(0) {
      fields.removeFirst()
      let nodes = try ASN1Tree.children(first, first.identifier, place)
      guard nodes.count <= 16 else { throw TrustFailure(.format, "\(place) has more than 16 certificates") }
      // Other choices than certificates (attribute certificates) have tags of their own.
      certificates = nodes.filter { $0.identifier == .sequence }.map { Array($0.encodedBytes) }
    }
    self.certificates = certificates
    if let first = fields.first, first.identifier == ASN1Tree.context(1) { fields.removeFirst() }
    let signers = try ASN1Tree.children(last, .set, place)
    guard fields.isEmpty, let signer = signers.first, signers.count == 1 else {
      throw TrustFailure(.format, "\(place) has \(signers.count) signers, and exactly one is needed")
    }

    var parts = try ASN1Tree.children(signer, .sequence, place)[...]
    guard let signerVersion = parts.popFirst(), try ASN1Tree.smallInteger(signerVersion, place) == 1,
      let identifier = parts.popFirst(), let digest = parts.popFirst(), let signed = parts.popFirst(),
      let algorithm = parts.popFirst(), let signature = parts.popFirst()
    else { throw TrustFailure(.format, "\(place) has a signer that is not named by issuer and serial number") }
    let names = try ASN1Tree.children(identifier, .sequence, place)
    guard names.count == 2, names[1].identifier == .integer, case .primitive(let serial) = names[1].content else {
      throw TrustFailure(.format, "\(place) has a signer that is not named by issuer and serial number")
    }
    signerIssuer = ASN1Tree.der(names[0])
    signerSerialNumber = Array(serial)
    let digestName = try ASN1Tree.algorithm(digest, place).identifier
    guard let hash = HashAlgorithm(objectIdentifier: digestName) else {
      throw TrustFailure(.timestamp, "\(place) uses the hash \(digestName), not SHA-256, SHA-384 or SHA-512")
    }
    digestAlgorithm = hash
    guard signed.identifier == ASN1Tree.context(0) else {
      throw TrustFailure(.format, "\(place) has no signed attributes")
    }
    signatureAlgorithm = try ASN1Tree.algorithm(algorithm, place).identifier
    self.signature = try ASN1Tree.octets(signature, place)
    guard parts.isEmpty || (parts.count == 1 && parts.first?.identifier == ASN1Tree.context(1)) else {
      throw TrustFailure(.format, "\(place) has a signer with unknown parts")
    }

    // RFC 5652, 5.4: what is signed is the DER of a SET OF, not the tag that is sent.
    signedAttributes = ASN1Tree.der(signed, tag: 0x31)
    var attributes: [String: [UInt8]] = [:]
    for attribute in try ASN1Tree.children(signed, signed.identifier, place) {
      let pair = try ASN1Tree.children(attribute, .sequence, place)
      guard pair.count == 2 else { throw TrustFailure(.format, "\(place) has an attribute that is not whole") }
      let name = try ASN1Tree.objectIdentifier(pair[0], place)
      let values = try ASN1Tree.children(pair[1], .set, place)
      guard let value = values.first, values.count == 1 else {
        throw TrustFailure(.format, "\(place) has the attribute \(name) with \(values.count) values, not one")
      }
      guard attributes.updateValue(ASN1Tree.der(value), forKey: name) == nil else {
        throw TrustFailure(.format, "\(place) has the attribute \(name) twice")
      }
    }
    self.attributes = attributes
  }

  /// Checks that the attributes belong to the content, and that a certificate's key signed them.
  /// - Throws: ``TrustFailure`` of the check `timestamp`.
  public func verify(by signer: TrustCertificate) throws(TrustFailure) {
    let type = try attribute("1.2.840.113549.1.9.3", "content type")
    guard try ASN1Tree.objectIdentifier(type, Self.place) == contentType else {
      throw TrustFailure(.timestamp, "\(Self.place) was signed for another type of content")
    }
    let digest = try ASN1Tree.octets(try attribute("1.2.840.113549.1.9.4", "message digest"), Self.place)
    guard digest == digestAlgorithm.hash(content) else {
      throw TrustFailure(.timestamp, "the content of \(Self.place) is not the one that was signed")
    }
    guard let hash = try signatureHash(signer.key),
      try signer.key.isValid(signature, for: SignedMessage(signedAttributes), TrustKey.Scheme(hash: hash))
    else { throw TrustFailure(.timestamp, "the signature of \(Self.place) is wrong") }
  }

  /// An attribute's value.
  func attribute(_ identifier: String, _ name: String) throws(TrustFailure) -> ASN1Node {
    guard let bytes = attributes[identifier] else {
      throw TrustFailure(.timestamp, "\(Self.place) has no signed attribute \(name)")
    }
    return try ASN1Tree.parse(bytes, Self.place)
  }

  /// The hash of the signature, which does not depend on the curve; nil where key and algorithm are of different kinds.
  private func signatureHash(_ key: TrustKey) throws(TrustFailure) -> HashAlgorithm? {
    switch (signatureAlgorithm, key.kind) {
    case ("1.2.840.113549.1.1.1", .rsa): return digestAlgorithm
    case ("1.2.840.113549.1.1.11", .rsa): return .sha256
    case ("1.2.840.113549.1.1.12", .rsa): return .sha384
    case ("1.2.840.113549.1.1.13", .rsa): return .sha512
    case ("1.2.840.10045.4.3.2", .p256), ("1.2.840.10045.4.3.2", .p384), ("1.2.840.10045.4.3.2", .p521): return .sha256
    case ("1.2.840.10045.4.3.3", .p256), ("1.2.840.10045.4.3.3", .p384), ("1.2.840.10045.4.3.3", .p521): return .sha384
    case ("1.2.840.10045.4.3.4", .p256), ("1.2.840.10045.4.3.4", .p384), ("1.2.840.10045.4.3.4", .p521): return .sha512
    case ("1.3.101.112", .ed25519): return .sha512
    default:
      throw TrustFailure(
        .timestamp,
        "\(Self.place) has the signature algorithm \(signatureAlgorithm), which is not supported with "
          + "a key of the kind \(key.kind)")
    }
  }
}
