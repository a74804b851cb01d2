import AcrCore
import SwiftASN1

/// The proof in a certificate that a log has seen it (RFC 6962): signed certificate timestamps.
enum CertificateTransparency {
  private static let listIdentifier = "1.3.6.1.4.1.11129.2.4.2"
  private static let poisonIdentifier = "1.3.6.1.4.1.11129.2.4.3"

  struct SignedTimestamp {
    let logID: [UInt8]
    /// Milliseconds since 1970.
    let milliseconds: UInt64
    let extensions: [UInt8]
    let signatureAlgorithm: UInt8
    let signature: [UInt8]

    var time: Timestamp { Timestamp(seconds: Int64(clamping: milliseconds / 1000)) }
  }

  /// Checks that at least one log of the trusted root has signed the certificate.
  /// - Parameter issuer: who issued it, whose key is part of what is signed.
  /// - Returns: the name of the log.
  /// - Throws: ``TrustFailure`` of the check `certificateLog`.
  static func verify(_ leaf: TrustCertificate, issuer: TrustCertificate, logs: [TrustedLog]) throws(TrustFailure)
    -> String
  {
    let timestamps = try list(of: leaf)
    var failure = TrustFailure(
      .certificateLog, "the certificate is in no certificate transparency log of the trusted root",
      isUnknownAuthority: true)
    for timestamp in timestamps {
      for log in logs where log.logID == timestamp.logID {
        guard log.validity.contains(timestamp.time) else {
          failure = TrustFailure(
            .certificateLog, "the certificate transparency log \(log.name) is not trusted at \(timestamp.time)")
          continue
        }
        let signed = try signedBytes(leaf, issuer, timestamp)
        let fits: Bool =
          switch log.key.kind {
          case .rsa: timestamp.signatureAlgorithm == 1
          case .ed25519: false
          default: timestamp.signatureAlgorithm == 3
          }
        if fits,
          try log.key.isValid(timestamp.signature, for: SignedMessage(signed), TrustKey.Scheme(hash: .sha256))
        {
          return log.name
        }
        failure = TrustFailure(
          .certificateLog, "the signature of the certificate transparency log \(log.name) in the certificate is wrong")
      }
    }
    throw failure
  }

  /// The timestamps of a certificate (RFC 6962, 3.3), all lengths exact.
  static func list(of certificate: TrustCertificate) throws(TrustFailure) -> [SignedTimestamp] {
    guard let value = ASN1Extension.value(listIdentifier, of: certificate) else {
      throw TrustFailure(.certificateLog, "the certificate has no proof of a certificate transparency log")
    }
    let node = try ASN1Tree.parse(value, "the certificate's list of log proofs")
    var reader = LengthReader(try ASN1Tree.octets(node, "the certificate's list of log proofs"))
    guard var list = reader.block(), reader.isAtEnd else { throw damaged }
    var timestamps: [SignedTimestamp] = []
    while !list.isAtEnd {
      guard var item = list.block(), item.byte() == 0, let logID = item.bytes(32), let time = item.number(8),
        let extensions = item.block(), item.byte() == 4, let algorithm = item.byte(), let signature = item.block(),
        item.isAtEnd
      else { throw damaged }
      timestamps.append(
        SignedTimestamp(
          logID: logID, milliseconds: time, extensions: extensions.rest, signatureAlgorithm: algorithm,
          signature: signature.rest))
      guard timestamps.count <= 32 else { throw damaged }
    }
    return timestamps
  }

  private static var damaged: TrustFailure {
    TrustFailure(.certificateLog, "the certificate's list of log proofs is damaged")
  }

  /// RFC 6962, 3.2: what the log signed for a precertificate.
  static func signedBytes(_ leaf: TrustCertificate, _ issuer: TrustCertificate, _ timestamp: SignedTimestamp)
    throws(TrustFailure) -> [UInt8]
  {
    let certificate = try precertificate(leaf)
    return [0, 0] + big(timestamp.milliseconds, 8) + [0, 1] + HashAlgorithm.sha256.hash(issuer.key.spki)
      + big(UInt64(certificate.count), 3) + certificate + big(UInt64(timestamp.extensions.count), 2)
      + timestamp.extensions
  }

  /// The TBSCertificate without the list of timestamps and the poison. Every other byte stays as it is.
  static func precertificate(_ leaf: TrustCertificate) throws(TrustFailure) -> [UInt8] {
    var content: [UInt8] = []
    for part in leaf.parts {
      guard part.identifier == ASN1Tree.context(3) else {
        content += part.encodedBytes
        continue
      }
      let list = try ASN1Tree.children(try ASN1Tree.explicit(part, "a certificate"), .sequence, "a certificate")
      var kept: [UInt8] = []
      for item in list {
        guard let name = try ASN1Tree.children(item, .sequence, "a certificate").first else { continue }
        let identifier = try ASN1Tree.objectIdentifier(name, "a certificate")
        if identifier != listIdentifier, identifier != poisonIdentifier { kept += item.encodedBytes }
      }
      content += ASN1Tree.encoded(0xA3, ASN1Tree.encoded(0x30, kept))
    }
    return ASN1Tree.encoded(0x30, content)
  }

  private static func big(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (UInt64($0) * 8)) }
  }
}

/// Reads numbers and blocks with lengths before them (RFC 8446, section 3).
struct LengthReader {
  private(set) var rest: [UInt8]

  init(_ bytes: [UInt8]) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    guard rest.count >= count else { return nil }
    defer { rest.removeFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func byte() -> UInt8? { bytes(1)?.first }

  mutating func number(_ count: Int) -> UInt64? { bytes(count)?.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }

  /// A block with its length in two bytes.
  mutating func block() -> LengthReader? {
    guard let count = number(2) else { return nil }
    return bytes(Int(count)).map(LengthReader.init)
  }
}
