import AcrCore
import AcrRuntime
import AcrSystem
import ImportCore
import OCIRegistry

/// What people write in rules, as the engine takes it.
enum RuleWords {
  /// A glob, an expression between slashes, or a range of versions.
  static func pattern(_ text: String) throws(AcrError) -> TextTest {
    let pattern = try TextPattern(text)
    return TextTest(text) { pattern.matches($0) }
  }

  /// A range of versions.
  static func versions(_ text: String) throws(AcrError) -> TextTest {
    let pattern = try TextPattern(versions: text)
    return TextTest(text) { pattern.matches($0) }
  }

  /// Versions with a part such as `-rc.1`, or those without. A tag that is no version is neither.
  static func prerelease(_ isWanted: Bool) -> TextTest {
    TextTest(isWanted ? "a prerelease" : "a release") { TagVersion($0)?.isPrerelease == isWanted }
  }

  /// Every tag.
  static let anything = TextTest("*") { _ in true }

  /// Groups of tags: `repository` for one group, `minor` for a group of each minor version, newest version last, or an
  /// expression, whose first group tells.
  static func grouped(_ newest: PurgeRule.Newest, by text: String) throws(AcrError) -> PurgeRule.Newest {
    var newest = newest
    switch text {
    case "repository": break
    case "minor":
      newest.group = { TagVersion($0.name)?.minor }
      newest.isOlder = isOlderVersion
    default:
      let pattern = try TextPattern(text)
      guard pattern.isExpression else {
        throw AcrError(
          .usage, "`\(text)` is no group", help: "it is `repository`, `minor`, or an expression such as `/^([a-z]+)-/`")
      }
      newest.group = { pattern.group(in: $0.name) }
    }
    return newest
  }

  /// Versions by their precedence; what is no version is older than all of them.
  static let isOlderVersion: @Sendable (TagName, TagName) -> Bool = { left, right in
    switch (TagVersion(left.name), TagVersion(right.name)) {
    case (let first?, let second?) where first != second: first < second
    case (nil, _?): true
    case (_?, nil): false
    default: VersionOrder.precedes(left.name, right.name)
    }
  }
}

/// Digests in a file of any form: a list, a table, the output of `kubectl get pods -o json`.
enum DigestList {
  /// Larger files are something else.
  private static let limit = 256 << 20

  /// Reads every digest that stands in a file.
  /// - Throws: ``AcrError``: `invalid` for a file without one, and for a file that cannot be read.
  static func read(_ path: String) throws(AcrError) -> Set<Digest> {
    let bytes = try FileSystem.read(path, upTo: limit, .anything)
    var found: Set<Digest> = []
    for algorithm in Digest.Algorithm.allCases {
      let head = Array("\(algorithm.rawValue):".utf8)
      var index = 0
      while index + head.count + algorithm.hexLength <= bytes.count {
        guard bytes[index] == head[0], bytes[index..<index + head.count].elementsEqual(head) else {
          index += 1
          continue
        }
        let hex = bytes[index + head.count..<index + head.count + algorithm.hexLength]
        if let digest = try? Digest("\(algorithm.rawValue):\(String(decoding: hex, as: UTF8.self))") {
          found.insert(digest)
        }
        index += head.count
      }
    }
    guard !found.isEmpty else {
      throw AcrError(
        .invalid, "`\(path)` holds no digest", help: "it has to hold digests such as `sha256:…`, in any form")
    }
    return found
  }
}
