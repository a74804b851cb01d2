import AcrCore
import SwiftASN1
import X509

/// Who a certificate of Sigstore was issued to (sigstore/fulcio, oid-info.md). The authority vouches for these texts; they are
/// still to be escaped for a terminal.
public struct SignerIdentity: Sendable, Equatable {
  /// The one name of the certificate: an e-mail address, the address of a workflow, a user name.
  public let subject: String
  /// Who vouched for the name, for example `https://token.actions.githubusercontent.com`.
  public let issuer: String
  /// Facts about the build by the numbers of Fulcio's extensions (9 to 24), where there are any.
  public let facts: [Int: String]

  /// The repository that was built.
  public var sourceRepository: String? { facts[12] }
  /// The commit.
  public var sourceDigest: String? { facts[13] }
  /// The branch or tag.
  public var sourceRef: String? { facts[14] }
  /// The workflow that signed.
  public var buildSigner: String? { facts[9] }
  /// The run.
  public var runURI: String? { facts[21] }

  /// Reads the names out of a certificate.
  /// - Throws: ``TrustFailure`` of the check `identity`.
  public init(_ certificate: TrustCertificate) throws(TrustFailure) {
    guard let names = try? certificate.certificate.extensions.subjectAlternativeNames, let name = names.first,
      names.count == 1
    else { throw TrustFailure(.identity, "the certificate does not have exactly one name of a signer") }
    switch name {
    case .rfc822Name(let text), .uniformResourceIdentifier(let text): subject = text
    case .otherName(let other):
      guard other.typeID == [1, 3, 6, 1, 4, 1, 57264, 1, 7], let value = other.value,
        let text = Self.text(of: value)
      else { throw TrustFailure(.identity, "the certificate has a name of an unknown kind") }
      subject = text
    default: throw TrustFailure(.identity, "the certificate has a name of an unknown kind")
    }
    let old = Self.value(1, certificate).map { String(decoding: $0, as: UTF8.self) }
    let new = Self.value(8, certificate).map(Self.utf8)
    if let new, new == nil { throw TrustFailure(.identity, "the certificate has a damaged issuer") }
    guard let issuer = (new ?? nil) ?? old else {
      throw TrustFailure(.identity, "the certificate does not say who vouched for the signer's name")
    }
    if let old, !old.utf8.elementsEqual(issuer.utf8) {
      throw TrustFailure(.identity, "the certificate names two issuers, `\(issuer)` and `\(old)`")
    }
    self.issuer = issuer
    var facts: [Int: String] = [:]
    for number in 9...24 {
      if let value = Self.value(number, certificate), let text = Self.utf8(value) { facts[number] = text }
    }
    self.facts = facts
  }

  private static func value(_ number: Int, _ certificate: TrustCertificate) -> [UInt8]? {
    ASN1Extension.value("1.3.6.1.4.1.57264.1.\(number)", of: certificate)
  }

  private static func utf8(_ der: [UInt8]) -> String? {
    guard let text = try? ASN1UTF8String(derEncoded: der) else { return nil }
    return String(validating: text.bytes, as: UTF8.self)
  }

  private static func text(of value: ASN1Any) -> String? {
    var serializer = DER.Serializer()
    guard (try? serializer.serialize(value)) != nil else { return nil }
    if let text = utf8(serializer.serializedBytes) { return text }
    guard let node = try? DER.parse(serializer.serializedBytes), let inner = try? ASN1Tree.explicit(node, "name") else {
      return nil
    }
    return utf8(Array(inner.encodedBytes))
  }
}
