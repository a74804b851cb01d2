import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem
import AcrText

/// What people type at every prompt without thinking.
enum ScreenCommands {
  static var all: [any Command] { [ClearCommand(), ResetCommand(), QuitCommand()] }

  /// Writes to the terminal, if there is one.
  static func tell(_ text: TerminalText) {
    if let stream = [StandardStream.error, .output].first(where: \.isTerminal) { stream.tell(text) }
  }
}

/// `clear`: empties the screen.
struct ClearCommand: Command {
  let signature = Signature(
    "clear", summary: "Empties the screen",
    description: "Off a terminal it does nothing. ^L does the same while a line is edited, and keeps the line.",
    group: .messages, examples: [.init("An empty screen", "clear")])

  func run(_ call: Call<NoParameters>) throws -> Output {
    // The last one empties what can be scrolled back to.
    ScreenCommands.tell("\u{1B}[H\u{1B}[2J\u{1B}[3J")
    return .nothing
  }
}

/// `reset`: makes a terminal usable again after something wrote binary data to it.
struct ResetCommand: Command {
  let signature = Signature(
    "reset", summary: "Puts the terminal in order and empties the screen",
    description: """
      For a screen that shows strange characters, for example after binary data was written to it: usual characters, \
      colours, cursor and line wrapping. Off a terminal it does nothing.
      """,
    group: .messages, examples: [.init("A terminal in order", "reset")])

  func run(_ call: Call<NoParameters>) throws -> Output {
    // ISO 2022 character sets, soft reset, no other screen, visible cursor, no mouse, wrapping lines.
    ScreenCommands.tell(
      "\u{0F}\u{1B}(B\u{1B}[!p\u{1B}[?1049l\u{1B}[?25h\u{1B}[?1000l\u{1B}[?1002l\u{1B}[?1003l\u{1B}[?7h\u{1B}[0m")
    ScreenCommands.tell("\u{1B}[H\u{1B}[2J\u{1B}[3J")
    return .nothing
  }
}

/// `quit`: `exit`, for those whose fingers say so.
struct QuitCommand: Command {
  let signature = Signature(
    "quit", summary: "Leaves the prompt or script, as `exit` does", group: .messages,
    examples: [.init("Leave", "quit")])

  func run(_ call: Call<NoParameters>) throws -> Output { throw ExitRequest(code: 0) }
}
