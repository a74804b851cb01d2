import AcrCore
import AcrLanguage

extension Value {
  /// The text of the value in a word or string; nil for a list, record, secret or block, which have none.
  public var text: String? {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .number(let value): Value.text(of: value)
    case .string(let value): value
    case .duration(let value): DurationText.exact(value)
    case .size(let value): ByteCount.exact(value)
    case .datetime(let value): value.description
    case .list, .record, .secret, .block: nil
    }
  }

  /// A number without a needless `.0`.
  static func text(of number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
    return number.description
  }

  /// The constant a script writes.
  init(_ constant: Constant) {
    switch constant {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .duration(let value): self = .duration(value)
    case .size(let value): self = .size(value)
    }
  }
}

extension ByteCount {
  /// A size that loses nothing and reads back as the same literal: the largest unit that divides it (`200MB`, `1GiB`,
  /// `1234B`).
  static func exact(_ bytes: Int64) -> String {
    guard bytes != 0 else { return "0B" }
    for (name, factor) in units where bytes % factor == 0 { return "\(bytes / factor)\(name)" }
    return "\(bytes)B"
  }

  /// The size of a literal's text such as `200MB` or `1.5GiB`; nil when it is none, or does not fit.
  static func parse(_ text: some StringProtocol) -> Int64? {
    guard let split = text.firstIndex(where: { $0.isLetter }) else { return nil }
    let unit = text[split...]
    guard let factor = unit == "B" ? 1 : units.first(where: { $0.name == unit })?.factor else { return nil }
    return Amount.parse(text[..<split], times: factor)
  }

  private static let units: [(name: String, factor: Int64)] = [
    ("TiB", 1 << 40), ("TB", 1_000_000_000_000), ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20),
    ("MB", 1_000_000), ("KiB", 1 << 10), ("KB", 1000),
  ]
}

/// Durations as text.
public enum DurationText {
  /// A duration that loses nothing: `1h30m`, `250ms`, `2d`, `1.5ms`, `0s`.
  public static func exact(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    var rest = nanoseconds.magnitude
    var text = nanoseconds < 0 ? "-" : ""
    for (name, factor) in units where factor >= 1_000_000_000 {
      let amount = rest / factor.magnitude
      if amount > 0 { text += "\(amount)\(name)" }
      rest %= factor.magnitude
    }
    guard rest > 0 else { return text }
    var milliseconds = String(rest / 1_000_000)
    let fraction = rest % 1_000_000
    if fraction > 0 {
      var digits = String(fraction)
      digits = String(repeating: "0", count: 6 - digits.utf8.count) + digits
      while digits.last == "0" { digits.removeLast() }
      milliseconds += ".\(digits)"
    }
    return text + milliseconds + "ms"
  }

  /// A duration for people, its largest unit and the next: `3d 4h`, `12m`, `1.5s`, `80ms`.
  public static func human(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let amount = nanoseconds.magnitude
    let second: UInt64 = 1_000_000_000
    if amount < second { return "\(sign)\(amount / 1_000_000)ms" }
    if amount < 60 * second {
      let tenths = amount / (second / 10)
      return tenths % 10 == 0 ? "\(sign)\(tenths / 10)s" : "\(sign)\(tenths / 10).\(tenths % 10)s"
    }
    let seconds = amount / second
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
    if days >= 10 { return "\(sign)\(days)d" }
    if days > 0 { return "\(sign)\(days)d" + (hours > 0 ? " \(hours)h" : "") }
    if hours > 0 { return "\(sign)\(hours)h" + (minutes > 0 ? " \(minutes)m" : "") }
    return "\(sign)\(minutes)m" + (seconds % 60 > 0 ? " \(seconds % 60)s" : "")
  }

  /// The duration of a text such as `90s`, `1h30m`, `1.5h`; nil when it is none, or does not fit.
  public static func parse(_ text: some StringProtocol) -> Int64? {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative { rest.removeFirst() }
    var total: Int64 = 0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { $0.isLetter }
      rest = rest[unit.endIndex...]
      guard let factor = units.first(where: { $0.name == unit })?.factor,
        let amount = Amount.parse(digits, times: factor)
      else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(amount)
      if overflow { return nil }
      total = sum
    }
    return isNegative ? -total : total
  }

  private static let units: [(name: String, factor: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
  ]
}

private enum Amount {
  /// `digits` (with or without a fraction) times `factor`, exact for whole numbers.
  static func parse(_ digits: some StringProtocol, times factor: Int64) -> Int64? {
    if let whole = Int64(digits) {
      let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
      return overflow ? nil : product
    }
    guard let number = Double(digits), number.isFinite else { return nil }
    return Int64(exactly: (number * Double(factor)).rounded())
  }
}

extension Value {
  /// The value with a text in the place of every secret that is a field or an item of it: what is shown to people may name
  /// a secret, and never holds one. Nil where there is none. A secret alone is not replaced, so that nothing takes the text
  /// for it.
  public var withoutSecrets: Value? {
    switch self {
    case .list(let items):
      return Value.replaced(items).map(Value.list)
    case .record(let record):
      return Value.replaced(record.values).map { .record(Record(shape: record.shape, values: $0)) }
    default: return nil
    }
  }

  private static func replaced(_ values: [Value]) -> [Value]? {
    var result: [Value]?
    for (index, value) in values.enumerated() {
      let replacement: Value?
      if case .secret(let secret) = value {
        replacement = .string("\(secret)")
      } else {
        replacement = value.withoutSecrets
      }
      guard let replacement else { continue }
      if result == nil { result = values }
      result?[index] = replacement
    }
    return result
  }
}
