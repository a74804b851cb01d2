import AcrCore
import Synchronization

/// Listings of layers that were read, by digest, up to so many bytes: the ones used longest ago go first.
public final class ListingCache: Sendable {
  private struct Kept {
    var listing: LayerListing
    var used: Int
  }

  private struct State {
    var kept: [Digest: Kept] = [:]
    var bytes = 0
    var clock = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  /// Creates an empty cache.
  /// - Parameter limit: how many bytes of listings are kept.
  public init(limit: Int = 16 << 20) { self.limit = limit }

  /// How many bytes are kept.
  public var bytes: Int { state.withLock { $0.bytes } }

  /// A listing that is kept; nil for others, and for one without hashes where they are wanted.
  func listing(_ digest: Digest, isHashed: Bool) -> LayerListing? {
    state.withLock { state in
      guard let kept = state.kept[digest], kept.listing.isHashed || !isHashed else { return nil }
      state.clock += 1
      state.kept[digest]?.used = state.clock
      return kept.listing
    }
  }

  /// Keeps a listing, unless it is larger than all that may be kept.
  func keep(_ listing: LayerListing, _ digest: Digest) {
    guard listing.memory <= limit else { return }
    state.withLock { state in
      if let old = state.kept.removeValue(forKey: digest) { state.bytes -= old.listing.memory }
      state.clock += 1
      state.kept[digest] = Kept(listing: listing, used: state.clock)
      state.bytes += listing.memory
      while state.bytes > limit, let oldest = state.kept.min(by: { $0.value.used < $1.value.used }) {
        state.kept[oldest.key] = nil
        state.bytes -= oldest.value.listing.memory
      }
    }
  }
}
