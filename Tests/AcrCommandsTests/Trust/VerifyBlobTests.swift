import AcrCore
import AcrRuntime
import ArtifactTrust
import OCIRegistry
import TestSupport
import Testing

/// Files signed by keys of openssl, as `cosign sign-blob --key` writes it.
@Suite("verify-blob")
struct VerifyBlobTests {
  private static func bundle(_ signature: [UInt8], _ digest: Digest?) -> String {
    let hint: JSONValue? = digest.map { ["algorithm": "SHA2_256", "digest": .string(Base64.encode($0.bytes))] }
    let bundle: JSONValue = [
      "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
      "verificationMaterial": ["publicKey": ["hint": ""]],
      "messageSignature": ["signature": .string(Base64.encode(signature)), "messageDigest": hint ?? .null],
    ]
    return bundle.text
  }

  @Test(
    "reads what the key's hash needs of a file, and says what a digest alone cannot show",
    arguments: ImageSigner.Kind.allCases)
  func kinds(_ kind: ImageSigner.Kind) async throws {
    try await withTemporaryDirectory { directory in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      let signer = try await ImageSigner(kind, in: directory)
      let content = [UInt8](repeating: 0x61, count: 600_000)
      let file = try directory.write(content, to: "release.bin")
      let other = try directory.write(content + [0], to: "other.bin")
      let digestOfFile = Digest.of(content)
      let hinted = kind == .p256 || kind == .rsa2048
      let bundle = try directory.write(
        Self.bundle(try await signer.sign(content), hinted ? digestOfFile : nil), to: "bundle.json")
      let flags = "--bundle \(bundle) --key \(signer.publicKey)"
      guard case .record(let row) = try await runner.run("verify-blob \(file) \(flags)") else {
        Issue.record("no record")
        return
      }
      #expect(try row["digest"]?.json() == "\"\(digestOfFile)\"")
      func error(_ line: String) async -> String {
        do {
          _ = try await runner.run(line)
          return ""
        } catch {
          return "\(error)"
        }
      }
      let changed = await error("verify-blob \(other) \(flags)")
      #expect(changed.contains("error[rejected]"), "\(changed)")
      #expect(
        changed.contains(hinted ? "is about another artifact" : "does not fit the artifact and the key"), "\(changed)")
      let digest = await error("verify-blob \(digestOfFile) \(flags)")
      switch kind {
      case .p256, .rsa2048, .rsa4096: #expect(digest == "")
      case .p384:
        #expect(digest.contains("covers the sha384 of the artifact, and only its sha256 is known"), "\(digest)")
      case .p521: #expect(digest.contains("covers the sha512 of the artifact"), "\(digest)")
      case .ed25519: #expect(digest.contains("covers the artifact itself, and only its digest is known"), "\(digest)")
      }
    }
  }
}
