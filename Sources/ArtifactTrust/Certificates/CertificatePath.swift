import AcrCore

/// The certificates from one that signed to one that is trusted, all valid at one moment.
public struct CertificatePath: Sendable {
  /// The purposes of keys (RFC 5280, 4.2.1.12; RFC 3161, 2.3).
  public enum Purpose: String, Sendable {
    case codeSigning = "1.3.6.1.5.5.7.3.3"
    case timeStamping = "1.3.6.1.5.5.7.3.8"

    fileprivate var text: String { self == .codeSigning ? "code signing" : "timestamps" }
  }

  /// The leaf first, the trusted one last.
  public let certificates: [TrustCertificate]

  /// How many certificates a path may have.
  public static let mostCertificates = 8

  /// Finds all paths, at least one.
  /// - Parameters:
  ///   - intermediates: certificates that may stand between, from anywhere: they add no trust.
  ///   - anchors: the trusted ones.
  ///   - time: when all of them have to be valid.
  /// - Throws: ``TrustFailure`` of the check `certificate` with the reason of the path that came farthest.
  public static func find(
    from leaf: TrustCertificate, intermediates: [TrustCertificate], anchors: [TrustCertificate], at time: Timestamp,
    purpose: Purpose
  ) throws(TrustFailure) -> [CertificatePath] {
    try checkValidity(leaf, time, "the certificate")
    var search = Search(intermediates: intermediates, anchors: anchors, time: time, purpose: purpose)
    search.extend([leaf])
    guard !search.paths.isEmpty else {
      throw search.failure
        ?? TrustFailure(
          .certificate, "the certificate is not issued by an authority of the trusted root", isUnknownAuthority: true)
    }
    return search.paths
  }

  /// Checks what a certificate that signs needs: no authority, digital signatures, one purpose.
  /// - Throws: ``TrustFailure`` of the check `certificate`.
  public static func checkSigner(_ leaf: TrustCertificate, purpose: Purpose) throws(TrustFailure) {
    guard !leaf.authority.isAuthority else {
      throw TrustFailure(.certificate, "the certificate is one of an authority, which does not sign artifacts")
    }
    switch purpose {
    case .codeSigning:
      guard leaf.keyUsage?.digitalSignature == true else {
        throw TrustFailure(.certificate, "the certificate is not for digital signatures (key usage)")
      }
      guard leaf.purposes?.contains(purpose.rawValue) == true else {
        throw TrustFailure(.certificate, "the certificate is not for code signing (extended key usage)")
      }
    case .timeStamping:
      // RFC 3161, 2.3: this purpose, critical, and no other.
      guard leaf.purposes == [purpose.rawValue], leaf.isCritical([2, 5, 29, 37]) else {
        throw TrustFailure(
          .certificate, "the certificate of the timestamp is not for timestamps alone (extended key usage)")
      }
      if let usage = leaf.keyUsage, !usage.digitalSignature, !usage.nonRepudiation {
        throw TrustFailure(.certificate, "the certificate of the timestamp is not for digital signatures (key usage)")
      }
    }
    try checkExtensions(leaf)
  }

  fileprivate static func checkExtensions(_ certificate: TrustCertificate) throws(TrustFailure) {
    if let unknown = certificate.unknownCriticalExtension {
      throw TrustFailure(.certificate, "a certificate has the critical extension \(unknown), which is not supported")
    }
  }

  fileprivate static func checkValidity(_ certificate: TrustCertificate, _ time: Timestamp, _ name: String)
    throws(TrustFailure)
  {
    guard certificate.validity.contains(time) else {
      throw TrustFailure(
        .certificate, "\(name) is valid from \(certificate.validity), not at the time of signing, \(time)")
    }
  }

  private struct Search {
    let intermediates: [TrustCertificate]
    let anchors: [TrustCertificate]
    let time: Timestamp
    let purpose: Purpose
    var paths: [CertificatePath] = []
    var failure: TrustFailure?
    /// A signature is dear, and who offers many certificates of one name must not buy many of them.
    var signaturesLeft = 64

    mutating func extend(_ path: [TrustCertificate]) {
      guard let last = path.last, path.count < mostCertificates else { return }
      for (candidates, isAnchor) in [(anchors, true), (intermediates, false)] {
        for candidate in candidates where candidate.subjectName == last.issuerName && !path.contains(candidate) {
          guard signaturesLeft > 0 else { return }
          signaturesLeft -= 1
          guard last.isIssued(by: candidate) else {
            failure = failure ?? TrustFailure(.certificate, "the signature of a certificate is wrong")
            continue
          }
          do throws(TrustFailure) {
            try checkIssuer(candidate, below: path.count - 1)
          } catch {
            failure = error
            continue
          }
          if isAnchor {
            paths.append(CertificatePath(certificates: path + [candidate]))
          } else {
            extend(path + [candidate])
          }
        }
      }
    }

    private func checkIssuer(_ issuer: TrustCertificate, below: Int) throws(TrustFailure) {
      try checkValidity(issuer, time, "the certificate of an authority")
      let authority = issuer.authority
      guard authority.isAuthority, authority.pathLength.map({ below <= $0 }) ?? true else {
        throw TrustFailure(.certificate, "a certificate in the chain may not issue others (basic constraints)")
      }
      guard issuer.keyUsage?.keyCertSign ?? false else {
        throw TrustFailure(.certificate, "a certificate in the chain may not issue others (key usage)")
      }
      if let purposes = issuer.purposes, !purposes.contains(purpose.rawValue), !purposes.contains("2.5.29.37.0") {
        throw TrustFailure(.certificate, "a certificate in the chain is not for \(purpose.text) (extended key usage)")
      }
      try checkExtensions(issuer)
    }
  }
}
