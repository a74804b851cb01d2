import AcrCore
import AcrLanguage
import AcrRuntime
import ArtifactTrust
import OCIRegistry

/// Signatures as rows.
enum TrustRows {
  private static let failed = "where it was not accepted"

  /// What is told of every signature.
  static let signatureColumns = [
    Column("status", help: "verified or failed").key,
    Column("digest", help: "the digest that the signature has to be about"),
    Column("signer", null: failed, help: "the name in the certificate, or the key's SHA-256").key,
    Column("issuer", null: "for a key, and \(failed)", help: "who vouched for the name"),
    Column("time", .datetime, null: "where nobody proves it", help: "when it was signed"),
    Column("witness", null: "where nobody proves the time", help: "the log or authority that proves the time").detail,
    Column("predicateType", null: "for a signature of the artifact itself", help: "the type of the signed statement"),
    Column("format", null: failed, help: "how the signature is written down").detail,
    Column("repository", null: "where the certificate has none", help: "the repository that was built").detail,
    Column("commit", null: "where the certificate has none", help: "the commit that was built").detail,
    Column("entries", .list, help: "entries in transparency logs that were checked").detail,
    Column("claims", .record, help: "what else the signer says").detail,
    Column("unchecked", .list, help: "what was there and could not be checked").detail,
  ]

  /// What is told of signatures of images besides.
  static let columns =
    signatureColumns + [
      Column("image", help: "the image that was named"),
      Column("platform", null: "for the image as a whole", help: "the platform of the digest"),
      Column("covers", null: "without --platform", help: "the platform's digest, read from the verified index").detail,
      Column("place", help: "where the signature was found").detail,
      Column("artifact", help: "the digest of the manifest that carries it").detail,
      Column("check", null: "where it was accepted", help: "the check that failed").key,
      Column("reason", null: "where it was accepted", help: "why it failed").key,
    ]

  static let signatureShape = Shape(signatureColumns)
  private static let shape = Shape(columns)

  /// The values of ``signatureColumns``.
  static func values(_ signature: VerifiedSignature) -> [Value] {
    var signer: Value
    var issuer = Value.null
    var repository = Value.null
    var commit = Value.null
    switch signature.signer {
    case .key(let key): signer = .string(key.fingerprintText)
    case .identity(let identity):
      signer = .string(identity.subject)
      issuer = .string(identity.issuer)
      repository = identity.sourceRepository.map(Value.string) ?? .null
      commit = identity.sourceDigest.map(Value.string) ?? .null
    case .certificate(let subject, let authority):
      signer = .string(subject)
      issuer = .string(authority)
    }
    let first = signature.times.min { $0.time < $1.time }
    return [
      .string("verified"), .string(signature.digest.description), signer, issuer,
      first.map { .datetime($0.time) } ?? .null, first.map { .string($0.witness) } ?? .null,
      signature.predicateType.map(Value.string) ?? .null, .string(signature.format), repository, commit,
      .list(signature.entries.map(Value.string)), claims(signature), .list(signature.unchecked.map(Value.string)),
    ]
  }

  private static func claims(_ signature: VerifiedSignature) -> Value {
    var names: Set<String> = []
    let members = signature.claims.filter { names.insert($0.name).inserted }
    return (try? Value(json: Array(JSONValue.object(members).text.utf8))) ?? .record(Record([:]))
  }

  /// The row of a signature that was accepted.
  static func row(
    _ accepted: TrustVerdict.Accepted, image: String, platform: Platform?, covers: Digest?
  ) -> Record {
    Record(
      shape: shape,
      values: values(accepted.signature) + [
        .string(image), platform.map { .string($0.description) } ?? .null,
        covers.map { .string($0.description) } ?? .null, .string(accepted.artifact.place.rawValue),
        .string(accepted.artifact.digest.description), .null, .null,
      ])
  }

  /// The row of one that was not.
  static func row(
    _ rejected: TrustVerdict.Rejected, _ digest: Digest, image: String, platform: Platform?
  ) -> Record {
    Record(
      shape: shape,
      values: [
        .string("failed"), .string(digest.description), .null, .null, .null, .null, .null, .null, .null, .null,
        .list([]), .record(Record([:])), .list([]), .string(image), platform.map { .string($0.description) } ?? .null,
        .null, .string(rejected.artifact.place.rawValue), .string(rejected.artifact.digest.description),
        .string(rejected.failure.check.rawValue), .string(rejected.failure.message),
      ])
  }
}

extension AcrError {
  /// The error for something whose signature is not accepted.
  init(_ failure: TrustFailure, of name: String) {
    self.init(
      .rejected, "`\(name)` is not verified: \(failure.message)", help: AcrError.cure(failure),
      code: failure.check.rawValue)
  }

  /// What to do about a failed check.
  static func cure(_ failure: TrustFailure) -> String? {
    if let cure = failure.cure { return cure }
    return switch failure.check {
    case .identity: "look at who signed, and give that name with `--identity` and `--issuer` only if you trust it"
    case .certificate, .certificateLog, .log, .timestamp:
      failure.isUnknownAuthority
        ? "it may belong to another Sigstore instance: give its trusted_root.json with `--trusted-root`"
        : "do not use it: the proofs of its signature do not hold"
    case .subject: "the signature belongs to something else: get the one of this artifact"
    case .signature: "the artifact was changed, or it was signed with another key"
    case .material, .policy: nil
    case .format: "get the file again, and ask who made it if it stays so"
    }
  }
}
