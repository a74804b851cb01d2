/// What other programs of this field have and this one has not, so that the check says so instead of guessing a name that
/// looks alike.
public struct ForeignNames: Sendable {
  /// The foreign command that some words begin with, for example `acr task`; nil where they begin none.
  public var command: @Sendable (_ words: [String]) -> String?
  /// Why a flag that another program's command has is none of the command of the same name here; nil for any other flag.
  public var flag: @Sendable (_ names: [String], _ flag: String) -> String?

  /// Creates names.
  public init(
    command: @escaping @Sendable (_ words: [String]) -> String?,
    flag: @escaping @Sendable (_ names: [String], _ flag: String) -> String?
  ) {
    self.command = command
    self.flag = flag
  }

  /// None are known.
  public static let none = ForeignNames(command: { _ in nil }, flag: { _, _ in nil })
}
