import AcrConcurrency
import AcrCore
import OCIRegistry

/// What is demanded of an image: one signature, or one attestation of a type, in a format with what it trusts.
public struct TrustDemand: Sendable {
  /// What is demanded.
  public enum Wanted: Sendable, Hashable {
    /// A signature of the image.
    case signature
    /// A signed statement of one of these types.
    case attestation([PredicateType])
  }

  /// What.
  public var wanted: Wanted
  /// The accepted formats and signers; one that fits is enough.
  public var formats: [any SignatureFormat]
  /// What a signature has to claim besides: each name with exactly this text.
  public var annotations: [String: String]

  /// Creates a demand.
  public init(_ wanted: Wanted, _ formats: [any SignatureFormat], annotations: [String: String] = [:]) {
    self.wanted = wanted
    self.formats = formats
    self.annotations = annotations
  }
}

/// What came of a demand. It is met if anything was accepted: a bad signature beside a good one takes nothing from it.
public struct TrustVerdict: Sendable {
  /// One signature that was accepted.
  public struct Accepted: Sendable {
    /// Where it was found.
    public let artifact: RelatedArtifact
    /// Who, what and when.
    public let signature: VerifiedSignature
  }

  /// One that was not.
  public struct Rejected: Sendable {
    /// Where it was found.
    public let artifact: RelatedArtifact
    /// The check that failed.
    public let failure: TrustFailure
  }

  /// The image.
  public let digest: Digest
  /// What was accepted.
  public var accepted: [Accepted] = []
  /// What was rejected.
  public var rejected: [Rejected] = []

  /// Creates an empty verdict.
  public init(_ digest: Digest) { self.digest = digest }

  /// True where the demand is met.
  public var isMet: Bool { !accepted.isEmpty }
}

/// Finds the signatures and attestations of images in a store and checks them. Whatever is read is asked of the store only;
/// each blob is read once, however many demands there are.
public struct ImageVerifier: Sendable {
  /// How many signatures and attestations of one image are read.
  public static let mostCandidates = 100
  /// How many bytes of them are held at a time.
  static let mostBytes = 96 << 20

  private let store: any ArtifactSource
  private let finder: ArtifactFinder

  /// Creates a verifier for one repository or folder.
  public init(store: any ArtifactSource) {
    self.store = store
    finder = ArtifactFinder(store: store)
  }

  /// Checks demands on one image.
  /// - Returns: a verdict for each demand, in their order, and notes on what was left out.
  /// - Throws: ``AcrError`` where the store cannot be read.
  public func verify(_ image: ImageUnderTest, _ demands: [TrustDemand]) async throws
    -> (verdicts: [TrustVerdict], notes: [String])
  {
    let related = try await finder.related(to: image.digest)
    var wanted = related.items.filter { item in demands.contains { ImageVerifier.isWanted(item, $0) } }
    var notes = related.notes
    if wanted.count > Self.mostCandidates {
      notes.append(
        "`\(store.displayName)@\(image.digest.short)` has \(wanted.count) signatures and attestations, and only the "
          + "first \(Self.mostCandidates) were read")
      wanted = Array(wanted.prefix(Self.mostCandidates))
    }
    let read = try await read(wanted)
    return (demands.map { verdict(on: image, read, $0) }, notes)
  }

  /// What annotations say of a type only leaves out what says itself that it is something else.
  private static func isWanted(_ item: RelatedArtifact, _ demand: TrustDemand) -> Bool {
    guard demand.formats.contains(where: { $0.reads(item) }) else { return false }
    switch demand.wanted {
    case .signature: return item.kind == .signature || (item.predicateType == nil && item.isBundle)
    case .attestation(let types):
      guard item.kind != .signature else { return false }
      return item.predicateType.map { type in types.contains { $0.matches(type) } || !type.contains(":") } ?? true
    }
  }

  private enum Read: Sendable {
    case candidate(SignatureCandidate)
    case failure(RelatedArtifact, TrustFailure)
  }

  private func read(_ items: [RelatedArtifact]) async throws -> [Read] {
    let limit = Limit(8)
    let budget = SharedBudget(Self.mostBytes)
    return try await withThrowingTaskGroup(of: (Int, Read).self) { group in
      for (position, item) in items.enumerated() {
        group.addTask { (position, try await limit.run { try await self.read(item, budget) }) }
      }
      var results = [Read?](repeating: nil, count: items.count)
      for try await (position, result) in group { results[position] = result }
      return results.compactMap { $0 }
    }
  }

