import AcrCore

/// How long the text of a value is.
struct TextSize {
  private struct Level {
    var rest: ArraySlice<Value>
    let place: Int
    var size: Int
  }

  /// The sizes of lists and records that were looked at, by where they are.
  private var known: [Int: Int] = [:]
  private var levels: [Level] = []

  /// About how many bytes its JSON takes on one line; nil when it is more than `limit`. A part that occurs several times is
  /// counted each time, as it is written, but looked at once.
  /// - Throws: ``AcrError`` of kind `invalid` for a value nested deeper than a host can be expected to walk.
  static func json(_ value: Value, atMost limit: Int) throws(AcrError) -> Int? {
    var text = TextSize()
    return try text.size(of: value, limit)
  }

  /// A value given to the host's own code is walked and freed there, on a stack of any size.
  /// - Throws: ``AcrError`` of kind `invalid` for a value nested deeper than JSON may be.
  static func checkDepth(_ value: Value) throws(AcrError) { _ = try json(value, atMost: .max) }

  private mutating func size(of value: Value, _ limit: Int) throws(AcrError) -> Int? {
    var total = add(value)
    while var level = levels.popLast() {
      guard let item = level.rest.popFirst() else {
        known[level.place] = level.size
        if levels.isEmpty { total += level.size } else { levels[levels.count - 1].size.add(level.size) }
        continue
      }
      let place = levels.count
      levels.append(level)
      let size = add(item)
      levels[place].size.add(size)
      if levels.count > JSONScanner.depthLimit {
        throw AcrError(.invalid, "a value given out of the script is nested more than \(JSONScanner.depthLimit) deep")
      }
      if levels[place].size > limit { return nil }
    }
    return total > limit ? nil : total
  }

  /// The size of a plain value, or of a list or record that is known; of another one 0, and it comes next.
  private mutating func add(_ value: Value) -> Int {
    switch value {
    case .string(let text): return text.utf8.count + 3
    case .list(let items): return open(items, 3)
    case .record(let record):
      return open(record.values, record.shape.names.reduce(3) { $0 + $1.utf8.count + 3 })
    case .secret: return 9
    default: return (value.text?.utf8.count ?? 0) + 1
    }
  }

  private mutating func open(_ items: [Value], _ size: Int) -> Int {
    if items.isEmpty { return size }
    let place = items.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    if let known = known[place] { return known }
    levels.append(Level(rest: items[...], place: place, size: size))
    return 0
  }
}

extension Int {
  /// Adds a size; one that does not fit is the greatest.
  fileprivate mutating func add(_ size: Int) {
    let (sum, overflow) = addingReportingOverflow(size)
    self = overflow ? .max : sum
  }
}
