import AcrCore
import AcrSystem
import ArtifactTrust
import Testing

/// The cases of the Sigstore conformance suite that are in the folder Vectors, each with its verdict.
@Suite("Vectors of the Sigstore conformance suite")
struct SigstoreVectorTests {
  static let folder = (FileSystem.folder(of: #filePath) ?? "") + "/Vectors/sigstore"

  static let cases: [String] =
    (FileSystem.names(in: folder) ?? []).filter { FileSystem.isThere("\(folder)/\($0)/bundle.sigstore.json") }.sorted()

  static func read(_ path: String) throws -> [UInt8] { try FileSystem.read(path, upTo: 64 << 20) }

  static func verify(_ name: String, digestOnly: Bool) throws -> VerifiedSignature {
    let place = "\(folder)/\(name)"
    func own(_ file: String) throws -> [UInt8]? {
      FileSystem.isThere("\(place)/\(file)") ? try read("\(place)/\(file)") : nil
    }
    func text(_ file: String) throws -> String? {
      try own(file).map { String(decoding: $0, as: UTF8.self).trimmed }
    }
    let artifact = try own("artifact") ?? read("\(folder)/a.txt")
    let whole = SignedMessage(artifact)
    let message = digestOnly ? SignedMessage(sha256: whole.sha256) : whole
    let root = try TrustedRoot(parsing: try own("trusted_root.json") ?? read("\(folder)/trusted_root.json"))
    let trust: SigstoreVerifier.Trust
    if let key = try own("key.pub") {
      trust = .key(try TrustKey(file: key))
    } else {
      let beacon = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon"
      let identity =
        try text("identity") ?? "\(beacon)/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
      let issuer = try text("issuer") ?? "https://token.actions.githubusercontent.com"
      trust = .signers([SignerRule(identity: .exactly(identity), issuer: .exactly(issuer))])
    }
    let bundle = try SigstoreBundle(parsing: try #require(try own("bundle.sigstore.json")))
    return try SigstoreVerifier(trust, root: root).verify(bundle, of: message)
  }

  @Test("are all there") func complete() { #expect(Self.cases.count == 35) }

  @Test("have the right verdict, as a file and as a digest", arguments: cases)
  func verdict(_ name: String) throws {
    for digestOnly in [false, true] {
      if name.hasSuffix("_fail") {
        let failure = #expect(throws: TrustFailure.self) { try Self.verify(name, digestOnly: digestOnly) }
        if let wanted = Self.onlyCheck[name] { #expect(failure?.check == wanted, "\(failure?.description ?? "")") }
      } else {
        let verified = try Self.verify(name, digestOnly: digestOnly)
        #expect(verified.entries.count == 1)
      }
    }
  }

  /// Cases that only one check can catch.
  static let onlyCheck: [String: TrustFailure.Check] = [
    "checkpoint-bad-keyhint_fail": .log, "dsse-mismatch-sig_fail": .log, "inclusion-proof-corrupted-hash_fail": .log,
    "invalid-ct-key_fail": .certificateLog, "message-digest-mismatch_fail": .subject,
    "rekor2-dsse-mismatch-sig_fail": .log, "rekor2-timestamp-payload-mismatch_fail": .timestamp,
    "bundle-empty-certificate-chain_fail": .format, "bundle-invalid-base64-signature_fail": .format,
    "bundle-negative-log-index_fail": .format, "bundle-with-root-cert_fail": .format,
    "dsse-invalid-sig_fail": .signature,
    "integrated-time-in-future_fail": .certificate, "intoto-log-entry-mismatch_fail": .log,
    "intoto-set-outside-signing-cert-validity_fail": .certificate, "managed-key-no-key_fail": .material,
    "rekor2-checkpoint-missing-log-signature_fail": .log, "rekor2-checkpoint-missing-root-hash_fail": .log,
    "rekor2-dsse-invalid-sig_fail": .signature, "rekor2-no-inclusion-proof_fail": .format,
    "rekor2-timestamp-outside-trust-root-tsa-validity_fail": .timestamp,
    "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": .timestamp, "signature-mismatch_fail": .signature,
    "wrong-hashedrekord-artifact_fail": .log, "wrong-hashedrekord-entry_fail": .log,
  ]

  @Test("say who signed and when")
  func facts() throws {
    let verified = try Self.verify("happy-path-v0.1", digestOnly: false)
    guard case .identity(let signer) = verified.signer else {
      Issue.record("not a named signer")
      return
    }
    #expect(signer.issuer == "https://token.actions.githubusercontent.com")
    #expect(signer.sourceRepository == "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon")
    #expect(verified.entries == ["rekor.sigstore.dev #27246492"])
    #expect(verified.times.count == 1)
    let stamped = try Self.verify("rekor2-timestamp-without-embedded-cert", digestOnly: false)
    #expect(stamped.times.map(\.time.description) == ["2025-08-06T19:03:51Z"])
    let both = try Self.verify("intoto-with-custom-trust-root", digestOnly: true)
    #expect(both.times.count == 2)
    #expect(both.predicateType == "https://slsa.dev/provenance/v1")
  }

  @Test("read the staging root with its log of certificates in the form of PKCS #1")
  func staging() throws {
    let root = try TrustedRoot(parsing: try Self.read("\(Self.folder)/trusted_root.staging.json"))
    #expect(root.logs.count { $0.key.kind == .ed25519 } == 3)
    #expect(root.certificateLogs.contains { if case .rsa = $0.key.kind { true } else { false } })
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
