import AcrCore

/// Why a text is not JSON, or why reading it ended.
enum JSONProblem: Error {
  /// The text may go on behind the window.
  case incomplete
  /// What is wrong, without a full stop, and where in the bytes.
  case broken(String, at: Int)
  /// A limit is reached.
  case limit(AcrError)
}

/// Makes values of JSON text, without recursion. It looks at bytes and makes nothing but the values: names lead from shape to
/// shape, so that the rows of a table find theirs by comparing bytes, and share it. A record with many names, or one of very
/// many kinds of record, gets a shape of its own, so that time and memory grow with the text's length only.
struct JSONReader: ~Copyable {
  private var shapes = ShapeTree()
  private var stack: [Container] = []
  private let values = ValueStack()
  private let meter: Meter?
  private let isCounting: Bool

  /// - Parameter meter: counts the steps and the memory of what is read.
  init(_ meter: Meter? = nil) {
    self.meter = meter
    isCounting = meter?.isCounting ?? false
  }

  private struct Container {
    let isObject: Bool
    /// Where its values begin.
    let base: Int
    var node = 0
    /// The names of a record that shares no shape.
    var own: Shape?
    /// Where the next value goes when its name is a repeated one.
    var replaced: Int?
  }

  /// Reads one value.
  /// - Parameters:
  ///   - position: where it begins, with white space before it; set behind it.
  ///   - isWhole: whether the text ends with these bytes.
  ///   - depth: how many brackets are open around it.
  mutating func value(
    _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, isWhole: Bool, depth: Int = 0
  ) throws(JSONProblem) -> Value {
    var cursor = JSONCursor(bytes, position, isWhole: isWhole)
    stack.removeAll(keepingCapacity: true)
    values.clear()
    try startValue(&cursor, depth)
    while !stack.isEmpty { try advance(&cursor, depth) }
    position = cursor.position
    return values.popLast()
  }

  /// Reads what follows inside the innermost bracket: its end, or one more value or the opening of one.
  @inline(__always)
  private mutating func advance(_ cursor: inout JSONCursor, _ depth: Int) throws(JSONProblem) {
    let top = stack.count - 1
    let isObject = stack[top].isObject
    cursor.skipSpace()
    let isFirst = values.count == stack[top].base && stack[top].replaced == nil
    if !isFirst {
      guard let byte = cursor.peek else {
        throw cursor.ended(isObject ? "expected `,` or `}`" : "expected `,` or `]`")
      }
      if byte == 0x2C {
        cursor.position += 1
        cursor.skipSpace()
      } else if byte == (isObject ? 0x7D : 0x5D) {
        return close(&cursor)
      } else {
        throw cursor.broken(isObject ? "expected `,` or `}`" : "expected `,` or `]`")
      }
    } else if cursor.peek == (isObject ? 0x7D : 0x5D) {
      return close(&cursor)
    }
    if isObject { try key(&cursor) }
    try startValue(&cursor, depth)
  }

  private mutating func startValue(_ cursor: inout JSONCursor, _ depth: Int) throws(JSONProblem) {
    cursor.skipSpace()
    guard let byte = cursor.peek else { throw cursor.ended("expected a value") }
    switch byte {
    case 0x7B, 0x5B:
      guard stack.count + depth < JSONScanner.depthLimit else {
        throw cursor.broken("more than \(JSONScanner.depthLimit) brackets are open")
      }
      cursor.position += 1
      stack.append(Container(isObject: byte == 0x7B, base: values.count))
      try count(isCounting ? 2 * HeapSize.value + 128 : 0)
    case 0x22:
      let text = try cursor.string()
      try count(isCounting ? 2 * HeapSize.value + HeapSize.text(text) : 0)
      add(.string(text))
    case 0x74:
      try cursor.word("true")
      try plain(.bool(true))
    case 0x66:
      try cursor.word("false")
      try plain(.bool(false))
    case 0x6E:
      try cursor.word("null")
      try plain(.null)
    case 0x2D, 0x30...0x39: try plain(try cursor.number())
    default: throw cursor.broken("expected a value")
    }
  }

