import AcrCore
import AcrLanguage
import AcrText

/// `chart`: rows as bars, a histogram, or a line of small bars.
struct Chart: Command {
  struct Parameters: ParameterSet {
    let kind = Positional<String>(
      "kind", help: "bars, histogram or sparkline", completer: .fixed(Chart.kinds),
      check: Signature.check(Chart.kinds, "a kind of chart"))
    let column = Rest<String>(
      "column", help: "for bars the labels and the amounts, otherwise the amounts (the rows themselves)",
      completer: .column)
    let width = Flag<Int64>("width", default: 60, help: "how many columns the chart takes, 20 to 400")
    let bins = Flag<Int64>("bins", default: 10, help: "how many bars a histogram has, 1 to 100")
  }

  static let kinds = ["bars", "histogram", "sparkline"]

  let signature = Signature(
    "chart", summary: "Draws rows as bars, a histogram or a sparkline",
    description: """
      `chart bars LABEL AMOUNT` draws a bar for each row, `chart histogram AMOUNT` one for each range of amounts, \
      `chart sparkline AMOUNT` all rows on one line. The chart is plain text without colours; the data is not changed.
      """,
    group: .messages,
    examples: [
      .init("Sizes of images", "[{tag: \"1.0\", size: 3MB}, {tag: \"1.1\", size: 6MB}] | chart bars tag size"),
      .init("How amounts spread", "[1, 2, 2, 3, 9] | chart histogram --bins 3"),
      .init("A course on one line", "[1, 5, 2, 8] | chart sparkline"),
    ],
    input: .required)

  /// How many rows a chart of bars or small bars can have.
  private static let mostRows = 10_000

  func run(_ call: Call<Parameters>) throws -> Output {
    let kind = call[\.kind]
    guard Chart.kinds.contains(kind) else {
      let near = Suggestion.nearest(to: kind, in: Chart.kinds).map { "; did you mean `\($0)`?" } ?? ""
      throw ArgumentError(
        call.parameters.kind,
        AcrError(.usage, "`\(kind)` is not a kind of chart\(near)", help: "bars, histogram or sparkline"))
    }
    let (width, bins) = (call[\.width], call[\.bins])
    guard (20...400).contains(width) else {
      throw ArgumentError(call.parameters.width, AcrError(.usage, "`--width` is a number from 20 to 400, not \(width)"))
    }
    guard (1...100).contains(bins) else {
      throw ArgumentError(call.parameters.bins, AcrError(.usage, "`--bins` is a number from 1 to 100, not \(bins)"))
    }
    let columns = call[\.column]
    let most = kind == "bars" ? 2 : 1
    guard columns.count <= most, kind != "bars" || columns.count != 1 else {
      throw ArgumentError(
        call.parameters.column,
        AcrError(
          .usage,
          "`chart \(kind)` takes \(kind == "bars" ? "two columns, or none for a list of amounts" : "one column")",
          help: kind == "bars" ? "`chart bars LABEL AMOUNT`" : "`chart \(kind) AMOUNT`"))
    }
    let rows = try points(call, columns, limit: kind == "histogram" ? .max : Chart.mostRows)
    let text: String
    switch kind {
    case "bars": text = Chart.bars(rows, width: Int(width))
    case "histogram": text = Chart.histogram(rows, bins: Int(bins), width: Int(width))
    default: text = Chart.sparkline(rows)
    }
    try call.meter.charge(HeapSize.text(text))
    // Bytes are shown as they are, also where values are shown as JSON.
    var piece: [UInt8]? = Array(text.utf8)
    return .bytes(
      ByteStream {
        defer { piece = nil }
        return piece
      })
  }

  /// A row of the chart.
  private struct Point {
    var label: String
    /// Nil for null.
    var amount: Double?
    var value: Value
  }

  private func points(_ call: Call<Parameters>, _ columns: [String], limit: Int) throws -> [Point] {
    let paths = columns.map(ColumnPath.init)
    let rows = try call.rows(for: "chart")
    var points: [Point] = []
    var unit: String?
    while let row = try rows.next() {
      guard points.count < limit else {
        throw AcrError(.invalid, "a chart has at most \(limit) rows", help: "`chart histogram` takes any number")
      }
      try call.meter.take(MemoryLayout<Point>.stride * 2)
      let value = try paths.last?.value(in: row) ?? row
      let label = paths.count == 2 ? try paths[0].value(in: row) : .null
      let amount: Double?
      switch value {
      case .null: amount = nil
      case .int(let number), .size(let number), .duration(let number): amount = Double(number)
      case .number(let number): amount = number
      default:
        throw AcrError(
          .invalid, "a chart is made of numbers, sizes or durations, and this row holds \(value.typePhrase)",
          help: columns.isEmpty ? "name the column: `chart \(call[\.kind]) COLUMN`" : nil)
      }
      if !value.isNull {
        let type = value.typeName == "number" ? "int" : value.typeName
        guard unit == nil || unit == type else {
          throw AcrError(.invalid, "a chart cannot show \(value.typePhrase) beside other kinds of amounts")
        }
        unit = type
      }
      points.append(
        Point(label: Chart.printable(try label.text ?? label.json(call.meter)), amount: amount, value: value))
    }
    return points
  }

