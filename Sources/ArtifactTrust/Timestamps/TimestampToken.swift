import AcrCore
import Crypto
import SwiftASN1

/// A signed timestamp (RFC 3161): when something existed, by an authority's word.
public struct TimestampToken: Sendable {
  /// The signed message around it.
  public let message: CMSSignedData
  /// What it says.
  public let info: TimestampInfo

  /// Reads a whole response (TimeStampResp), as Sigstore and cosign store it.
  /// - Throws: ``TrustFailure`` of the check `timestamp` or `format`.
  public init(response: [UInt8]) throws(TrustFailure) {
    let place = "the timestamp response"
    let fields = try ASN1Tree.children(try ASN1Tree.parse(response, place, .ber), .sequence, place)
    guard fields.count == 2, let status = try ASN1Tree.children(fields[0], .sequence, place).first else {
      throw TrustFailure(.format, "the timestamp response has no token")
    }
    let code = try ASN1Tree.smallInteger(status, place)
    guard code <= 1 else { throw TrustFailure(.timestamp, "the authority refused the timestamp (status \(code))") }
    try self.init(node: fields[1])
  }

  /// Reads a bare token (ContentInfo), as Notary Project stores it.
  /// - Throws: ``TrustFailure`` of the check `timestamp` or `format`.
  public init(token: [UInt8]) throws(TrustFailure) {
    try self.init(node: try ASN1Tree.parse(token, "the timestamp token", .ber))
  }

  private init(node: ASN1Node) throws(TrustFailure) {
    message = try CMSSignedData(contentInfo: node)
    guard message.contentType == "1.2.840.113549.1.9.16.1.4" else {
      throw TrustFailure(.format, "the timestamp token holds \(message.contentType), and no timestamp")
    }
    info = try TimestampInfo(der: message.content)
  }

  /// How the token must name the certificate that signed it.
  public enum Binding: Sendable {
    /// What is named must be the signer; SHA-1 is allowed, and so is nothing at all (Sigstore).
    case ifPresent
    /// The attribute signingCertificateV2 has to be there (Notary Project).
    case required
  }

  /// True where a certificate is the one that the token names as its signer.
  public func isSigned(by certificate: TrustCertificate) -> Bool {
    certificate.issuerName == message.signerIssuer && certificate.serialNumber == message.signerSerialNumber
  }

  /// Checks the signature, that the token names this signer, and that the signer may make timestamps. The chain is for
  /// ``CertificatePath``.
  /// - Throws: ``TrustFailure`` of the check `timestamp` or `certificate`.
  public func verify(signer: TrustCertificate, binding: Binding) throws(TrustFailure) {
    guard isSigned(by: signer) else { throw TrustFailure(.timestamp, "the timestamp names another signer") }
    try message.verify(by: signer)
    try checkBinding(signer, binding)
    try CertificatePath.checkSigner(signer, purpose: .timeStamping)
  }

  /// Checks that it was made for some bytes.
  /// - Throws: ``TrustFailure`` of the check `timestamp`.
  public func verifyImprint(of bytes: [UInt8]) throws(TrustFailure) {
    guard info.imprint == info.imprintAlgorithm.hash(bytes) else {
      throw TrustFailure(.timestamp, "the timestamp was made for another signature")
    }
  }

  /// RFC 5035: the hash of the signer's certificate, and possibly its issuer and serial number.
  private func checkBinding(_ signer: TrustCertificate, _ binding: Binding) throws(TrustFailure) {
    let place = "the timestamp's signing certificate"
    let isSecond = message.attributes["1.2.840.113549.1.9.16.2.47"] != nil
    let isFirst = message.attributes["1.2.840.113549.1.9.16.2.12"] != nil
    guard isSecond || (isFirst && binding == .ifPresent) else {
      guard binding == .ifPresent, !isFirst else {
        throw TrustFailure(.timestamp, "the timestamp does not name its certificate by SHA-256 (signingCertificateV2)")
      }
      return
    }
    let identifier = isSecond ? "1.2.840.113549.1.9.16.2.47" : "1.2.840.113549.1.9.16.2.12"
    let attribute = try message.attribute(identifier, "signing certificate")
    guard let list = try ASN1Tree.children(attribute, .sequence, place).first,
      let first = try ASN1Tree.children(list, .sequence, place).first
    else { throw TrustFailure(.format, "\(place) is missing") }
    var fields = try ASN1Tree.children(first, .sequence, place)[...]
    var expected: [UInt8]
    if isSecond {
      var hash = HashAlgorithm.sha256
      if let next = fields.first, next.identifier == .sequence {
        fields.removeFirst()
        let name = try ASN1Tree.algorithm(next, place).identifier
        guard let known = HashAlgorithm(objectIdentifier: name) else {
          throw TrustFailure(.timestamp, "\(place) is named by the hash \(name), which is not supported")
        }
        hash = known
      }
      expected = hash.hash(signer.der)
    } else {
      expected = Array(Insecure.SHA1.hash(data: signer.der))
    }
    guard let hash = fields.popFirst(), try ASN1Tree.octets(hash, place) == expected else {
      throw TrustFailure(.timestamp, "the timestamp was signed by another certificate than it names")
    }
    guard let names = fields.popFirst() else { return }
    let pair = try ASN1Tree.children(names, .sequence, place)
    guard pair.count == 2, case .primitive(let serial) = pair[1].content, Array(serial) == signer.serialNumber,
      let name = try ASN1Tree.children(pair[0], .sequence, place).first, name.identifier == ASN1Tree.context(4),
      ASN1Tree.der(try ASN1Tree.explicit(name, place)) == signer.issuerName
    else {
      throw TrustFailure(.timestamp, "the timestamp names another issuer or serial number than its certificate has")
    }
  }
}
