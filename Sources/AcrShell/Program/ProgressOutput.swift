import AcrCommands
import AcrSystem

/// The display of progress that the options and the terminal ask for.
struct ProgressOutput: Sendable {
  /// Takes the progress of imports.
  let progress: any ImportProgress
  /// Shows what requests wait for; nil off a terminal.
  let waits: RequestWaits?
  /// Takes messages of the program; nil where they are lines of text.
  let note: (@Sendable (String) -> Void)?
  private let terminal: TerminalProgress?
  private let end: @Sendable () -> Void

  init(_ format: ProgressFormat, _ environment: [String: String]) {
    let stream = StandardStream.error
    let term = environment["TERM"] ?? ""
    var format = format
    var isTerminal = false
    if format == .auto {
      isTerminal = stream.isTerminal && term != "dumb"
      format = isTerminal ? .auto : environment["CI"] == "true" ? .plain : .none
    }
    switch format {
    case .json:
      let json = JSONProgress(stream: stream)
      (progress, terminal, waits, note, end) = (json, nil, nil, { json.note($0) }, { json.summarize() })
    case .plain:
      let plain = PlainProgress(stream: stream)
      (progress, terminal, waits, note, end) = (plain, nil, nil, nil, { plain.summarize() })
    case .none: (progress, terminal, waits, note, end) = (NoProgress(), nil, nil, nil, {})
    case .auto:
      // The console of Linux has no title.
      let display = TerminalProgress(stream: stream, setsTitle: term != "linux" && !term.isEmpty)
      let waits = RequestWaits { display.show(waiting: $0) }
      (progress, terminal, note, end) = (display, display, nil, { display.summarize() })
      self.waits = waits
    }
  }

  /// Takes lines away that move.
  func clear() { terminal?.clear() }

  /// Says what the imports since the last call came to, when they were many.
  func summarize() { end() }
}
