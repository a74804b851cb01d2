import CEditline

/// Where text ends on a screen, by libedit's own rules: `wcwidth` per code point, tabs to the next multiple of eight, and
/// a line that fills the last column goes on at the start of the next row.
struct DisplayLayout {
  /// Rows below the first, from 0.
  private(set) var row = 0
  /// The column of the cursor, from 0.
  private(set) var column = 0
  private let width: Int

  /// - Parameter width: the screen's columns.
  init(width: Int) { self.width = max(1, width) }

  /// Advances over text.
  mutating func advance(over text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n":
        row += 1
        column = 0
      case "\t": step(8 - column % 8)
      default: step(scalar.value < 0x20 || scalar.value == 0x7F ? 2 : columns(of: scalar))
      }
    }
  }

  private mutating func step(_ columns: Int) {
    if column + columns > width {
      row += 1
      column = 0
    }
    column += columns
    if column >= width {
      row += 1
      column = 0
    }
  }
}

/// The columns of one code point; 0 for combining marks and what the locale cannot show.
func columns(of scalar: Unicode.Scalar) -> Int { max(0, Int(ceditline_columns(scalar.value))) }

/// The columns of a text without line ends.
func columns(of text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + columns(of: $1) } }
