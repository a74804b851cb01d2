import AcrCore
import AcrSystem
import SwiftASN1

/// A signature of Notary Project that is refused: at which step, and why.
public struct NotaryFailure: Error, Sendable, CustomStringConvertible {
  /// The step.
  public let step: NotaryPolicy.Step
  /// The reason.
  public let failure: TrustFailure

  public var description: String { "\(step.rawValue): \(failure.message)" }
}

/// Checks signatures of Notary Project against a trust policy's statement. Nothing is fetched: revocation lists and OCSP are
/// not asked, and where certificates name some, that check is not passed.
public struct NotaryVerifier: Sendable {
  /// The artifact that a signature has to be about.
  public struct Target: Sendable {
    /// Its digest.
    public let digest: Digest
    /// Its media type.
    public let mediaType: String
    /// Its length in bytes.
    public let size: Int64

    /// Describes an artifact.
    public init(digest: Digest, mediaType: String, size: Int64) {
      self.digest = digest
      self.mediaType = mediaType
      self.size = size
    }
  }

  private let statement: NotaryPolicy.Statement
  private let now: Timestamp
  private let anchors: [NotaryStoreName.Kind: Result<[TrustCertificate], TrustFailure>]

  /// Prepares the checks, and reads the stores that the statement names.
  /// - Parameter now: the time; certificates without a timestamp have to be valid now.
  public init(_ statement: NotaryPolicy.Statement, store: NotaryTrustStore, now: Timestamp) {
    self.statement = statement
    self.now = now
    var anchors: [NotaryStoreName.Kind: Result<[TrustCertificate], TrustFailure>] = [:]
    for name in statement.stores {
      let before = anchors[name.kind] ?? .success([])
      do throws(TrustFailure) {
        anchors[name.kind] = .success(try before.get() + store.certificates(of: name))
      } catch {
        anchors[name.kind] = .failure(error)
      }
    }
    self.anchors = anchors
  }

  /// Checks a signature.
  /// - Parameters:
  ///   - metadata: annotations that the signed payload must have with these values.
  /// - Returns: who signed what; checks that failed and are only logged, and those that could not be made, are in
  ///   ``VerifiedSignature/unchecked``.
  /// - Throws: ``NotaryFailure`` with the first step that is enforced and failed.
  public func verify(
    _ envelope: [UInt8], mediaType: String, of target: Target, metadata: [(name: String, value: String)] = []
  ) throws(NotaryFailure) -> VerifiedSignature {
    let envelope = try enforced(.integrity) { () throws(TrustFailure) in
      let read = try NotaryEnvelope(envelope, mediaType: mediaType)
      try read.checkIntegrity()
      return read
    }
    var notes: [String] = []
    var authority: TrustCertificate?
    try check(.authenticity, &notes) { () throws(TrustFailure) in authority = try checkAuthenticity(envelope) }
    try check(.expiry, &notes) { () throws(TrustFailure) in
      if let expiry = envelope.expiry, now >= expiry {
        throw TrustFailure(.timestamp, "the signature expired at \(expiry)")
      }
    }
    var times: [VerifiedSignature.Time] = []
    try check(.authenticTimestamp, &notes) { () throws(TrustFailure) in times = try checkTimestamp(envelope) }
    try check(.revocation, &notes) { () throws(TrustFailure) in try checkRevocation(envelope) }
    let claims = try enforced(.target) { () throws(TrustFailure) in try checkTarget(envelope, target, metadata) }
    return VerifiedSignature(
      signer: .certificate(
        subject: envelope.chain.first?.subject ?? "", authority: authority?.subject ?? "no trusted authority"),
      digest: target.digest, format: "Notary Project (\(envelope.form == .jws ? "JWS" : "COSE"))", times: times,
      unchecked: notes, claims: claims)
  }

  private func enforced<Value>(
    _ step: NotaryPolicy.Step, _ body: () throws(TrustFailure) -> Value
  ) throws(NotaryFailure) -> Value {
    do throws(TrustFailure) {
      return try body()
    } catch {
      throw NotaryFailure(step: step, failure: error)
    }
  }

  /// A check whose failure may be only told.
  private func check(
    _ step: NotaryPolicy.Step, _ notes: inout [String], _ body: () throws(TrustFailure) -> Void
  ) throws(NotaryFailure) {
    let action = statement.actions[step] ?? .enforce
    guard action != .skip else { return }
    do throws(TrustFailure) {
      try body()
    } catch {
      guard action == .log else { throw NotaryFailure(step: step, failure: error) }
      notes.append("\(step.rawValue): \(error.message)")
    }
  }

  // MARK: - The steps

