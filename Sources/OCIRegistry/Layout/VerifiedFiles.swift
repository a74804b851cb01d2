import AcrConcurrency
import AcrCore
import AcrSystem
import Synchronization

/// Which files have the digest that their name says. Each is read once, however often it is asked for, as long as nobody
/// changes it.
final class VerifiedFiles: Sendable {
  private struct Key: Hashable {
    let version: FileStatus.Version
    /// The first half of the digest; the version alone tells files apart.
    let mark: UInt64

    init(_ version: FileStatus.Version, _ digest: Digest) {
      self.version = version
      mark = UInt64(digest.hex.prefix(16), radix: 16) ?? 0
    }
  }

  private struct Reading: Hashable {
    let version: FileStatus.Version
    let algorithm: Digest.Algorithm
  }

  private let right = Mutex<Set<Key>>([])
  private let readings = SingleFlight<Reading, Digest>()

  /// Creates one that knows no file.
  init() {}

  /// The digest of a file's bytes, which is read unless it is known to be `expected`. The file stands somewhere afterwards.
  func digest(of file: OpenFile, expected: Digest) async throws -> Digest {
    let version = file.currentStatus.version
    if right.withLock({ $0.contains(Key(version, expected)) }) { return expected }
    let reading = Reading(version: version, algorithm: expected.algorithm)
    let found = try await readings.value(for: reading) {
      var hasher = DigestHasher(expected.algorithm)
      try file.seek(to: 0)
      while let piece = try file.readPiece(upTo: 1 << 20) {
        try Task.checkCancellation()
        hasher.update(piece)
        await Task.yield()
      }
      return hasher.finalize()
    }
    if found == expected, file.currentStatus.version == version { note(version, found) }
    return found
  }

  /// Notes a file whose bytes were hashed when they were written.
  func note(_ version: FileStatus.Version, _ digest: Digest) {
    right.withLock { _ = $0.insert(Key(version, digest)) }
  }
}
