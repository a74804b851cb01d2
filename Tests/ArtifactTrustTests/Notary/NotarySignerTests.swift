import AcrCore
import AcrSystem
import ArtifactTrust
import Crypto
import TestSupport
import Testing

/// Signatures that openssl makes now: key sizes, chains, purposes, times, targets and levels.
@Suite("Signatures of Notary Project by openssl", .serialized)
struct NotarySignerTests {
  /// In an hour, when all certificates of this test are valid.
  private static let now = Timestamp(seconds: Timestamp.now().seconds + 3600)

  /// The step that fails, nil for none.
  private func step(
    _ envelope: [UInt8], _ form: String = "jws", root: NotarySigner.Identity, level: String = "strict",
    now: Timestamp = now, kind: String = "ca", identities: [NamePattern]? = nil
  ) throws -> NotaryPolicy.Step? {
    try withTemporaryFolder { folder in
      try FileSystem.makeFolders("\(folder)/x509/\(kind)/own")
      try FileSystem.replace("\(folder)/x509/\(kind)/own/root.crt", with: root.der)
      let statement = NotaryPolicy.Statement(
        name: "own", actions: try #require(NotaryPolicy.actions(level: level)),
        stores: [try #require(NotaryStoreName("\(kind):own"))], identities: identities)
      let verifier = NotaryVerifier(statement, store: NotaryTrustStore(folder: folder), now: now)
      let target = NotaryVerifier.Target(
        digest: try #require(Digest(bytes: Array(SHA256.hash(data: NotarySigner.manifest)))),
        mediaType: NotarySigner.mediaType, size: Int64(NotarySigner.manifest.count))
      return try NotaryVectorTests.verdict {
        try verifier.verify(
          envelope, mediaType: form == "jws" ? "application/jose+json" : "application/cose", of: target)
      }
    }
  }

  @Test(
    "of every kind of key are accepted in both forms",
    arguments: ["P-256", "P-384", "P-521", "RSA 2048", "RSA 3072", "RSA 4096"])
  func keys(_ kind: String) async throws {
    try await withTemporaryDirectory { directory in
      let signer = NotarySigner(directory: directory)
      let root = try await signer.identity("root", kind, issuer: nil, extensions: NotarySigner.authorityExtensions())
      let leaf = try await signer.identity("leaf", kind, issuer: root)
      let jws = try await signer.jws(leaf, chain: [root])
      #expect(try step(jws, root: root) == nil)
      let cose = try await signer.cose(leaf, chain: [root])
      #expect(try step(cose, "cose", root: root) == nil)
      #expect(try step(cose, "jws", root: root) == .integrity)
      let pattern = try NamePattern("C=DE, ST=Bavaria, O=acrsh, CN=leaf")
      #expect(try step(jws, root: root, identities: [pattern]) == nil)
      #expect(
        try step(jws, root: root, identities: [NamePattern("C=DE, ST=Bavaria, O=acrsh, CN=other")]) == .authenticity)
    }
  }

  @Test(
    "of keys that are not allowed are refused", arguments: ["RSA 1024", "RSA 2560", "secp256k1", "brainpoolP256r1"])
  func forbiddenKeys(_ kind: String) async throws {
    try await withTemporaryDirectory { directory in
      let signer = NotarySigner(directory: directory)
      let root = try await signer.identity("root", "P-256", issuer: nil, extensions: NotarySigner.authorityExtensions())
      let leaf = try await signer.identity("leaf", kind, issuer: root)
      #expect(try step(await signer.jws(leaf, chain: [root]), root: root) == .integrity)
    }
  }

  @Test("have chains of one to five certificates, complete and in order")
  func chains() async throws {
    try await withTemporaryDirectory { directory in
      let signer = NotarySigner(directory: directory)
      let alone = try await signer.identity("alone", "P-256", issuer: nil)
      #expect(try step(await signer.jws(alone, chain: []), root: alone) == nil)

      let root = try await signer.identity("root", "P-384", issuer: nil, extensions: NotarySigner.authorityExtensions())
      var chain = [root]
      for level in 0..<3 {
        let next = try await signer.identity(
          "level\(level)", "P-256", issuer: chain[0], extensions: NotarySigner.authorityExtensions(2 - level))
        chain.insert(next, at: 0)
        let leaf = try await signer.identity("leaf\(level)", "P-256", issuer: next)
        let whole = try await signer.jws(leaf, chain: chain)
        #expect(try step(whole, root: root) == nil)
        #expect(try step(whole, root: next) == nil, "an intermediate in the store is enough")
        #expect(try step(whole, root: alone) == .authenticity)
        let reversed = try await signer.jws(leaf, chain: chain.reversed())
        #expect(try step(reversed, root: root) == (chain.count == 1 ? nil : .integrity))
        let cut = try await signer.jws(leaf, chain: Array(chain.dropLast()))
        #expect(try step(cut, root: root) == .integrity)
      }
      let tooLow = try await signer.identity(
        "tooLow", "P-256", issuer: chain[0], extensions: NotarySigner.authorityExtensions())
      let leaf = try await signer.identity("lowest", "P-256", issuer: tooLow)
      #expect(try step(await signer.jws(leaf, chain: [tooLow] + chain), root: root) == .integrity, "path length")
      let other = try await signer.identity("other", "P-256", issuer: alone)
      #expect(try step(await signer.jws(other, chain: [root]), root: root) == .integrity, "issued by another one")
      let old = try await signer.identity("old", "P-256", issuer: root, hash: "sha1")
      #expect(try step(await signer.jws(old, chain: [root]), root: root) == .integrity, "SHA-1")
    }
  }

  @Test(
    "need a certificate for signing, and for nothing else",
    arguments: [
      ("keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning", nil),
      ("keyUsage=critical,digitalSignature,nonRepudiation", nil), ("keyUsage=digitalSignature", .integrity),
      ("", .integrity), ("keyUsage=critical,keyEncipherment", .integrity),
      ("keyUsage=critical,digitalSignature,keyEncipherment", .integrity),
      ("keyUsage=critical,digitalSignature,keyCertSign\nbasicConstraints=critical,CA:TRUE", .integrity),
      ("keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth", .integrity),
      ("keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning,clientAuth", .integrity),
      ("keyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection", .integrity),
      ("keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping", .integrity),
      ("keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning", .integrity),
      ("keyUsage=critical,digitalSignature\nextendedKeyUsage=anyExtendedKeyUsage", .integrity),
      ("keyUsage=critical,digitalSignature\ncrlDistributionPoints=URI:http://crl.example.com/a", .revocation),
      ("keyUsage=critical,digitalSignature\nauthorityInfoAccess=OCSP;URI:http://ocsp.example.com", .revocation),
      ("keyUsage=critical,digitalSignature\nauthorityInfoAccess=caIssuers;URI:http://example.com", nil),
    ] as [(String, NotaryPolicy.Step?)])
  func purposes(_ extensions: String, _ expected: NotaryPolicy.Step?) async throws {
    try await withTemporaryDirectory { directory in
      let signer = NotarySigner(directory: directory)
      let root = try await signer.identity("root", "P-256", issuer: nil, extensions: NotarySigner.authorityExtensions())
      let leaf = try await signer.identity("leaf", "P-256", issuer: root, extensions: extensions)
      let envelope = try await signer.jws(leaf, chain: [root])
      #expect(try step(envelope, root: root) == expected)
      if expected == .revocation { #expect(try step(envelope, root: root, level: "permissive") == nil) }
    }
  }

  @Test("are judged by time, target and level")
  func timesAndTargets() async throws {
    try await withTemporaryDirectory { directory in
      let signer = NotarySigner(directory: directory)
      let root = try await signer.identity(
        "root", "P-256", issuer: nil, extensions: NotarySigner.authorityExtensions(), days: 300)
      let leaf = try await signer.identity("leaf", "P-256", issuer: root, days: 2)
      let later = Timestamp(seconds: Self.now.seconds + 10 * 86_400)
      let earlier = Timestamp(seconds: Self.now.seconds - 86_400)
      let plain = try await signer.jws(leaf, chain: [root])
      for (now, level, expected) in [
        (Self.now, "strict", nil), (later, "strict", .authenticTimestamp), (earlier, "strict", .authenticTimestamp),
        (later, "permissive", nil), (later, "audit", nil),
      ] as [(Timestamp, String, NotaryPolicy.Step?)] {
        #expect(try step(plain, root: root, level: level, now: now) == expected, "\(level) at \(now)")
      }
      let expiring = try await signer.jws(leaf, chain: [root], .init(expiry: "2026-11-29T10:00:01Z"))
      #expect(try step(expiring, root: root) == .expiry)
      #expect(try step(expiring, root: root, level: "permissive") == nil)
      let never = try await signer.jws(leaf, chain: [root], .init(expiry: "2026-11-29T10:00:00Z"))
      #expect(try step(never, root: root, level: "audit") == .integrity, "it expired when it was made")

      let other = "sha256:\(String(repeating: "0", count: 64))"
      for level in ["strict", "permissive", "audit"] {
        for envelope in [
          NotarySigner.Envelope(digest: other), .init(mediaType: "application/json"), .init(size: 1), .init(size: -1),
        ] {
          #expect(try step(await signer.jws(leaf, chain: [root], envelope), root: root, level: level) == .target)
        }
        var broken = plain
        let place = try #require(broken.lastIndex(of: UInt8(ascii: ":"))) + 3
        broken[place] = broken[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(try step(broken, root: root, level: level) == .integrity)
        let wrong = try await signer.jws(leaf, chain: [root], .init(algorithm: "ES384"))
        #expect(try step(wrong, root: root, level: level) == .integrity)
      }

      let authority = NotarySigner.Envelope(
        scheme: "notary.x509.signingAuthority", signingTime: Timestamp(seconds: Self.now.seconds + 60).description)
      let vouched = try await signer.jws(leaf, chain: [root], authority)
      #expect(try step(vouched, root: root) == .authenticity)
      #expect(try step(vouched, root: root, now: later, kind: "signingAuthority") == nil)
      #expect(try step(plain, root: root, kind: "signingAuthority") == .authenticity)
      let outside = NotarySigner.Envelope(
        scheme: "notary.x509.signingAuthority", signingTime: "2020-01-01T00:00:00Z")
      #expect(
        try step(await signer.jws(leaf, chain: [root], outside), root: root, kind: "signingAuthority")
          == .authenticTimestamp)
    }
  }
}