  private func checkAuthenticity(_ envelope: NotaryEnvelope) throws(TrustFailure) -> TrustCertificate {
    let kind: NotaryStoreName.Kind = envelope.scheme == .signingAuthority ? .signingAuthority : .ca
    guard let trusted = try anchors[kind]?.get() else {
      throw TrustFailure(
        .certificate, "the trust policy names no store of the type `\(kind.rawValue)` for this signature")
    }
    guard let authority = envelope.chain.first(where: { certificate in trusted.contains(certificate) }) else {
      throw TrustFailure(
        .certificate, "no certificate of the signature is in the trust stores", isUnknownAuthority: true)
    }
    if let identities = statement.identities, let leaf = envelope.chain.first {
      guard identities.contains(where: { $0.matches(leaf) }) else {
        throw TrustFailure(.identity, "`\(leaf.subject)` is not among the trusted identities of the policy")
      }
    }
    return authority
  }

  private func checkTimestamp(_ envelope: NotaryEnvelope) throws(TrustFailure) -> [VerifiedSignature.Time] {
    if envelope.scheme == .signingAuthority, let time = envelope.authenticSigningTime {
      try checkValidity(envelope.chain, from: time, to: time)
      return [.init(time: time, witness: "signing authority")]
    }
    let isExpired = envelope.chain.contains { !$0.validity.contains(now) }
    if let authorities = anchors[.tsa], statement.timestampUse == .always || isExpired {
      guard let token = envelope.timestampToken else {
        throw TrustFailure(.timestamp, "the signature has no timestamp, and the trust policy needs one")
      }
      let verifier = TimestampVerifier(
        authorities: [TimestampAuthority(anchors: try authorities.get())], binding: .required)
      let found = try verifier.verify(try TimestampToken(token: token), of: envelope.signature)
      // ETSI's best practices policy promises a second where nothing is said.
      let slack = found.info.accuracy ?? (found.info.policy == "0.4.0.2023.1.1" ? 1_000_000_000 : 0)
      let (early, isEarly) = found.time.nanoseconds.subtractingReportingOverflow(slack)
      let (late, isLate) = found.time.nanoseconds.addingReportingOverflow(slack)
      try checkValidity(
        envelope.chain, from: Timestamp(nanoseconds: isEarly ? .min : early),
        to: Timestamp(nanoseconds: isLate ? .max : late))
      return [.init(time: found.time, witness: found.chain.first?.subject ?? "timestamp authority")]
    }
    try checkValidity(envelope.chain, from: now, to: now)
    return []
  }

  private func checkValidity(
    _ chain: [TrustCertificate], from start: Timestamp, to end: Timestamp
  ) throws(TrustFailure) {
    for certificate in chain where !certificate.validity.contains(start) || !certificate.validity.contains(end) {
      throw TrustFailure(
        .certificate, "the certificate `\(certificate.subject)` is valid from \(certificate.validity), not at \(start)")
    }
  }

  /// Certificates without addresses of revocation lists and OCSP have nothing to be asked.
  private func checkRevocation(_ envelope: NotaryEnvelope) throws(TrustFailure) {
    for certificate in envelope.chain.dropLast() {
      let lists = ASN1Extension.value("2.5.29.31", of: certificate) != nil
      let access = ASN1Extension.value("1.3.6.1.5.5.7.1.1", of: certificate)
      // The object identifier of OCSP, 1.3.6.1.5.5.7.48.1, in DER.
      let ocsp: [UInt8] = [0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01]
      guard lists || (access.map { $0.contains(ocsp) } ?? false) else { continue }
      throw TrustFailure(
        .certificate,
        "whether `\(certificate.subject)` was revoked is not checked: nothing but the registry is asked")
    }
  }

  private func checkTarget(
    _ envelope: NotaryEnvelope, _ target: Target, _ metadata: [(name: String, value: String)]
  ) throws(TrustFailure) -> [JSONValue.Member] {
    let payload = try StrictMembers(
      try StrictJSON.parse(envelope.payload, "the signed payload", mostBytes: NotaryEnvelope.mostBytes),
      "the signed payload")
    let artifact = try payload.object("targetArtifact")
    guard try artifact.string("digest") == target.digest.description else {
      throw TrustFailure(.subject, "the signature is about another digest, \(try artifact.string("digest"))")
    }
    guard try artifact.string("mediaType") == target.mediaType, try artifact.optionalCount("size") == target.size else {
      throw TrustFailure(.subject, "the signature is about another media type or size of \(target.digest)")
    }
    let annotations = try artifact.optionalObject("annotations")
    for (name, value) in metadata {
      guard annotations?.value(name)?.string == value else {
        throw TrustFailure(.policy, "the signature does not say `\(name)=\(value)`")
      }
    }
    return annotations?.json.members ?? []
  }
}
