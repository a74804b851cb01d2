import AcrCore
import AcrLanguage

/// `fold`: all rows to one value.
struct Fold: Command {
  struct Parameters: ParameterSet {
    let start = Positional<Value>("start", help: "the value before the first row; `0` is the number")
    let block = BlockParameter(
      "block", values: 2, help: "makes the next value of the one so far and a row: `{ |so_far, row| … }`")
  }

  let signature = Signature(
    "fold", summary: "Makes one value of all rows, step by step",
    description: "The block gets the value so far and the next row, and what it gives is the value from there on.",
    group: .work,
    examples: [.init("A product", "[2, 3, 4] | fold 1 { |product, n| $product * $n }")],
    input: .required, columns: .open([]))

  func run(_ call: Call<Parameters>) throws -> Output {
    let block = call[\.block]
    guard block.parameterCount == 2 else {
      throw ArgumentError(
        call.parameters.block,
        AcrError(
          .usage, "the block of `fold` names the value so far and the row", help: "`fold 0 { |sum, row| $sum + $row }`")
      )
    }
    let rows = try call.rows(for: "fold")
    // A bare word is a text where any value may stand, and `fold 0` means the number.
    var value = call[\.start]
    if case .string(let text) = value { value = Fold.number(text) ?? value }
    while let row = try rows.next() {
      let place = call.meter.place
      defer { call.meter.release(place) }
      call.meter.hold(value)
      value = try block.call([value, row])
    }
    return .value(value)
  }
}

extension Fold {
  /// The number, duration or size that a word spells out.
  private static func number(_ text: String) -> Value? {
    if let int = Int64(text) { return .int(int) }
    guard let first = text.utf8.first, (0x30...0x39).contains(first) || first == 0x2D else { return nil }
    if let number = Double(text), number.isFinite { return .number(number) }
    return DurationText.parse(text).map(Value.duration) ?? ByteCount.parse(text).map(Value.size)
  }
}

/// A column, or the rows themselves, for words that reckon.
struct AmountColumn: ParameterSet {
  let column = Positional<String?>("column", help: "the column (the rows themselves)", completer: .column)
}

extension Call<AmountColumn> {
  /// The amounts of the rows, without nulls, one after the other.
  fileprivate func amounts(_ name: String) throws -> () throws -> Value? {
    let rows = try rows(for: name)
    let path = self[\.column].map(ColumnPath.init)
    return {
      while let row = try rows.next() {
        let value = try path?.value(in: row) ?? row
        if !value.isNull { return value }
      }
      return nil
    }
  }
}

/// `sum`, `avg`, `min`, `max`: what rows come to, as stages.
struct Reckon: Command {
  typealias Parameters = AmountColumn

  private enum Kind: String { case sum, avg, min, max }

  static let all: [any Command] = [
    Reckon(
      .sum, "Adds up the rows, or one of their columns", "Bytes of a table", "[{size: 1MB}, {size: 2MB}] | sum size"),
    Reckon(.avg, "Gives the average of the rows, or of one of their columns", "An average", "[1, 2, 6] | avg"),
    Reckon(.min, "Gives the least of the rows, or of one of their columns", "The least number", "[3, 1, 2] | min"),
    Reckon(
      .max, "Gives the greatest of the rows, or of one of their columns", "The latest time", "[{t: 1}, {t: 5}] | max t"),
  ]

  private let kind: Kind
  let signature: Signature

  private init(_ kind: Kind, _ summary: String, _ title: String, _ example: String) {
    self.kind = kind
    signature = Signature(
      kind.rawValue, summary: summary,
      description: kind == .sum ? "Nulls do not count." : "Nulls do not count. Without rows it is null.",
      group: .rows, examples: [.init(title, example)], input: .required)
  }

  func run(_ call: Call<AmountColumn>) throws -> Output {
    let next = try call.amounts(kind.rawValue)
    guard var result = try next() else { return .value(kind == .sum ? .int(0) : .null) }
    if kind == .sum || kind == .avg { try Reckon.check(result, kind.rawValue) }
    var count: Int64 = 1
    while let value = try next() {
      count += 1
      do throws(OperationFailure) {
        switch kind {
        case .sum, .avg: result = try result.adding(value)
        case .min: if try value.order(result) < 0 { result = value }
        case .max: if try value.order(result) > 0 { result = value }
        }
      } catch {
        throw Reckon.failure(error, kind.rawValue, result, value)
      }
    }
    guard kind == .avg else { return .value(result) }
    do throws(OperationFailure) {
      return .value(try result.divided(by: .int(count)))
    } catch {
      throw Reckon.failure(error, kind.rawValue, result, result)
    }
  }

  /// Texts and lists have a `+`, and no sum.
  private static func check(_ value: Value, _ name: String) throws(AcrError) {
    switch value {
    case .int, .number, .duration, .size: return
    default:
      throw AcrError(.invalid, "`\(name)` takes numbers, durations or sizes, and this row holds \(value.typePhrase)")
    }
  }

  static func failure(_ failure: OperationFailure, _ name: String, _ left: Value, _ right: Value) -> AcrError {
    switch failure {
    case .other(let error): error
    case .overflow: AcrError(.invalid, "the result of `\(name)` does not fit 64 bits")
    default: AcrError(.invalid, "`\(name)` cannot work on \(left.typePhrase) and \(right.typePhrase) together")
    }
  }
}

