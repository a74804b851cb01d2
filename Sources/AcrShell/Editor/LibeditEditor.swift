import AcrCore
import CEditline
import Glibc

/// The line editor of a terminal: libedit with the bindings people expect, whole-block paste, and Tab.
///
/// Confined to the thread that creates it. It edits on standard error, so that standard output holds data only and may go
/// to a file; when standard error is no terminal, on standard output.
public final class LibeditEditor: LineEditor {
  /// What differs between a person's session and a test.
  public struct Options: Sendable {
    /// Read `$EDITRC` or `~/.editrc`.
    public var readsEditrc: Bool
    /// Show colours; see ``TerminalStyle``.
    public var isColored: Bool
    /// The name that limits lines of `.editrc` (`acrsh:bind …`).
    public var programName: String
    /// Show the rest of an earlier entry behind the line; needs colours, which tell it from what was typed.
    public var suggests: Bool

    /// Creates options.
    public init(
      readsEditrc: Bool = true, isColored: Bool = false, programName: String = "acrsh", suggests: Bool = true
    ) {
      self.readsEditrc = readsEditrc
      self.isColored = isColored
      self.programName = programName
      self.suggests = suggests
    }
  }

  let handle: OpaquePointer
  let input: Int32 = STDIN_FILENO
  let output: Int32
  /// May be changed between two lines.
  public var options: Options
  /// Gives a line about what the text lacks, shown dim below it; called after each key, so it has to be quick.
  public var advise: ((CompletionRequest.Text) -> String?)?
  /// Gives the help that `?` shows, lines with their ends; nil where `?` is a character like others.
  public var explain: ((CompletionRequest.Text) -> String?)?
  let complete: ((CompletionRequest.Text) -> Completion)?
  private let history: OpaquePointer
  private let files: [UnsafeMutablePointer<FILE>]
  /// False on terminals without cursor movement, which know no bracketed paste either.
  let hasPaste: Bool
  private var promptBytes: UnsafeMutablePointer<CChar>?
  private(set) var promptText = ""

  /// Statements for ↑, the oldest first.
  var entries: [String] = []
  /// Where ↑ and ↓ are in `entries`, while the line is what they put there.
  var recall: Recall?
  /// The lines of the statement that were read before this one.
  var pending = ""
  /// What Tab lists; the next Tab at the same place shows its next page.
  var listing: Listing?
  /// Said below the line until the next key.
  var note: String?
  /// What drawn hints offer behind the line.
  var suggestion = ""
  var hintsAreShown = false
  /// A list to print as soon as the cursor has reached the end of the line, and how far it has to go back then.
  var list: (text: String, back: Int32)?
  /// Bytes read too far, behind a broken UTF-8 sequence or Escape.
  var heldBytes: [UInt8] = []
  /// Texts of other threads for above the line.
  let visitors = VisitorTexts()
  /// True with vi's key maps.
  var isVi = false
  private(set) var wasInterrupted = false

  /// The descriptor an editor can draw on: nil when standard input or both outputs are no terminals.
  public static var terminalOutput: Int32? {
    guard isatty(STDIN_FILENO) == 1 else { return nil }
    return [STDERR_FILENO, STDOUT_FILENO].first { isatty($0) == 1 }
  }

  /// Opens the editor; nil when there is no terminal to edit on (use ``PlainEditor``) or no memory for it.
  /// - Parameters:
  ///   - history: statements for ↑, the oldest first.
  ///   - complete: what Tab asks; nil leaves Tab to insert nothing.
  public init?(
    options: Options = Options(), history entries: [String] = [],
    complete: ((CompletionRequest.Text) -> Completion)? = nil
  ) {
    guard let output = Self.terminalOutput else { return nil }
    Self.useUTF8()
    ConsoleSignals.shared.install()
    // Streams of our own: libedit's buffering then never mixes with the program's.
    let modes = [(STDIN_FILENO, "r"), (output, "w"), (output, "w")]
    let files = modes.compactMap { descriptor, mode in
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
      return copy < 0 ? nil : fdopen(copy, mode)
    }
    guard files.count == 3, let history = history_init(),
      let handle = el_init_fd(options.programName, files[0], files[1], files[2], STDIN_FILENO, output, output)
    else {
      for file in files { fclose(file) }
      return nil
    }
    self.handle = handle
    self.history = history
    self.files = files
    self.output = output
    self.options = options
    self.complete = complete
    hasPaste = getenv("TERM").map { String(cString: $0) } ?? "dumb" != "dumb"
    ceditline_history_set_size(history, 20_000)
    ceditline_history_set_unique(history, 1)
    ceditline_set_history(handle, history)
    ceditline_set_client_data(handle, Unmanaged.passUnretained(self).toOpaque())
    ceditline_set_signal_handling(handle, 0)
    ceditline_set_prompt(handle, { LibeditEditor.of($0)?.promptBytes }, CChar(Prompt.marker.value))
    ceditline_set_reader(handle) { editor, scalar in
      guard let self = LibeditEditor.of(editor), let scalar else { return -1 }
      return self.readScalar(into: scalar)
    }
    bindKeys()
    for entry in entries { remember(entry) }
  }

