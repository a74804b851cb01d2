import AcrCore
import AcrLanguage

/// The values of one column that rows are sorted by. Columns of one type are compared as what they are: a million ints as
/// ints. Nulls come last, whatever the direction.
struct SortKeys {
  private enum Column {
    case ints([Int64])
    case numbers([Double])
    case texts([String])
    case times([Timestamp])
    /// Nil for what is no version, which comes behind those that are one.
    case versions([SemanticVersion?], [String])
    case any([Value])
  }

  private let column: Column
  private let nulls: [Bool]?
  let isDescending: Bool
  /// How messages name it; nil for the rows themselves.
  private let name: String?

  /// - Throws: ``AcrError`` of kind `invalid` for versions of what is no text.
  init(_ values: [Value], name: String?, asVersions: Bool, isDescending: Bool, _ meter: Meter) throws(AcrError) {
    self.isDescending = isDescending
    self.name = name
    nulls = values.contains(where: \.isNull) ? values.map(\.isNull) : nil
    if asVersions {
      var versions: [SemanticVersion?] = []
      var texts: [String] = []
      versions.reserveCapacity(values.count)
      for value in values {
        try meter.step()
        switch value {
        case .string(let text):
          versions.append(TextPattern.version(text))
          texts.append(text)
        case .null:
          versions.append(nil)
          texts.append("")
        default:
          throw AcrError(
            .invalid, "`sort-by --semver` sorts texts, and this is \(value.typePhrase)" + SortKeys.place(name))
        }
      }
      column = .versions(versions, texts)
      return
    }
    try meter.step(values.count / 64)
    column = SortKeys.typed(values)
  }

  private static func typed(_ values: [Value]) -> Column {
    guard let first = values.first else { return .any([]) }
    switch first {
    case .int:
      var ints: [Int64] = []
      ints.reserveCapacity(values.count)
      for value in values {
        guard case .int(let int) = value else { return .any(values) }
        ints.append(int)
      }
      return .ints(ints)
    case .size:
      var ints: [Int64] = []
      ints.reserveCapacity(values.count)
      for value in values {
        guard case .size(let int) = value else { return .any(values) }
        ints.append(int)
      }
      return .ints(ints)
    case .duration:
      var ints: [Int64] = []
      ints.reserveCapacity(values.count)
      for value in values {
        guard case .duration(let int) = value else { return .any(values) }
        ints.append(int)
      }
      return .ints(ints)
    case .number:
      var numbers: [Double] = []
      numbers.reserveCapacity(values.count)
      for value in values {
        guard case .number(let number) = value, !number.isNaN else { return .any(values) }
        numbers.append(number)
      }
      return .numbers(numbers)
    case .string:
      var texts: [String] = []
      texts.reserveCapacity(values.count)
      for value in values {
        guard case .string(let text) = value else { return .any(values) }
        texts.append(text)
      }
      return .texts(texts)
    case .datetime:
      var times: [Timestamp] = []
      times.reserveCapacity(values.count)
      for value in values {
        guard case .datetime(let time) = value else { return .any(values) }
        times.append(time)
      }
      return .times(times)
    default: return .any(values)
    }
  }

  private static func place(_ name: String?) -> String { name.map { " (column `\($0)`)" } ?? "" }

  /// The rows' order, where this is the only column: equal ones keep theirs.
  func order(_ meter: Meter) throws -> [Int] {
    let count = count
    // The work of a sort, which a plain comparison does not count.
    var steps = count / 64
    var left = count
    while left > 1 {
      steps += count / 64
      left /= 2
    }
    try meter.step(steps)
    switch column {
    case .ints(let keys) where nulls == nil:
      return keys.count < IntegerSort.fewest ? sorted(keys) : IntegerSort.order(keys, isDescending: isDescending)
    case .numbers(let keys) where nulls == nil: return sorted(keys)
    case .texts(let keys) where nulls == nil: return sorted(keys)
    case .times(let keys) where nulls == nil: return sorted(keys)
    default:
      return try (0..<count).sorted { left, right in
        try meter.step()
        let order = try self.order(left, right)
        return order != 0 ? order < 0 : left < right
      }
    }
  }

  private func sorted<Key: Comparable>(_ keys: [Key]) -> [Int] {
    // Keys beside their places: a comparison looks at one place of the memory.
    var pairs: [(key: Key, index: Int)] = []
    pairs.reserveCapacity(keys.count)
    for (index, key) in keys.enumerated() { pairs.append((key, index)) }
    if isDescending {
      pairs.sort { $0.key != $1.key ? $0.key > $1.key : $0.index < $1.index }
    } else {
      pairs.sort { $0.key != $1.key ? $0.key < $1.key : $0.index < $1.index }
    }
    return pairs.map(\.index)
  }

  private var count: Int {
    switch column {
    case .ints(let keys): keys.count
    case .numbers(let keys): keys.count
    case .texts(let keys): keys.count
    case .times(let keys): keys.count
    case .versions(_, let keys): keys.count
    case .any(let keys): keys.count
    }
  }

  /// The order of two rows by this column: below zero, zero, or above.
  func order(_ left: Int, _ right: Int) throws(AcrError) -> Int {
    if let nulls, nulls[left] || nulls[right] {
      return nulls[left] == nulls[right] ? 0 : nulls[right] ? -1 : 1
    }
    let order: Int
    switch column {
    case .ints(let keys): order = SortKeys.compare(keys[left], keys[right])
    case .numbers(let keys): order = SortKeys.compare(keys[left], keys[right])
    case .texts(let keys): order = SortKeys.compare(keys[left], keys[right])
    case .times(let keys): order = SortKeys.compare(keys[left], keys[right])
    case .versions(let versions, let texts):
      switch (versions[left], versions[right]) {
      case (let a?, let b?): order = SortKeys.compare(a, b)
      case (nil, nil): order = SortKeys.compare(texts[left], texts[right])
      case (let a, _): return a == nil ? 1 : -1
      }
    case .any(let keys):
      do throws(OperationFailure) {
        order = try keys[left].order(keys[right])
      } catch {
        throw AcrError(
          .invalid,
          "`sort-by` cannot compare \(keys[left].typePhrase) with \(keys[right].typePhrase)" + SortKeys.place(name))
      }
    }
    return isDescending ? -order : order
  }

  private static func compare<Key: Comparable>(_ left: Key, _ right: Key) -> Int {
    left < right ? -1 : left == right ? 0 : 1
  }
}
