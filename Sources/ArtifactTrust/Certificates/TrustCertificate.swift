import AcrCore
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate (RFC 5280) with the bytes that signatures and comparisons need.
public struct TrustCertificate: Sendable {
  /// The whole certificate.
  public let der: [UInt8]
  /// The certificate as swift-certificates reads it: names, extensions.
  public let certificate: Certificate
  /// The public key.
  public let key: TrustKey
  /// The subject's name in DER; names are equal if these bytes are.
  public let subjectName: [UInt8]
  /// The issuer's name in DER.
  public let issuerName: [UInt8]
  /// The content bytes of the serial number.
  public let serialNumber: [UInt8]
  /// When it is valid; both ends belong to it.
  public let validity: ValidityPeriod
  /// The parts of the TBSCertificate, in order, without the version: for ``precertificate``.
  let parts: [ASN1Node]

  /// Reads a certificate.
  /// - Throws: ``TrustFailure`` of the check `certificate` or `material`.
  public init(der: [UInt8]) throws(TrustFailure) {
    guard der.count <= 64 << 10 else { throw TrustFailure(.certificate, "a certificate is longer than 64 KiB") }
    let place = "a certificate"
    let outer = try ASN1Tree.children(try ASN1Tree.parse(der, place), .sequence, place)
    guard outer.count == 3 else { throw TrustFailure(.format, "a certificate does not have its three parts") }
    parts = try ASN1Tree.children(outer[0], .sequence, place)
    let fields = parts.first?.identifier == ASN1Tree.context(0) ? Array(parts.dropFirst()) : parts
    guard fields.count >= 6, case .primitive(let serial) = fields[0].content else {
      throw TrustFailure(.format, "a certificate does not have the parts that it needs")
    }
    do {
      certificate = try Certificate(derEncoded: der)
    } catch {
      throw TrustFailure(
        .certificate, "a certificate has a kind of key or signature that is not supported, or is damaged")
    }
    self.der = der
    serialNumber = Array(serial)
    issuerName = Array(fields[2].encodedBytes)
    subjectName = Array(fields[4].encodedBytes)
    key = try TrustKey(spki: Array(fields[5].encodedBytes))
    validity = ValidityPeriod(
      start: Timestamp(seconds: Self.seconds(certificate.notValidBefore)),
      end: Timestamp(seconds: Self.seconds(certificate.notValidAfter)))
  }

  private static func seconds(_ date: Date) -> Int64 { Int64(exactly: date.timeIntervalSince1970.rounded()) ?? 0 }

  /// The subject as text, for messages. A stranger wrote it.
  public var subject: String { certificate.subject.description }

  /// SHA-256 of the certificate.
  public var fingerprint: [UInt8] { HashAlgorithm.sha256.hash(der) }

  /// True where another certificate's key made this one's signature, and the names fit. SHA-1 never counts.
  public func isIssued(by issuer: TrustCertificate) -> Bool {
    issuerName == issuer.subjectName && isSigned(by: issuer)
  }

  /// True where another certificate's key made this one's signature.
  public func isSigned(by issuer: TrustCertificate) -> Bool {
    certificate.signatureAlgorithm != .sha1WithRSAEncryption
      && issuer.certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
  }

  /// True where its own key made its signature.
  public var isSelfSigned: Bool { isIssued(by: self) }

  /// The basic constraints: nil for no authority, else how many authorities may be below it (nil for any number).
  public var authority: (isAuthority: Bool, pathLength: Int?) {
    guard case .isCertificateAuthority(let length)? = try? certificate.extensions.basicConstraints else {
      return (false, nil)
    }
    return (true, length)
  }

  /// The key usage; nil where it has none.
  public var keyUsage: KeyUsage? { try? certificate.extensions.keyUsage }

  /// The purposes that the certificate may be used for, as object identifiers; nil where it does not say so.
  public var purposes: [String]? {
    guard let found = ASN1Extension.value("2.5.29.37", of: self),
      let nodes = try? ASN1Tree.children(try ASN1Tree.parse(found, "purposes"), .sequence, "purposes")
    else { return certificate.extensions[oid: [2, 5, 29, 37]] == nil ? nil : [] }
    return nodes.compactMap { try? ASN1ObjectIdentifier(derEncoded: $0).description }
  }

  /// True where an extension is there and critical.
  public func isCritical(_ identifier: ASN1ObjectIdentifier) -> Bool {
    certificate.extensions[oid: identifier]?.critical ?? false
  }

  /// A critical extension that is not understood here; nil where there is none.
  public var unknownCriticalExtension: String? {
    let known: [ASN1ObjectIdentifier] = [
      [2, 5, 29, 14], [2, 5, 29, 15], [2, 5, 29, 17], [2, 5, 29, 19], [2, 5, 29, 32], [2, 5, 29, 35], [2, 5, 29, 37],
    ]
    return certificate.extensions.first { $0.critical && !known.contains($0.oid) }?.oid.description
  }
}

extension TrustCertificate: Hashable {
  public static func == (left: TrustCertificate, right: TrustCertificate) -> Bool { left.der == right.der }
  public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

/// The extensions of certificates by their object identifiers as text.
enum ASN1Extension {
  /// The content of an extension's OCTET STRING; nil where the certificate does not have it.
  static func value(_ identifier: String, of certificate: TrustCertificate) -> [UInt8]? {
    guard let identifier = try? ASN1ObjectIdentifier(dotRepresentation: identifier) else { return nil }
    return certificate.certificate.extensions[oid: identifier].map { Array($0.value) }
  }
}
