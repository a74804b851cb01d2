import AcrCore
import ArtifactTrust
import ImageContents
import ImportCore
import OCIRegistry

/// Something that is said about an image, taken out of whatever it was wrapped in.
struct ReadStatement: Sendable {
  let artifact: RelatedArtifact
  /// The predicate's type; nil for a plain SBOM.
  let predicateType: String?
  /// The predicate, or the SBOM.
  let document: JSONValue
  /// True where a signature is around it. It is not checked here.
  let isSigned: Bool
}

/// An SBOM that was read.
struct AttachedSBOM: Sendable {
  let list: PackageList
  let statement: ReadStatement

  /// Where it is from, and whether somebody signed it.
  var note: String {
    let tools = list.tools.isEmpty ? "" : ", made by \(list.tools.prefix(3).joined(separator: ", "))"
    return "\(list.format)\(tools), \(statement.note)"
  }
}

extension ReadStatement {
  var note: String {
    let signed =
      isSigned ? "signed (not verified here)" : "unsigned: whoever may write to the registry can have made it"
    return "found in \(artifact.place.rawValue) (\((artifact.contents?.digest ?? artifact.digest).short)); \(signed)"
  }
}

/// Reads SBOMs and provenance that are about an image: of BuildKit, cosign, GitHub and plain artifacts.
struct StatementReader: Sendable {
  private let image: ImageArgument.Chosen
  private let progress: any ImportProgress
  /// SBOMs are the largest of these documents.
  private static let mostBytes: Int64 = 128 << 20

  init(_ image: ImageArgument.Chosen, _ session: CommandContext) {
    self.image = image
    progress = session.progress
  }

  /// What could be what is asked for: about the image first, then about its index. Bundles tell what they hold only inside.
  func candidates(_ kind: RelatedArtifact.Kind) async throws -> RelatedArtifacts {
    let finder = ArtifactFinder(store: image.store)
    var found = try await finder.related(to: image.manifest.digest, platform: image.platform, in: image.root)
    found.items = found.items.filter { item in
      item.kind == kind || (item.kind == .attestation && item.predicateType == nil)
    }
    return found
  }

  /// The SBOM of the image.
  /// - Parameter digest: the manifest or blob of one of several; nil for the first that can be read.
  /// - Throws: ``AcrError``: `not-found` where there is none, `invalid` for one that cannot be read.
  func sbom(_ digest: String? = nil) async throws -> AttachedSBOM {
    try await first(.sbom, digest) { statement, name in
      AttachedSBOM(list: try PackageList(statement.document, in: name), statement: statement)
    }
  }

  /// The provenance of the image.
  /// - Throws: as ``sbom(_:)``.
  func provenance(_ digest: String? = nil) async throws -> (Provenance, ReadStatement) {
    try await first(.provenance, digest) { statement, name in
      (try Provenance(statement.document, type: statement.predicateType ?? "", in: name), statement)
    }
  }

  private func first<Result: Sendable>(
    _ kind: RelatedArtifact.Kind, _ digest: String?, _ take: (ReadStatement, String) throws -> Result
  ) async throws -> Result {
    let all = try await candidates(kind)
    let chosen = all.items.filter { item in
      digest == nil || [item.digest.description, item.contents?.digest.description].contains(digest)
    }
    var failure: AcrError?
    for item in chosen {
      do {
        let name = "\(kind == .sbom ? "the SBOM" : "the provenance") \((item.contents?.digest ?? item.digest).short)"
        guard let statement = try await read(item, kind) else { continue }
        return try take(statement, name)
      } catch let error as AcrError where error.kind == .invalid {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    let what = kind == .sbom ? "SBOM" : "provenance"
    throw AcrError(
      .notFound,
      digest == nil
        ? "`\(image.name)` has no \(what)" : "`\(image.name)` has no \(what) with the digest \(digest ?? "")",
      help: "`referrers` lists what is about the image", notes: all.notes)
  }

  /// Reads one; nil for an attestation of another kind.
  private func read(_ item: RelatedArtifact, _ kind: RelatedArtifact.Kind) async throws -> ReadStatement? {
    guard let contents = item.contents else { return nil }
    guard contents.size <= Self.mostBytes else {
      throw AcrError(
        .invalid, "\(contents.digest.short) has \(ByteCount.human(contents.size)), which is too much to read",
        help: "`blob show --raw` gives its bytes")
    }
    let line = ReadingProgress(contents, kind == .sbom ? "SBOM" : "provenance", progress)
    let bytes = try await VerifiedBlob(contents, from: image.store) { line?.report($0) }.all()
    do throws(TrustFailure) {
      if item.isBundle {
        guard case .envelope(let envelope) = try SigstoreBundle(parsing: bytes).content else { return nil }
        return try statement(try envelope.statement(), item, kind, isSigned: true)
      }
      if contents.mediaType == RelatedType.envelope {
        return try statement(try DSSEEnvelope(parsing: bytes).statement(), item, kind, isSigned: true)
      }
      if contents.mediaType == RelatedType.statement {
        if let envelope = try? DSSEEnvelope(parsing: bytes) {
          return try statement(try envelope.statement(), item, kind, isSigned: true)
        }
        return try statement(try InTotoStatement(parsing: bytes), item, kind, isSigned: false)
      }
      guard kind == .sbom else { return nil }
      return ReadStatement(
        artifact: item, predicateType: nil,
        document: try StrictJSON.parse(bytes, "the SBOM", mostBytes: Int(Self.mostBytes)), isSigned: false)
    } catch {
      throw AcrError(
        .invalid, "\(contents.digest.short) cannot be read: \(error.message)", help: "`blob show` shows it as it is")
    }
  }

  private func statement(
    _ statement: InTotoStatement, _ item: RelatedArtifact, _ kind: RelatedArtifact.Kind, isSigned: Bool
  ) throws(TrustFailure) -> ReadStatement? {
    guard RelatedType.kind(ofPredicate: statement.predicateType) == kind else { return nil }
    guard statement.subject(item.subject) != nil else {
      throw TrustFailure(.subject, "its statement is about something else than \(item.subject.short)")
    }
    return ReadStatement(
      artifact: item, predicateType: statement.predicateType, document: statement.predicate, isSigned: isSigned)
  }
}
