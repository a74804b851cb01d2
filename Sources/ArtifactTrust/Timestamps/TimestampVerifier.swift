import AcrCore

/// Who may say when something was signed.
public struct TimestampAuthority: Sendable {
  /// The trusted certificates at the end of chains.
  public var anchors: [TrustCertificate]
  /// Certificates that may stand between.
  public var intermediates: [TrustCertificate]
  /// The certificate that signs, where it is known; nil where the token brings it.
  public var signer: TrustCertificate?
  /// When the authority is trusted; both ends belong to it.
  public var validity: ValidityPeriod

  /// Creates an authority.
  public init(
    anchors: [TrustCertificate], intermediates: [TrustCertificate] = [], signer: TrustCertificate? = nil,
    validity: ValidityPeriod = ValidityPeriod()
  ) {
    self.anchors = anchors
    self.intermediates = intermediates
    self.signer = signer
    self.validity = validity
  }
}

/// A timestamp that was checked.
public struct VerifiedTimestamp: Sendable {
  /// What it says.
  public let info: TimestampInfo
  /// The certificates, the signer's first, the trusted one last.
  public let chain: [TrustCertificate]
  /// The moment.
  public var time: Timestamp { info.time }
}

/// Checks timestamps against trusted authorities. No clock is looked at: a chain has to be valid at the time that the
/// timestamp says.
public struct TimestampVerifier: Sendable {
  /// The authorities.
  public var authorities: [TimestampAuthority]
  /// How the token must name its certificate.
  public var binding: TimestampToken.Binding

  /// Creates a verifier.
  public init(authorities: [TimestampAuthority], binding: TimestampToken.Binding) {
    self.authorities = authorities
    self.binding = binding
  }

  /// Checks a timestamp of some bytes: for signatures the raw bytes of the signature.
  /// - Throws: ``TrustFailure``; ``TrustFailure/isUnknownAuthority`` is true where no authority knows the signer.
  public func verify(_ token: TimestampToken, of bytes: [UInt8]) throws(TrustFailure) -> VerifiedTimestamp {
    try token.verifyImprint(of: bytes)
    var failure: TrustFailure?
    for authority in authorities {
      do throws(TrustFailure) {
        return try verify(token, authority)
      } catch {
        // What is wrong with a known authority says more than that others do not know it.
        if failure == nil || !error.isUnknownAuthority { failure = error }
      }
    }
    throw failure ?? unknown
  }

  private var unknown: TrustFailure {
    TrustFailure(.timestamp, "the timestamp is by an authority that is not trusted", isUnknownAuthority: true)
  }

  private func verify(_ token: TimestampToken, _ authority: TimestampAuthority) throws(TrustFailure)
    -> VerifiedTimestamp
  {
    var sent: [TrustCertificate] = []
    for der in token.message.certificates {
      if let certificate = try? TrustCertificate(der: der) { sent.append(certificate) }
    }
    let signer: TrustCertificate
    if let known = authority.signer {
      guard token.isSigned(by: known) else { throw unknown }
      // Most tokens bring none. One that does has to bring this one, whole.
      guard token.message.certificates.isEmpty || sent.contains(known) else {
        throw TrustFailure(.timestamp, "the timestamp brings another certificate than the trusted one of its signer")
      }
      signer = known
    } else {
      guard let found = sent.first(where: token.isSigned(by:)) else { throw unknown }
      signer = found
    }
    var chain = [signer]
    if authority.anchors != [signer] {
      let paths = try CertificatePath.find(
        from: signer, intermediates: authority.intermediates + sent.filter { $0 != signer }, anchors: authority.anchors,
        at: token.info.time, purpose: .timeStamping)
      chain = paths.first?.certificates ?? []
    } else if !signer.validity.contains(token.info.time) {
      throw TrustFailure(.timestamp, "the certificate of the timestamp is not valid at \(token.info.time)")
    }
    try token.verify(signer: signer, binding: binding)
    guard authority.validity.contains(token.info.time) else {
      throw TrustFailure(
        .timestamp,
        "the timestamp of \(token.info.time) is outside the time in which its authority is trusted "
          + "(\(authority.validity))")
    }
    return VerifiedTimestamp(info: token.info, chain: chain)
  }
}
