/// A value as a dictionary's key, equal where the language's `==` says so. After ^C hashing and comparing end at once; who
/// uses keys looks for ^C after each row.
struct ValueKey: Hashable {
  let value: Value
  private let interrupts: InterruptCheck

  init(_ value: Value, _ interrupts: InterruptCheck) {
    self.value = value
    self.interrupts = interrupts
  }

  static func == (left: ValueKey, right: ValueKey) -> Bool {
    (try? left.value.equals(right.value, left.interrupts)) ?? false
  }

  func hash(into hasher: inout Hasher) { ValueKey.hash(value, into: &hasher, interrupts) }

  private static func hash(_ value: Value, into hasher: inout Hasher, _ interrupts: InterruptCheck) {
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
      if interrupts.isInterrupted { return }
      for item in items { hash(item, into: &hasher, interrupts) }
    // Records are equal whatever the order of their fields.
    case .record(let record):
      if interrupts.isInterrupted { return }
      var sum = 0
      for (index, name) in record.shape.names.enumerated() {
        var field = Hasher()
        field.combine(name)
        hash(record.values[index], into: &field, interrupts)
        sum &+= field.finalize()
      }
      hasher.combine(sum)
    case .secret(let secret): hasher.combine(secret)
    }
  }
}