  deinit {
    el_end(handle)
    history_end(history)
    for file in files { fclose(file) }
    free(promptBytes)
  }

  /// The editor behind libedit's handle, in a callback.
  static func of(_ handle: OpaquePointer?) -> LibeditEditor? {
    guard let handle, let data = ceditline_client_data(handle) else { return nil }
    return Unmanaged<LibeditEditor>.fromOpaque(data).takeUnretainedValue()
  }

  /// libedit drops typed characters and crashes on prompts that the locale cannot show, and never sets the locale itself.
  private static func useUTF8() {
    setlocale(LC_CTYPE, "")
    if String(cString: nl_langinfo(nl_item(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
  }

  public func remember(_ entry: String) {
    guard entry != entries.last, !entry.isEmpty else { return }
    entries.append(entry)
    ceditline_history_enter(history, entry)
  }

  public func readLine(_ prompt: Prompt, pending: String) throws -> LineResult {
    show(prompt)
    self.pending = pending
    recall = nil
    listing = nil
    list = nil
    note = nil
    suggestion = ""
    wasInterrupted = false
    // ^Z would leave the terminal raw, and the typed text would be lost.
    var ignore = sigaction()
    var before = sigaction()
    ignore.__sigaction_handler.sa_handler = SIG_IGN
    sigaction(SIGTSTP, &ignore, &before)
    TerminalGuard.arm(input: input, output: output)
    if hasPaste { put("\u{1B}[?2004h", on: output) }
    visitors.open()
    defer {
      put(visitors.close(), on: output)
      if hasPaste { put("\u{1B}[?2004l", on: output) }
      TerminalGuard.disarm()
      sigaction(SIGTSTP, &before, nil)
    }
    // libedit would do this only after it has shown the prompt, and the kernel would echo what is typed in between.
    ceditline_prepare_terminal(handle)
    var count: Int32 = 0
    errno = 0
    guard let line = el_gets(handle, &count), count > 0 else {
      let failure = errno
      if wasInterrupted {
        el_reset(handle)
        return .interrupted
      }
      // EIO: the terminal has gone away.
      guard count < 0, failure != 0, failure != EIO else { return .endOfInput }
      throw AcrError(.invalid, "cannot read from the terminal: \(String(cString: strerror(failure)))")
    }
    // libedit overwrites its buffer at the next read.
    let bytes = UnsafeRawBufferPointer(start: line, count: Int(count))
    return .line(String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self))
  }

  /// Shows a text of another thread above the line that is edited.
  /// - Returns: false when no line is edited now; the text is then the caller's to write.
  public func announce(_ text: String) -> Bool { visitors.leave(text) }

  private func show(_ prompt: Prompt) {
    promptText = prompt.plain
    free(promptBytes)
    promptBytes = strdup(prompt.rendered(isColored: options.isColored))
  }

  /// The cursor leaves the line that ^C drops, which may reach further down.
  func leaveInterruptedLine() {
    wasInterrupted = true
    let (before, after) = line()
    var layout = DisplayLayout(width: screenSize().columns)
    layout.advance(over: promptText + before)
    let row = layout.row
    layout.advance(over: after)
    put("^C" + String(repeating: "\n", count: layout.row - row + 1), on: output)
  }

  /// The text before and behind the cursor.
  func line() -> (before: String, after: String) {
    guard let info = el_line(handle)?.pointee, let start = info.buffer, let cursor = info.cursor,
      let end = info.lastchar
    else { return ("", "") }
    let before = UnsafeRawBufferPointer(start: start, count: cursor - start)
    let after = UnsafeRawBufferPointer(start: cursor, count: end - cursor)
    return (String(decoding: before, as: UTF8.self), String(decoding: after, as: UTF8.self))
  }

  /// The terminal's size, 80 by 24 when it does not say.
  func screenSize() -> (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
