import Glibc

/// What stands before the line: pieces of text, some of them styled.
public struct Prompt: Sendable, Equatable {
  /// A text with the parameters of an SGR sequence, for example `2` for dim; nil for plain text.
  public struct Piece: Sendable, Equatable {
    public var text: String
    public var style: String?

    /// Creates a piece.
    public init(_ text: String, style: String? = nil) {
      self.text = text
      self.style = style
    }
  }

  /// Stands around what takes no room on the screen (libedit's EL_PROMPT_ESC).
  static let marker: Unicode.Scalar = "\u{1}"

  /// The pieces in order. The last is plain, because libedit refuses a marker at the end.
  public let pieces: [Piece]

  /// Creates a prompt; control characters are left out.
  public init(_ pieces: [Piece]) {
    self.pieces = pieces.map { piece in
      let scalars = piece.text.unicodeScalars.filter { $0.properties.generalCategory != .control }
      return Piece(String(String.UnicodeScalarView(scalars)), style: piece.style)
    }
  }

  /// The session's prompt, `acrsh> `, with what the session is set to before the `>`.
  /// - Parameters:
  ///   - registry: the registry that commands use by default.
  ///   - isSandbox: changes go to the emulator on this machine.
  ///   - isDryRun: changes are only told.
  public static func main(registry: String? = nil, isSandbox: Bool = false, isDryRun: Bool = false) -> Prompt {
    var pieces = [Piece("acrsh", style: "1")]
    if let registry { pieces += [Piece(" "), Piece(registry, style: "36")] }
    if isSandbox { pieces += [Piece(" "), Piece("[sandbox]", style: "32")] }
    if isDryRun { pieces += [Piece(" "), Piece("[dry run]", style: "33")] }
    return Prompt(pieces + [Piece("> ")])
  }

  /// The prompt of a further line, with what is still open: `{…> `.
  public static func continuation(open: String) -> Prompt { Prompt([Piece("\(open)…", style: "2"), Piece("> ")]) }

  /// The text that is seen.
  public var plain: String { pieces.map(\.text).joined() }

  /// The text for libedit. Two marked groups in a row confuse it, so the end of one style and the start of the next are one
  /// group.
  func rendered(isColored: Bool) -> String {
    guard isColored else { return plain }
    let marker = String(Self.marker)
    var result = ""
    var active = false
    for piece in pieces where !piece.text.isEmpty {
      var sequence = active ? "\u{1B}[0m" : ""
      if let style = piece.style { sequence += "\u{1B}[\(style)m" }
      if !sequence.isEmpty { result += marker + sequence + marker }
      result += piece.text
      active = piece.style != nil
    }
    return active ? result + "\(marker)\u{1B}[0m\(marker) " : result
  }
}

/// Whether a terminal is shown colours.
public enum TerminalStyle {
  /// False off a terminal, with `TERM=dumb` or none, and when `NO_COLOR` is set to anything (no-color.org).
  public static func isColored(_ descriptor: Int32) -> Bool {
    guard isatty(descriptor) == 1, let term = getenv("TERM"), String(cString: term) != "dumb" else { return false }
    return getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  }
}
