import AcrCore
import AcrSystem
import AcrText
import CEditline

/// ^X^E: the statement in `$VISUAL` or `$EDITOR`, for what is taller than the screen or longer than a line editor is good for.
extension LibeditEditor {
  /// How much a statement may hold that comes back from the editor.
  private static let sizeLimit = 1 << 20

  /// Edits the line in another program, and takes what that leaves; nothing runs before Enter.
  func editOutside() -> UInt8 {
    let (before, after) = line()
    do {
      // Nobody else may read it: it may hold a secret.
      let file = try TemporaryFile(in: ProcessInformation.variable("TMPDIR") ?? "/tmp", permissions: 0o600)
      try file.file.write(Array((before + after + "\n").utf8))
      guard try runEditor(on: file.path) else { return UInt8(CC_NORM) }
      let bytes = try FileSystem.read(file.path, upTo: Self.sizeLimit)
      let text = Self.cleaned(String(decoding: bytes, as: UTF8.self))
      return replaceLine(with: text) ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
    } catch {
      note = error.message
      return UInt8(CC_REFRESH)
    }
  }

  /// - Returns: false when the program says that nothing is to be taken (an exit code other than 0).
  private func runEditor(on path: String) throws(AcrError) -> Bool {
    let setting =
      ["VISUAL", "EDITOR"].lazy.compactMap { ProcessInformation.variable($0) }.first { !$0.isEmpty } ?? "vi"
    let words = setting.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let program = words.first else { return false }
    var command = ChildCommand(program, words.dropFirst() + [path])
    (command.input, command.output, command.errors) = (.inherited, .inherited, .inherited)
    leaveRows()
    if hasPaste { FileDescriptor.put("\u{1B}[?2004l", on: output) }
    ceditline_restore_terminal(handle)
    defer {
      ceditline_prepare_terminal(handle)
      if hasPaste { FileDescriptor.put("\u{1B}[?2004h", on: output) }
      ceditline_redraw(handle)
      forgetColors()
    }
    return try ChildProcess(command).communicate([]).exitCode == 0
  }

  /// The cursor goes below the line, where the other program begins.
  private func leaveRows() {
    let (before, after) = line()
    var layout = DisplayLayout(width: screenSize().columns)
    layout.advance(over: promptText + before)
    let row = layout.row
    layout.advance(over: after)
    FileDescriptor.put(
      TerminalText(String(repeating: "\n", count: layout.row - row + 1)).withCarriageReturns, on: output)
  }
}
