import AcrLanguage
import AcrText

/// The columns of a table: which are shown, how wide they are, and the lines that come of it.
///
/// A table that is too wide first leaves out the columns of rank `detail`, then wraps texts, then leaves out `normal` columns
/// from the end, and says below the rows which those are. Digests, numbers and times are never cut.
struct TableColumns {
  private struct Column {
    var header: String
    /// Its place among all columns.
    var place = 0
    let rank: AcrLanguage.Column.Rank
    var cells: [TableCell]
    /// The columns of the widest cell.
    var wanted: Int
    /// As narrow as it can be.
    var least: Int
    let isRight: Bool
    var width = 0

    /// Leaves room for the cells alone.
    mutating func removeHeader() {
      let cell = cells.map { DisplayWidth.of($0.text) }.max() ?? 0
      (header, wanted, least) = ("", cell, min(cell, least))
    }
  }

  private let layout: TableLayout
  private var columns: [Column] = []
  private var hidden: [(place: Int, name: String)] = []
  private let hasHeader: Bool
  private let rowCount: Int

  /// A text is not wrapped to less than this.
  private static let leastWrapped = 16
  /// A cell has no more lines; what is longer ends in `…`.
  private static let mostLines = 12

  /// Chooses the columns of these rows; nil where a field to a line is the better form: even the most important columns do
  /// not fit, or there is one row and it does not fit whole.
  init?(_ records: [Record], _ layout: TableLayout, hasHeader: Bool = true) {
    self.layout = layout
    self.hasHeader = hasHeader
    rowCount = records.count
    let names = Table.columns(records)
    guard !names.isEmpty else { return }
    let digests = TableColumns.digests(records, layout)
    for (place, name) in names.enumerated() {
      guard var column = TableColumns.column(name, records, layout, digests, drawsBars: true) else { continue }
      column.place = place
      if !hasHeader { column.removeHeader() }
      columns.append(column)
    }
    guard let room = layout.width else {
      setWidths()
      return
    }
    if records.count > 1 { leaveOut(.detail, while: { $0.total(\.wanted) > room }) }
    if total(\.wanted) > room { removeBars(records, digests) }
    if total(\.wanted) > room {
      if records.count == 1 { return nil }
      leaveOut(.normal, while: { $0.total(\.least) > room })
    }
    guard total(\.least) <= room else { return nil }
    setWidths()
    narrow(to: room)
  }

  // MARK: Columns

  /// Shows shares as percentages alone.
  private mutating func removeBars(_ records: [Record], _ digests: DigestText) {
    for (index, column) in columns.enumerated() where TableColumns.isShare(column.header, records) {
      guard var narrow = TableColumns.column(column.header, records, layout, digests, drawsBars: false) else {
        continue
      }
      narrow.place = column.place
      columns[index] = narrow
    }
  }

  /// How the digests of a table are written: whole off a terminal and in a single row, which may be copied.
  private static func digests(_ records: [Record], _ layout: TableLayout) -> DigestText {
    guard layout.width != nil, records.count > 1 else { return .whole }
    return .shortest(
      among: records.lazy.flatMap(\.values).compactMap { if case .string(let text) = $0 { text } else { nil } })
  }

  /// A column; nil for one that a command declared and that has no value in any row.
  private static func column(
    _ name: String, _ records: [Record], _ layout: TableLayout, _ digests: DigestText, drawsBars: Bool
  ) -> Column? {
    let isShare = isShare(name, records)
    var rank = AcrLanguage.Column.Rank.normal
    var isDeclared = false
    var hasValue = false
    var cells: [TableCell] = []
    for record in records {
      guard let index = record.shape.index(of: name) else {
        cells.append(TableCell(text: ""))
        continue
      }
      if !isDeclared, record.shape.isDeclared {
        rank = record.shape.rank(of: index)
        isDeclared = true
      }
      let value = record.values[index]
      if !value.isNull { hasValue = true }
      if isShare, case .number(let share) = value {
        cells.append(layout.bar(share, isDrawn: drawsBars))
      } else {
        cells.append(layout.cell(value, digests: digests, times: layout.width == nil ? .exact : .age))
      }
    }
    if isDeclared, !hasValue, layout.width != nil { return nil }
    let header = TableLayout.printable(name)
    let wanted = cells.reduce(DisplayWidth.of(header)) { max($0, DisplayWidth.of($1.text)) }
    // What is read as a whole stays whole, and a text that is not long too.
    var least = DisplayWidth.of(header)
    for cell in cells {
      let width = DisplayWidth.of(cell.text)
      least = max(least, cell.isWhole ? width : min(width, leastWrapped))
    }
    let isRight =
      cells.allSatisfy { $0.isRight || $0.isEmptyLooking } && cells.contains { $0.isRight }
    return Column(header: header, rank: rank, cells: cells, wanted: wanted, least: least, isRight: isRight)
  }

  /// A column called `share` that holds numbers from 0 to 1 is drawn as bars.
  private static func isShare(_ name: String, _ records: [Record]) -> Bool {
    guard name == "share" else { return false }
    var isThere = false
    for record in records {
      switch record[name] {
      case .number(let number)? where (0...1).contains(number): isThere = true
      case .null?, nil: continue
      default: return false
      }
    }
    return isThere
  }

