/// One finding with a place: from the parser, the check, or a run. Printers turn it into the layout people see or JSON.
public struct Diagnostic: Sendable {
  /// How bad it is: an error stops the run.
  public enum Severity: String, Sendable { case error, warning, note }

  /// How bad it is.
  public var severity: Severity
  /// The error's kind at run time (`throttled`); nil for findings of the check.
  public var kind: String?
  /// One sentence without a final full stop.
  public var message: String
  /// The text it is about; nil when there is none (a file that cannot be read).
  public var source: Source?
  /// Where; the caret line marks it.
  public var span: Span?
  /// What stands behind the carets: "did you mean `--name`?", or what was being done.
  public var label: String?
  /// `= name: text` lines: in, request, note, …
  public var notes: [Note]
  /// The cure, as `= help: …`.
  public var help: String?
  /// The cures that can be carried out, the likeliest first.
  public var fixes: [Fix] = []
  /// True when the text names something that nobody knows: a command, flag, function or variable.
  public internal(set) var isUnknownName = false

  /// A line behind the text: `request: 1f2e…`.
  public struct Note: Sendable, Equatable {
    /// What stands in front of the colon.
    public var name: String
    /// What stands behind it.
    public var text: String

    /// Creates a note.
    public init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  /// Creates a finding; without a source it has no place.
  public init(
    _ severity: Severity = .error, kind: String? = nil, _ message: String, source: Source?, span: Span?,
    label: String? = nil, notes: [Note] = [], help: String? = nil
  ) {
    self.severity = severity
    self.kind = kind
    self.message = message
    self.source = source
    self.span = span
    self.label = label
    self.notes = notes
    self.help = help
  }
}
