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

/// The arguments of trust, read.
enum TrustArguments {
  /// The verifiers: one for each key, or one for all identities.
  /// - Throws: ``ArgumentError`` of kind `usage`, or for a file that cannot be read.
  static func verifiers(_ call: Call<TrustParameters>) throws -> [SigstoreVerifier] {
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
          : "`--key FILE`, or `--identity NAME --issuer ADDRESS`")
    }
    var patterns = identities.map(pattern)
    patterns += try locate(parameters.identityRegex) { try expressions.map { try expression($0) } }
    for text in expressions where hasLooseDot(text) {
      call.run.sink.message("note: in `\(text)`, `.` fits any character; write `\\.` for a dot")
    }
    let rules = patterns.map { SignerRule(identity: $0, issuer: pattern(issuer)) }
    return [SigstoreVerifier(.signers(rules), root: try given ?? publicRoot())]
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
