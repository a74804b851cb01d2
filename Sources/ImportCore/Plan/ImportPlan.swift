import AcrCore
import OCIRegistry

/// What an import will do, made by reading only.
public struct ImportPlan: Sendable {
  /// The manifest the targets will name.
  public let root: FetchedManifest
  /// Manifests under the root by depth, the deepest level first: those of one level do not refer to each other.
  public let levels: [[PlannedManifest]]
  /// The blobs of all manifests, each once, in the order of the manifests.
  public let blobs: [Descriptor]
  /// What each target has now, in the request's order.
  public let states: [TargetState]
  /// The digest of the source's index, where ``root`` is that index without some of its platforms.
  public var trimmedFrom: Digest?

  /// What a target's tag points at before the import.
  public enum TargetState: Sendable, Equatable {
    /// The tag does not exist.
    case missing
    /// The tag points at the root already.
    case same
    /// The tag points at another manifest.
    case other(Digest)
    /// There is no tag to look at; the manifest itself is not there.
    case untagged
  }

  /// All manifests under the root, each behind everything it refers to.
  public var children: [PlannedManifest] { levels.flatMap(\.self) }

  /// True when every target has the root already.
  public var isUnchanged: Bool { states.allSatisfy { $0 == .same } }

  /// The bytes of all blobs together.
  public var totalBytes: WireSize { blobs.totalSize }
}
