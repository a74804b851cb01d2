/// A password, token or signed URL. It never prints itself, does not compare by order, and is handed out only by
/// ``reveal()``, so that every place that needs the plain text can be found by that name.
public struct Secret: Sendable, Hashable {
  private let value: String

  /// Wraps a plain text.
  public init(_ value: String) { self.value = value }

  /// The plain text. Call it only where the text leaves the process on purpose: an `Authorization` header, a form body.
  public func reveal() -> String { value }

  /// True for the empty text, which no server accepts as a password.
  public var isEmpty: Bool { value.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "secret(…)" }
  public var debugDescription: String { description }
  /// Without this, `dump` and the test library's failure texts would show the stored text.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
