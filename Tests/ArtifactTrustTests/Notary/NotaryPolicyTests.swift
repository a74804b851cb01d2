import AcrCore
import ArtifactTrust
import Testing

@Suite("Trust policies of Notary Project")
struct NotaryPolicyTests {
  private func policy(_ statements: String...) -> [UInt8] {
    Array(#"{"version": "1.0", "trustPolicies": [\#(statements.joined(separator: ", "))]}"#.utf8)
  }

  private func statement(
    name: String = "a", scopes: String = #"["*"]"#, verification: String = #"{"level": "strict"}"#,
    stores: String = #"["ca:acme"]"#, identities: String = #"["*"]"#
  ) -> String {
    #"{"name": "\#(name)", "registryScopes": \#(scopes), "signatureVerification": \#(verification), "#
      + #""trustStores": \#(stores), "trustedIdentities": \#(identities)}"#
  }

  @Test("the statement that names a repository comes before the one for all, and without one nothing is trusted")
  func scopes() throws {
    let read = try NotaryPolicy(
      parsing: policy(
        statement(), statement(name: "b", scopes: #"["registry.example.com/shop/api"]"#, identities: #"["*"]"#)))
    #expect(try read.statement(for: "registry.example.com/shop/api").name == "b")
    #expect(try read.statement(for: "registry.example.com/shop").name == "a")
    let narrow = try NotaryPolicy(parsing: policy(statement(scopes: #"["registry.example.com/shop/api"]"#)))
    #expect(throws: TrustFailure.self) { try narrow.statement(for: "registry.example.com/other") }
  }

  @Test("levels and overrides say what each check does")
  func levels() throws {
    let read = try NotaryPolicy(
      parsing: policy(
        statement(verification: #"{"level": "permissive", "override": {"expiry": "enforce", "revocation": "skip"}}"#)))
    let actions = try #require(read.statements.first?.actions)
    #expect(actions[.integrity] == .enforce && actions[.authenticity] == .enforce && actions[.expiry] == .enforce)
    #expect(actions[.authenticTimestamp] == .log && actions[.revocation] == .skip)
    let skipped = try NotaryPolicy(
      parsing: policy(statement(verification: #"{"level": "skip"}"#, stores: "[]", identities: "[]")))
    #expect(skipped.statements.first?.skips == true)
  }

  @Test("what cannot be meant is refused, with the member")
  func refused() {
    let cases: [(String, String)] = [
      (statement(verification: #"{"level": "strickt"}"#), "`level`"),
      (statement(verification: #"{"level": "strict", "override": {"integrity": "log"}}"#), "`integrity`"),
      (statement(verification: #"{"level": "strict", "override": {"expiry": "skip"}}"#), "`expiry`"),
      (statement(verification: #"{"level": "skip"}"#), "takes no stores"),
      (statement(scopes: #"["*", "a.example.com/b"]"#), "beside other scopes"),
      (statement(scopes: #"["registry.example.com/a:1"]"#), "`registryScopes`"),
      (statement(scopes: #"["https://registry.example.com/a"]"#), "`registryScopes`"),
      (statement(scopes: #"["registry.example.com/*"]"#), "`registryScopes`"),
      (statement(scopes: "[]"), "`registryScopes`"),
      (statement(stores: "[]"), "names no store"), (statement(stores: #"["tsa:acme"]"#), "names no store"),
      (statement(stores: #"["ca:../etc"]"#), "`trustStores`"), (statement(stores: #"["ca:.."]"#), "`trustStores`"),
      (statement(identities: "[]"), "`trustedIdentities`"),
      (statement(identities: #"["*", "x509.subject: C=US, ST=WA, O=a"]"#), "beside other identities"),
      (statement(identities: #"["x509.issuer: C=US, ST=WA, O=a"]"#), "does not begin with"),
      (
        statement(identities: #"["x509.subject: C=US, ST=WA, O=a", "x509.subject: C=US, ST=WA, O=a, OU=b"]"#),
        "one includes the other"
      ),
    ]
    for (text, part) in cases {
      let failure = #expect(throws: TrustFailure.self) { try NotaryPolicy(parsing: policy(text)) }
      #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "") for \(text)")
    }
    #expect(throws: TrustFailure.self) { try NotaryPolicy(parsing: policy(statement(), statement(name: "b"))) }
    #expect(throws: TrustFailure.self) { try NotaryPolicy(parsing: Array(#"{"version": "2.0"}"#.utf8)) }
  }

  @Test(
    "identities that cannot be meant are refused",
    arguments: [
      #"C=US, ST=WA, O=acme\, Rockets, OU=build, OU=build"#, #"C=US, O=acme\, Rockets"#, "C=US, ST=WA, O=acme, Rockets",
      #"C=US, ST=WA+L=Seattle, O=acme\, Rockets"#, "C=#5553, ST=WA, O=acme", "", "C=US, ST=WA, O=",
      "C=US, ST=WA, O=a;b",
      #"C=US, ST=WA, O=a\"#, #"C=US, ST=WA, O=\FF"#, "C=US, ST=WA, O=a,",
    ])
  func names(_ text: String) {
    #expect(throws: TrustFailure.self) { try NamePattern(text) }
  }

  @Test("random changes of envelopes are refused and never crash")
  func garbage() throws {
    var state: UInt64 = 20_261_130
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, limit)
    }
    try NotaryVectorTests.withMadeStore { store in
      let statement = try NotaryVectorTests.statement(["ca:made"])
      let verifier = NotaryVerifier(statement, store: store, now: NotaryVectorTests.now)
      let target = NotaryVerifier.Target(
        digest: try NotaryVectorTests.digest(of: []), mediaType: "application/vnd.oci.image.manifest.v1+json", size: 0)
      for file in ["good-es256.jws.json", "good-es256.cose", "good-ps256.cose", "good-annotations.jws.json"] {
        let whole = try NotaryVectorTests.read("made/\(file)")
        for _ in 0..<400 {
          var bytes = whole
          for _ in 0...next(3) {
            switch next(3) {
            case 0: bytes[next(bytes.count)] = UInt8(truncatingIfNeeded: next(256))
            case 1: bytes.remove(at: next(bytes.count))
            default: bytes = Array(bytes.prefix(next(bytes.count)))
            }
            if bytes.isEmpty { bytes = [0] }
          }
          guard bytes != whole else { continue }
          // The signature is about another artifact, so nothing may be accepted, whatever was changed.
          #expect(throws: NotaryFailure.self) {
            try verifier.verify(bytes, mediaType: NotaryVectorTests.mediaType(file), of: target)
          }
        }
      }
    }
  }
}
