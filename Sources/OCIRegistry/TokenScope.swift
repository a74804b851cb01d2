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

  public static func < (left: TokenScope, right: TokenScope) -> Bool { left.description < right.description }
}
