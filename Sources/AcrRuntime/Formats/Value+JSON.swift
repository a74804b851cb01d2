import AcrCore

extension Value {
  /// Reads one JSON text. Records with the same names in the same order share a ``Shape``; of a repeated name the last
  /// value counts.
  /// - Throws: ``JSONError`` with line and column.
  public init(json bytes: [UInt8]) throws(JSONError) {
    var builder = JSONBuilder()
    self = try builder.build(bytes)
  }

  /// Writes the value as JSON: sizes as bytes, datetimes as RFC 3339 text, durations as text such as `1h30m`.
  /// - Throws: ``AcrError`` for a secret, which is never written.
  public func write(to writer: inout JSONWriter) throws(AcrError) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .int(let value), .size(let value): writer.integer(value)
    case .number(let value): writer.number(value)
    case .string(let value): writer.string(value)
    case .duration(let value): writer.string(DurationText.exact(value))
    case .datetime(let value): writer.string(value.description)
    case .list(let items):
      writer.startArray()
      for item in items { try item.write(to: &writer) }
      writer.endArray()
    case .record(let record):
      writer.startObject()
      for (index, name) in record.shape.names.enumerated() {
        writer.key(name)
        if case .secret = record.values[index] { throw Value.secretRefused("field `\(name)`") }
        try record.values[index].write(to: &writer)
      }
      writer.endObject()
    case .secret: throw Value.secretRefused("the value")
    }
  }

  /// The value as JSON text, on one line or indented.
  /// - Throws: ``AcrError`` for a secret.
  public func json(indent: Int? = nil) throws(AcrError) -> String {
    var writer = JSONWriter(indent: indent)
    try write(to: &writer)
    return writer.text
  }

  static func secretRefused(_ what: String) -> AcrError {
    AcrError(
      .invalid, "\(what) is a secret: it is never written",
      help: "leave it out with `select`, or `reveal(…)` gives its text")
  }
}

/// Builds values from the events of a JSON text, without recursion. Names lead from shape to shape, so that the rows of a
/// table find theirs without hashing, and share it.
struct JSONBuilder {
  private var nodes = [ShapeNode()]
  private var stack: [Container] = []

  /// A shape under construction: the names so far, and where each next name leads.
  private struct ShapeNode {
    var names: [String] = []
    var shape: Shape?
    var next: [(name: String, step: Step)] = []
  }

  private enum Step {
    case new(Int)
    /// The name is there already: its value is replaced.
    case repeated(Int)
  }

  private struct Container {
    let isObject: Bool
    var node = 0
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
          ? .record(Record(shape: shape(container.node), values: container.values)) : .list(container.values)
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

  private mutating func take(_ name: String) {
    let top = stack.count - 1
    let node = stack[top].node
    let step: Step
    if let known = nodes[node].next.first(where: { $0.name == name }) {
      step = known.step
    } else if let index = nodes[node].names.firstIndex(of: name) {
      step = .repeated(index)
      nodes[node].next.append((name, step))
    } else {
      nodes.append(ShapeNode(names: nodes[node].names + [name]))
      step = .new(nodes.count - 1)
      nodes[node].next.append((name, step))
    }
    switch step {
    case .new(let next): stack[top].node = next
    case .repeated(let index): stack[top].replaced = index
    }
  }

  private mutating func shape(_ node: Int) -> Shape {
    if let shape = nodes[node].shape { return shape }
    let shape = Shape(nodes[node].names)
    nodes[node].shape = shape
    return shape
  }
}
