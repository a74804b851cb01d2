import AcrSystem
import AcrText

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

  /// Creates a prompt; what a terminal would obey is shown as escapes.
  public init(_ pieces: [Piece]) {
    self.pieces = pieces.map { Piece(TerminalText.visible($0.text), style: $0.style) }
  }

  /// What the session's prompt shows before its `>`; what is nil or false is left out.
  public struct State: Sendable, Equatable {
    /// What stands in front.
    public var text = "acrsh"
    /// Where the person is; else the registry signed in to, or that commands use by default.
    public var registry: String?
    /// Who is signed in.
    public var identity: String?
    /// Changes go to the emulator on this machine.
    public var isSandbox = false
    /// Changes are only told.
    public var isDryRun = false
    /// How the last entry failed: the kind of its error.
    public var failure: String?
    /// How long the last entry took.
    public var duration: String?

    /// Creates a state with nothing to show but the text.
    public init() {}
  }

  /// The session's prompt: `acrsh> `, with what there is to show before the `>`.
  public static func main(_ state: State = State()) -> Prompt {
    var pieces = [Piece(state.text, style: "1")]
    func add(_ text: String?, _ style: String) {
      if let text, !text.isEmpty {
        pieces += [Piece(pieces.last?.text.isEmpty ?? true ? "" : " "), Piece(text, style: style)]
      }
    }
    add(state.registry, "36")
    add(state.identity, "34")
    add(state.isSandbox ? "[sandbox]" : nil, "32")
    add(state.isDryRun ? "[dry run]" : nil, "33")
    add(state.failure.map { "✗ \($0)" }, "31")
    add(state.duration, "2")
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
    guard TerminalDevice.isTerminal(descriptor), let term = ProcessInformation.variable("TERM"), term != "dumb"
    else { return false }
    return ProcessInformation.variable("NO_COLOR")?.isEmpty ?? true
  }

  /// True where the locale says that the terminal knows no more than ASCII. Without a locale, as in most containers,
  /// terminals know UTF-8.
  static var isASCII: Bool {
    isASCII(
      locale: ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { ProcessInformation.variable($0) }.first { !$0.isEmpty })
  }

  /// Whether a locale such as `C` or `de_DE.ISO-8859-1` is not one of UTF-8.
  static func isASCII(locale: String?) -> Bool {
    guard let locale else { return false }
    guard let dot = locale.firstIndex(of: ".") else { return locale == "C" || locale == "POSIX" }
    return !["utf-8", "utf8"].contains { locale[dot...].lowercased().dropFirst().hasPrefix($0) }
  }
}
