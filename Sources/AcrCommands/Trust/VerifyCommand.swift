import AcrCore
import AcrLanguage
import AcrRuntime
import ArtifactTrust
import ImportCore
import OCIRegistry

/// `verify`: whether an image has a signature or an attestation that counts.
struct VerifyCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let trust = TrustParameters()
    let notary = NotaryParameters()
    let type = Flag<[String]>(
      "type",
      help: "asks for an attestation of this type instead of a signature: sbom, slsaprovenance, vuln, or its address",
      completer: .fixed(PredicateType.names.map(\.name)),
      check: { text in
        PredicateType(text) == nil
          ? TextProblem(
            "`\(text)` is no type of attestations",
            help: "it is an address, or \(PredicateType.names.map(\.name).joined(separator: ", "))") : nil
      })
    let annotation = Flag<[String]>("annotation", help: "NAME=TEXT that the signer has to say")
    let platform = Flag<String?>("platform", help: "only this platform of an index, as os/architecture[/variant]")
    let recursive = Switch("recursive", help: "every image of an index needs a signature of its own")
  }

  let signature = Signature(
    "verify",
    summary: "Verifies who signed an image, offline but for its registry",
    description: """
      The reference is resolved to a digest once, and a signature has to be about exactly that digest. Signatures and \
      attestations of cosign are found as bundles among the referrers and under the tags sha256-….sig and .att. Give \
      the signer's key, or the signer's name with who vouches for it. One that fits is enough; others are listed as \
      failed beside it.

      Signatures of Notary Project (notation) count by a trust policy: --trust-policy FILE, with the trust store beside \
      it. Revocation is not looked up.

      A signature of an index covers its platforms: with --platform, the row's column `covers` is the digest of that \
      platform. If only the platform's own manifest is signed, that counts too.

      Fails with an error of kind `rejected` (exit code 7) that says which check failed.
      """,
    group: .registry,
    examples: [
      .init("With a key", "verify registry.example/app:1.4 --key cosign.pub"),
      .init(
        "By the workflow that built it",
        "verify ghcr.io/contoso/app:1.4 --identity "
          + "\"https://github.com/contoso/app/.github/workflows/release.yml@refs/tags/*\" "
          + "--issuer https://token.actions.githubusercontent.com"),
      .init(
        "As Notary Project's tools do", "verify myregistry.azurecr.io/app:1.4 --trust-policy notation/trustpolicy.json"),
      .init(
        "The signed provenance",
        "verify ghcr.io/contoso/app:1.4 --type slsaprovenance --identity \"https://github.com/contoso/*\" "
          + "--issuer https://token.actions.githubusercontent.com"),
    ], columns: OutputColumns(TrustRows.columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let notary = try TrustArguments.notary(call[\.notary])
    var formats: [any SignatureFormat] = notary.map { [$0] } ?? []
    // With a trust policy alone, nothing else counts.
    if notary == nil || TrustArguments.isGiven(call[\.trust]) {
      formats += try TrustArguments.verifiers(call[\.trust], session).map { CosignFormat($0) }
    }
    let types = call[\.type].compactMap { PredicateType($0) }
    let platform = try call[\.platform].map { text in
      try locate(call.parameters.platform) { try PlatformChoice.platform(text) }
    }
    let demand = TrustDemand(
      types.isEmpty ? .signature : .attestation(types), formats, annotations: try annotations(call))
    let check = ImageCheck(
      store: artifact.store, demand: demand, platform: platform, isRecursive: call[\.recursive])
    let (outcomes, notes) = try Blocking.wait(call.run) { try await check.run(artifact.selector) }
    for note in notes { call.run.sink.message("note: \(note)") }
    let image = "\(artifact.store.displayName)\(artifact.tag.map { ":\($0.name)" } ?? "")"
    if let failed = outcomes.first(where: { !$0.verdict.isMet }) {
      var error = TrustReport.error(failed.verdict, image: image, demand)
      if let index = failed.index { error.notes.append(TrustReport.note(onIndex: index, demand)) }
      throw error
    }
    var rows: [Value] = []
    for outcome in outcomes {
      rows += outcome.verdict.accepted.map {
        .record(TrustRows.row($0, image: image, platform: outcome.platform, covers: outcome.covers))
      }
      rows += outcome.verdict.rejected.map {
        .record(TrustRows.row($0, outcome.verdict.digest, image: image, platform: outcome.platform))
      }
    }
    return .value(.list(rows))
  }

  private func annotations(_ call: Call<Parameters>) throws -> [String: String] {
    try locate(call.parameters.annotation) {
      var annotations: [String: String] = [:]
      for text in call[\.annotation] {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
          throw AcrError(.usage, "`\(text)` is not of the form NAME=TEXT")
        }
        annotations[String(parts[0])] = String(parts[1])
      }
      return annotations
    }
  }
}

/// What to say when a demand is not met.
enum TrustReport {
  /// What is demanded, in words.
  static func wanted(_ demand: TrustDemand) -> String {
    switch demand.wanted {
    case .signature: "signature"
    case .attestation(let types): "attestation of the type \(types.map { "`\($0.name)`" }.joined(separator: " or "))"
    }
  }

  /// Why the signature of an index does not cover its platform.
  static func note(onIndex verdict: TrustVerdict, _ demand: TrustDemand) -> String {
    let index = "the index \(verdict.digest)"
    guard let first = verdict.rejected.first else { return "\(index) has no \(wanted(demand)) either" }
    return "the \(wanted(demand)) of \(index) is not accepted: \(first.failure.message)"
  }

  /// Who signed, in words.
  static func signer(_ signature: VerifiedSignature) -> String {
    switch signature.signer {
    case .key(let key): "signed by the key \(key.fingerprintText)"
    case .identity(let identity): "signed by \(identity.subject)"
    case .certificate(let subject, _): "signed by \(subject)"
    }
  }

  /// The error for an image without what was demanded.
  static func error(_ verdict: TrustVerdict, image: String, _ demand: TrustDemand) -> AcrError {
    let name = "`\(image)` (\(verdict.digest))"
    let wanted = wanted(demand)
    guard let first = verdict.rejected.first else {
      return AcrError(
        .rejected, "\(name) has no \(wanted)",
        help: demand.wanted == .signature
          ? "neither its referrers nor cosign's tags hold one; `referrers` lists what there is, and `--type TYPE` asks for "
            + "an attestation, such as GitHub's slsaprovenance"
          : "`referrers` lists what there is about the image",
        code: "missing")
    }
    let notes = verdict.rejected.prefix(10).map { rejected in
      "\(rejected.artifact.place.rawValue), \(rejected.artifact.digest.short): \(rejected.failure)"
    }
    let more = verdict.rejected.count > 10 ? ["and \(verdict.rejected.count - 10) more"] : []
    return AcrError(
      .rejected,
      verdict.rejected.count == 1
        ? "the \(wanted) of \(name) is not accepted: \(first.failure.message)"
        : "none of \(verdict.rejected.count) \(wanted)s of \(name) is accepted",
      help: AcrError.cure(first.failure), code: first.failure.check.rawValue,
      notes: verdict.rejected.count == 1 ? [] : notes + more)
  }
}
