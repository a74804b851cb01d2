import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// One entry of a file of mirrors, whichever form the file has.
struct MirrorEntry: Sendable {
  /// What is copied.
  enum Kind: Sendable {
    /// Tags of a repository.
    case repository
    /// Every repository of a registry.
    case registry
    /// One image, perhaps under another tag.
    case image
  }

  var kind: Kind
  /// `HOST/NAME`, a registry's host, or an image's whole reference.
  var source: String
  /// The same for the target.
  var target: String
  /// The tags of one of these sets are copied; all where there is none.
  var tagSets: [MirrorTagSet] = []
  /// Which repositories of a registry.
  var repositories = MirrorNames()
  var newest: Int64?
  var newerThan: Duration?
  var platforms: [String] = []
  var referrers: Bool?
  var prunes = false
  /// Where it stands in the file.
  var span: Span
}

/// Tags, by conditions that all have to hold.
struct MirrorTagSet: Sendable {
  /// Patterns of which one has to fit; none for any tag.
  var patterns: [String] = []
  /// Ranges of versions of which one has to hold; none for any tag.
  var versions: [String] = []
  /// Patterns none of which may fit.
  var except: [String] = []
  /// These very tags, besides those of the patterns. The source has to have them.
  var exact: [String] = []

  /// Compiles the conditions.
  /// - Throws: ``AcrError`` for a pattern that cannot be read.
  func test() throws(AcrError) -> @Sendable (String) -> Bool {
    let patterns = try patterns.map { text throws(AcrError) in try TextPattern(text) }
    let versions = try versions.map { text throws(AcrError) in try TextPattern(versions: text) }
    let except = try except.map { text throws(AcrError) in try TextPattern(text) }
    let exact = Set(exact)
    return { tag in
      if !patterns.isEmpty || !exact.isEmpty, !exact.contains(tag), !patterns.contains(where: { $0.matches(tag) }) {
        return false
      }
      if !versions.isEmpty, !versions.contains(where: { $0.matches(tag) }) { return false }
      return !except.contains { $0.matches(tag) }
    }
  }
}

/// Names, by patterns.
struct MirrorNames: Sendable {
  /// Patterns of which one has to fit; none for any name.
  var allow: [String] = []
  /// Patterns none of which may fit.
  var deny: [String] = []

  /// Compiles the patterns.
  /// - Throws: ``AcrError`` for one that cannot be read.
  func test() throws(AcrError) -> @Sendable (String) -> Bool {
    let set = MirrorTagSet(patterns: allow, except: deny)
    return try set.test()
  }
}

/// A file of mirrors as it was read: entries, credentials, and what is not supported.
struct MirrorFile: Sendable {
  /// The forms that are read.
  enum Form: String, Sendable {
    case own = "acrsh"
    case skopeo
    case regsync
  }

  var form: Form
  var entries: [MirrorEntry] = []
  /// By the host of the registry.
  var credentials: [String: Credentials] = [:]
  /// Who a registry is shown as, by host, for a script that is made of the file.
  var users: [String: String] = [:]
}
