import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem
import ArtifactTrust
import OCIRegistry

/// `verify-blob`: whether a file has the signature of a bundle.
struct VerifyBlobCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let artifact = Positional<String>(
      "artifact", help: "a file, or only its digest as sha256:HEX", completer: .file)
    let bundle = Flag<String>("bundle", help: "the file with the Sigstore bundle", completer: .file)
    let trust = TrustParameters()
  }

  let signature = Signature(
    "verify-blob",
    summary: "Verifies the signature of a file with a Sigstore bundle, offline",
    description: """
      A bundle is a JSON file (versions 0.1 to 0.3) as `cosign sign-blob --bundle`, `gh attestation download` and the \
      package `sigstore` write it. Give the signer's key, or the signer's name with who vouches for it. Everything is \
      checked without a network: certificate and its chain, transparency logs, signed timestamps, name, digest.

      Fails with an error of kind `rejected` (exit code 7) that says which check failed.
      """,
    group: .registry,
    examples: [
      .init("With a key", "verify-blob release.tar.gz --bundle release.sigstore.json --key cosign.pub"),
      .init(
        "By who signed it, in GitHub Actions",
        "verify-blob release.tar.gz --bundle release.workflow.sigstore.json --identity "
          + "\"https://github.com/contoso/app/.github/workflows/release.yml@refs/tags/*\" "
          + "--issuer https://token.actions.githubusercontent.com"),
    ], columns: OutputColumns(TrustRows.signatureColumns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.artifact]
    let run = call.run
    let verifiers = try TrustArguments.verifiers(call[\.trust], session)
    let isStopped = { (try? run.checkInterrupt()) == nil }
    let bytes = try locate(call.parameters.bundle) {
      try FileSystem.read(call[\.bundle], upTo: SigstoreBundle.mostBytes, .anything, isStopped: isStopped)
    }
    let message = try locate(call.parameters.artifact) { () throws(AcrError) -> SignedMessage in
      guard name.hasPrefix("sha256:") else { return try SignedMessage.file(name, isStopped: isStopped) }
      return SignedMessage(sha256: try Digest(name).bytes)
    }
    do throws(TrustFailure) {
      let bundle = try SigstoreBundle(parsing: bytes)
      var failure: TrustFailure?
      for verifier in verifiers {
        do throws(TrustFailure) {
          let verified = try verifier.verify(bundle, of: message)
          return .value(.record(Record(shape: TrustRows.signatureShape, values: TrustRows.values(verified))))
        } catch {
          failure = error
        }
      }
      throw failure ?? TrustFailure(.material, "no key was given")
    } catch {
      throw AcrError(error, of: name)
    }
  }
}
