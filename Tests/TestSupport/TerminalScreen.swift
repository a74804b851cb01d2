/// What a terminal shows: a small model of the xterm control functions that line editors and progress displays use
/// (ECMA-48 and xterm's ctlseqs). Colours are recorded as the last SGR of each cell and change nothing else.
public struct TerminalScreen: Sendable {
  /// One place on the screen.
  struct Cell: Sendable, Equatable {
    /// A character with its combining marks; empty for the right half of a wide character.
    var text = " "
    /// The parameters of the SGR in force, `1;31`; empty for none.
    var style = ""
  }

  /// The size in characters.
  public internal(set) var columns: Int
  /// The size in lines.
  public internal(set) var rows: Int
  /// The cursor's line, from 0.
  public internal(set) var row = 0
  /// The cursor's column, from 0.
  public internal(set) var column = 0
  /// Whether pasted text has to be marked (`CSI ? 2004 h`).
  public internal(set) var bracketsPaste = false
  /// Whether the alternate screen is shown (`CSI ? 1049 h`).
  public internal(set) var isAlternate = false
  /// Whether the cursor is shown (`CSI ? 25 h`).
  public internal(set) var showsCursor = true
  /// How many bells rang.
  public internal(set) var bellCount = 0
  /// The last title set with OSC 0 or 2.
  public internal(set) var title = ""
  /// Lines that left the screen at its top, oldest first.
  public internal(set) var scrolledOff: [String] = []
  /// Answers the terminal owes the program, such as the cursor's position; the driver sends and forgets them.
  var answers: [UInt8] = []

  var cells: [[Cell]]
  var style = ""
  /// The cursor stands behind the last column: the next character goes to the next line.
  var wrapIsPending = false
  var wraps = true
  var top = 0
  var bottom: Int
  var saved = (row: 0, column: 0, style: "")
  var primary: (cells: [[Cell]], row: Int, column: Int)?
  private var parser = Parser()

  /// An empty screen.
  public init(columns: Int = 80, rows: Int = 24) {
    self.columns = columns
    self.rows = rows
    bottom = rows - 1
    cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
  }

  /// The visible lines without spaces at their ends.
  public var lines: [String] { cells.map(Self.text) }

  /// The visible text: ``lines`` without the empty ones at the end, joined with line feeds.
  public var text: String {
    var lines = lines
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  /// The line that the cursor is on.
  public var currentLine: String { lines[row] }

  /// The SGR parameters of a place, `1;31`; empty where there is no style.
  public func style(row: Int, column: Int) -> String { cells[row][column].style }

  /// Takes bytes that a program wrote. Sequences and characters may be split between calls.
  public mutating func feed(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      guard let action = parser.take(byte) else { continue }
      switch action {
      case .print(let scalar): print(scalar)
      case .control(let byte): control(byte)
      case .escape(let intermediates, let final): escape(intermediates, final)
      case .sequence(let sequence): perform(sequence)
      case .operatingSystem(let text): setTitle(text)
      }
    }
  }

  /// Takes text that a program wrote.
  public mutating func feed(_ text: String) { feed(text.utf8) }

  /// Changes the size. Lines are cut or filled, not wrapped anew; lines above the cursor go where the rows get fewer.
  public mutating func resize(columns: Int, rows: Int) {
    while cells.count > rows {
      if row > 0 && row >= rows {
        scrolledOff.append(Self.text(cells.removeFirst()))
        row -= 1
      } else {
        cells.removeLast()
      }
    }
    self.columns = columns
    self.rows = rows
    for index in cells.indices {
      let line = cells[index].prefix(columns)
      cells[index] = line + Array(repeating: Cell(), count: columns - line.count)
    }
    while cells.count < rows { cells.append(blankLine) }
    top = 0
    bottom = rows - 1
    row = min(row, rows - 1)
    column = min(column, columns - 1)
    wrapIsPending = false
  }

  var blankLine: [Cell] { Array(repeating: Cell(), count: columns) }

  static func text(_ line: [Cell]) -> String {
    var text = line.map(\.text).joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  private mutating func setTitle(_ text: String) {
    if text.hasPrefix("0;") || text.hasPrefix("2;") { title = String(text.dropFirst(2)) }
  }

  private mutating func print(_ scalar: Unicode.Scalar) {
    let width = Self.width(scalar)
    if width == 0 {
      // A combining mark belongs to the character in front of the cursor.
      var target = wrapIsPending ? column : column - 1
      if target > 0 && cells[row][target].text.isEmpty { target -= 1 }
      if target >= 0 { cells[row][target].text.unicodeScalars.append(scalar) }
      return
    }
    if wrapIsPending || column + width > columns {
      if wraps {
        column = 0
        lineFeed()
      } else {
        column = max(0, columns - width)
      }
      wrapIsPending = false
    }
    clearHalves(from: column, width: width)
    cells[row][column] = Cell(text: String(Character(scalar)), style: style)
    if width == 2 && column + 1 < columns { cells[row][column + 1] = Cell(text: "", style: style) }
    if column + width >= columns {
      column = columns - 1
      wrapIsPending = wraps
    } else {
      column += width
    }
  }

  /// Turns a wide character into spaces where only one half of it is about to be overwritten.
  private mutating func clearHalves(from column: Int, width: Int) {
    if cells[row][column].text.isEmpty && column > 0 { cells[row][column - 1] = Cell() }
    let next = column + width
    if next < columns && cells[row][next].text.isEmpty { cells[row][next] = Cell() }
  }

  private mutating func control(_ byte: UInt8) {
    switch byte {
    case 0x07: bellCount += 1
    case 0x08:
      if column > 0 { column -= 1 }
      wrapIsPending = false
    case 0x09:
      column = min(columns - 1, (column / 8 + 1) * 8)
      wrapIsPending = false
    case 0x0A, 0x0B, 0x0C: lineFeed()
    case 0x0D:
      column = 0
      wrapIsPending = false
    default: break
    }
  }

  mutating func lineFeed() {
    wrapIsPending = false
    if row == bottom {
      scrollUp(1)
    } else if row < rows - 1 {
      row += 1
    }
  }

  mutating func scrollUp(_ count: Int) {
    for _ in 0..<min(count, bottom - top + 1) {
      let line = cells.remove(at: top)
      if top == 0 && !isAlternate { scrolledOff.append(Self.text(line)) }
      cells.insert(blankLine, at: bottom)
    }
  }

  mutating func scrollDown(_ count: Int) {
    for _ in 0..<min(count, bottom - top + 1) {
      cells.remove(at: bottom)
      cells.insert(blankLine, at: top)
    }
  }

  /// How many columns a character takes: 0 for combining marks, 2 for East Asian wide characters and emoji.
  static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return 2
    default: return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }
}
