/// The version that a tag stands for: `1.4.2`, `v1.4`, `2.0.0-rc.1`. Other tags (`latest`, `main`) stand for none.
public struct TagVersion: Comparable, Sendable {
  private let version: SemanticVersion

  /// Reads a tag; nil for one that is no version.
  public init?(_ tag: String) {
    guard let version = TextPattern.version(tag) else { return nil }
    self.version = version
  }

  /// `1.4` of `1.4.2`.
  public var minor: String { "\(version.major).\(version.minor)" }

  /// True for `2.0.0-rc.1`.
  public var isPrerelease: Bool { !version.prerelease.isEmpty }

  public static func < (left: TagVersion, right: TagVersion) -> Bool { left.version < right.version }
  public static func == (left: TagVersion, right: TagVersion) -> Bool { left.version == right.version }
}
