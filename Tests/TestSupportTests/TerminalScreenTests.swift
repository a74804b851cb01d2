import Testing

@testable import TestSupport

/// The terminal's model against what xterm does.
@Suite struct TerminalScreenTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let lines: [String]
    let cursor: [Int]
    var testDescription: String { name }

    init(_ name: String, _ input: String, _ lines: [String], _ cursor: [Int]) {
      self.name = name
      self.input = input.replacing("^[", with: "\u{1B}")
      self.lines = lines
      self.cursor = cursor
    }
  }

  /// On a screen of 6 columns and 3 rows; the cursor is row and column from 0.
  static let cases = [
    Case("text and line ends", "ab\r\ncd", ["ab", "cd", ""], [1, 2]),
    Case("line feed keeps the column", "ab\ncd", ["ab", "  cd", ""], [1, 4]),
    Case("the wrap waits for the next character", "abcdef", ["abcdef", "", ""], [0, 5]),
    Case("the next character wraps", "abcdefg", ["abcdef", "g", ""], [1, 1]),
    Case("a return cancels the waiting wrap", "abcdef\rX", ["Xbcdef", "", ""], [0, 1]),
    Case("a backspace cancels the waiting wrap", "abcdef\u{8}X", ["abcdXf", "", ""], [0, 5]),
    Case("wrap off", "^[[?7labcdefgh", ["abcdeh", "", ""], [0, 5]),
    Case("tab stops, and the margin", "\tX", ["     X", "", ""], [0, 5]),
    Case("scrolls at the bottom", "1\r\n2\r\n3\r\n4", ["2", "3", "4"], [2, 1]),
    Case("cursor movement stops at the edges", "^[[9A^[[9D^[[9B^[[9CX", ["", "", "     X"], [2, 5]),
    Case("position and column", "^[[2;3HX^[[1GY^[[HZ", ["Z", "Y X", ""], [0, 1]),
    Case("erase to the end of line", "abcd^[[2D^[[K", ["ab", "", ""], [0, 2]),
    Case("erase to the start of line", "abcd^[[2D^[[1K", ["   d", "", ""], [0, 2]),
    Case("erase the line", "abcd^[[2K", ["", "", ""], [0, 4]),
    Case("erase below", "ab\r\ncd\r\nef^[[2;2H^[[J", ["ab", "c", ""], [1, 1]),
    Case("erase above", "ab\r\ncd\r\nef^[[2;1H^[[1J", ["", " d", "ef"], [1, 0]),
    Case("erase all keeps the cursor", "ab\r\ncd^[[2J", ["", "", ""], [1, 2]),
    Case("insert characters", "abcdef^[[1;2H^[[2@", ["a  bcd", "", ""], [0, 1]),
    Case("delete characters", "abcdef^[[1;2H^[[2P", ["adef", "", ""], [0, 1]),
    Case("erase characters", "abcdef^[[1;2H^[[2X", ["a  def", "", ""], [0, 1]),
    Case("insert lines", "1\r\n2\r\n3^[[2;2H^[[L", ["1", "", "2"], [1, 0]),
    Case("delete lines", "1\r\n2\r\n3^[[1;2H^[[M", ["2", "3", ""], [0, 0]),
    Case("reverse index at the top", "1\r\n2^[[H^[M", ["", "1", "2"], [0, 0]),
    Case("save and restore", "ab^[7\r\ncd^[8X", ["abX", "cd", ""], [0, 3]),
    Case("scroll region", "1\r\n2\r\n3^[[1;2r^[[2;1H\nX", ["2", "X", "3"], [1, 1]),
    Case("alternate screen comes and goes", "ab^[[?1049hzz^[[?1049l", ["ab", "", ""], [0, 2]),
    Case("wide characters", "a漢b", ["a漢b", "", ""], [0, 4]),
    Case("a wide character does not fit the margin", "abcde漢", ["abcde", "漢", ""], [1, 2]),
    Case("half of a wide character overwritten", "漢^[[1;2HX", [" X", "", ""], [0, 2]),
    Case("combining marks take no column", "e\u{301}x", ["e\u{301}x", "", ""], [0, 2]),
    Case("colours show nothing", "^[[1;31mred^[[0m", ["red", "", ""], [0, 3]),
    Case("unknown sequences and strings show nothing", "^[[>4;1m^[P1$r^[\\^[]0;t\u{7}^[(Bx", ["x", "", ""], [0, 1]),
  ]

  @Test(arguments: cases) func shows(_ example: Case) {
    // Once at a stretch, and once byte by byte: sequences and characters may be split anywhere.
    var whole = TerminalScreen(columns: 6, rows: 3)
    whole.feed(example.input)
    var bytewise = TerminalScreen(columns: 6, rows: 3)
    for byte in example.input.utf8 { bytewise.feed([byte]) }
    for screen in [whole, bytewise] {
      #expect(screen.lines == example.lines)
      #expect([screen.row, screen.column] == example.cursor)
    }
  }

  @Test func recordsModesStylesBellsAndTitles() {
    var screen = TerminalScreen(columns: 10, rows: 2)
    screen.feed("\u{1B}[?2004h\u{1B}[?25l\u{1B}]2;title\u{1B}\\\u{7}\u{1B}[1m\u{1B}[31mx\u{1B}[my")
    #expect(screen.bracketsPaste && !screen.showsCursor)
    #expect(screen.title == "title" && screen.bellCount == 1)
    #expect(screen.style(row: 0, column: 0) == "1;31" && screen.style(row: 0, column: 1) == "")
  }

  @Test func answersWhereTheCursorIs() {
    var screen = TerminalScreen(columns: 10, rows: 5)
    screen.feed("\u{1B}[3;4H\u{1B}[6n")
    #expect(String(decoding: screen.answers, as: UTF8.self) == "\u{1B}[3;4R")
  }

  @Test func keepsWhatScrolledOffAndSurvivesResizing() {
    var screen = TerminalScreen(columns: 4, rows: 2)
    screen.feed("1\r\n2\r\n漢漢")
    #expect(screen.scrolledOff == ["1"])
    screen.resize(columns: 2, rows: 1)
    #expect(screen.lines == ["漢"] && screen.scrolledOff == ["1", "2"])
    screen.resize(columns: 1, rows: 1)
    screen.feed("漢ab\u{1B}[J\u{1B}[9@\u{1B}[9P\u{1B}[9X")
    screen.resize(columns: 80, rows: 24)
    screen.feed("\r\nok")
    #expect(screen.currentLine == "ok")
  }
}
