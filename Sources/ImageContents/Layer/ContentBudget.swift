import AcrCore
import Synchronization

/// How much of an image may be looked at: what a small layer can turn into is its author's choice.
public final class ContentBudget: Sendable {
  private let limits: WireLimits
  private let place: String
  private let files = Mutex<Int64>(0)

  /// Growth is judged from so many bytes on: a large file of zeros is no attack.
  static let unjudged: Int64 = 256 << 20

  /// Creates a budget for one operation.
  /// - Parameter place: what it is about, as the beginning of a sentence: ``the image `HOST/NAME:TAG` ``.
  public init(_ limits: WireLimits = .standard, for place: String) {
    self.limits = limits
    self.place = place
  }

  /// Counts entries of archives.
  /// - Throws: ``AcrError`` of kind `invalid` that says how to raise the limit.
  func takeFile() throws(AcrError) {
    let count = files.withLock { count in
      count += 1
      return count
    }
    guard count <= limits[.files] else { throw limits.exceeded(.files, by: place) }
  }

  /// Checks how far a layer has grown.
  /// - Throws: ``AcrError`` of kind `invalid` that says how to raise the limit.
  func check(_ unpacked: Int64, from packed: Int64, _ name: String) throws(AcrError) {
    guard unpacked <= limits[.unpacked] else { throw limits.exceeded(.unpacked, by: name) }
    guard unpacked > ContentBudget.unjudged else { return }
    let (most, overflow) = max(1, packed).multipliedReportingOverflow(by: limits[.growth])
    guard overflow || unpacked <= most else { throw limits.exceeded(.growth, by: name) }
  }

  /// How many bytes a table of contents may have, decompressed.
  static let mostTable: Int64 = 150 << 20
}
