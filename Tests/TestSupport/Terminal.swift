import Foundation

/// A program on a pseudo-terminal, with a model of what the terminal shows.
///
/// The terminal is the program's controlling terminal, so `^C` and the size work as they do for a person.
public final class Terminal: Sendable {
  /// A key, as xterm sends it.
  public enum Key: Sendable {
    /// `\r`, `\t`, Esc alone, and 0x7F.
    case enter, tab, escape, backspace
    /// CSI A to D.
    case up, down, right, left
    /// Editing keys.
    case home, end, delete, pageUp, pageDown, shiftTab
    /// Control and a letter: `.control("c")` is 0x03.
    case control(Character)
    /// Alt and a letter: Esc and the letter.
    case alt(Character)

    /// ^C
    public static let controlC = Key.control("c")
    /// ^D
    public static let controlD = Key.control("d")
    /// ^R
    public static let controlR = Key.control("r")

    /// What the key sends.
    public var bytes: [UInt8] {
      switch self {
      case .enter: [0x0D]
      case .tab: [0x09]
      case .escape: [0x1B]
      case .backspace: [0x7F]
      case .up: Array("\u{1B}[A".utf8)
      case .down: Array("\u{1B}[B".utf8)
      case .right: Array("\u{1B}[C".utf8)
      case .left: Array("\u{1B}[D".utf8)
      case .home: Array("\u{1B}[H".utf8)
      case .end: Array("\u{1B}[F".utf8)
      case .delete: Array("\u{1B}[3~".utf8)
      case .pageUp: Array("\u{1B}[5~".utf8)
      case .pageDown: Array("\u{1B}[6~".utf8)
      case .shiftTab: Array("\u{1B}[Z".utf8)
      case .control(let letter): letter.asciiValue.map { [$0 & 0x1F] } ?? []
      case .alt(let letter): [0x1B] + Array(String(letter).utf8)
      }
    }
  }

  private struct State: Sendable {
    var screen: TerminalScreen
    var transcript: [UInt8] = []
    var isOpen = true
    var isStopped = false
  }

  private let child: ChildProcess
  private let master: Int32
  private let state: Monitor<State>

  /// Starts a program on a new pseudo-terminal.
  /// - Parameter program: its ``Program/input`` is not used. `TERM` is `xterm-256color` unless its environment says otherwise.
  public init(_ program: Program, columns: Int = 80, rows: Int = 24) throws {
    let pair = try PseudoTerminal.open()
    master = pair.master
    do {
      try Self.setSize(master, columns, rows)
      child = try ChildProcess(
        executable: try Program.locate(program.executable), arguments: program.arguments,
        environment: program.environment.merging(["TERM": "xterm-256color"]) { old, _ in old },
        directory: program.directory, streams: .terminal(pair.path))
    } catch {
      close(master)
      throw error
    }
    state = Monitor(State(screen: TerminalScreen(columns: columns, rows: rows)))
    let master = master
    Thread.detachNewThread { [state] in
      while let bytes = Pipe.read(master) {
        let answers = state.update { state in
          state.transcript += bytes
          state.screen.feed(bytes)
          defer { state.screen.answers = [] }
          return state.screen.answers
        }
        Pipe.write(answers, to: master)
      }
      state.update { $0.isOpen = false }
    }
  }

  /// What the terminal shows now.
  public var screen: TerminalScreen { state.current.screen }
  /// Every byte the program wrote so far, as text.
  public var transcript: String { String(decoding: state.current.transcript, as: UTF8.self) }
  /// The id of the program's process.
  public var identifier: Int32 { child.identifier }
  /// Whether the program has not ended yet.
  public var isRunning: Bool { child.result == nil }

  /// Types text as it is, without Enter.
  public func type(_ text: String) { Pipe.write(Array(text.utf8), to: master) }

  /// Presses keys, one after the other.
  public func press(_ keys: Key...) { for key in keys { Pipe.write(key.bytes, to: master) } }

