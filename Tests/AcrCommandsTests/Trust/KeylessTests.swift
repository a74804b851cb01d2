import AcrCore
import AcrRuntime
import TestSupport
import Testing

/// Signatures by name in the older form of cosign: certificate and log entry in the annotations of a layer.
@Suite("verify by who signed")
struct KeylessTests {
  private static func text(_ value: Value?) -> String? { if case .string(let text)? = value { text } else { nil } }

  @Test("accepts a signature with certificate and promise, and says who, when and what was built")
  func accepts() async throws {
    try await VerifyTests.with { world in
      let signer = try await KeylessSigner(in: world.directory)
      let image = try world.images.image("app", layers: [100], tag: "v1")
      try await signer.sign(image, in: world.images)
      try await world.push()
      let root = "--trusted-root \(signer.trustedRoot)"
      for identity in [
        "--identity \(KeylessSigner.identity)", "--identity \"https://github.com/contoso/*@refs/tags/*\"",
        "--identity-regex 'https://github\\.com/contoso/app/.*'",
      ] {
        let rows = try await world.rows("verify \(world.app):v1 \(identity) --issuer \(KeylessSigner.issuer) \(root)")
        #expect(rows.count == 1)
        #expect(Self.text(rows.first?["signer"]) == KeylessSigner.identity)
        #expect(Self.text(rows.first?["witness"]) == "rekor.sample.example")
        #expect(Self.text(rows.first?["repository"]) == "https://github.com/contoso/app")
        guard case .datetime? = rows.first?["time"] else {
          Issue.record("no time")
          return
        }
      }
      for (flags, message) in [
        (
          "--identity https://github.com/contoso/app --issuer \(KeylessSigner.issuer) \(root)",
          "signed by `https://github"
        ),
        (
          "--identity \"*\" --issuer https://accounts.google.com \(root)", "is vouched for by `\(KeylessSigner.issuer)`"
        ),
        ("--identity-regex 'contoso/app' --issuer \(KeylessSigner.issuer) \(root)", "signed by `https://github"),
        ("--identity \"*\" --issuer \"*\"", "is not in the trusted root"),
        ("--key \(world.directory.path("log.pub")) \(root)", "has a certificate of another key"),
      ] {
        let error = try await world.error("verify \(world.app):v1 \(flags)")
        #expect(error.contains("error[rejected]") && error.contains(message), "\(flags): \(error)")
      }
      // The key of the certificate is a key like any other, and the log entry beside it is still checked.
      let keyed = try await world.rows("verify \(world.app):v1 --key \(world.directory.path("leaf.pub")) \(root)")
      #expect(keyed.count == 1)
    }
  }

  @Test("refuses what the log does not prove", arguments: KeylessSigner.Fault.allCases)
  func refuses(_ fault: KeylessSigner.Fault) async throws {
    try await VerifyTests.with { world in
      let signer = try await KeylessSigner(in: world.directory)
      let image = try world.images.image("app", layers: [100], tag: "v1")
      try await signer.sign(image, in: world.images, fault)
      try await world.push()
      let error = try await world.error(
        "verify \(world.app):v1 --identity \"*\" --issuer \"*\" --trusted-root \(signer.trustedRoot)")
      let message =
        switch fault {
        case .time: "the promise of the log rekor.sample.example (signed entry timestamp) is wrong"
        case .entry: "the log entry is about another signature"
        case .missing: "there is no entry of a transparency log"
        case .hash: "the log entry is about another artifact"
        }
      #expect(error.contains("error[rejected]") && error.contains(message), "\(error)")
    }
  }
}
