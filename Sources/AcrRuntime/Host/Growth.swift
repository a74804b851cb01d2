import AcrCore

/// What a list or text takes that grows where it stands. Swift gives it room for twice as much at a time; and where
/// something else holds it, too, it is copied.
struct Growth {
  private let places: [Int]
  private let isCharged: Bool

  /// Counts what adding `more` to a part of a value will take. The value is where ``Meter`` sees it.
  /// - Throws: ``AcrError`` of kind `limit`.
  init(of value: Value, at path: [Step] = [], by more: Value? = nil, _ meter: Meter) throws(AcrError) {
    var charged = false
    var part = value
    var places = [Growth.place(value)]
    for step in path {
      switch (part, step) {
      case (.record(let record), .field(let name)):
        guard let next = record[name] else {
          try meter.charge(HeapSize.name(name))
          part = .null
          continue
        }
        part = next
      case (.list(let items), .index(let index)):
        let position = index < 0 ? Int(clamping: index) + items.count : Int(clamping: index)
        part = items.indices.contains(position) ? items[position] : .null
      default: part = .null
      }
      places.append(Growth.place(part))
    }
    if let more { charged = try Growth.charge(part, more, meter) }
    self.places = places
    isCharged = charged
  }

  /// A step into a value.
  enum Step {
    case field(String)
    case index(Int64)
  }

  /// Counts what was copied, when the value is back where the meter sees it.
  func finish(_ value: Value, at path: [Step] = [], _ meter: Meter) throws(AcrError) {
    var part = value
    for (index, place) in places.enumerated() {
      let isLast = index + 1 == places.count
      if Growth.place(part) != place {
        if !(isLast && isCharged) {
          try meter.charge(HeapSize.shallow(part))
        } else if case .string(let text) = part {
          meter.grownTexts.note(place: Growth.place(part), room: text.utf8.count)
        }
      }
      guard !isLast else { return }
      switch (part, path[index]) {
      case (.record(let record), .field(let name)): part = record[name] ?? .null
      case (.list(let items), .index(let index)):
        let position = index < 0 ? Int(clamping: index) + items.count : Int(clamping: index)
        part = items.indices.contains(position) ? items[position] : .null
      default: return
      }
    }
  }

  /// - Returns: whether anything was counted.
  private static func charge(_ value: Value, _ more: Value, _ meter: Meter) throws(AcrError) -> Bool {
    switch (value, more) {
    case (.list(let items), .list(let added)):
      let count = items.count + added.count
      guard count > items.capacity else { return false }
      try meter.charge(HeapSize.list(max(count, 2 * items.count)))
      return true
    case (.string(let text), .string(let added)):
      let count = text.utf8.count + added.utf8.count
      guard count > 15, !meter.grownTexts.hasRoom(for: count, at: place(value)) else { return false }
      try meter.charge(HeapSize.text(bytes: max(count, 2 * text.utf8.count)))
      meter.grownTexts.latestRoom = max(count, 2 * text.utf8.count)
      return true
    default: return false
    }
  }

  /// Where the storage of a value is; 0 for one without.
  private static func place(_ value: Value) -> Int {
    switch value {
    case .list(let items): items.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    case .record(let record): record.values.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    case .string(let text) where text.utf8.count > 15:
      text.utf8.withContiguousStorageIfAvailable { Int(bitPattern: $0.baseAddress) } ?? 0
    default: 0
    }
  }
}

/// The texts that grew last, and for how much they have room: a text does not tell.
struct GrownTexts {
  private var known: [(place: Int, room: Int)] = []
  /// What was counted for the text that grows at the moment.
  var latestRoom = 0

  /// True when a text at a place can grow to so many bytes without taking more memory, unless it is copied.
  mutating func hasRoom(for count: Int, at place: Int) -> Bool {
    known.contains { $0.place == place && $0.room >= count }
  }

  /// Remembers where a text is that has grown.
  mutating func note(place: Int, room: Int) {
    known.removeAll { $0.place == place }
    if known.count >= 8 { known.removeFirst() }
    known.append((place, max(room, latestRoom)))
  }
}
