import AcrSystem
import AcrText
import CEditline

/// What the screen shows of a line that was coloured.
struct PaintedLine {
  var scalars: [Unicode.Scalar] = []
  var styles: [UInt8] = []
  /// The scalar the cursor stood on.
  var cursor = 0
  /// False once a key may have moved more on the screen than its own character.
  var isCertain = true
}

/// The colours of the line. libedit draws text without any and knows nothing of them; they are drawn over what it has drawn,
/// when the keyboard is quiet. As it draws only what changed, what has a colour keeps it, and only what is new is drawn over.
extension LibeditEditor {
  /// Draws the colours that are missing. The cursor ends where it was.
  /// - Parameter isLast: true before the line is left, where no bracket is marked any more.
  func drawColors(isLast: Bool = false) {
    guard options.isColored, hasPaste, let colors, heldBytes.isEmpty, isLast || !isKeyWaiting else { return }
    let (before, after) = line()
    let text = before + after
    let scalars = Array(text.unicodeScalars)
    let cursor = before.unicodeScalars.count
    guard !scalars.isEmpty || !painted.scalars.isEmpty else { return }
    let size = screenSize()
    var places: [(row: Int, column: Int)] = []
    places.reserveCapacity(scalars.count + 1)
    var layout = DisplayLayout(width: size.columns)
    layout.advance(over: promptText)
    for scalar in scalars {
      places.append((layout.row, layout.column))
      layout.advance(over: String(scalar))
    }
    places.append((layout.row, layout.column))
    // What is taller than the screen stands on rows that nobody but libedit knows.
    guard layout.row < size.rows else {
      painted = PaintedLine()
      return
    }
    let marks = isLast ? [] : brackets(before, after)
    let styles = self.styles(
      of: scalars, colors(CompletionRequest.Text(pending: pending, before: before, after: after)), marks)
    let cells = missing(scalars, styles, cursor)
    painted = PaintedLine(scalars: scalars, styles: styles, cursor: cursor)
    guard let first = cells.first else { return }
    var output = TerminalText()
    var place = places[cursor]
    move(from: &place, to: places[first], &output)
    var style: UInt8 = 0
    for index in cells {
      if place != places[index] { move(from: &place, to: places[index], &output) }
      if styles[index] != style {
        style = styles[index]
        output += "\u{1B}[0\(Self.parameters(of: style))m"
      }
      output += TerminalText(line: String(Character(scalars[index])))
      place.column = places[index].column + columns(of: scalars[index])
      place.row = places[index].row
      // The last column is left by a move, because terminals wait there before they go on.
      if place.column >= size.columns { place.column = -1 }
    }
    if style != 0 { output += "\u{1B}[0m" }
    move(from: &place, to: places[cursor], &output)
    FileDescriptor.put(output, on: self.output)
  }

  /// Notes that libedit draws the whole line anew, without colours.
  func forgetColors() { painted = PaintedLine() }

  /// Which characters have to be drawn over: those that changed, those whose style changed, and those near the cursor that
  /// libedit may have drawn again as it moved.
  private func missing(_ scalars: [Unicode.Scalar], _ styles: [UInt8], _ cursor: Int) -> [Int] {
    let old = painted
    let common = zip(scalars, old.scalars).prefix { $0 == $1 }.count
    let isTypedAtEnd = old.cursor == old.scalars.count && cursor == scalars.count
    let isSame = common == scalars.count && common == old.scalars.count
    // libedit moves by up to four characters by writing them once more.
    var again = isTypedAtEnd ? scalars.count..<scalars.count : max(0, min(cursor, old.cursor) - 5)..<scalars.count
    if isSame { again = again.lowerBound..<min(scalars.count, max(cursor, old.cursor) + 5) }
    if !old.isCertain { again = 0..<scalars.count }
    return scalars.indices.filter { index in
      let isDrawable = scalars[index] != "\n" && scalars[index] != "\t" && scalars[index].value >= 0x20
      guard isDrawable else { return false }
      if index >= common, !isSame {
        // Behind what changed, characters may have moved with their colours.
        return styles[index] != 0 || common < old.scalars.count
      }
      return styles[index] != old.styles[index] || styles[index] != 0 && again.contains(index)
    }
  }

  /// The style of each character: its role, and a bit for a marked bracket.
  private func styles(of scalars: [Unicode.Scalar], _ roles: [LineColors.Role], _ marks: [Int]) -> [UInt8] {
    var styles: [UInt8] = []
    styles.reserveCapacity(scalars.count)
    var byte = 0
    for scalar in scalars {
      var style = byte < roles.count ? roles[byte].rawValue : 0
      if marks.contains(byte) { style |= Self.bracketBit }
      styles.append(style)
      byte += UTF8.width(scalar)
    }
    return styles
  }

  /// The bytes of the line at which the bracket at the cursor and its other one stand.
  private func brackets(_ before: String, _ after: String) -> [Int] {
    guard let pair = LineColors.brackets(around: pending.utf8.count + before.utf8.count, in: pending + before + after)
    else { return [] }
    return [pair.0, pair.1].map { $0 - pending.utf8.count }
  }

  private static let bracketBit: UInt8 = 0x80

  /// The parameters of a style behind `0`, in the palette that the terminal's own theme fits to its background.
  private static func parameters(of style: UInt8) -> String {
    let color =
      switch LineColors.Role(rawValue: style & ~bracketBit) ?? .plain {
      case .plain: ""
      case .command, .keyword: ";1"
      case .flag: ";36"
      case .text: ";32"
      case .number, .variable: ";35"
      case .comment: ";2"
      case .wrong: ";31"
      }
    return color + (style & bracketBit != 0 ? ";1;4" : "")
  }

  /// Moves with relative movements only, as a line feed in the last row scrolls.
  private func move(
    from place: inout (row: Int, column: Int), to target: (row: Int, column: Int), _ text: inout TerminalText
  ) {
    if target.row < place.row { text += "\u{1B}[\(place.row - target.row)A" }
    if target.row > place.row { text += "\u{1B}[\(target.row - place.row)B" }
    if target.column != place.column {
      text += "\r"
      if target.column > 0 { text += "\u{1B}[\(target.column)C" }
    }
    place = target
  }
}
