import AcrCore
import OCIRegistry

/// How a purge works.
public struct PurgeOptions: Sendable {
  /// The moment from which ages are counted.
  public var now: Timestamp
  /// Whether locked tags and manifests are unlocked and deleted; otherwise they are kept.
  public var includesLocked = false
  /// How much of a repository a plan may delete, from 0 to 1, of its tags and of its manifests.
  public var maxShare = PurgeOptions.defaultMaxShare
  /// Whether only tags are deleted, and manifests that lose their last tag stay.
  public var deletesTagsOnly = false
  /// Whether rows of what is kept are given.
  public var listsKept = false
  /// Whether every manifest is read, so that bytes are exact. Otherwise, in repositories of an Azure registry, images that stay
  /// are not read when there are more of them than ``fewUnread``.
  public var readsAll = false
  /// Up to so many images are read for exact bytes, though nothing else needs it.
  public var fewUnread = 100
  /// Whether plans offer what rules delete for decisions of the caller (``PurgePlan/candidates``).
  public var asks = false

  /// The usual limit of what may be deleted.
  public static let defaultMaxShare = 0.5

  /// Creates the usual options.
  public init(now: Timestamp) { self.now = now }
}

/// A row of a plan, and of what came of it.
public struct PurgeRow: Sendable {
  /// What is to be done, or was done.
  public enum Action: String, Sendable, CaseIterable {
    /// The tag goes with its manifest, or the manifest goes.
    case delete
    /// The tag goes, and its manifest stays.
    case untag
    case keep
    case deleted, untagged, kept, failed
  }

  /// The repository.
  public let repository: RepositoryName
  /// The tag; nil for a manifest without one.
  public let tag: TagName?
  /// The manifest; nil where a whole repository was left alone.
  public let digest: Digest?
  /// What is done.
  public var action: Action
  /// The name of the rule that decided; nil where no rule fits.
  public let rule: String?
  /// When it was last changed; nil where nothing tells.
  public let time: Timestamp?
  /// What its deletion frees; what several rows share counts for the first.
  public var bytes = WireSize.zero
  /// Why, where the rule does not say it all.
  public var reason: String
  /// What went wrong.
  public var error: AcrError?

  /// True while something is to be deleted for it.
  public var isPlanned: Bool { action == .delete || action == .untag }

  /// A row about a whole repository that was left alone.
  public static func leftAlone(_ repository: RepositoryName, _ error: AcrError) -> PurgeRow {
    var row = PurgeRow(repository, tag: nil, digest: nil, .failed, rule: nil, time: nil, reason: error.message)
    row.error = error
    return row
  }

  init(
    _ repository: RepositoryName, tag: TagName?, digest: Digest?, _ action: Action, rule: String?, time: Timestamp?,
    reason: String = ""
  ) {
    self.repository = repository
    self.tag = tag
    self.digest = digest
    self.action = action
    self.rule = rule
    self.time = time
    self.reason = reason
  }
}

/// What a purge will do in one repository.
public struct PurgePlan: Sendable {
  /// A manifest that is deleted, with its tags.
  struct Step: Sendable {
    let digest: Digest
    /// Every tag of it.
    let tags: [TagName]
    /// Its rows in ``PurgePlan/rows``: one for each tag, or one.
    let rows: Range<Int>
    /// Whether it, or a tag of it, has to be unlocked first.
    let isLocked: Bool
    /// What its deletion may free: itself and its blobs.
    let blobs: [(key: UInt64, size: WireSize)]
  }

  /// A tag that is deleted alone.
  struct Untag: Sendable {
    let tag: TagName
    let digest: Digest
    let row: Int
    let isLocked: Bool
    /// Why the manifest stays.
    let reason: String
  }

  /// The repository.
  public let repository: RepositoryName
  /// The rows: tags that go alone, manifests in the order in which they go, then what is kept.
  public internal(set) var rows: [PurgeRow]
  /// How many tags and manifests the repository has.
  public let counts: (tags: Int, manifests: Int)
  /// How many of them go.
  public let deletions: (tags: Int, manifests: Int)
  /// Why the repository is left alone, though there is a plan.
  public let refusal: AcrError?

  /// False where images that stay were not read: they may share layers with what goes, which then frees less.
  public internal(set) var areBytesExact = true

  let store: RegistryRepository
  /// Manifests in waves: those that need others come before them.
  let waves: [[Step]]
  let untags: [Untag]
  /// What stays needs these: blobs and manifests, by ``Digest/key``.
  let keptBlobs: Set<UInt64>
  /// The tags with their manifests, and the manifests, that were seen.
  let seen: Set<UInt64>
  /// What the caller may decide about; nil where the options do not ask, and once it is decided.
  var question: PurgeQuestion?
  /// What the caller let go, where it was asked: nothing else goes.
  var released: Set<PurgeCandidate.Key>?

  /// Why nothing of a refused plan goes.
  static let tooMuch = "the repository is left alone: too much of it would go"

  /// The rows as a dry run shows them: of a plan that is refused nothing goes.
  public var shownRows: [PurgeRow] {
    guard refusal != nil else { return rows }
    return rows.map { row in
      guard row.isPlanned else { return row }
      var kept = row
      (kept.action, kept.reason, kept.bytes) = (.keep, PurgePlan.tooMuch, .zero)
      return kept
    }
  }

  /// Whether the repository had this manifest, or this tag at it, when the plan was made.
  public func had(_ digest: Digest, tag: TagName? = nil) -> Bool {
    seen.contains(tag.map { PurgePlan.key($0, digest) } ?? digest.key)
  }

  /// True where nothing is to be done.
  public var isEmpty: Bool { waves.isEmpty && untags.isEmpty }

  /// What the deletion frees.
  public var bytes: WireSize { rows.lazy.map(\.bytes).total }
}

extension Digest {
  /// The beginning of the hash: a small stand-in where many digests have to be kept.
  var key: UInt64 { UInt64(hex.prefix(16), radix: 16) ?? 0 }
}
