import AcrCore
import AcrSystem
import AcrText

/// A value as a person sees it.
struct TableCell {
  var text: String
  var isRight = false
  var style = Style.plain
  /// True for what is read as a whole, and therefore never wrapped: a digest, a number, a time.
  var isWhole = false

  var isEmptyLooking: Bool { text.isEmpty || style == .absent }

  /// How a value is coloured, by what it means.
  enum Style: String {
    case plain = ""
    /// Null.
    case absent = "2"
    /// A digest.
    case digest = "33"
    /// A size, a number, a bar.
    case amount = "36"
    /// A time or an age.
    case time = "34"
    /// A word for what went well, is noteworthy, or failed.
    case good = "32"
    case notable = "93"
    case bad = "31"
  }

  /// Words that say how something went, in results of this program's own commands.
  private static let words: [String: Style] = [
    "imported": .good, "same": .good, "ok": .good, "copied": .good, "succeeded": .good, "unchanged": .absent,
    "verified": .good, "passed": .good, "differs": .notable, "left only": .notable, "right only": .notable,
    "would import": .notable, "warning": .notable, "skipped": .absent, "failed": .bad, "refused": .bad, "missing": .bad,
    "error": .bad, "conflict": .bad,
  ]

  static func style(of text: String) -> Style {
    if let style = words[text.lowercased()] { return style }
    return text.hasPrefix("sha256:") || text.hasPrefix("sha512:") ? .digest : .plain
  }
}

/// How times are written.
enum TimeText {
  case age
  case exact
  /// Exactly, and the age behind it.
  case both
}

/// How digests are written.
enum DigestText {
  case whole
  /// So many hexadecimal digits, enough to tell the digests of one table apart.
  case short(Int)

  /// Short digests have at least this many digits.
  private static let fewest = 8

  /// The shortest form that tells all these texts apart which are digests.
  static func shortest(among texts: some Sequence<String>) -> DigestText {
    var digests: Set<String> = []
    for text in texts { if let digits = text.digits(ofDigest: ()) { digests.insert(String(digits)) } }
    let sorted = digests.sorted()
    var needed = fewest
    for (left, right) in zip(sorted, sorted.dropFirst()) {
      // Neighbours in order are the ones that share most.
      let shared = zip(left.utf8, right.utf8).prefix { $0 == $1 }.count
      needed = max(needed, shared + 1)
    }
    return .short(needed)
  }

  func text(of text: String) -> String {
    guard case .short(let count) = self, let digits = text.digits(ofDigest: ()) else { return text }
    return String(text[..<digits.startIndex] + digits.prefix(count))
  }
}

extension String {
  /// The hexadecimal digits of a text that is a digest and nothing else: `sha256:` and 64, `sha512:` and 128.
  func digits(ofDigest: Void) -> Substring? {
    for (algorithm, length) in [("sha256:", 64), ("sha512:", 128)] where utf8.count == algorithm.utf8.count + length {
      let start = utf8.index(endIndex, offsetBy: -length)
      let isHexadecimal = utf8[start...].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
      if isHexadecimal, hasPrefix(algorithm) { return self[start...] }
    }
    return nil
  }
}

extension TableLayout {
  /// What is shown of a value.
  func cell(_ value: Value, digests: DigestText = .whole, times: TimeText? = nil) -> TableCell {
    switch value {
    case .null: TableCell(text: "-", style: .absent, isWhole: true)
    case .bool(let flag): TableCell(text: flag ? "true" : "false", style: flag ? .good : .plain, isWhole: true)
    case .secret: TableCell(text: value.text ?? "secret(…)")
    case .block: TableCell(text: "{ … }")
    case .int(let number): TableCell(text: String(number), isRight: true, style: .amount, isWhole: true)
    case .number(let number):
      TableCell(text: TableLayout.text(of: number), isRight: true, style: .amount, isWhole: true)
    case .string(let text):
      TableCell(
        text: TableLayout.printable(digests.text(of: text)), style: TableCell.style(of: text),
        isWhole: text.digits(ofDigest: ()) != nil)
    case .duration(let amount):
      TableCell(text: DurationText.human(amount), isRight: true, style: .time, isWhole: true)
    case .size(let bytes): TableCell(text: ByteCount.human(bytes), isRight: true, style: .amount, isWhole: true)
    case .datetime(let time): datetime(time, times ?? (width == nil ? .exact : .both))
    case .record(let record): error(record) ?? TableCell(text: short(value, digests, times))
    case .list: TableCell(text: short(value, digests, times))
    }
  }

