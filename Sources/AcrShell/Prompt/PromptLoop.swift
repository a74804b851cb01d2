import AcrSystem
import AcrCore

/// Whether a text is a statement that can run.
public enum Completeness: Sendable, Equatable {
  /// It is, or is wrong in a way more lines would not cure.
  case complete
  /// More lines have to come. `open` is what waits for its end: a bracket, a quote, `|` or `\`.
  case incomplete(open: String)
}

/// Reads statements at the prompt and runs each, until the user leaves.
public struct PromptLoop {
  /// What happens after a statement.
  public enum Outcome: Sendable, Equatable {
    case goOn
    /// `exit`, with the process's exit code.
    case leave(Int32)
  }

  /// Where lines come from.
  public var editor: any LineEditor
  /// Where statements are kept; nil to keep none.
  public var history: HistoryStore?
  /// The prompt, asked for before each statement.
  public var prompt: () -> Prompt
  /// Looks at the text so far.
  public var completeness: (String) -> Completeness
  /// Runs a statement on the thread the loop runs on. What went wrong is its own to tell.
  public var run: (String) -> Outcome
  /// Cancels the running statement. Called on another thread, at each ^C.
  public var interrupt: @Sendable () -> Void
  /// Tells the person something, on standard error.
  public var tell: @Sendable (String) -> Void

  /// Creates a loop.
  public init(
    editor: any LineEditor, history: HistoryStore?, prompt: @escaping () -> Prompt,
    completeness: @escaping (String) -> Completeness, run: @escaping (String) -> Outcome,
    interrupt: @escaping @Sendable () -> Void, tell: @escaping @Sendable (String) -> Void
  ) {
    self.editor = editor
    self.history = history
    self.prompt = prompt
    self.completeness = completeness
    self.run = run
    self.interrupt = interrupt
    self.tell = tell
  }

  /// Runs until `exit` or the end of input, and returns the exit code.
  /// - Throws: ``AcrError`` when the input cannot be read.
  public func callAsFunction() throws -> Int32 {
    while true {
      switch try readStatement() {
      case .endOfInput: return 0
      case .interrupted: continue
      case .line(let statement):
        guard statement.contains(where: { !$0.isWhitespace }) else { continue }
        remember(statement)
        if case .leave(let code) = runInterruptibly(statement) { return code }
        if let signal = ConsoleSignals.shared.endSignal { return 128 + signal }
      }
    }
  }

  private func readStatement() throws -> LineResult {
    var text = ""
    var prompt = self.prompt()
    while true {
      switch try editor.readLine(prompt, pending: text) {
      case .interrupted: return .interrupted
      // Half a statement is dropped, like at ^C; only an empty prompt is left.
      case .endOfInput: return text.isEmpty ? .endOfInput : .interrupted
      case .line(let line):
        text += line
        guard case .incomplete(let open) = completeness(text) else { return .line(text) }
        text += "\n"
        prompt = .continuation(open: open)
      }
    }
  }

  private func remember(_ statement: String) {
    guard let history else { return editor.remember(statement) }
    guard history.accepts(statement) else { return }
    editor.remember(statement)
    do {
      try history.append(statement)
    } catch {
      tell("note: the history was not saved: \((error as? AcrError)?.message ?? "\(error)")")
    }
  }

  private func runInterruptibly(_ statement: String) -> Outcome {
    let (interrupt, tell) = (self.interrupt, self.tell)
    return ConsoleSignals.shared.watch { _ in
      // A line end, behind the `^C` that the terminal has echoed.
      tell("")
      interrupt()
    } while: {
      run(statement)
    }
  }
}
