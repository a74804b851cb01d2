import AcrCore
import OCIRegistry

/// One import: one source, and one or more names it gets.
public struct ImportRequest: Sendable {
  /// Where it comes from.
  public var source: ImportSource
  /// What it becomes: tags, or repositories that get the manifests without a tag. At least one.
  public var targets: [ImportTarget]
  /// True to let a tag that points at something else be moved.
  public var isForced: Bool
  /// True to look at the files of a folder even where its tag points at the source's digest: damaged ones are replaced.
  public var repairsFolders = false
  /// Which platforms of an index are brought; nil for the index as it is, with its digest.
  public var platforms: PlatformChoice?

  /// Creates a request.
  public init(
    source: ImportSource, targets: [ImportTarget], isForced: Bool = false, platforms: PlatformChoice? = nil
  ) {
    self.source = source
    self.targets = targets
    self.isForced = isForced
    self.platforms = platforms
  }
}

/// Where an import comes from.
public struct ImportSource: Sendable {
  /// The repository or layout.
  public var store: any ArtifactSource
  /// The manifest.
  public var selector: ManifestSelector
  /// The registry and repository, when it is one; nil for a layout. Blobs are mounted when the target's registry is the same.
  public var location: RepositoryLocation?
  /// True if no tag was given, and `latest` is meant: the service is then told none, as az does it.
  public var isTagImplied: Bool
  /// How it was named, where the selector was replaced by the digest that was checked since.
  public var name: String?

  /// Creates a source.
  public init(
    store: any ArtifactSource, selector: ManifestSelector, location: RepositoryLocation?, isTagImplied: Bool = false
  ) {
    self.store = store
    self.selector = selector
    self.location = location
    self.isTagImplied = isTagImplied
  }

  /// The source as people write it: `docker.io/library/alpine:3.20`.
  public var displayName: String { name ?? selector.appended(to: store.displayName) }
}

/// Where an import goes to.
public struct ImportTarget: Sendable {
  /// The repository or layout.
  public var store: any ArtifactTarget
  /// The tag to write; nil to bring the manifests without a tag.
  public var tag: TagName?
  /// The registry and repository, when it is one; nil for a layout.
  public var location: RepositoryLocation?
  /// True if no tag was given: it is the source's, or `latest`.
  public var isTagImplied: Bool
  /// What the tag points at, where that was found out before; nil to ask.
  public var known: Known?

  /// What is known of a target's tag.
  public enum Known: Sendable, Equatable {
    /// It does not exist.
    case absent
    /// It points at this manifest.
    case digest(Digest)
  }

  /// Creates a target.
  public init(store: any ArtifactTarget, tag: TagName?, location: RepositoryLocation?, isTagImplied: Bool = false) {
    self.store = store
    self.tag = tag
    self.location = location
    self.isTagImplied = isTagImplied
  }

  /// The target as people write it: `prod.azurecr.io/alpine:3.20`.
  public var displayName: String {
    tag.map { ManifestSelector.tag($0).appended(to: store.displayName) } ?? store.displayName
  }
}

/// A repository of a registry.
public struct RepositoryLocation: Hashable, Sendable {
  /// The registry.
  public var registry: RegistryHost
  /// The repository.
  public var repository: RepositoryName

  /// Creates a location.
  public init(registry: RegistryHost, repository: RepositoryName) {
    self.registry = registry
    self.repository = repository
  }
}

extension ManifestSelector {
  /// `name:tag` or `name@digest`.
  public func appended(to name: String) -> String {
    switch self {
    case .tag(let tag): "\(name):\(tag)"
    case .digest(let digest): "\(name)@\(digest)"
    }
  }
}

/// What an import did.
public struct ImportResult: Sendable, Equatable {
  /// The source as people write it.
  public var source: String
  /// The targets as people write them.
  public var targets: [String]
  /// The digest that every target now has; nil where the service imported and the target was not asked.
  public var digest: Digest?
  /// The media type of that manifest; nil where ``digest`` is.
  public var mediaType: String?
  /// True when every target had it already and nothing was sent.
  public var isUnchanged: Bool
  /// How many manifests were written, an index and its children counted one by one.
  public var manifests: Int
  /// How the blobs came.
  public var blobs: BlobCounts
  /// The digest at the source, where the target's is another because platforms were left out.
  public var trimmedFrom: Digest?
  /// What is about the image and came along; nil where that was not asked for.
  public var referrers: DirectImport.ReferrerCounts?

  /// Numbers of blobs by what was done for them.
  public struct BlobCounts: Sendable, Equatable {
    /// Blobs sent.
    public var copied = 0
    /// Bytes of the blobs sent.
    public var copiedBytes = WireSize.zero
    /// Blobs that were in the target's registry already.
    public var present = 0

    /// Creates counts of zero.
    public init() {}

    /// Adds one blob.
    mutating func add(_ outcome: BlobOutcome, size: WireSize) {
      switch outcome {
      case .copied:
        copied += 1
        copiedBytes += size
      case .present: present += 1
      }
    }
  }
}

/// What was done for one blob.
public enum BlobOutcome: Sendable, Equatable {
  /// Its bytes were sent.
  case copied
  /// The registry had it, in this repository or one it could be mounted from.
  case present
}

extension ImportResult {
  /// The result of an import that an earlier run finished.
  public init(unchanged request: ImportRequest, digest: Digest) {
    self.init(
      source: request.source.displayName, targets: request.targets.map(\.displayName), digest: digest, mediaType: nil,
      isUnchanged: true, manifests: 0, blobs: BlobCounts())
  }
}
