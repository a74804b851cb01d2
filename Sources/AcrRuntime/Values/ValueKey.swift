/// A value as a dictionary's key, equal where the language's `==` says so. After ^C hashing and comparing end at once; who
/// uses keys looks for ^C after each row.
struct ValueKey: Hashable {
  let value: Value
  private let meter: Meter

  init(_ value: Value, _ meter: Meter) {
    self.value = value
    self.meter = meter
  }

  static func == (left: ValueKey, right: ValueKey) -> Bool {
    (try? left.value.equals(right.value, left.meter)) ?? false
  }

  func hash(into hasher: inout Hasher) { ValueKey.hash(value, into: &hasher, meter) }

  private static func hash(_ value: Value, into hasher: inout Hasher, _ meter: Meter) {
    switch value {
    case .null: hasher.combine(0)
    case .bool(let flag): hasher.combine(flag)
    // An int and a number of the same value are equal.
    case .int(let number): hasher.combine(Double(number))
    case .number(let number): hasher.combine(number)
    case .string(let text): hasher.combine(text)
    case .duration(let amount), .size(let amount): hasher.combine(amount)
    case .datetime(let time): hasher.combine(time)
    case .list(let items):
      if meter.isInterrupted { return }
      for item in items { hash(item, into: &hasher, meter) }
    // Records are equal whatever the order of their fields.
    case .record(let record):
      if meter.isInterrupted { return }
      var sum = 0
      for (index, name) in record.shape.names.enumerated() {
        var field = Hasher()
        field.combine(name)
        hash(record.values[index], into: &field, meter)
        sum &+= field.finalize()
      }
      hasher.combine(sum)
    case .secret(let secret): hasher.combine(secret)
    case .block(let block): hasher.combine(ObjectIdentifier(block))
    }
  }
}
