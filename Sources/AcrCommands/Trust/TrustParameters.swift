import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem
import ArtifactTrust

/// What commands are told about whose signatures count.
struct TrustParameters: ParameterSet {
  let key = Flag<[String]>(
    "key", help: "a file with the signer's public key, in PEM or DER; of several, any", completer: .file)
  let identity = Flag<[String]>(
    "identity", help: "who has to have signed: an e-mail address or a workflow's address; `*` fits any characters")
  let identityRegex = Flag<[String]>(
    "identity-regex", help: "the same as a regular expression, which has to fit the whole name",
    check: { text in
      do throws(AcrError) {
        _ = try TrustArguments.expression(text)
        return nil
      } catch {
        return TextProblem(error.message, help: error.help)
      }
    })
  let issuer = Flag<String?>(
    "issuer", help: "who has to vouch for the name, for example https://token.actions.githubusercontent.com")
  let trustedRoot = Flag<String?>(
    "trusted-root", defaultText: "the public instance sigstore.dev",
    help: "the file trusted_root.json of a Sigstore instance", completer: .file)
}

/// What commands are told of Notary Project.
struct NotaryParameters: ParameterSet {
  let trustPolicy = Flag<String?>(
    "trust-policy", help: "a trustpolicy.json of Notary Project: signatures of notation count by it", completer: .file)
  let trustStore = Flag<String?>(
    "trust-store", defaultText: "the folder truststore beside the trust policy",
    help: "the folder with the trusted certificates, x509/TYPE/NAME/*", completer: .file)
}

/// The arguments of trust, read.
enum TrustArguments {
  /// Whether a key or a name is given.
  static func isGiven(_ call: Call<TrustParameters>) -> Bool {
    !call[\.key].isEmpty || !call[\.identity].isEmpty || !call[\.identityRegex].isEmpty || call[\.issuer] != nil
  }

  /// The verifiers: one for each key, or one for all identities.
  /// - Throws: ``ArgumentError`` of kind `usage`, or for a file that cannot be read.
  static func verifiers(_ call: Call<TrustParameters>, _ session: CommandContext) throws -> [SigstoreVerifier] {
    let parameters = call.parameters
    let keys = call[\.key]
    let identities = call[\.identity]
    let expressions = call[\.identityRegex]
    let hasIdentity = !identities.isEmpty || !expressions.isEmpty
    guard keys.isEmpty || !hasIdentity, keys.isEmpty || call[\.issuer] == nil else {
      throw ArgumentError(
        parameters.key,
        AcrError(
          .usage, "`--key` and `--identity` are two kinds of signatures",
          help: "give the key of the signer, or the name in a certificate with `--identity` and `--issuer`"))
    }
    let given = try call[\.trustedRoot].map { path in try locate(parameters.trustedRoot) { try root(path) } }
    if !keys.isEmpty {
      return try locate(parameters.key) {
        try keys.map { path in SigstoreVerifier(.key(try key(path)), root: given) }
      }
    }
    guard hasIdentity, let issuer = call[\.issuer] else {
      throw AcrError(
        .usage,
        hasIdentity ? "`--identity` needs `--issuer` beside it" : "this needs to know whose signature counts",
        help: hasIdentity
          ? "the same name means somebody else with another issuer; for GitHub: "
            + "`--issuer https://token.actions.githubusercontent.com`"
          : "`--key FILE`, `--identity NAME --issuer ADDRESS`, or for an image `--trust-policy FILE`")
    }
    var patterns = identities.map(pattern)
    patterns += try locate(parameters.identityRegex) { try expressions.map { try expression($0) } }
    for text in expressions where hasLooseDot(text) {
      call.run.sink.message("note: in `\(text)`, `.` fits any character; write `\\.` for a dot")
    }
    let rules = patterns.map { SignerRule(identity: $0, issuer: pattern(issuer)) }
    return [SigstoreVerifier(.signers(rules), root: try given ?? session.standardRoot())]
  }

  /// The format of Notary Project; nil where no trust policy is given.
  /// - Throws: ``ArgumentError``, or ``AcrError`` for a policy that cannot be used.
  static func notary(_ call: Call<NotaryParameters>) throws -> NotaryFormat? {
    guard let path = call[\.trustPolicy] else {
      guard call[\.trustStore] == nil else {
        throw ArgumentError(
          call.parameters.trustStore,
          AcrError(
            .usage, "`--trust-store` needs `--trust-policy` beside it", help: "`--trust-policy trustpolicy.json`"))
      }
      return nil
    }
    return try locate(call.parameters.trustPolicy) { try notary(path, store: call[\.trustStore]) }
  }

  /// Reads a trust policy.
  /// - Parameter store: the folder of the trust store; nil for the one beside the policy.
  static func notary(_ path: String, store: String?) throws(AcrError) -> NotaryFormat {
    let bytes = try FileSystem.read(path, upTo: NotaryPolicy.mostBytes, .anything)
    do throws(TrustFailure) {
      let folder = store ?? (FileSystem.folder(of: path).map { "\($0)/truststore" } ?? "truststore")
      return NotaryFormat(
        try NotaryPolicy(parsing: bytes), store: NotaryTrustStore(folder: folder), now: { Timestamp.now() })
    } catch {
      throw AcrError(
        .invalid, "`\(path)` cannot be used: \(error.message)",
        help: "it is a trustpolicy.json of Notary Project, version 1.0")
    }
  }

  /// A name as it is, or with `*` for any characters.
  static func pattern(_ text: String) -> SignerPattern { text.contains("*") ? .glob(text) : .exactly(text) }

  /// A regular expression for whole names.
  /// - Throws: ``AcrError`` of kind `invalid`.
  static func expression(_ text: String) throws(AcrError) -> SignerPattern {
    _ = try TextPattern("/\(text)/")
    let pattern = try TextPattern("/\\A(?:\(text))\\z/")
    return SignerPattern(text) { pattern.matches($0) }
  }

  /// True for a dot that was probably meant as one.
  private static func hasLooseDot(_ text: String) -> Bool {
    let characters = Array(text)
    return characters.indices.contains { index in
      guard characters[index] == ".", index + 1 < characters.count, characters[index + 1].isLetter else { return false }
      return index == 0 || characters[index - 1] != "\\"
    }
  }

  /// Reads a public key.
  static func key(_ path: String) throws(AcrError) -> TrustKey {
    let bytes = try FileSystem.read(path, upTo: PEMText.mostBytes, .anything)
    do throws(TrustFailure) {
      return try TrustKey(file: bytes)
    } catch {
      throw AcrError(
        .invalid, "`\(path)` cannot be used: \(error.message)",
        help: "a public key in PEM starts with `-----BEGIN PUBLIC KEY-----`; cosign writes it to cosign.pub")
    }
  }

  /// Reads a trusted root.
  static func root(_ path: String) throws(AcrError) -> TrustedRoot {
    let bytes = try FileSystem.read(path, upTo: TrustedRoot.mostBytes, .anything)
    do throws(TrustFailure) {
      return try TrustedRoot(parsing: bytes)
    } catch {
      throw AcrError(.invalid, "`\(path)` cannot be used: \(error.message)", help: "it is a file trusted_root.json")
    }
  }

  /// The public instance that the program brings.
  static func publicRoot() throws(AcrError) -> TrustedRoot {
    do throws(TrustFailure) {
      return try TrustedRoot.publicGood()
    } catch {
      throw AcrError(.invalid, "the trusted root of the program cannot be used: \(error.message)")
    }
  }
}