  private func datetime(_ time: Timestamp, _ times: TimeText) -> TableCell {
    switch times {
    case .age: TableCell(text: age(time), isRight: true, style: .time, isWhole: true)
    case .exact: TableCell(text: time.description, style: .time, isWhole: true)
    case .both: TableCell(text: "\(time) (\(age(time)))", style: .time)
    }
  }

  /// A caught error is a sentence.
  private func error(_ record: Record) -> TableCell? {
    guard record.shape.names.starts(with: ["kind", "message"]), case .string(let kind) = record.values[0],
      case .string(let message) = record.values[1]
    else { return nil }
    return TableCell(text: TableLayout.printable("\(kind): \(message)"), style: .bad)
  }

  /// A nested value in a few words: plain items joined, others as JSON-like text.
  private func short(_ value: Value, _ digests: DigestText, _ times: TimeText?) -> String {
    switch value {
    case .list(let items):
      let shown = items.prefix(20).map { item -> String in
        switch item {
        case .list, .record: short(item, digests, times)
        default: cell(item, digests: digests, times: times).text
        }
      }
      return shown.joined(separator: ", ") + (items.count > 20 ? ", … (\(items.count))" : "")
    case .record(let record):
      let fields = record.shape.names.enumerated().map { index, name in
        let value = record.values[index]
        let text = if case .list = value { "[\(short(value, digests, times))]" } else { short(value, digests, times) }
        return "\(TableLayout.printable(name)): \(text)"
      }
      return "{\(fields.joined(separator: ", "))}"
    default: return cell(value, digests: digests, times: times).text
    }
  }

  /// How long ago a time was: `3d 4h ago`.
  private func age(_ time: Timestamp) -> String {
    guard let difference = now.nanoseconds(since: time) else { return time.description }
    if difference >= 0, difference < 1_000_000_000 { return "now" }
    if difference < 0 { return "in \(DurationText.human(difference == .min ? .max : -difference))" }
    return "\(DurationText.human(difference)) ago"
  }

  /// A number with at most six digits after the point.
  private static func text(of number: Double) -> String {
    guard number != number.rounded(), abs(number) < 1e9 else { return Value.text(of: number) }
    if abs(number) < 0.001 { return number.description }
    var text = ByteCount.fixed(number, decimals: 3)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// A text that cannot move the cursor or colour the terminal, whatever a registry put into a name.
  static func printable(_ text: some StringProtocol) -> String {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return String(text) }
    return TerminalText.visible(String(text).replacing("\n", with: "⏎").replacing("\t", with: " "))
  }

  /// Ten columns of a bar and the percentage (`████▌       45 %`), or the percentage alone.
  func bar(_ share: Double, isDrawn: Bool) -> TableCell {
    let percent = share > 0 && share < 0.01 ? "<1" : String(Int((share * 100).rounded()))
    let number = "\(String(repeating: " ", count: 4 - percent.count))\(percent) %"
    guard isDrawn else { return TableCell(text: number, style: .amount, isWhole: true) }
    let eighths = Int((share * 80).rounded())
    var text = String(repeating: isASCII ? "#" : "█", count: eighths / 8)
    if eighths % 8 > 0, !isASCII { text += ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8] }
    return TableCell(
      text: text + String(repeating: " ", count: 10 - text.count) + number, style: .amount, isWhole: true)
  }
}