  /// A label on one line, without what would steer a terminal.
  private static func printable(_ text: String) -> String {
    if text == "null" { return "" }
    return TableLayout.printable(text)
  }

  /// An amount for people.
  private static func text(_ value: Value) -> String {
    switch value {
    case .size(let bytes): ByteCount.human(bytes)
    case .duration(let time): DurationText.human(time)
    case .number(let number): ByteCount.fixed(number, decimals: 2)
    default: value.text ?? ""
    }
  }

  // MARK: Bars

  private static func bars(_ points: [Point], width: Int) -> String {
    let labels = points.map { fitted($0.label, to: 30) }
    let amounts = points.map { Chart.text($0.value) }
    let labelWidth = labels.map { DisplayWidth.of($0) }.max() ?? 0
    let amountWidth = amounts.map { DisplayWidth.of($0) }.max() ?? 0
    let room = max(1, width - labelWidth - amountWidth - 2 - (labelWidth > 0 ? 1 : 0))
    let most = points.compactMap { $0.amount.map(abs) }.max() ?? 0
    var chart = ""
    for (index, point) in points.enumerated() {
      let padding = String(repeating: " ", count: labelWidth - DisplayWidth.of(labels[index]))
      if labelWidth > 0 { chart += labels[index] + padding + " " }
      let bar = bar(point.amount ?? 0, of: most, room)
      chart += String(repeating: " ", count: amountWidth - DisplayWidth.of(amounts[index])) + amounts[index]
      chart += (bar.isEmpty ? "" : "  " + bar) + "\n"
    }
    return chart
  }

  /// A bar in eighths of a column; a negative amount has another filling.
  private static func bar(_ amount: Double, of most: Double, _ room: Int) -> String {
    guard most > 0, most.isFinite, amount != 0 else { return "" }
    let eighths = Int((abs(amount) / most * Double(room * 8)).rounded())
    if amount < 0 { return String(repeating: "░", count: max(1, eighths / 8)) }
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let bar = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    // What is there can be seen.
    return bar.isEmpty ? "▏" : bar
  }

  private static func fitted(_ text: String, to width: Int) -> String {
    guard DisplayWidth.of(text) > width else { return text }
    var result = ""
    var taken = 0
    for character in text {
      let next = DisplayWidth.of(character)
      if taken + next > width - 1 { break }
      taken += next
      result.append(character)
    }
    return result + "…"
  }

  // MARK: Histogram

  private static func histogram(_ points: [Point], bins: Int, width: Int) -> String {
    let amounts = points.compactMap(\.amount)
    guard let least = amounts.min(), let most = amounts.max() else { return "" }
    let step = (most - least) / Double(bins)
    guard step > 0, step.isFinite else {
      return bars(
        [Point(label: label(least, points), amount: Double(amounts.count), value: .int(Int64(amounts.count)))],
        width: width)
    }
    var counts = [Int](repeating: 0, count: bins)
    for amount in amounts { counts[min(bins - 1, Int((amount - least) / step))] += 1 }
    let rows = counts.enumerated().map { index, count in
      Point(
        label: "\(label(least + Double(index) * step, points)) – \(label(least + Double(index + 1) * step, points))",
        amount: Double(count), value: .int(Int64(count)))
    }
    return bars(rows, width: width)
  }

  /// The bound of a range, in the unit of the amounts.
  private static func label(_ amount: Double, _ points: [Point]) -> String {
    let whole = Int64(exactly: amount.rounded())
    switch (points.first { !$0.value.isNull }?.value, whole) {
    case (.size, let bytes?): return ByteCount.human(bytes)
    case (.duration, let time?): return DurationText.human(time)
    default:
      if amount == amount.rounded(), abs(amount) < 1e15 { return Value.text(of: amount) }
      return ByteCount.fixed(amount, decimals: 2)
    }
  }

  // MARK: Sparkline

  private static func sparkline(_ points: [Point]) -> String {
    let amounts = points.compactMap(\.amount)
    guard let least = amounts.min(), let most = amounts.max() else { return "" }
    let levels = Array("▁▂▃▄▅▆▇█")
    var text = ""
    for point in points {
      guard let amount = point.amount else {
        text += " "
        continue
      }
      let share = most > least ? (amount - least) / (most - least) : 0.5
      text.append(levels[min(7, max(0, Int((share.isFinite ? share : 0) * 8)))])
    }
    return text + "\n"
  }
}
