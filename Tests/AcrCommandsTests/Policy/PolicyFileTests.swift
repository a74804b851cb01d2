import AcrCore
import AcrLanguage
import TestSupport
import Testing

@testable import AcrCommands

@Suite("Files of policies")
struct PolicyFileTests {
  private func problems(_ text: String, in directory: TemporaryDirectory) -> [String] {
    DocumentKind.problems(of: Source(name: directory.path("policy.yaml"), text: text)).map(\.message)
  }

  @Test(
    "say what is wrong with them",
    arguments: [
      ("rules: []", "the file does not say what it is for"),
      ("acrsh: policy\n", "a policy needs `rules`"),
      ("acrsh: policy\nrules:\n  - allow: true\n", "a rule needs `source`"),
      ("acrsh: policy\nrules:\n  - source: a\n", "the rule says nothing of its sources"),
      ("acrsh: policy\nrules:\n  - source: a\n    allow: true\n    max-size: 1GiB\n", "says more than one of these"),
      ("acrsh: policy\nrules:\n  - source: a\n    signatures: [{key: none.pub}]\n", "there is no file"),
      (
        "acrsh: policy\nrules:\n  - source: a\n    signatures: [{identity: me}]\n",
        "an entry of `signatures` needs `issuer`"
      ),
      (
        "acrsh: policy\nrules:\n  - source: a\n    signatures: [{issuer: me}]\n",
        "it does not say whose signature counts"
      ),
      (
        "acrsh: policy\nrules:\n  - source: a\n    signatures: [{identity-regex: \"(\", issuer: x}]\n",
        "is not a regular expression"
      ),
      (
        "acrsh: policy\nrules:\n  - source: a\n    attestations: [{identity: me, issuer: x}]\n",
        "an entry of `attestations` needs `type`"
      ),
      (
        "acrsh: policy\nrules:\n  - source: a\n    attestations: [{type: cake, identity: b, issuer: x}]\n",
        "`cake` is no type"
      ),
      ("acrsh: policy\nrules:\n  - source: a\n    platforms: [linux]\n", "`linux` is not a platform"),
      ("acrsh: policy\nrules:\n  - source: \"*\"\n    allow: true\n  - source: a\n    allow: true\n", "never reached"),
      ("acrsh: policy\nrules:\n  - source: a\n    licenses: {allow: [MIT]}\n", "read from a signed SBOM"),
      ("acrsh: policy\nrules:\n  - source: a\n    max-siez: 1GiB\n", "a rule has no key `max-siez`"),
    ])
  func wrong(_ text: String, _ message: String) throws {
    try withTemporaryFolder { directory in
      let found = problems(text, in: directory)
      #expect(found.contains { $0.contains(message) }, "\(found)")
    }
  }

  @Test("are read with keys that stand beside them")
  func whole() async throws {
    try await withTemporaryDirectory { directory in
      let signer = try await ImageSigner(in: directory)
      #expect(signer.publicKey.hasSuffix("key.pub"))
      let text = """
        acrsh: policy
        rules:
          - name: own images
            source: ghcr.io/contoso/*
            signatures:
              - identity: https://github.com/contoso/*
                issuer: https://token.actions.githubusercontent.com
              - key: key.pub
                annotations: {release: stable}
            attestations:
              - type: [slsaprovenance, https://example.com/report/v1]
                key: key.pub
            platforms: [linux/amd64]
            max-age: 90d
          - source: "*"
            refuse: ask the platform team
        """
      #expect(problems(text, in: directory) == [])
      let policy = try PolicyFile.read(try directory.write(text, to: "policy.yaml"))
      #expect(policy.rule(for: "ghcr.io/contoso/app")?.name == "own images")
      #expect(policy.rule(for: "ghcr.io/contosos/app")?.name == "rule 2")
      guard case .require(let requirements)? = policy.rules.first?.decision else {
        Issue.record("the first rule requires nothing")
        return
      }
      #expect(requirements.map(\.name) == ["signatures", "signatures", "attestations", "platforms", "max-age"])
    }
  }

  private func withTemporaryFolder(_ body: (TemporaryDirectory) throws -> Void) throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    try body(directory)
  }
}