  // MARK: Widths

  /// The space between two columns.
  private var gap: Int { layout.form == .grid ? 3 : 2 }

  private func total(_ width: KeyPath<Column, Int>) -> Int {
    let border = layout.form == .grid ? 4 : 0
    return columns.reduce(border) { $0 + $1[keyPath: width] } + gap * max(0, columns.count - 1)
  }

  /// Leaves out columns of a rank from the end, never the first one.
  private mutating func leaveOut(_ rank: AcrLanguage.Column.Rank, while isTooWide: (TableColumns) -> Bool) {
    while isTooWide(self), let index = columns.lastIndex(where: { $0.rank >= rank }), index > 0 {
      let column = columns.remove(at: index)
      hidden.append((column.place, column.header))
    }
  }

  private mutating func setWidths() {
    for index in columns.indices { columns[index].width = min(columns[index].wanted, layout.width ?? .max) }
  }

  /// Makes the widest column narrower until all fit.
  private mutating func narrow(to room: Int) {
    var excess = total(\.width) - room
    while excess > 0 {
      let open = columns.indices.filter { columns[$0].width > columns[$0].least }
      guard let widest = open.max(by: { columns[$0].width < columns[$1].width }) else { return }
      columns[widest].width -= 1
      excess -= 1
    }
  }

  // MARK: Lines

  /// The header, the rows, and which columns are left out.
  func lines() -> [TerminalText] {
    guard !columns.isEmpty else { return [] }
    var lines: [TerminalText] = []
    if layout.form == .grid { lines.append(rule(.top)) }
    if hasHeader {
      lines += row(columns.map { TableCell(text: $0.header) }, isHeader: true)
      if layout.form == .grid { lines.append(rule(.middle)) }
    }
    for index in 0..<rowCount { lines += row(columns.map { $0.cells[index] }, isHeader: false) }
    if layout.form == .grid { lines.append(rule(.bottom)) }
    if !hidden.isEmpty {
      let names = hidden.sorted { $0.place < $1.place }.map(\.name).joined(separator: ", ")
      let text = "hidden: \(names) (-o wide or -o list shows all)"
      lines += TextWrap.lines(text, to: layout.width ?? .max).map { layout.dim($0) }
    }
    return lines
  }

  /// A row, as many lines as its highest cell.
  private func row(_ cells: [TableCell], isHeader: Bool) -> [TerminalText] {
    let parts = zip(cells, columns).map { cell, column in
      // Of a very long text only what can be shown is looked at.
      let most = column.width.multipliedReportingOverflow(by: 2 * TableColumns.mostLines)
      let text =
        most.overflow || cell.text.utf8.count <= most.partialValue
        ? cell.text : String(cell.text.prefix(most.partialValue))
      var parts = TextWrap.lines(text, to: column.width)
      if parts.count > TableColumns.mostLines {
        parts = parts.prefix(TableColumns.mostLines - 1) + ["…"]
      }
      return parts
    }
    return (0..<(parts.map(\.count).max() ?? 1)).map { line in
      self.line(
        zip(cells, parts).map { cell, parts in
          TableCell(text: line < parts.count ? parts[line] : "", isRight: cell.isRight, style: cell.style)
        }, isHeader: isHeader)
    }
  }

  private func line(_ cells: [TableCell], isHeader: Bool) -> TerminalText {
    let isGrid = layout.form == .grid
    let bar: TerminalText = layout.dim(layout.isASCII ? "|" : "│")
    var line: TerminalText = isGrid ? bar + " " : ""
    var pending = ""
    for (index, (cell, column)) in zip(cells, columns).enumerated() {
      let space = String(repeating: " ", count: max(0, column.width - DisplayWidth.of(cell.text)))
      let styled = isHeader ? layout.bold(cell.text) : layout.painted(cell.text, cell.style)
      if isGrid {
        if index > 0 { line += " " + bar + " " }
        line += column.isRight ? "\(space)\(styled)" : "\(styled)\(space)"
        continue
      }
      // Spaces at the end of a line are left out.
      if cell.text.isEmpty {
        pending += space
      } else {
        line += "\(pending)\(column.isRight ? space : "")\(styled)"
        pending = column.isRight ? "" : space
      }
      pending += "  "
    }
    return isGrid ? line + " " + bar : line
  }

  private enum Place { case top, middle, bottom }

  private func rule(_ place: Place) -> TerminalText {
    let marks: (String, String, String) =
      switch (layout.isASCII, place) {
      case (true, _): ("+", "+", "+")
      case (false, .top): ("┌", "┬", "┐")
      case (false, .middle): ("├", "┼", "┤")
      case (false, .bottom): ("└", "┴", "┘")
      }
    let line = columns.map { String(repeating: layout.isASCII ? "-" : "─", count: $0.width + 2) }
    return layout.dim(marks.0 + line.joined(separator: marks.1) + marks.2)
  }
}
