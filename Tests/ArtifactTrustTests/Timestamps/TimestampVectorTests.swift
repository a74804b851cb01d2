import AcrCore
import AcrSystem
import ArtifactTrust
import Testing

/// The tokens of RFC 3161 in the folder Vectors/notary/tokens, each with its verdict.
@Suite("Timestamp vectors")
struct TimestampVectorTests {
  private static func read(_ file: String) throws -> [UInt8] { try NotaryVectorTests.read("tokens/\(file)") }

  private static func token(_ file: String) throws -> TimestampToken {
    let bytes = try read(file)
    return file.hasSuffix(".tsr") ? try TimestampToken(response: bytes) : try TimestampToken(token: bytes)
  }

  private static func anchor(_ file: String) throws -> TrustCertificate {
    let bytes = try read(file)
    return try TrustCertificate(der: bytes.first == 0x30 ? bytes : try PEMText.single(bytes, "the anchor").bytes)
  }

  private static func verify(
    _ file: String, message: String = "notation", anchor name: String = "GlobalSignRootR3.crt",
    binding: TimestampToken.Binding = .required
  ) throws -> VerifiedTimestamp {
    let verifier = TimestampVerifier(
      authorities: [TimestampAuthority(anchors: [try anchor(name)])], binding: binding)
    return try verifier.verify(try token(file), of: Array(message.utf8))
  }

  @Test("good ones say when")
  func good() throws {
    let bare = try Self.verify("TimeStampToken.p7s")
    #expect(bare.time.description == "2021-09-17T14:09:10Z")
    #expect(bare.info.accuracy == 1_000_000_000)
    #expect(try Self.verify("granted.tsr").time.description == "2021-09-18T11:54:34Z")
    let first = try Self.verify(
      "freetsa-signingCertificateV1.tsr", message: "test", anchor: "freetsa-root.pem", binding: .ifPresent)
    #expect(first.time.description == "2024-04-09T05:29:39Z")
    #expect(first.info.accuracy == nil)
  }

  @Test("a certificate that is named by SHA-1 is not enough for Notary Project")
  func oldBinding() {
    let failure = #expect(throws: TrustFailure.self) {
      try Self.verify("freetsa-signingCertificateV1.tsr", message: "test", anchor: "freetsa-root.pem")
    }
    #expect(failure?.check == .timestamp)
  }

  @Test("a fraction of a second and an accuracy in milliseconds are read; the imprint of another message is refused")
  func otherMessage() throws {
    let token = try Self.token("TimeStampTokenNoRoot.p7s")
    #expect(token.info.time.description.hasPrefix("2024-06-21T07:12:05.884"))
    #expect((token.info.accuracy ?? 0) > 0)
    let failure = #expect(throws: TrustFailure.self) { try Self.verify("TimeStampTokenNoRoot.p7s") }
    #expect(failure?.message == "the timestamp was made for another signature")
  }

  /// Whatever is not in the list of good ones.
  static let bad: [String] = (FileSystem.names(in: "\(NotaryVectorTests.folder)/tokens") ?? []).filter {
    !["TimeStampToken.p7s", "granted.tsr", "freetsa-signingCertificateV1.tsr"].contains($0)
      && ($0.hasSuffix(".p7s") || $0.hasSuffix(".tsr"))
  }.sorted()

  @Test("the bad ones are all there") func complete() { #expect(Self.bad.count == 27) }

  @Test("bad ones are refused by both rules", arguments: bad)
  func refused(_ file: String) {
    for binding in [TimestampToken.Binding.required, .ifPresent] {
      // Without a signing certificate Sigstore's rule has nothing to compare.
      if binding == .ifPresent, file == "TimeStampTokenWithoutSigningCertificate.p7s" { continue }
      #expect(throws: TrustFailure.self, "\(file)") { try Self.verify(file, binding: binding) }
    }
  }
}
