import AcrText

/// Lays diagnostics out for people:
///
/// ```
/// error: `--nmae` is not a flag of `acr import`
///   --> promote.acr:7:12
///   |
/// 7 | acr import --nmae prod
///   |            ^^^^^^ did you mean `--name`?
///   = help: `help acr import` lists its flags
/// ```
public struct DiagnosticPrinter: Sendable {
  /// True for ANSI colours. Whether standard error wants them is the caller's to know.
  public var usesColor: Bool
  /// How many columns of a source line are shown before it is cut around the carets.
  public var width: Int

  /// Tabs are shown up to the next multiple of this.
  static let tabWidth = 4

  /// Creates a printer.
  public init(usesColor: Bool = false, width: Int = 100) {
    self.usesColor = usesColor
    self.width = max(20, width)
  }

  /// The text of one diagnostic; it ends with a line feed.
  public func text(of diagnostic: Diagnostic) -> TerminalText {
    let diagnostic = diagnostic.withoutSecrets
    var head = diagnostic.severity.rawValue
    if let kind = diagnostic.kind { head += "[\(kind)]" }
    let color = color(of: diagnostic.severity)
    var text = paint("\(head)", color) + paint(": \(Self.visible(diagnostic.message))", .bold) + "\n"
    var gutter = " "
    if let source = diagnostic.source {
      if let span = diagnostic.span {
        let (line, column) = source.position(of: span.start)
        gutter = String(repeating: " ", count: String(line).count)
        text += "  \(paint("-->", .frame)) \(Self.visible(source.name)):\(line):\(column)\n"
        text += excerpt(source, span, line: line, label: diagnostic.label, gutter: gutter, color: color)
      } else {
        text += "  \(paint("-->", .frame)) \(Self.visible(source.name))\n"
      }
    }
    for note in diagnostic.notes { text += noteLine(note.name, note.text, gutter) }
    if let help = diagnostic.help { text += noteLine("help", help, gutter) }
    return text
  }

  /// The texts of several diagnostics with an empty line between them.
  public func text(of diagnostics: [Diagnostic]) -> TerminalText {
    diagnostics.map { text(of: $0) }.joined(separator: "\n")
  }

  private func noteLine(_ name: String, _ text: String, _ gutter: String) -> TerminalText {
    "\(gutter) \(paint("=", .frame)) \(paint("\(name):", .bold)) \(Self.visible(text))\n"
  }

  private func excerpt(
    _ source: Source, _ span: Span, line: Int, label: String?, gutter: String, color: Color
  ) -> TerminalText {
    let start = Int(source.lineStarts[line - 1])
    var end = line < source.lineStarts.count ? Int(source.lineStarts[line]) - 1 : source.bytes.count
    if end > start, source.bytes[end - 1] == Byte.carriageReturn { end -= 1 }
    end = max(start, end)
    let markedLine = MarkedLine(
      bytes: source.bytes[start..<end], from: Int(span.start) - start, to: Int(span.end) - start,
      hidden: source.secretSpans.map { (Int($0.start) - start)..<(Int($0.end) - start) },
      isBeginning: start == 0, width: width)
    let bar = paint("|", .frame)
    var text: TerminalText = "\(gutter) \(bar)\n"
    text += "\(paint("\(line)", .frame)) \(bar)"
    text += markedLine.text.isEmpty ? "\n" : " \(markedLine.text)\n"
    var carets = String(repeating: "^", count: markedLine.caretWidth)
    if let label { carets += " " + Self.visible(label) }
    text += "\(gutter) \(bar) \(String(repeating: " ", count: markedLine.caretColumn))\(paint("\(carets)", color))\n"
    return text
  }

  /// A text on one line, without what a terminal would obey.
  static func visible(_ text: String) -> String {
    TerminalText.visible(text.replacing("\t", with: " ").replacing("\n", with: " "))
  }

  // MARK: Colour

  private enum Color: String {
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case frame = "34"
    case bold = "1"
  }

