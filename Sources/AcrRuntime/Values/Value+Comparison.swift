import AcrCore

extension Value {
  /// Equality of the language: numbers compare by value whatever their type, lists by their items in order, records by
  /// their fields whatever their order. Values of different types are unequal.
  /// - Throws: ``OperationFailure/mismatch`` for a secret beside anything but a secret or null, so that a script cannot
  ///   find out a secret by guessing.
  public func equals(_ other: Value) throws(OperationFailure) -> Bool { try equals(other, nil) }

  /// The same, and ^C stops it: values that share parts take a time that their memory does not show.
  func equals(_ other: Value, _ meter: Meter?) throws(OperationFailure) -> Bool {
    switch (self, other) {
    case (.null, .null): return true
    case (.bool(let left), .bool(let right)): return left == right
    case (.int(let left), .int(let right)): return left == right
    case (.number(let left), .number(let right)): return left == right
    case (.int(let left), .number(let right)), (.number(let right), .int(let left)): return Double(left) == right
    case (.string(let left), .string(let right)): return left == right
    case (.duration(let left), .duration(let right)), (.size(let left), .size(let right)): return left == right
    case (.datetime(let left), .datetime(let right)): return left == right
    case (.secret(let left), .secret(let right)): return left == right
    case (.block(let left), .block(let right)): return left === right
    case (.secret, .null), (.null, .secret): return false
    case (.secret, _), (_, .secret): throw .mismatch
    case (.list(let left), .list(let right)):
      guard left.count == right.count else { return false }
      try Value.step(meter, left.count)
      for index in left.indices where try !left[index].equals(right[index], meter) { return false }
      return true
    case (.record(let left), .record(let right)):
      guard left.values.count == right.values.count else { return false }
      try Value.step(meter, left.values.count)
      if left.shape === right.shape {
        for index in left.values.indices where try !left.values[index].equals(right.values[index], meter) {
          return false
        }
        return true
      }
      for (index, name) in left.shape.names.enumerated() {
        guard let value = right[name], try left.values[index].equals(value, meter) else { return false }
      }
      return true
    default: return false
    }
  }

  /// False for values of types that no values of are equal: `1MB == 1000000` is a mistake, not false.
  func mayEqual(_ other: Value) -> Bool {
    switch (self, other) {
    case (.null, _), (_, .null), (.bool, .bool), (.int, .int), (.number, .number), (.int, .number), (.number, .int),
      (.string, .string), (.duration, .duration), (.size, .size), (.datetime, .datetime), (.list, .list),
      (.record, .record), (.secret, .secret), (.block, .block):
      true
    default: false
    }
  }

  private static func step(_ meter: Meter?, _ count: Int) throws(OperationFailure) {
    guard let meter else { return }
    do throws(AcrError) {
      try meter.step(1 + count)
    } catch {
      throw .other(error)
    }
  }

  /// Order of two values: -1, 0 or 1. Numbers, texts (by Unicode scalar), durations, sizes, datetimes and bools (false
  /// first) have one.
  /// - Throws: ``OperationFailure/mismatch`` for values that have no order between them.
  public func order(_ other: Value) throws(OperationFailure) -> Int {
    switch (self, other) {
    case (.int(let left), .int(let right)), (.duration(let left), .duration(let right)),
      (.size(let left), .size(let right)):
      return left < right ? -1 : left == right ? 0 : 1
    case (.number(let left), .number(let right)): return Value.order(left, right)
    case (.int(let left), .number(let right)): return Value.order(Double(left), right)
    case (.number(let left), .int(let right)): return Value.order(left, Double(right))
    case (.string(let left), .string(let right)): return left < right ? -1 : left == right ? 0 : 1
    case (.datetime(let left), .datetime(let right)): return left < right ? -1 : left == right ? 0 : 1
    case (.bool(let left), .bool(let right)): return left == right ? 0 : right ? -1 : 1
    default: throw .mismatch
    }
  }

  private static func order(_ left: Double, _ right: Double) -> Int { left < right ? -1 : left == right ? 0 : 1 }

  /// `left in right`: an item of a list, a part of a text, a field of a record.
  /// - Throws: ``OperationFailure/mismatch`` when the right side holds nothing, or the left side cannot be in it.
  func isContained(in container: Value, _ meter: Meter) throws(OperationFailure) -> Bool {
    switch (self, container) {
    case (_, .list(let items)):
      for item in items {
        try Value.step(meter, 0)
        if try equals(item, meter) { return true }
      }
      return false
    case (.string(let part), .string(let text)):
      return part.isEmpty || (ByteText.contains(part, in: text) ?? text.contains(part))
    case (.string(let name), .record(let record)): return record.shape.index(of: name) != nil
    default: throw .mismatch
    }
  }

  /// `left like right`: a text against a pattern of ``Glob``.
  public func isLike(_ pattern: Value) throws(OperationFailure) -> Bool {
    guard case .string(let text) = self, case .string(let pattern) = pattern else { throw .mismatch }
    return Glob.matches(text, pattern: pattern)
  }
}

/// Patterns of `like` and `any`: `*` stands for any text, `?` for one character, everything else for itself, with case.
public enum Glob {
  /// True when the whole text is described by the pattern. Takes time in proportion to the product of the two lengths
  /// at worst: after a `*` only the latest one is tried again.
  public static func matches(_ text: String, pattern: String) -> Bool {
    let text = Array(text.unicodeScalars)
    let pattern = Array(pattern.unicodeScalars)
    var position = 0
    var index = 0
    var star: (index: Int, position: Int)?
    while position < text.count {
      if index < pattern.count, pattern[index] == "*" {
        star = (index, position)
        index += 1
      } else if index < pattern.count, pattern[index] == "?" || pattern[index] == text[position] {
        index += 1
        position += 1
      } else if let (starIndex, starPosition) = star {
        star = (starIndex, starPosition + 1)
        index = starIndex + 1
        position = starPosition + 1
      } else {
        return false
      }
    }
    while index < pattern.count, pattern[index] == "*" { index += 1 }
    return index == pattern.count
  }
}
