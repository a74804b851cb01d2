import AcrCore
import AcrSystem
import AcrText
import CEditline

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
  /// The terminal of standard input, where reads do not wait.
  let input: Int32
  let output: Int32
  /// May be changed between two lines.
  public var options: Options
  /// Gives a line about what the text lacks, shown dim below it; called after each key, so it has to be quick.
  public var advise: ((CompletionRequest.Text) -> String?)?
  /// Gives the help that `?` shows, lines with their ends; nil where `?` is a character like others.
  public var explain: ((CompletionRequest.Text) -> String?)?
  /// Gives the role of each byte of the line, called after each key like `advise`; nil for a line without colours.
  var colors: ((CompletionRequest.Text) -> [LineColors.Role])?
  /// Gives what the word before the cursor stands for, asked at a space and at Enter; nil for itself.
  var expand: ((CompletionRequest.Text) -> String?)?
  /// What the next ``expandWord()`` puts in the place of the word before the cursor.
  var expansion: String?
  /// True while pasted text is read, in which no key means anything.
  var isPasting = false
  /// What of the line has been drawn in colours.
  var painted = PaintedLine()
  let complete: ((CompletionRequest.Text) -> Completion)?
  /// Gives the statements before those that the editor began with, the oldest first. Asked once, when the keyboard is quiet or
  /// a key wants the history: thousands of entries take longer to look through than the prompt may take to appear.
  var earlier: (() -> [String])?
  private var history: OpaquePointer
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
  var list: (text: TerminalText, back: Int32)?
  /// Bytes read too far, behind a broken UTF-8 sequence or Escape.
  var heldBytes: [UInt8] = []
  /// Texts of other threads for above the line.
  let visitors = VisitorTexts()
  /// ^C came while a list was shown.
  var interruptIsPending = false
  /// True with vi's key maps.
  var isVi = false
  private(set) var wasInterrupted = false

  /// The descriptor an editor can draw on: nil when standard input or both outputs are no terminals.
  public static var terminalOutput: Int32? {
    guard TerminalDevice.isTerminal(FileDescriptor.input) else { return nil }
    return [FileDescriptor.error, FileDescriptor.output].first(where: TerminalDevice.isTerminal)
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
    ceditline_use_utf8()
    ConsoleSignals.shared.install()
    guard let history = history_init() else { return nil }
    guard let handle = ceditline_open(options.programName, FileDescriptor.input, output) else {
      history_end(history)
      return nil
    }
    self.handle = handle
    self.history = history
    input = TerminalDevice.openReader(of: FileDescriptor.input) ?? FileDescriptor.input
    self.output = output
    self.options = options
    self.complete = complete
    hasPaste = ProcessInformation.variable("TERM") ?? "dumb" != "dumb"
    Self.prepare(history)
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
    ceditline_close(handle)
    history_end(history)
    promptBytes?.deallocate()
    if input != FileDescriptor.input { TerminalDevice.closeReader(input) }
  }

  /// The editor behind libedit's handle, in a callback.
  static func of(_ handle: OpaquePointer?) -> LibeditEditor? {
    guard let handle, let data = ceditline_client_data(handle) else { return nil }
    return Unmanaged<LibeditEditor>.fromOpaque(data).takeUnretainedValue()
  }

  public func remember(_ entry: String) {
    // An entry of the file that would steer the terminal is not offered: libedit would draw it.
    guard entry != entries.last, !entry.isEmpty,
      entry.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) || TerminalText.visible(entry, keepsLines: true) == entry
    else { return }
    entries.append(entry)
    ceditline_history_enter(history, entry)
  }

  private static func prepare(_ history: OpaquePointer) {
    ceditline_history_set_size(history, 20_000)
    ceditline_history_set_unique(history, 1)
  }

  /// Puts the earlier statements before the others, once.
  func takeEarlier() {
    guard let earlier else { return }
    self.earlier = nil
    let newer = entries
    let statements = earlier()
    // libedit's list only grows at its end, so it gets a new one.
    guard !statements.isEmpty, let fresh = history_init() else { return }
    Self.prepare(fresh)
    ceditline_set_history(handle, fresh)
    history_end(history)
    history = fresh
    entries = []
    for entry in statements + newer { remember(entry) }
    recall?.position += entries.count - newer.count
  }

  public func readLine(_ prompt: Prompt, pending: String) throws -> LineResult {
    show(prompt)
    self.pending = pending
    recall = nil
    listing = nil
    list = nil
    note = nil
    suggestion = ""
    forgetColors()
    wasInterrupted = false
    interruptIsPending = false
    // ^Z would leave the terminal raw, and the typed text would be lost.
    TerminalGuard.ignoresSuspend = true
    TerminalGuard.arm(input: input, output: output)
    visitors.open()
    defer {
      FileDescriptor.put(visitors.close(), on: output)
      if hasPaste { FileDescriptor.put("\u{1B}[?2004l", on: output) }
      TerminalGuard.disarm()
      TerminalGuard.ignoresSuspend = false
    }
    // libedit would do this only after it has shown the prompt, and the kernel would echo what is typed in between.
    ceditline_prepare_terminal(handle)
    // Only now, as nothing is echoed any more.
    if hasPaste { FileDescriptor.put(lineStart + "\u{1B}[?2004h", on: output) }
    var count: Int32 = 0
    var failure: Int32 = 0
    var isGone: Int32 = 0
    guard let line = ceditline_gets(handle, &count, &failure, &isGone), count > 0 else {
      if wasInterrupted {
        el_reset(handle)
        return .interrupted
      }
      guard count < 0, failure != 0, isGone == 0 else {
        // A statement is dropped, and the next prompt comes on a line of its own.
        if !pending.isEmpty { FileDescriptor.put("\n", on: output) }
        return .endOfInput
      }
      throw SystemError(failure).acrError("cannot read from the terminal")
    }
    // libedit overwrites its buffer at the next read.
    let bytes = UnsafeRawBufferPointer(start: line, count: Int(count))
    return .line(String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self))
  }

  /// Leads to the first column, on a row of its own where something stands on this one: keys that were typed while a
  /// statement ran, or the output of a program that ended without a line end. libedit takes the first column for granted. As
  /// many blanks as a row has, less one, end in the same row only from its first column on.
  private var lineStart: TerminalText {
    TerminalText(String(repeating: " ", count: max(1, screenSize().columns) - 1)) + "\r"
  }

  /// Shows a text of another thread above the line that is edited.
  /// - Returns: false when no line is edited now; the text is then the caller's to write.
  public func announce(_ text: TerminalText) -> Bool { visitors.leave(text) }

  private func show(_ prompt: Prompt) {
    promptText = prompt.plain
    promptBytes?.deallocate()
    let bytes = prompt.rendered(isColored: options.isColored).utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { copy[index] = byte }
    promptBytes = copy
  }

  /// The cursor leaves the line that ^C drops, which may reach further down.
  func leaveInterruptedLine() {
    wasInterrupted = true
    let (before, after) = line()
    var layout = DisplayLayout(width: screenSize().columns)
    layout.advance(over: promptText + before)
    let row = layout.row
    layout.advance(over: after)
    FileDescriptor.put("^C\(String(repeating: "\n", count: layout.row - row + 1))", on: output)
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
    TerminalDevice.size(output) ?? (80, 24)
  }
}
