import AcrCore
import OCIRegistry

/// A rule of a purge: which tags and manifests it fits, and whether those are kept or deleted.
///
/// Rules stand in an order, and the first one that fits decides. What no rule fits is kept.
public struct PurgeRule: Sendable {
  /// What becomes of what a rule fits.
  public enum Action: String, Sendable {
    case keep, delete
  }

  /// The newest of several: those that a rule to keep fits, and those that a rule to delete leaves out.
  public struct Newest: Sendable {
    /// How many of each group.
    public var count: Int
    /// The group of a tag; nil for one that is in none, which the rule does not fit. Nil for one group of a repository.
    public var group: (@Sendable (TagName) -> String?)?
    /// The order of tags by their names, the older one first; nil for the order of their times.
    public var isOlder: (@Sendable (TagName, TagName) -> Bool)?

    /// Creates a choice of the newest.
    public init(
      _ count: Int, group: (@Sendable (TagName) -> String?)? = nil,
      isOlder: (@Sendable (TagName, TagName) -> Bool)? = nil
    ) {
      self.count = count
      self.group = group
      self.isOlder = isOlder
    }
  }

  /// How the plan names it.
  public var name: String
  /// Whether it keeps or deletes.
  public var action: Action
  /// What has to hold, all of it.
  public var conditions: [PurgeCondition]
  /// The newest of what the conditions fit: a rule to keep fits these only, a rule to delete all others.
  public var newest: Newest?

  /// Creates a rule.
  public init(_ name: String, _ action: Action, _ conditions: [PurgeCondition] = [], newest: Newest? = nil) {
    self.name = name
    self.action = action
    self.conditions = conditions
    self.newest = newest
  }
}

extension PurgeRule {
  /// True for a rule that is about what is in quarantine.
  var namesQuarantine: Bool {
    conditions.contains { if case .quarantined(true) = $0 { true } else { false } }
  }
}

/// A test of a text, with the words that a person wrote for it.
public struct TextTest: Sendable {
  /// As it was written.
  public let text: String
  /// Whether a text passes.
  public let matches: @Sendable (String) -> Bool

  /// Creates a test.
  public init(_ text: String, _ matches: @escaping @Sendable (String) -> Bool) {
    self.text = text
    self.matches = matches
  }
}

/// One thing that a rule asks of a tag or manifest.
public enum PurgeCondition: Sendable {
  /// What needs a manifest, apart from tags.
  public enum Use: String, Sendable, CaseIterable {
    /// An index lists it.
    case index
    /// It is about another manifest: a signature, an SBOM.
    case subject
    /// Neither.
    case nothing
  }

  /// The repository's name passes one of these.
  case repository([TextTest])
  /// It is a tag, and its name passes one of these.
  case tag([TextTest])
  /// It is a manifest without a tag.
  case untagged
  /// It was last changed longer ago than this; without a known time it was not.
  case olderThan(Duration)
  /// It was changed since; without a known time it was.
  case newerThan(Duration)
  /// It is an image of one of these platforms, or an index with such an image.
  case platform([Platform])
  /// The type of the artifact or of its configuration passes one of these.
  case artifactType([TextTest])
  /// The annotation of this name passes one of these.
  case annotation(String, [TextTest])
  /// The image has more bytes than this, everything below it counted once.
  case largerThan(WireSize)
  /// The image has fewer bytes than this.
  case smallerThan(WireSize)
  /// A lock forbids deleting or changing it; or none does.
  case locked(Bool)
  /// An Azure registry holds it in quarantine; or it does not.
  case quarantined(Bool)
  /// What needs its manifest, apart from tags.
  case usedBy(Use)
  /// It is, or lists, one of these manifests.
  case digests(Set<Digest>)
}

/// The rules of a purge, with what they need to be known.
public struct PurgeRules: Sendable {
  /// The rules, in their order.
  public var rules: [PurgeRule]

  /// Creates rules.
  public init(_ rules: [PurgeRule]) { self.rules = rules }

  /// True where a rule deletes.
  public var deletes: Bool { rules.contains { $0.action == .delete } }

  /// True where a rule deletes what is in quarantine, and says so.
  var deletesQuarantined: Bool { rules.contains { $0.action == .delete && $0.namesQuarantine } }

  /// The annotations that rules look at.
  var annotations: Set<String> {
    Set(
      rules.flatMap(\.conditions).compactMap { condition in
        if case .annotation(let name, _) = condition { name } else { nil }
      })
  }

  /// Whether a rule looks at times.
  var needTimes: Bool {
    rules.contains { rule in
      (rule.newest != nil && rule.newest?.isOlder == nil)
        || rule.conditions.contains { condition in
          switch condition {
          case .olderThan, .newerThan: true
          default: false
          }
        }
    }
  }

  /// Whether a rule looks at what only a manifest itself tells.
  var needManifests: Bool {
    rules.contains { rule in
      rule.conditions.contains { condition in
        switch condition {
        case .artifactType, .annotation, .largerThan, .smallerThan, .usedBy(.subject), .usedBy(.nothing): true
        default: false
        }
      }
    }
  }

  /// Whether rules look at nothing but what the lists of an Azure registry tell.
  var needOnlyLists: Bool {
    rules.allSatisfy { rule in
      rule.conditions.allSatisfy { condition in
        switch condition {
        case .repository, .tag, .untagged, .olderThan, .newerThan, .locked, .quarantined: true
        default: false
        }
      }
    }
  }

  /// Whether a rule looks at platforms.
  var needPlatforms: Bool {
    rules.contains { rule in
      rule.conditions.contains { condition in if case .platform = condition { true } else { false } }
    }
  }

  /// The rules that can fit something in a repository.
  func fitting(_ repository: RepositoryName) -> [PurgeRule] {
    rules.filter { rule in
      rule.conditions.allSatisfy { condition in
        guard case .repository(let tests) = condition else { return true }
        return tests.contains { $0.matches(repository.name) }
      }
    }
  }
}
