/// A correction that an editor can carry out.
public struct Fix: Sendable, Equatable {
  /// What it does, as a menu shows it: ``Replace with `--name` ``.
  public var title: String
  /// What to change, in the text of the diagnostic. The spans do not overlap.
  public var edits: [Edit]
  /// True where it is very likely what was meant, so that "fix all" may do it unasked.
  public var isSure: Bool

  /// A stretch of the text, and what takes its place.
  public struct Edit: Sendable, Equatable {
    /// The stretch; empty where something is put in.
    public var span: Span
    /// The new text.
    public var text: String

    /// Creates an edit.
    public init(_ span: Span, _ text: String) {
      self.span = span
      self.text = text
    }

    /// Puts a text in at an offset.
    public static func insert(_ text: String, at offset: Int) -> Edit {
      Edit(Span(Int32(clamping: offset), Int32(clamping: offset)), text)
    }
  }

  /// Creates a correction.
  public init(_ title: String, _ edits: [Edit], isSure: Bool = false) {
    self.title = title
    self.edits = edits
    self.isSure = isSure
  }

  /// The usual one: another name at the same place.
  public static func replace(_ span: Span, with text: String, isSure: Bool = false) -> Fix {
    Fix("Replace with `\(text)`", [Edit(span, text)], isSure: isSure)
  }
}

extension Source {
  /// The text after edits that do not overlap.
  public func applying(_ edits: [Fix.Edit]) -> [UInt8] {
    var result = bytes
    for edit in edits.sorted(by: { $0.span.start > $1.span.start }) {
      let start = min(max(0, Int(edit.span.start)), result.count)
      let end = min(max(start, Int(edit.span.end)), result.count)
      result.replaceSubrange(start..<end, with: edit.text.utf8)
    }
    return result
  }
}
