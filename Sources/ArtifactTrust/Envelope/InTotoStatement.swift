import AcrCore

/// What somebody says about artifacts (in-toto attestation framework, statement.md, v0.1 and v1): provenance, an SBOM, a
/// report. It says nothing about who says so; that is for the signature around it.
public struct InTotoStatement: Equatable, Sendable {
  /// One artifact that the statement is about.
  public struct Subject: Equatable, Sendable {
    /// Its name, empty where it has none. Names are not compared.
    public let name: String
    /// Its digests by algorithm (`sha256`, `gitCommit` and others), 32 at most, in the order of the document.
    public let digests: [JSONValue.Member]
    /// Further facts about it, in the order of the document.
    public let annotations: [JSONValue.Member]

    /// The digest of one algorithm, as it is written.
    public func digest(_ algorithm: String) -> String? { digests.first { $0.name == algorithm }?.value.string }
  }

  /// How many subjects a statement may have.
  public static let mostSubjects = 1024
  /// How long a bare statement may be, in bytes: the limit of cosign for SBOMs.
  public static let mostBytes = 128 << 20
  /// The versions of the format.
  public static let types = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]

  /// The version of the format, one of ``types``.
  public let type: String
  /// What it is about, in the order of the document.
  public let subjects: [Subject]
  /// What kind of statement it is, for example `https://slsa.dev/provenance/v1`.
  public let predicateType: String
  /// What is said; `null` where nothing is.
  public let predicate: JSONValue

  /// Reads the JSON text of a statement.
  /// - Throws: ``TrustFailure`` of the check `format`.
  public init(parsing bytes: [UInt8]) throws(TrustFailure) {
    let json = try StrictJSON.parse(bytes, "the statement", mostBytes: Self.mostBytes)
    let members = try StrictMembers(json, "statement")
    type = try members.string("_type")
    guard Self.types.contains(type) else {
      throw TrustFailure(.format, "the statement is of the unknown version `\(type)`")
    }
    predicateType = try members.string("predicateType")
    guard !predicateType.isEmpty else { throw members.failure("predicateType", "is empty") }
    predicate = members.value("predicate") ?? .null
    var subjects: [Subject] = []
    for object in try members.objects("subject", limit: Self.mostSubjects) {
      let digests = try object.optionalObject("digest")?.json.members ?? []
      guard digests.count <= 32 else { throw object.failure("digest", "has more than 32 entries") }
      for digest in digests where digest.value.string == nil {
        throw object.failure("digest", "has an entry that is not a text")
      }
      subjects.append(
        Subject(
          name: try object.optionalString("name") ?? "", digests: digests,
          annotations: try object.optionalObject("annotations")?.json.members ?? []))
    }
    guard !subjects.isEmpty else { throw members.failure("subject", "has no entry") }
    self.subjects = subjects
  }

  /// The subject that is an artifact, known by its digest; nil where the statement is about others.
  public func subject(_ digest: Digest) -> Subject? {
    subjects.first { $0.digest(digest.algorithm.rawValue).map { $0.utf8.elementsEqual(digest.hex.utf8) } ?? false }
  }
}
