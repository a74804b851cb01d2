import AcrCore

/// Builds values from the events of a JSON text, without recursion. Names lead from shape to shape, so that the rows of a
/// table find theirs without hashing, and share it. A record with many names, or one of very many kinds of record, gets a
/// shape of its own, so that time and memory grow with the text's length only.
struct JSONBuilder {
  private var nodes = [ShapeNode()]
  /// Where names lead from a shape, but for the one that came first.
  private var ways: [Way: Int] = [:]
  private var stack: [Container] = []
  private let meter: Meter?

  /// - Parameter meter: counts the memory of what is built. When a limit is reached, building ends with null, and the meter's
  ///   ``Meter/check()`` throws.
  init(_ meter: Meter? = nil) { self.meter = meter }

  /// How many shapes the records of a text may share.
  private static let mostNodes = 4096

  /// A shape under construction.
  private struct ShapeNode {
    /// The latest name, and the shape without it.
    var name = ""
    var parent = -1
    var count = 0
    var shape: Shape?
    /// Where a name led from here the first time.
    var firstWay: (name: String, node: Int)?
  }

  private struct Way: Hashable {
    let node: Int
    let name: String
  }

  private struct Container {
    let isObject: Bool
    var node = 0
    /// The names of a record that shares no shape.
    var own: Shape?
    /// Where the next value goes when its name is a repeated one.
    var replaced: Int?
    var values: [Value] = []
  }

  /// The value of a text. A builder may be used for several texts, such as the lines of JSON lines.
  mutating func build(_ bytes: [UInt8]) throws(JSONError) -> Value {
    var scanner = JSONScanner(bytes)
    var result = Value.null
    stack.removeAll(keepingCapacity: true)
    while let event = try scanner.next() {
      if let meter, !JSONBuilder.count(event, meter) { return .null }
      let value: Value
      switch event {
      case .objectStart:
        stack.append(Container(isObject: true))
        continue
      case .arrayStart:
        stack.append(Container(isObject: false))
        continue
      case .key(let name):
        take(name)
        continue
      case .objectEnd, .arrayEnd:
        guard let container = stack.popLast() else { continue }
        value =
          container.isObject
          ? .record(Record(shape: container.own ?? shape(container.node), values: container.values))
          : .list(container.values)
      case .string(let text): value = .string(text)
      case .integer(let number): value = .int(number)
      case .number(let number): value = .number(number)
      case .bool(let flag): value = .bool(flag)
      case .null: value = .null
      }
      let top = stack.count - 1
      if top < 0 {
        result = value
      } else if let index = stack[top].replaced {
        stack[top].values[index] = value
        stack[top].replaced = nil
      } else {
        stack[top].values.append(value)
      }
    }
    return result
  }

  /// - Returns: false when a limit is reached.
  private static func count(_ event: JSONEvent, _ meter: Meter) -> Bool {
    do throws(AcrError) {
      try meter.step()
      guard meter.isCounting else { return true }
      switch event {
      case .objectStart, .arrayStart: try meter.take(2 * HeapSize.value + 128)
      case .key(let name): try meter.take(HeapSize.name(name))
      case .string(let text): try meter.take(2 * HeapSize.value + HeapSize.text(text))
      case .objectEnd, .arrayEnd: break
      default: try meter.take(2 * HeapSize.value)
      }
      return true
    } catch {
      return false
    }
  }

  private mutating func take(_ name: String) {
    let top = stack.count - 1
    if let own = stack[top].own {
      if let index = own.index(of: name) { stack[top].replaced = index } else { own.append(name) }
      return
    }
    let node = stack[top].node
    if let way = nodes[node].firstWay, way.name == name {
      stack[top].node = way.node
    } else if let next = ways[Way(node: node, name: name)] {
      stack[top].node = next
    } else if let index = index(of: name, in: node) {
      stack[top].replaced = index
    } else if nodes[node].count >= Shape.mostShared || nodes.count >= JSONBuilder.mostNodes {
      let own = Shape(names(node))
      own.append(name)
      stack[top].own = own
    } else {
      nodes.append(ShapeNode(name: name, parent: node, count: nodes[node].count + 1))
      let next = nodes.count - 1
      if nodes[node].firstWay == nil {
        nodes[node].firstWay = (name, next)
      } else {
        ways[Way(node: node, name: name)] = next
      }
      stack[top].node = next
    }
  }

  /// Where a name stands among those of a node.
  private func index(of name: String, in node: Int) -> Int? {
    var node = node
    while nodes[node].parent >= 0 {
      if nodes[node].name == name { return nodes[node].count - 1 }
      node = nodes[node].parent
    }
    return nil
  }

  private func names(_ node: Int) -> [String] {
    var names: [String] = []
    var node = node
    while nodes[node].parent >= 0 {
      names.append(nodes[node].name)
      node = nodes[node].parent
    }
    names.reverse()
    return names
  }

  private mutating func shape(_ node: Int) -> Shape {
    if let shape = nodes[node].shape { return shape }
    let shape = Shape(names(node))
    nodes[node].shape = shape
    return shape
  }
}
