import AcrCore
import AcrSystem
import ArtifactTrust
import Testing

/// Changed, cut and made-up input for every reader: refused or read, and never a crash. `ACRT_FUZZ=COUNT` makes more of it.
@Suite("Bad input for the readers of trust")
struct TrustInputTests {
  /// SplitMix64: the same bytes for a seed on every machine.
  struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }

    /// The same bytes with some of them changed, missing, doubled or grown.
    mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      for _ in 0...Int.random(in: 0..<4, using: &self) {
        guard !bytes.isEmpty else { return [0x30] }
        let place = Int.random(in: 0..<bytes.count, using: &self)
        switch Int.random(in: 0..<7, using: &self) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1..<40, using: &self)))
        case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
        case 4: bytes = Array(bytes[..<place])
        case 5: bytes[place] = [0x00, 0x30, 0x31, 0x80, 0x84, 0xA0, 0xFF][Int.random(in: 0..<7, using: &self)]
        default:
          let other = Int.random(in: 0..<bytes.count, using: &self)
          bytes.swapAt(place, other)
        }
      }
      return bytes
    }
  }

  private static let folder = SigstoreVectorTests.folder
  private static let accepted = SigstoreVectorTests.cases.filter { !$0.hasSuffix("_fail") }
  private static let count = ProcessInformation.variable("ACRT_FUZZ").flatMap(Int.init) ?? 75

  private static func bundle(_ name: String) throws -> [UInt8] {
    try SigstoreVectorTests.read("\(folder)/\(name)/bundle.sigstore.json")
  }

  /// The timestamps and certificates of the vectors.
  private static func parts() throws -> (timestamps: [[UInt8]], certificates: [[UInt8]]) {
    var timestamps: [[UInt8]] = []
    var certificates: [[UInt8]] = []
    for name in accepted {
      let bundle = try SigstoreBundle(parsing: try bundle(name))
      timestamps += bundle.timestamps
      if case .certificate(let leaf) = bundle.material { certificates.append(leaf.der) }
    }
    return (timestamps, certificates)
  }

  @Test("bundles: what is accepted is signed as it was", arguments: UInt64(1)...4)
  func bundles(seed: UInt64) throws {
    var random = Random(state: seed)
    let root = try TrustedRoot(parsing: try SigstoreVectorTests.read("\(Self.folder)/trusted_root.json"))
    let anybody = SignerRule(identity: .glob("*"), issuer: .glob("*"))
    let artifact = SignedMessage(try SigstoreVectorTests.read("\(Self.folder)/a.txt"))
    let other = SignedMessage(Array("another artifact".utf8))
    let verifier = SigstoreVerifier(.signers([anybody]), root: root)
    for _ in 0..<Self.count {
      let name = Self.accepted[Int.random(in: 0..<Self.accepted.count, using: &random)]
      guard let bundle = try? SigstoreBundle(parsing: random.changed(try Self.bundle(name))) else { continue }
      _ = try? verifier.verify(bundle, of: artifact)
      #expect(throws: TrustFailure.self) { try verifier.verify(bundle, of: other) }
    }
  }

  @Test("timestamps: a changed one proves nothing but what it proved", arguments: UInt64(1)...4)
  func timestamps(seed: UInt64) throws {
    var random = Random(state: seed)
    let whole = try Self.parts().timestamps
    let times = try whole.map { try TimestampToken(response: $0).info.time }
    for index in 0..<Self.count {
      let original = whole[index % whole.count]
      let changed = random.changed(original)
      _ = try? TimestampToken(token: changed)
      guard let token = try? TimestampToken(response: changed) else { continue }
      // The signer is not among those of the vectors' roots under another key, so that only an unchanged one holds.
      for authority in try Self.authorities() {
        guard let signer = authority.signer, (try? token.verify(signer: signer, binding: .ifPresent)) != nil else {
          continue
        }
        #expect(token.info.time == times[index % whole.count])
      }
    }
  }

  private static func authorities() throws -> [TimestampAuthority] {
    let name = "rekor2-timestamp-without-embedded-cert"
    return try TrustedRoot(parsing: try SigstoreVectorTests.read("\(folder)/\(name)/trusted_root.json"))
      .timestampAuthorities
  }

  @Test("certificates, keys and PEM", arguments: UInt64(1)...4)
  func certificates(seed: UInt64) throws {
    var random = Random(state: seed)
    let whole = try Self.parts().certificates
    for index in 0..<Self.count {
      let changed = random.changed(whole[index % whole.count])
      _ = try? TrustKey(file: changed)
      guard let certificate = try? TrustCertificate(der: changed) else { continue }
      _ = try? SignerIdentity(certificate)
      _ = (certificate.isSelfSigned, certificate.purposes, certificate.authority, certificate.unknownCriticalExtension)
      let text = "-----BEGIN CERTIFICATE-----\n\(Base64.encode(changed))\n-----END CERTIFICATE-----\n"
      _ = try? PEMText.blocks(random.changed(Array(text.utf8)), "the text", allowsOtherText: true)
    }
  }

  @Test("trusted roots, envelopes and statements", arguments: UInt64(1)...4)
  func documents(seed: UInt64) throws {
    var random = Random(state: seed)
    let root = try SigstoreVectorTests.read("\(Self.folder)/trusted_root.json")
    let bundle = try SigstoreBundle(parsing: try Self.bundle("intoto-with-custom-trust-root"))
    guard case .envelope(let envelope) = bundle.content else {
      Issue.record("no envelope")
      return
    }
    let text =
      #"{"payload":"\#(Base64.encode(envelope.payload))","payloadType":"\#(envelope.payloadType)","signatures":[{"sig":"AA=="}]}"#
    for _ in 0..<Self.count {
      _ = try? TrustedRoot(parsing: random.changed(root))
      _ = try? InTotoStatement(parsing: random.changed(envelope.payload))
      _ = try? DSSEEnvelope(parsing: random.changed(Array(text.utf8))).statement()
    }
  }

  @Test("a long document is refused by its length, depth or number of values")
  func long() throws {
    let deep = [UInt8](repeating: 0x5B, count: 4 << 20)
    let wide = Array("[1\(String(repeating: ",1", count: StrictJSON.valueLimit))]".utf8)
    let nested = [UInt8](repeating: 0x30, count: 200_000)
    #expect(throws: TrustFailure.self) { try StrictJSON.parse(wide, "it", mostBytes: 1 << 24) }
    for bytes in [deep, nested, [UInt8](repeating: 0x20, count: SigstoreBundle.mostBytes + 1)] {
      #expect(throws: TrustFailure.self) { try SigstoreBundle(parsing: bytes) }
      #expect(throws: TrustFailure.self) { try TimestampToken(response: bytes) }
      #expect(throws: TrustFailure.self) { try TrustCertificate(der: bytes) }
      #expect(throws: TrustFailure.self) { try InTotoStatement(parsing: bytes) }
    }
    // BER with open ends, one in the other.
    let open = Array(repeatElement([UInt8(0x30), 0x80], count: 100_000).joined())
    #expect(throws: TrustFailure.self) { try TimestampToken(response: open) }
  }
}
