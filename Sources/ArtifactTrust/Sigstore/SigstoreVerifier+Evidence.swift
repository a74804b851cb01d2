import AcrCore

/// Logs, timestamps and certificates.
extension SigstoreVerifier {
  /// What is said about when a signature existed.
  struct Evidence {
    let expected: LogEntryBody.Expectation
    /// What the timestamps are of.
    let stamped: [UInt8]
    let entries: [LogEntry]
    /// TimeStampResp in DER.
    let timestamps: [[UInt8]]
  }

  struct Checked {
    var times: [VerifiedSignature.Time] = []
    var entries: [String] = []
    var unchecked: [String] = []
  }

  /// Checks all timestamps and all entries, also where one would do.
  /// - Throws: ``TrustFailure`` of the check `timestamp` or `log`.
  func verify(_ evidence: Evidence) throws(TrustFailure) -> Checked {
    var checked = Checked()
    for bytes in evidence.timestamps { try verify(timestamp: bytes, evidence.stamped, &checked) }
    if let root, !root.logs.isEmpty, evidence.entries.isEmpty {
      throw TrustFailure(.log, "there is no entry of a transparency log, and the trusted root requires one")
    }
    for entry in evidence.entries {
      let body = try LogEntryBody(parsing: entry.body)
      guard body.kind == entry.kind, body.version == entry.version else {
        throw TrustFailure(.log, "the log entry is of another kind than the bundle says")
      }
      try body.verify(evidence.expected)
      guard let root else {
        checked.unchecked.append(
          "log entry #\(entry.index): no trusted root is given, so only its content was compared")
        continue
      }
      guard let log = root.logs.first(where: { $0.logID == entry.logID }) else {
        throw TrustFailure(
          .log, "the log \(Hexadecimal.encode(entry.logID.prefix(4)))… is not in the trusted root",
          isUnknownAuthority: true)
      }
      guard entry.promise != nil || entry.proof != nil else {
        throw TrustFailure(.log, "the log entry has neither a promise nor a proof")
      }
      if let time = try entry.verify(log) { checked.times.append(.init(time: time, witness: log.name)) }
      checked.entries.append("\(log.name) #\(entry.index)")
    }
    return checked
  }

  private func verify(timestamp bytes: [UInt8], _ stamped: [UInt8], _ checked: inout Checked) throws(TrustFailure) {
    let token = try TimestampToken(response: bytes)
    do throws(TrustFailure) {
      let verifier = TimestampVerifier(authorities: root?.timestampAuthorities ?? [], binding: .ifPresent)
      let stamp = try verifier.verify(token, of: stamped)
      checked.times.append(.init(time: stamp.time, witness: stamp.chain.first?.subject ?? ""))
    } catch {
      // A key is trusted at any time, so a stranger's timestamp adds nothing and takes nothing.
      guard case .key = trust, error.isUnknownAuthority else { throw error }
      checked.unchecked.append("timestamp \(token.info.time): its authority is not in the trusted root")
    }
  }

  /// Checks the certificate at every time of the signature, then whose it is.
  /// - Throws: ``TrustFailure`` of the check `certificate`, `certificateLog` or `identity`.
  func verify(_ leaf: TrustCertificate, _ times: [Timestamp]) throws(TrustFailure) -> SignerIdentity {
    guard let root else {
      throw TrustFailure(.certificate, "there is no trusted root, and certificates of signers need one")
    }
    guard !times.isEmpty else {
      throw TrustFailure(
        .timestamp, "nothing proves when the certificate was used: there is neither a log's signed time nor a timestamp"
      )
    }
    var paths: [CertificatePath] = []
    for time in times { paths += try self.paths(leaf, time, root) }
    if !root.certificateLogs.isEmpty {
      var failure: TrustFailure?
      var isLogged = false
      for path in paths where !isLogged && path.certificates.count > 1 {
        do throws(TrustFailure) {
          _ = try CertificateTransparency.verify(leaf, issuer: path.certificates[1], logs: root.certificateLogs)
          isLogged = true
        } catch {
          failure = error
        }
      }
      if !isLogged { throw failure ?? TrustFailure(.certificateLog, "the certificate is in no log") }
    }
    try CertificatePath.checkSigner(leaf, purpose: .codeSigning)
    let identity = try SignerIdentity(leaf)
    guard case .signers(let rules) = trust else { return identity }
    guard rules.contains(where: { $0.accepts(identity) }) else { throw Self.otherSigner(identity, rules) }
    return identity
  }

  /// The paths at one time to the authorities that are trusted then.
  private func paths(_ leaf: TrustCertificate, _ time: Timestamp, _ root: TrustedRoot) throws(TrustFailure)
    -> [CertificatePath]
  {
    var found: [CertificatePath] = []
    var failure: TrustFailure?
    for authority in root.authorities {
      do throws(TrustFailure) {
        let paths = try CertificatePath.find(
          from: leaf, intermediates: authority.intermediates, anchors: [authority.anchor], at: time,
          purpose: .codeSigning)
        guard authority.validity.contains(time) else {
          throw TrustFailure(
            .certificate, "the authority of the certificate is trusted \(authority.validity), not at \(time)")
        }
        found += paths
      } catch {
        if failure == nil || !error.isUnknownAuthority { failure = error }
      }
    }
    guard !found.isEmpty else {
      throw failure
        ?? TrustFailure(.certificate, "the trusted root has no certificate authority", isUnknownAuthority: true)
    }
    return found
  }

  private static func otherSigner(_ identity: SignerIdentity, _ rules: [SignerRule]) -> TrustFailure {
    let isIssuer = rules.contains { $0.issuer.matches(identity.issuer) }
    let wanted = rules.map { isIssuer ? $0.identity.text : $0.issuer.text }
    let list = Array(Set(wanted)).sorted().map { "`\($0)`" }.joined(separator: " or ")
    return TrustFailure(
      .identity,
      isIssuer
        ? "signed by `\(identity.subject)`, not by \(list)"
        : "the signer `\(identity.subject)` is vouched for by `\(identity.issuer)`, not by \(list)")
  }
}
