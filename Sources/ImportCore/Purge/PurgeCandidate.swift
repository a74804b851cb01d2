import AcrCore
import OCIRegistry

/// A tag, or a manifest without one, that a rule deletes, for a decision of the caller (``PurgePlan/keeping(_:)``).
public struct PurgeCandidate: Sendable {
  /// What a decision is about: it holds for this tag only as long as it points at this manifest.
  struct Key: Hashable, Sendable {
    let tag: TagName?
    let digest: Digest
  }

  /// The repository.
  public let repository: RepositoryName
  /// The tag; nil for a manifest without one.
  public let tag: TagName?
  /// The manifest.
  public let digest: Digest
  /// When it was last changed; nil where nothing tells.
  public let time: Timestamp?
  /// Everything below the manifest, each blob once.
  public let bytes: WireSize
  /// The manifest's media type.
  public let mediaType: String
  /// The type of an artifact, where the manifest states one.
  public let artifactType: String?
  /// The platform of an image, or those of the images in an index; empty where nothing tells.
  public let platforms: [Platform]
  /// The name of the rule that deletes it.
  public let rule: String

  var key: Key { Key(tag: tag, digest: digest) }
}

/// What a plan needs to be made again after the caller has decided. It holds the whole graph.
struct PurgeQuestion: Sendable {
  let planner: PurgePlanner
  let rules: [PurgeRule]
  let candidates: [PurgeCandidate]
}

extension PurgePlan {
  /// What the rules delete, where the options ask for decisions. Parts of these, and what refers to them, are not among it.
  public var candidates: [PurgeCandidate] { question?.candidates ?? [] }

  /// The plan with decisions about its candidates: what is kept stays with everything it needs, also when the repository is
  /// looked at again. What nobody decided about is kept then, too.
  /// - Parameter isKept: whether a candidate stays; called for each, in the order of the repository.
  /// - Throws: what `isKept` throws.
  public func keeping(_ isKept: (PurgeCandidate) throws -> Bool) rethrows -> PurgePlan {
    guard let question else { return self }
    var released: Set<PurgeCandidate.Key> = []
    for candidate in question.candidates where try !isKept(candidate) { released.insert(candidate.key) }
    var planner = question.planner
    planner.released = released
    var plan = planner.plan(question.rules)
    // What goes with something released stands alone once that is gone.
    for step in plan.waves.joined() where step.tags.isEmpty {
      released.insert(PurgeCandidate.Key(tag: nil, digest: step.digest))
    }
    plan.released = released
    return plan
  }
}
