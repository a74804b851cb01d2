extension TerminalScreen {
  /// Performs an escape sequence without parameters.
  mutating func escape(_ intermediates: String, _ final: Character) {
    // With intermediates: choices of character sets, which UTF-8 ignores.
    guard intermediates.isEmpty else { return }
    switch final {
    case "7": saved = (row, column, style)
    case "8": restoreCursor()
    case "D": lineFeed()
    case "E":
      column = 0
      lineFeed()
    case "M":
      wrapIsPending = false
      if row == top { scrollDown(1) } else if row > 0 { row -= 1 }
    case "c":
      let bells = bellCount
      self = TerminalScreen(columns: columns, rows: rows)
      bellCount = bells
    default: break
    }
  }

  /// Performs a control sequence. Unknown ones do nothing, as on a real terminal.
  mutating func perform(_ sequence: ControlSequence) {
    guard sequence.intermediates.isEmpty else { return }
    switch (sequence.marker, sequence.final) {
    case ("?", "h"): setModes(sequence, to: true)
    case ("?", "l"): setModes(sequence, to: false)
    case ("", "m"): setStyle(sequence)
    case ("", "s"): saved = (row, column, style)
    case ("", "u"): restoreCursor()
    case ("", "n"):
      if sequence.number(0) == 6 { answers += Array("\u{1B}[\(row + 1);\(column + 1)R".utf8) }
      if sequence.number(0) == 5 { answers += Array("\u{1B}[0n".utf8) }
    case ("", "c"): answers += Array("\u{1B}[?6c".utf8)
    case ("", _):
      if !moveCursor(sequence) { edit(sequence) }
    default: break
    }
  }

  /// - Returns: whether the sequence is one that moves the cursor.
  private mutating func moveCursor(_ sequence: ControlSequence) -> Bool {
    let count = sequence.number(0)
    switch sequence.final {
    case "A": row = max(row >= top ? top : 0, row - count)
    case "B", "e": row = min(row <= bottom ? bottom : rows - 1, row + count)
    case "C", "a": column = min(columns - 1, column + count)
    case "D": column = max(0, column - count)
    case "E":
      row = min(rows - 1, row + count)
      column = 0
    case "F":
      row = max(0, row - count)
      column = 0
    case "G", "`": column = min(columns, count) - 1
    case "d": row = min(rows, count) - 1
    case "H", "f":
      row = min(rows, count) - 1
      column = min(columns, sequence.number(1)) - 1
    case "I": column = min(columns - 1, (column / 8 + count) * 8)
    case "Z": column = max(0, ((column + 7) / 8 - count) * 8)
    default: return false
    }
    wrapIsPending = false
    return true
  }

  private mutating func edit(_ sequence: ControlSequence) {
    let count = sequence.number(0)
    let room = columns - column
    switch sequence.final {
    case "@":
      cells[row].insert(contentsOf: Array(repeating: Cell(), count: min(count, room)), at: column)
      cells[row].removeLast(min(count, room))
    case "P":
      cells[row].removeSubrange(column..<column + min(count, room))
      cells[row] += Array(repeating: Cell(), count: min(count, room))
    case "X": erase(row, column..<column + min(count, room))
    case "K": eraseLine(sequence.number(0, 0))
    case "J": eraseScreen(sequence.number(0, 0))
    case "L", "M":
      guard (top...bottom).contains(row) else { return }
      let outerTop = top
      // Inserting and deleting lines is scrolling of the part from the cursor on; nothing of it reaches the scrollback.
      top = row
      if sequence.final == "L" {
        scrollDown(count)
      } else {
        let kept = scrolledOff
        scrollUp(count)
        scrolledOff = kept
      }
      top = outerTop
      column = 0
    case "S": scrollUp(count)
    case "T": scrollDown(count)
    case "r":
      let first = sequence.number(0) - 1
      let last = min(rows, sequence.number(1, rows)) - 1
      guard first < last else { return }
      (top, bottom, row, column) = (first, last, 0, 0)
    default: return
    }
    wrapIsPending = false
  }

  private mutating func eraseLine(_ mode: Int) {
    switch mode {
    case 0: erase(row, column..<columns)
    case 1: erase(row, 0..<column + 1)
    case 2: erase(row, 0..<columns)
    default: break
    }
  }

  private mutating func eraseScreen(_ mode: Int) {
    switch mode {
    case 0:
      erase(row, column..<columns)
      for line in row + 1..<max(rows, row + 1) { erase(line, 0..<columns) }
    case 1:
      for line in 0..<row { erase(line, 0..<columns) }
      erase(row, 0..<column + 1)
    case 2: for line in 0..<rows { erase(line, 0..<columns) }
    case 3: scrolledOff = []
    default: break
    }
  }

  private mutating func erase(_ line: Int, _ range: Range<Int>) {
    for column in range { cells[line][column] = Cell() }
  }

  private mutating func restoreCursor() {
    row = min(saved.row, rows - 1)
    column = min(saved.column, columns - 1)
    style = saved.style
    wrapIsPending = false
  }

  /// A new SGR is added to the one in force; one that begins with 0, or is empty, replaces it.
  private mutating func setStyle(_ sequence: ControlSequence) {
    let resets = sequence.numbers.first.map { $0 == nil || $0 == 0 } ?? true
    let rest = resets ? String(sequence.parameters.drop { $0 != ";" }.dropFirst()) : sequence.parameters
    style = resets || style.isEmpty ? rest : "\(style);\(rest)"
  }

  private mutating func setModes(_ sequence: ControlSequence, to isOn: Bool) {
    for number in sequence.numbers {
      switch number {
      case 7: wraps = isOn
      case 25: showsCursor = isOn
      case 2004: bracketsPaste = isOn
      case 47, 1047, 1049: showAlternate(isOn)
      default: break
      }
    }
  }

  private mutating func showAlternate(_ isOn: Bool) {
    guard isOn != isAlternate else { return }
    isAlternate = isOn
    if isOn {
      primary = (cells, row, column)
      cells = Array(repeating: blankLine, count: rows)
    } else if let primary {
      cells = primary.cells
      (row, column) = (min(primary.row, rows - 1), min(primary.column, columns - 1))
      self.primary = nil
      // The size may have changed meanwhile.
      resize(columns: columns, rows: rows)
    }
  }
}