  private mutating func plain(_ value: Value) throws(JSONProblem) {
    try count(isCounting ? 2 * HeapSize.value : 0)
    add(value)
  }

  @inline(__always)
  private mutating func add(_ value: consuming Value) {
    let top = stack.count - 1
    if top >= 0, let index = stack[top].replaced {
      values.replace(stack[top].base + index, value)
      stack[top].replaced = nil
    } else {
      values.push(value)
    }
  }

  private mutating func close(_ cursor: inout JSONCursor) {
    cursor.position += 1
    guard let container = stack.popLast() else { return }
    let items = values.pop(downTo: container.base)
    add(
      container.isObject
        ? .record(Record(shape: container.own ?? shapes.shape(container.node), values: items)) : .list(items))
  }

  @inline(__always)
  private func count(_ bytes: Int) throws(JSONProblem) {
    guard let meter else { return }
    do throws(AcrError) {
      try meter.step()
      if isCounting { try meter.take(bytes) }
    } catch {
      throw .limit(error)
    }
  }

  // MARK: Names

  private mutating func key(_ cursor: inout JSONCursor) throws(JSONProblem) {
    guard let byte = cursor.peek else { throw cursor.ended("expected a member's name in quotes") }
    guard byte == 0x22 else { throw cursor.broken("expected a member's name in quotes") }
    let top = stack.count - 1
    // Rows of a table have the same names in the same order: the expected one is there as it stands.
    if stack[top].own == nil, let next = shapes.way(from: stack[top].node, at: &cursor) {
      stack[top].node = next
    } else {
      try take(try cursor.string())
    }
    cursor.skipSpace()
    guard let colon = cursor.peek else { throw cursor.ended("expected `:` after a member's name") }
    guard colon == 0x3A else { throw cursor.broken("expected `:` after a member's name") }
    cursor.position += 1
  }

  private mutating func take(_ name: String) throws(JSONProblem) {
    if isCounting { try count(HeapSize.name(name)) }
    let top = stack.count - 1
    if let own = stack[top].own {
      if let index = own.index(of: name) { stack[top].replaced = index } else { own.append(name) }
      return
    }
    switch shapes.follow(stack[top].node, name) {
    case .node(let node): stack[top].node = node
    case .repeated(let index): stack[top].replaced = index
    case .own(let shape): stack[top].own = shape
    }
  }
}

/// Values that are read and not in their list or record yet, outside of Swift's arrays: each is moved once.
private final class ValueStack {
  private var storage: UnsafeMutablePointer<Value>
  private var capacity = 64
  private(set) var count = 0

  init() { storage = .allocate(capacity: 64) }

  deinit {
    clear()
    storage.deallocate()
  }

  func clear() {
    storage.deinitialize(count: count)
    count = 0
  }

  @inline(__always)
  func push(_ value: consuming Value) {
    if count == capacity { grow() }
    (storage + count).initialize(to: value)
    count += 1
  }

  func replace(_ index: Int, _ value: consuming Value) { storage[index] = value }

  /// The one value that is left.
  func popLast() -> Value {
    guard count > 0 else { return .null }
    count -= 1
    return (storage + count).move()
  }

  func pop(downTo base: Int) -> [Value] {
    let size = count - base
    guard size > 0 else { return [] }
    count = base
    return [Value](unsafeUninitializedCapacity: size) { buffer, filled in
      buffer.baseAddress?.moveInitialize(from: storage + base, count: size)
      filled = size
    }
  }

  private func grow() {
    let larger = UnsafeMutablePointer<Value>.allocate(capacity: 2 * capacity)
    larger.moveInitialize(from: storage, count: count)
    storage.deallocate()
    storage = larger
    capacity *= 2
  }
}
