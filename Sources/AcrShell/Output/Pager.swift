import AcrCore
import AcrSystem
import AcrText

/// Shows long texts through the person's pager: `$PAGER`, or `less`. It is started without a shell.
struct Pager: Sendable {
  private let words: [String]

  /// - Parameter setting: the value of `PAGER`; nil for `less`. Nothing is paged when it is empty or `cat`.
  init?(setting: String?) {
    let words = (setting ?? "less").split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first, first != "cat" else { return nil }
    self.words = words
  }

  /// Shows a text and returns when the person has left the pager.
  /// - Parameter isWide: true for lines that are longer than the screen: `less` scrolls them sideways with the arrow keys.
  /// - Returns: false when the pager could not be started, so that nothing has been shown.
  func show(_ text: TerminalText, isWide: Bool = false) -> Bool {
    // As git does it: colours pass, what fits ends at once, the text stays on the screen.
    var environment = ProcessInformation.environment
    if environment["LESS"] == nil { environment["LESS"] = isWide ? "FRXS" : "FRX" }
    var command = ChildCommand(words[0], Array(words.dropFirst()), environment: environment)
    command.output = .inherited
    command.errors = .inherited
    guard let process = try? ChildProcess(command) else { return false }
    // The rest is not read when the pager is left early.
    return process.communicate(text.bytes).exitCode != 127
  }
}
