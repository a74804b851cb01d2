import AcrCore

/// What a caller wants to do with a repository.
public enum Access: String, Sendable {
  /// Reading.
  case pull
  /// Reading and writing; registries give no writing without reading.
  case push
}

/// One thing a token shall allow (distribution's token specification, "scope"), for example `repository:NAME:pull,push`.
public struct TokenScope: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let description: String

  /// A scope as it is sent: `type:name:actions`.
  public init(_ text: String) { description = text }

  /// Access to one repository.
  public static func repository(_ name: RepositoryName, _ access: Access) -> TokenScope {
    TokenScope("repository:\(name):\(access == .push ? "pull,push" : "pull")")
  }

  /// The list of repositories.
  public static let catalog = TokenScope("registry:catalog:*")

  /// True where a token for this scope is good for the other one too: the same thing, and all of its actions, whose order
  /// means nothing (docker-registry writes them in a new one each time).
  func covers(_ other: TokenScope) -> Bool {
    if self == other { return true }
    let (mine, others) = (split, other.split)
    return mine.thing == others.thing && mine.actions.isSuperset(of: others.actions)
  }

  private var split: (thing: Substring, actions: Set<Substring>) {
    guard let colon = description.lastIndex(of: ":") else { return (description[...], []) }
    return (description[..<colon], Set(description[description.index(after: colon)...].split(separator: ",")))
  }

  /// The order of the text, so that one set of scopes is always asked for in the same words.
  public static func < (left: TokenScope, right: TokenScope) -> Bool { left.description < right.description }
}

extension Set<TokenScope> {
  /// True where a token for these scopes is good for all the others.
  func cover(_ others: Set<TokenScope>) -> Bool {
    others.allSatisfy { other in contains { $0.covers(other) } }
  }
}