  private func read(_ item: RelatedArtifact, _ budget: SharedBudget) async throws -> Read {
    guard let blob = item.contents else {
      return .failure(item, TrustFailure(.format, "it has no blob, or several of unknown types"))
    }
    guard blob.size <= Int64(SigstoreBundle.mostBytes), budget.take(Int(clamping: blob.size.bytes)) else {
      return .failure(
        item, TrustFailure(.format, "it is longer than \(SigstoreBundle.mostBytes >> 20) MiB, or one too many"))
    }
    do {
      let reader = try await store.blob(blob, from: 0)
      var hasher = DigestHasher(blob.digest.algorithm)
      var bytes: [UInt8] = []
      while let piece = try await reader.next() {
        hasher.update(piece)
        bytes += piece
        guard hasher.count <= blob.size.bytes else {
          return .failure(item, TrustFailure(.format, "its blob is longer than its manifest says"))
        }
      }
      guard hasher.count == blob.size.bytes else {
        return .failure(item, TrustFailure(.format, "its blob is shorter than its manifest says"))
      }
      let found = hasher.finalize()
      guard found == blob.digest else { throw store.wrongBytes(of: blob, found: found) }
      return .candidate(SignatureCandidate(item, bytes: bytes))
    } catch let error as AcrError where error.kind == .notFound {
      return .failure(item, TrustFailure(.format, "its blob \(blob.digest.short) is not there"))
    }
  }

  private func verdict(on image: ImageUnderTest, _ read: [Read], _ demand: TrustDemand) -> TrustVerdict {
    var verdict = TrustVerdict(image.digest)
    for item in read {
      switch item {
      case .failure(let artifact, let failure):
        if Self.isWanted(artifact, demand) { verdict.rejected.append(.init(artifact: artifact, failure: failure)) }
      case .candidate(let candidate):
        guard Self.isWanted(candidate.artifact, demand) else { continue }
        var failure: TrustFailure?
        var accepted: VerifiedSignature?
        for format in demand.formats where accepted == nil && format.reads(candidate.artifact) {
          do throws(TrustFailure) {
            let signature = try format.verify(candidate, of: image)
            try Self.check(signature, demand)
            accepted = signature
          } catch {
            failure = Self.better(failure, error)
          }
        }
        if let accepted {
          verdict.accepted.append(.init(artifact: candidate.artifact, signature: accepted))
        } else if let failure {
          verdict.rejected.append(.init(artifact: candidate.artifact, failure: failure))
        }
      }
    }
    return verdict
  }

  /// Of several signers that could have been, the one that came farthest is told of.
  private static func better(_ first: TrustFailure?, _ second: TrustFailure) -> TrustFailure {
    guard let first else { return second }
    let order = TrustFailure.Check.allCases
    return (order.firstIndex(of: second.check) ?? 0) > (order.firstIndex(of: first.check) ?? 0) ? second : first
  }

  private static let signatureType = "https://sigstore.dev/cosign/sign/v1"

  private static func check(_ signature: VerifiedSignature, _ demand: TrustDemand) throws(TrustFailure) {
    switch demand.wanted {
    case .signature:
      if let type = signature.predicateType, type != signatureType {
        throw TrustFailure(.policy, "it is an attestation of the type `\(type)`, and no signature of the image")
      }
    case .attestation(let types):
      guard let type = signature.predicateType else {
        throw TrustFailure(.policy, "it is a signature of the image, and no attestation")
      }
      guard types.contains(where: { $0.matches(type) }) else {
        throw TrustFailure(
          .policy,
          "it is an attestation of the type `\(type)`, not \(types.map { "`\($0.name)`" }.joined(separator: " or "))")
      }
    }
    for (name, text) in demand.annotations.sorted(by: { $0.key < $1.key }) {
      let found = signature.claims.first { $0.name == name }?.value.string
      guard let found, found.utf8.elementsEqual(text.utf8) else {
        throw TrustFailure(.policy, "the signer does not say `\(name)=\(text)`\(found.map { ", but `\($0)`" } ?? "")")
      }
    }
  }
}
