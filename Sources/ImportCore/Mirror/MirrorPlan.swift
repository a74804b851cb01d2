import AcrCore
import OCIRegistry

/// Two repositories (or folders), of which the second becomes like the first.
public struct MirrorPair: Sendable {
  /// Where it is read.
  public var source: any ArtifactSource
  /// The source's registry and repository; nil for a folder.
  public var sourceLocation: RepositoryLocation?
  /// Where it is written.
  public var target: any ArtifactTarget
  /// The target's registry and repository; nil for a folder.
  public var targetLocation: RepositoryLocation?

  /// Creates a pair.
  public init(
    source: any ArtifactSource, sourceLocation: RepositoryLocation?, target: any ArtifactTarget,
    targetLocation: RepositoryLocation?
  ) {
    self.source = source
    self.sourceLocation = sourceLocation
    self.target = target
    self.targetLocation = targetLocation
  }
}

/// What a mirror takes along.
public struct MirrorOptions: Sendable {
  /// Which tags; nil for all.
  public var selects: (@Sendable (TagName) -> Bool)?
  /// Only so many, the newest by their date.
  public var newest: Int?
  /// Only those whose date is later.
  public var newerThan: Timestamp?
  /// Which platforms of an index; nil for all.
  public var platforms: PlatformChoice?
  /// Whether signatures, bills of materials and other artifacts about the images come along.
  public var listsReferrers: Bool
  /// Whether tags are deleted at the target that the source no longer has.
  public var prunes: Bool
  /// Whether that is done too where the source lists no tags at all, so that nothing would be left.
  public var prunesAll: Bool

  /// Creates options.
  public init(
    selects: (@Sendable (TagName) -> Bool)? = nil, newest: Int? = nil, newerThan: Timestamp? = nil,
    platforms: PlatformChoice? = nil, listsReferrers: Bool = true, prunes: Bool = false,
    prunesAll: Bool = false
  ) {
    self.selects = selects
    self.newest = newest
    self.newerThan = newerThan
    self.platforms = platforms
    self.listsReferrers = listsReferrers
    self.prunes = prunes
    self.prunesAll = prunesAll
  }

  /// True where some tags may be left out, so that tags about images come along with their image only.
  var isPartial: Bool { selects != nil || newest != nil || newerThan != nil }
}

/// What a mirror of one repository will look at, made from the lists of tags.
public struct MirrorPlan: Sendable {
  /// The repositories.
  public let pair: MirrorPair
  /// The options.
  public let options: MirrorOptions
  /// The tags that come along, in the source's order.
  public let items: [Item]
  /// Tags about images (`sha256-….sig` and the like), which come along with their image, by its digest.
  let companions: [Digest: [Item]]
  /// Tags that are deleted at the target.
  public let prunes: [TagName]
  /// Why they are not: the source lists no tags at all.
  public var pruneRefusal: AcrError?
  /// What a folder holds about its images, which is read once for all of them; nil for a registry, which is asked.
  let folderReferrers: [Digest: [Descriptor]]?

  /// One tag.
  public struct Item: Sendable {
    /// The tag.
    public let tag: TagName
    /// The digest at the source, where a page told it.
    let sourceDigest: Digest?
    /// What the target has, where a list told it.
    let known: ImportTarget.Known?
    /// What it is at the source, where that is not the same tag.
    var selector: ManifestSelector?
  }
}

/// One line of a mirror's result.
public struct MirrorRow: Sendable {
  /// What was done.
  public enum Action: String, Sendable, CaseIterable {
    /// The tag was not there.
    case copied
    /// The tag pointed at something else.
    case updated
    /// The target has it already.
    case unchanged
    /// The tag was deleted at the target.
    case deleted
    /// The tag should have been deleted and could not be.
    case kept
    /// It did not work; ``MirrorRow/error`` says why.
    case failed
    /// A policy does not accept it; ``MirrorRow/error`` says why.
    case refused
    /// A dry run would copy it.
    case wouldCopy = "would copy"
    /// A dry run would move the tag.
    case wouldUpdate = "would update"
    /// A dry run would delete the tag.
    case wouldDelete = "would delete"
  }

  /// The target's repository or folder.
  public var repository: String
  /// The tag.
  public var tag: TagName
  /// What was done.
  public var action: Action
  /// The digest at the target afterwards.
  public var digest: Digest?
  /// The bytes that were sent; in a dry run those of the image's blobs.
  public var bytes = WireSize.zero
  /// How many artifacts about the image came along.
  public var referrers = 0
  /// Why, in a few words.
  public var reason: String
  /// Why it failed.
  public var error: AcrError?

  /// The row as a progress display takes it; nil for a failure.
  public var outcome: ImportResult? {
    guard action != .failed, action != .refused else { return nil }
    var blobs = ImportResult.BlobCounts()
    blobs.copiedBytes = bytes
    return ImportResult(
      source: "", targets: ["\(repository):\(tag)"], digest: digest, mediaType: nil, isUnchanged: action == .unchanged,
      manifests: 0, blobs: blobs)
  }

  /// Creates the row of a failure.
  public init(_ plan: MirrorPlan, _ tag: TagName, _ failure: AcrError) {
    self.init(plan, tag, .failed, reason: failure.message)
    error = failure
  }

  /// Creates a row.
  init(_ plan: MirrorPlan, _ tag: TagName, _ action: Action, digest: Digest? = nil, reason: String) {
    repository = plan.pair.target.displayName
    self.tag = tag
    self.action = action
    self.digest = digest
    self.reason = reason
  }
}