/// `percentile`: the value that so much of the rows stay below.
struct PercentileStage: Command {
  struct Parameters: ParameterSet {
    let percent = Positional<Double>("percent", help: "0 to 100; 50 is the median")
    let values = AmountColumn()
  }

  let signature = Signature(
    "percentile", summary: "Gives the value that so many percent of the rows do not exceed",
    description: """
      It is one of the values: the nearest rank, so sizes stay sizes. `percentile 50` is the median. Nulls do not count; \
      without rows it is null.
      """,
    group: .rows, examples: [.init("The median", "[5, 1, 9] | percentile 50")],
    input: .required)

  func run(_ call: Call<Parameters>) throws -> Output {
    let percent = call[\.percent]
    guard (0...100).contains(percent) else {
      throw ArgumentError(
        call.parameters.percent,
        AcrError(.usage, "`percentile` takes a number from 0 to 100, not \(Value.text(of: percent))"))
    }
    let next = try call[\.values].amounts("percentile")
    let gathered = Gathered(call.meter)
    while let value = try next() { try gathered.append(value) }
    return .value(try PercentileStage.value(percent, of: gathered.items, call.meter))
  }

  /// The value at the nearest rank (NIST's definition of the p-th percentile by ranks).
  static func value(_ percent: Double, of items: [Value], _ meter: Meter) throws -> Value {
    guard !items.isEmpty else { return .null }
    var values = items
    try meter.charge(HeapSize.list(items.count))
    try values.sort { left, right in
      try meter.step()
      do throws(OperationFailure) {
        return try left.order(right) < 0
      } catch {
        throw Reckon.failure(error, "percentile", left, right)
      }
    }
    let rank = Int((percent / 100 * Double(values.count)).rounded(.up))
    return values[Swift.min(Swift.max(rank, 1), values.count) - 1]
  }
}

/// `latest`: the row with the newest version.
struct Latest: Command {
  struct Parameters: ParameterSet {
    let column = Positional<String?>(
      "column", help: "the column with the version, the time or the number (the rows themselves)", completer: .column)
    let prerelease = Switch("prerelease", help: "versions such as 2.0.0-rc.1 count too")
    let within = Flag<String?>("within", help: "only versions of a range such as `^1.4`")
  }

  let signature = Signature(
    "latest", summary: "Gives the row with the newest version, or the latest time",
    description: """
      Texts are read as versions: `1.4.2`, `v1.4`, `3.20`. What is no version (`latest`, `main`) is passed over, and so are \
      pre-releases, unless there is nothing else. A list, such as `tags`, counts by its newest version. Times and numbers \
      count by their value. Without rows it is null.
      """,
    group: .rows,
    examples: [
      .init("The newest tag", "[\"1.9.0\", \"1.10.0\", \"latest\"] | latest"),
      .init("The newest tag of a range", "[\"1.9.0\", \"2.0.0\"] | latest --within ^1"),
      .init("The row of the latest time", "[{n: 1, at: 5}, {n: 2, at: 9}] | latest at"),
    ],
    input: .required, columns: .open([]))

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = call[\.column].map(ColumnPath.init)
    let range: VersionRange?
    do throws(AcrError) {
      range = try call[\.within].map { text throws(AcrError) in try VersionRange(text) }
    } catch {
      throw ArgumentError(call.parameters.within, error)
    }
    let rows = try call.rows(for: "latest")
    var best: (row: Value, version: SemanticVersion)?
    var bestPrerelease: (row: Value, version: SemanticVersion)?
    var bestAmount: (row: Value, amount: Value)?
    var count = 0
    while let row = try rows.next() {
      count += 1
      let value = try path?.value(in: row) ?? row
      switch value {
      case .null: continue
      case .string, .list:
        guard let version = try newest(in: value, range, call) else { continue }
        if version.prerelease.isEmpty || call[\.prerelease] {
          if best.map({ $0.version < version }) ?? true { best = (row, version) }
        } else if bestPrerelease.map({ $0.version < version }) ?? true {
          bestPrerelease = (row, version)
        }
      default:
        do throws(OperationFailure) {
          if let present = bestAmount, try value.order(present.amount) <= 0 { continue }
        } catch {
          throw Reckon.failure(error, "latest", bestAmount?.amount ?? .null, value)
        }
        bestAmount = (row, value)
      }
    }
    if let bestAmount {
      guard best == nil, bestPrerelease == nil else {
        throw AcrError(.invalid, "`latest` cannot compare versions with \(bestAmount.amount.typePhrase)")
      }
      return .value(bestAmount.row)
    }
    return .value(best?.row ?? bestPrerelease?.row ?? .null)
  }

  private func newest(in value: Value, _ range: VersionRange?, _ call: Call<Parameters>) throws -> SemanticVersion? {
    try call.meter.step()
    switch value {
    case .string(let text):
      guard let version = TextPattern.version(text), range?.contains(version) ?? true else { return nil }
      return version
    case .list(let items):
      let versions = try items.compactMap { try newest(in: $0, range, call) }
      let releases = versions.filter { $0.prerelease.isEmpty || call[\.prerelease] }
      return (releases.isEmpty ? versions : releases).max()
    default: return nil
    }
  }
}