  /// Pastes text: between the markers of bracketed paste if the program switched that on; line feeds become carriage returns,
  /// as xterm does it.
  public func paste(_ text: String) {
    let body = text.replacingOccurrences(of: "\n", with: "\r")
    type(screen.bracketsPaste ? "\u{1B}[200~\(body)\u{1B}[201~" : body)
  }

  /// Types text and presses Enter.
  public func enter(_ text: String) { type(text + "\r") }

  /// Waits until the visible screen contains a text.
  /// - Throws: ``TestSupportError`` with the screen when the time is over, or the program ended without it.
  public func expect(_ text: String, within duration: Duration = .seconds(60)) async throws {
    try await expect("the text \(text.debugDescription)", within: duration) { $0.text.contains(text) }
  }

  /// Waits until the screen satisfies a condition.
  /// - Parameter what: what is waited for, for the message.
  /// - Throws: ``TestSupportError`` with the screen when the time is over, or the program ended without it.
  public func expect(
    _ what: String, within duration: Duration = .seconds(60),
    _ isSatisfied: @escaping @Sendable (TerminalScreen) -> Bool
  ) async throws {
    let (screen, isFound) = try await onThread { [state] in
      // The program goes on meanwhile: what counts is that it was so once.
      var isFound = false
      _ = state.wait(until: Date() + duration.seconds) { state in
        isFound = isSatisfied(state.screen)
        return isFound || !state.isOpen
      }
      return (state.current.screen, isFound)
    }
    guard isFound else {
      throw TestSupportError(
        "the terminal does not show \(what)\(isRunning ? "" : ", and the program ended"); it shows:\n\(screen.text)\n"
          + "cursor: line \(screen.row), column \(screen.column)")
    }
  }

  /// Waits for the end of the program.
  /// - Throws: ``TestSupportError`` with the screen when the time is over.
  @discardableResult
  public func wait(within duration: Duration = .seconds(60)) async throws -> ProgramResult.Ending {
    let ending = try await onThread { [child, state] in
      let ending = child.wait(until: Date() + duration.seconds)
      // The rest of the output may still be in the terminal.
      if ending != nil { _ = state.wait(until: Date() + 2) { !$0.isOpen } }
      return ending
    }
    guard let ending else { throw TestSupportError("the program did not end; the terminal shows:\n\(screen.text)") }
    return ending
  }

  /// Changes the size; the program gets SIGWINCH from the system.
  public func resize(columns: Int, rows: Int) throws {
    state.update { $0.screen.resize(columns: columns, rows: rows) }
    try Self.setSize(master, columns, rows)
  }

  /// Sends a signal to the program's process alone.
  public func send(_ signal: Int32) { child.send(signal) }

  /// Ends the program (SIGHUP, then SIGKILL), waits for it and releases the terminal. A second call does nothing.
  public func stop() {
    let isFirst = state.update { state in
      defer { state.isStopped = true }
      return !state.isStopped
    }
    guard isFirst else { return }
    child.send(SIGHUP)
    if child.wait(until: Date() + 1) == nil { child.terminate(grace: .seconds(1)) }
    // The reading thread sees the end (EIO) once nobody has the other side open. Where a descendant of the program keeps it
    // open, the thread and the descriptor stay until that one ends too.
    if state.wait(until: Date() + 5, { !$0.isOpen }) { close(master) }
  }

  private static func setSize(_ descriptor: Int32, _ columns: Int, _ rows: Int) throws {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0 else { throw TestSupportError.system("TIOCSWINSZ") }
  }
}

/// Runs `body` with a program on a ``Terminal`` and ends it afterwards, also when `body` throws.
public func withTerminal<Result>(
  _ program: Program, columns: Int = 80, rows: Int = 24, isolation: isolated (any Actor)? = #isolation,
  _ body: (Terminal) async throws -> Result
) async throws -> Result {
  let terminal = try Terminal(program, columns: columns, rows: rows)
  defer { terminal.stop() }
  return try await body(terminal)
}
