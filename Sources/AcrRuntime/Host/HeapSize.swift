import AcrCore

/// How many bytes values take, what they share counted once. It goes by the sizes of Swift's own storage; small texts stand
/// inside their value.
struct HeapSize {
  /// Bytes so far.
  private(set) var bytes = 0
  private var seen: Set<Int> = []
  private var latestShape: Shape?
  private var pending: [[Value]] = []

  /// What a list takes besides its items: Swift's header and that of the allocator.
  static let header = 48
  /// What a value takes where it stands.
  static let value = MemoryLayout<Value>.stride

  /// What a list of so many values takes.
  static func list(_ count: Int) -> Int {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: value)
    return overflow ? .max / 4 : bytes + header
  }

  /// What a text takes.
  static func text(_ text: borrowing String) -> Int { self.text(bytes: text.utf8.count) }

  /// What a text of so many bytes takes.
  static func text(bytes: Int) -> Int { bytes <= 15 ? 0 : bytes + header }

  /// What a record's own name of a field takes, with its place in the table.
  static func name(_ name: String) -> Int { text(name) + 32 }

  /// The value alone, without what its items refer to.
  static func shallow(_ value: borrowing Value) -> Int {
    switch copy value {
    case .string(let text): self.text(text)
    case .list(let items): list(items.count)
    case .record(let record): list(record.values.count)
    case .secret: header
    case .block(let block): list(block.captured.count) + header
    default: 0
    }
  }

  /// What the sum of two lists or two texts takes.
  static func sum(_ left: Value, _ right: Value) -> Int {
    switch (left, right) {
    case (.list(let left), .list(let right)): list(left.count + right.count)
    case (.string(let left), .string(let right)): text(bytes: left.utf8.count + right.utf8.count)
    default: 0
    }
  }

  /// The value with all that it refers to.
  static func whole(_ value: Value) -> Int {
    guard value.isOnHeap else { return 0 }
    var size = HeapSize()
    size.add(value)
    return size.bytes
  }

  /// Adds what a value refers to, unless it was added before. It uses no recursion: a value may be very deep.
  mutating func add(_ value: Value) {
    visit(value)
    while let items = pending.popLast() {
      for item in items where item.isOnHeap { visit(item) }
    }
  }

  private mutating func visit(_ value: Value) {
    switch value {
    case .string(let text):
      let count = text.utf8.count
      guard count > 15 else { return }
      // A text that is not stored as UTF-8 (there are none on Linux) counts each time.
      let place =
        count < HeapSize.smallest ? nil : text.utf8.withContiguousStorageIfAvailable { Int(bitPattern: $0.baseAddress) }
      if isNew(place) { bytes += count + HeapSize.header }
    case .list(let items): visit(items)
    case .record(let record):
      visit(record.values)
      guard record.shape !== latestShape else { return }
      latestShape = record.shape
      if isNew(Int(bitPattern: Unmanaged.passUnretained(record.shape).toOpaque())) {
        bytes += record.shape.names.reduce(HeapSize.header) { $0 + HeapSize.name($1) }
      }
    case .secret: bytes += HeapSize.header
    case .block(let block):
      bytes += HeapSize.header
      visit(block.captured)
    default: break
    }
  }

  private mutating func visit(_ items: [Value]) {
    guard !items.isEmpty else { return }
    let size = items.capacity * HeapSize.value + HeapSize.header
    let place = items.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    // A small list of plain values is not worth the memory of remembering it. Others are, since values that share parts
    // would take exponential time.
    let holdsLists = items.contains { $0.holdsValues }
    if size >= HeapSize.smallest || holdsLists, !isNew(place) { return }
    bytes += size
    pending.append(items)
  }

  /// A text or list of plain values that is smaller than this is counted each time it occurs.
  private static let smallest = 256

  private mutating func isNew(_ place: Int?) -> Bool { place.map { seen.insert($0).inserted } ?? true }
}

extension Value {
  /// True for a list or record.
  fileprivate var holdsValues: Bool {
    switch self {
    case .list, .record, .block: true
    default: false
    }
  }

  /// True when it refers to memory of its own.
  var isOnHeap: Bool {
    switch self {
    case .string, .list, .record, .secret, .block: true
    default: false
    }
  }
}