  private func color(of severity: Diagnostic.Severity) -> Color {
    switch severity {
    case .error: .error
    case .warning: .warning
    case .note: .note
    }
  }

  private func paint(_ text: TerminalText, _ color: Color) -> TerminalText {
    usesColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// A source line as it is shown, cut around what is marked, with the columns of the carets.
struct MarkedLine {
  private(set) var text: String
  private(set) var caretColumn: Int
  private(set) var caretWidth: Int

  /// - Parameters:
  ///   - from: the first marked byte, counted from the line's start.
  ///   - to: the byte behind the marked ones; it may be on a later line.
  ///   - hidden: what is secret, counted as `from` is; a mark of fixed length stands in its place.
  ///   - isBeginning: true for the first line of a text, which may start with a byte order mark.
  init(
    bytes: ArraySlice<UInt8>, from: Int, to: Int, hidden: [Range<Int>] = [], isBeginning: Bool, width: Int
  ) {
    var cells: [(scalar: UnicodeScalar, width: Int)] = []
    var offset = 0
    var column = 0
    var firstColumn: Int?
    var lastColumn = 0
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if offset >= from, firstColumn == nil { firstColumn = column }
      let cellWidth: Int
      if let secret = hidden.first(where: { $0.contains(offset) }) {
        let mask = offset == max(0, secret.lowerBound) ? Array(Diagnostic.mask.unicodeScalars) : []
        cells += mask.map { ($0, 1) }
        cellWidth = mask.count
      } else if scalar == "\t" {
        cellWidth = DiagnosticPrinter.tabWidth - column % DiagnosticPrinter.tabWidth
        for _ in 0..<cellWidth { cells.append((" ", 1)) }
      } else {
        let isMark = isBeginning && offset == 0 && scalar == "\u{FEFF}"
        let shown = isMark ? "" : TerminalText.isUnsafe(scalar) ? TerminalText.escape(scalar) : String(scalar)
        cells += shown.unicodeScalars.map { ($0, DisplayWidth.of($0)) }
        cellWidth = shown.unicodeScalars.reduce(0) { $0 + DisplayWidth.of($1) }
      }
      column += cellWidth
      // A byte that is not UTF-8 is shown as U+FFFD, which would itself have three bytes.
      let isReplacement = scalar == "\u{FFFD}" && bytes[bytes.startIndex + min(offset, bytes.count - 1)] != 0xEF
      offset += isReplacement ? 1 : UTF8.width(scalar)
      if offset <= to { lastColumn = column }
    }
    let start = firstColumn ?? column
    caretColumn = start
    caretWidth = max(1, (to > bytes.count ? column : lastColumn) - start)
    guard column > width else {
      text = Self.string(cells[...])
      return
    }
    // Cut so that the marked part starts within the window, with two thirds of the room behind it.
    let windowStart = min(max(0, start - width / 3), column - width)
    let windowEnd = windowStart + width
    var shown: [(scalar: UnicodeScalar, width: Int)] = []
    var position = 0
    var shownStart: Int?
    var shownWidth = 0
    for cell in cells {
      let left = windowStart > 0 ? windowStart + 1 : 0
      let right = windowEnd < column ? windowEnd - 1 : windowEnd
      if position >= left, position + cell.width <= right {
        if shownStart == nil { shownStart = position }
        shown.append(cell)
        shownWidth += cell.width
      }
      position += cell.width
    }
    let cutLeft = windowStart > 0
    text = (cutLeft ? "…" : "") + Self.string(shown[...]) + (windowEnd < column ? "…" : "")
    caretColumn = max(0, start - (shownStart ?? 0) + (cutLeft ? 1 : 0))
    caretWidth = max(1, min(caretWidth, shownWidth + (cutLeft ? 1 : 0) - caretColumn))
  }

  private static func string(_ cells: ArraySlice<(scalar: UnicodeScalar, width: Int)>) -> String {
    var scalars = String.UnicodeScalarView()
    for cell in cells { scalars.append(cell.scalar) }
    var text = String(scalars)
    while text.last == " " { text.removeLast() }
    return text
  }
}
