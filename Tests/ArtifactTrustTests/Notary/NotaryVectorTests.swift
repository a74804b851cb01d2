import AcrCore
import AcrSystem
import ArtifactTrust
import Testing

/// The vectors of Notary Project in the folder Vectors, each with its verdict at the level `strict`. Revocation is skipped where
/// certificates name lists: nothing is fetched.
@Suite("Vectors of Notary Project")
struct NotaryVectorTests {
  static let folder = (FileSystem.folder(of: (FileSystem.folder(of: #filePath) ?? "")) ?? "") + "/Vectors/notary"
  static let now = Timestamp(seconds: 1_795_996_800)  // 2026-11-30
  static let docker = "application/vnd.docker.distribution.manifest.v2+json"

  static func read(_ path: String) throws -> [UInt8] { try FileSystem.read("\(folder)/\(path)", upTo: 64 << 20) }

  static func digest(of bytes: [UInt8]) throws -> Digest {
    try #require(Digest(bytes: HashAlgorithm.sha256.hash(bytes)))
  }

  static func mediaType(_ file: String) -> String {
    file.hasSuffix(".cose") ? "application/cose" : "application/jose+json"
  }

  static func statement(
    _ stores: [String], use: NotaryPolicy.TimestampUse = .always, level: String = "strict",
    identities: [NamePattern]? = nil
  ) throws -> NotaryPolicy.Statement {
    var actions = try #require(NotaryPolicy.actions(level: level))
    actions[.revocation] = .skip
    return .init(
      name: "test", actions: actions, timestampUse: use,
      stores: try stores.map { try #require(NotaryStoreName($0)) }, identities: identities)
  }

  /// The step that fails; nil for an accepted signature.
  static func verdict(_ body: () throws -> VerifiedSignature) throws -> NotaryPolicy.Step? {
    do {
      _ = try body()
      return nil
    } catch let error as NotaryFailure {
      return error.step
    }
  }

  // MARK: - Real envelopes

  struct Real: Sendable, CustomTestStringConvertible {
    let file: String
    let stores: [String]
    let step: NotaryPolicy.Step?
    var use = NotaryPolicy.TimestampUse.always
    var testDescription: String { "\(file) with \(stores.joined(separator: " + ")), \(use)" }
  }

  static let real: [Real] = [
    .init(file: "ca_valid.jws.json", stores: ["ca:notation-test"], step: nil),
    .init(file: "ca_valid.jws.json", stores: ["ca:alpine-2123"], step: .authenticity),
    .init(file: "ca_invalid.jws.json", stores: ["ca:notation-test"], step: .integrity),
    .init(file: "ca_expired.jws.json", stores: ["ca:notation-test"], step: .expiry),
    .init(file: "ca_plugin.jws.json", stores: ["ca:notation-test"], step: .integrity),
    .init(file: "sa_valid.jws.json", stores: ["signingAuthority:notation-test"], step: nil),
    .init(file: "sa_valid.jws.json", stores: ["ca:notation-test"], step: .authenticity),
    .init(file: "sa_invalid.jws.json", stores: ["signingAuthority:notation-test"], step: .integrity),
    .init(file: "sa_expired.jws.json", stores: ["signingAuthority:notation-test"], step: .expiry),
    .init(file: "sa_plugin.jws.json", stores: ["signingAuthority:notation-test"], step: .integrity),
    .init(file: "metadata.jws.json", stores: ["ca:metadata"], step: .authenticTimestamp),
    .init(file: "alpine.jws.json", stores: ["ca:alpine-2123"], step: nil),
    .init(file: "alpine.cose", stores: ["ca:alpine-2123"], step: nil),
    .init(file: "timestamp.jws.json", stores: ["ca:alpine-2033", "tsa:globalsign"], step: nil),
    .init(file: "timestamp.cose", stores: ["ca:alpine-2033", "tsa:globalsign"], step: nil),
    .init(file: "timestamp.cose", stores: ["ca:alpine-2033", "tsa:digicert"], step: .authenticTimestamp),
    .init(file: "no-timestamp.jws.json", stores: ["ca:alpine-2033"], step: nil),
    .init(file: "no-timestamp.jws.json", stores: ["ca:alpine-2033", "tsa:globalsign"], step: .authenticTimestamp),
    .init(
      file: "no-timestamp.jws.json", stores: ["ca:alpine-2033", "tsa:globalsign"], step: nil, use: .afterCertExpiry),
    .init(file: "expired-cert-timestamp.jws.json", stores: ["ca:expired-signer", "tsa:globalsign"], step: nil),
    .init(file: "expired-cert-timestamp.cose", stores: ["ca:expired-signer", "tsa:globalsign"], step: nil),
    .init(
      file: "expired-cert-timestamp.cose", stores: ["ca:expired-signer", "tsa:globalsign"], step: nil,
      use: .afterCertExpiry),
    .init(file: "expired-cert-timestamp.cose", stores: ["ca:expired-signer"], step: .authenticTimestamp),
    .init(file: "timestamp-after-cert.cose", stores: ["ca:long-expired", "tsa:globalsign"], step: .authenticTimestamp),
    .init(
      file: "timestamp-before-cert.jws.json", stores: ["ca:not-yet-valid", "tsa:globalsign"],
      step: .authenticTimestamp),
    .init(file: "alpine.cose", stores: ["ca:alpine-2123", "ca:leaf-in-store"], step: .authenticity),
    .init(file: "alpine.cose", stores: ["ca:bundle-with-leaf"], step: .authenticity),
    .init(file: "timestamp.cose", stores: ["ca:alpine-2033", "tsa:not-a-ca"], step: .authenticTimestamp),
    .init(file: "timestamp.cose", stores: ["ca:alpine-2033", "tsa:not-self-issued"], step: .authenticTimestamp),
    .init(file: "alpine.cose", stores: ["ca:not-there"], step: .authenticity),
  ]

  static func target(of file: String) throws -> NotaryVerifier.Target {
    if file.hasPrefix("alpine") {
      let manifest = try read("envelopes/alpine-target-manifest.json")
      return .init(
        digest: try digest(of: manifest), mediaType: "application/vnd.oci.image.manifest.v1+json",
        size: Int64(manifest.count))
    }
    let (digest, size): (String, Int64) =
      if file.hasPrefix("ca_") || file.hasPrefix("sa_") {
        ("60043cf45eaebc4c0867fea485a039b598f52fd09fd5b07b0b2d2f88fad9d74e", 528)
      } else if file.hasPrefix("metadata") {
        ("5a07385af4e6b6af81b0ebfd435aedccdfa3507f0609c658209e1aba57159b2b", 942)
      } else {
        ("c0669ef34cdc14332c0f1ab0c2c01acb91d96014b172f1a76f3a39e63d1f0bda", 528)
      }
    return .init(digest: try Digest("sha256:\(digest)"), mediaType: docker, size: size)
  }

  @Test("of the project itself have the right verdict", arguments: real)
  func realOnes(_ vector: Real) throws {
    let verifier = NotaryVerifier(
      try Self.statement(vector.stores, use: vector.use), store: NotaryTrustStore(folder: "\(Self.folder)/truststore"),
      now: Self.now)
    let envelope = try Self.read("envelopes/\(vector.file)")
    let target = try Self.target(of: vector.file)
    let step = try Self.verdict {
      try verifier.verify(envelope, mediaType: Self.mediaType(vector.file), of: target)
    }
    #expect(step == vector.step)
  }

  // MARK: - Made ones

  struct Made: Sendable, CustomTestStringConvertible {
    let file: String
    let step: NotaryPolicy.Step?
    var testDescription: String { file }
  }

  static let made: [Made] = {
    guard let json = try? JSONValue(parsing: read("made/made.json")), let cases = json["cases"]?.array else {
      return []
    }
    return cases.compactMap { entry in
      guard let file = entry["file"]?.string, let expected = entry["expect"]?.string else { return nil }
      return Made(file: file, step: expected == "accept" ? nil : NotaryPolicy.Step(rawValue: expected))
    }
  }()

  /// A trust store with the root of the made ones in both types.
  static func withMadeStore<Result>(
    _ kinds: [String] = ["ca", "signingAuthority"], file: String = "root.pem",
    _ body: (NotaryTrustStore) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      for kind in kinds {
        try FileSystem.makeFolders("\(folder)/x509/\(kind)/made")
        try FileSystem.replace("\(folder)/x509/\(kind)/made/\(file)", with: try read("made/\(file)"))
      }
      return try body(NotaryTrustStore(folder: folder))
    }
  }

  static func verifyMade(
    _ file: String, _ statement: NotaryPolicy.Statement, _ store: NotaryTrustStore,
    metadata: [(name: String, value: String)] = []
  ) throws -> VerifiedSignature {
    let manifest = try read("made/target-manifest.json")
    let target = NotaryVerifier.Target(
      digest: try digest(of: manifest), mediaType: "application/vnd.oci.image.manifest.v1+json",
      size: Int64(manifest.count))
    return try NotaryVerifier(statement, store: store, now: now).verify(
      try read("made/\(file)"), mediaType: mediaType(file), of: target, metadata: metadata)
  }

  @Test("made for acrsh are all there") func complete() {
    #expect(Self.made.count == 55)
    #expect(Self.made.count { $0.step == nil } == 12)
  }

  @Test("made for acrsh have the right verdict", arguments: made)
  func madeOnes(_ vector: Made) throws {
    try Self.withMadeStore { store in
      let stores = vector.file.contains("authority") ? ["signingAuthority:made"] : ["ca:made"]
      let statement = try Self.statement(stores)
      let step = try Self.verdict { try Self.verifyMade(vector.file, statement, store) }
      #expect(step == vector.step)
      guard vector.step != nil, vector.step != .integrity, vector.step != .target else { return }
      // `audit` refuses only what is broken, and says the rest.
      let audited = try Self.verifyMade(vector.file, try Self.statement(stores, level: "audit"), store)
      #expect(audited.unchecked.contains { $0.hasPrefix("\(vector.step?.rawValue ?? ""): ") }, "\(audited.unchecked)")
    }
  }

  @Test("an intermediate in the store is enough; a store of another type is not")
  func stores() throws {
    try Self.withMadeStore(["ca"], file: "intermediate.pem") { store in
      let statement = try Self.statement(["ca:made"])
      let verified = try Self.verifyMade("good-three-levels.jws.json", statement, store)
      #expect(verified.format == "Notary Project (JWS)")
    }
    try Self.withMadeStore(["ca"]) { store in
      let statement = try Self.statement(["ca:made"])
      let step = try Self.verdict { try Self.verifyMade("good-authority.jws.json", statement, store) }
      #expect(step == .authenticity)
    }
  }

  @Test("user metadata is compared")
  func metadata() throws {
    try Self.withMadeStore { store in
      let statement = try Self.statement(["ca:made"])
      let good = try Self.verifyMade("good-annotations.jws.json", statement, store, metadata: [("build", "17")])
      #expect(good.claims.contains { $0.name == "branch" && $0.value == .string("main") })
      for wrong in [("build", "18"), ("missing", "x")] {
        let step = try Self.verdict {
          try Self.verifyMade("good-annotations.jws.json", statement, store, metadata: [wrong])
        }
        #expect(step == .target)
      }
    }
  }

  @Test(
    "identities match by attributes",
    arguments: [
      (#"C=US, ST=WA, O=acme\, Rockets"#, nil), (#"CN=release, O=acme\, Rockets, ST=WA, C=US"#, nil),
      (#"C=US, S=WA, O=acme\, Rockets"#, nil), (#"C=US,ST=WA,O=acme\2C Rockets"#, nil),
      ("C=US, ST=WA, O=acme", .authenticity), (#"C=US, ST=WA, O=acme\, rockets"#, .authenticity),
      (#"C=US, ST=WA, O=acme\, Rockets, L=Portland"#, .authenticity),
    ] as [(String, NotaryPolicy.Step?)])
  func identities(_ text: String, _ expected: NotaryPolicy.Step?) throws {
    try Self.withMadeStore { store in
      let statement = try Self.statement(["ca:made"], identities: [try NamePattern(text)])
      let step = try Self.verdict { try Self.verifyMade("good-es256.jws.json", statement, store) }
      #expect(step == expected)
    }
  }
}

/// A folder that is removed behind `body`.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = "\(ProcessInformation.variable("TMPDIR") ?? "/tmp")/acrsh-trust-\(UInt64.random(in: .min ... .max))"
  try FileSystem.makeFolders(folder)
  defer { FileSystem.removeFolder(folder) }
  return try body(folder)
}
