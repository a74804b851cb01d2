import AcrCore

/// A value of the language.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case number(Double)
  case string(String)
  /// Nanoseconds.
  case duration(Int64)
  /// Bytes.
  case size(Int64)
  case datetime(Timestamp)
  case list([Value])
  case record(Record)
  case secret(Secret)
  /// A block that can be called: `{ |x| … }`.
  case block(BlockClosure)
}

/// A record: names and values in order.
public struct Record: Sendable {
  /// The names.
  public private(set) var shape: Shape
  /// The values, as many as the shape has names.
  public var values: [Value]

  /// Creates a record; `values` has as many elements as the shape has names.
  public init(shape: Shape, values: [Value]) {
    self.shape = shape
    self.values = values
  }

  /// Creates a record with a shape of its own. Of a repeated name the last value counts.
  public init(_ fields: KeyValuePairs<String, Value>) {
    var names: [String] = []
    var values: [Value] = []
    for (name, value) in fields {
      if let index = names.firstIndex(of: name) {
        values[index] = value
      } else {
        names.append(name)
        values.append(value)
      }
    }
    self.init(shape: Shape(names), values: values)
  }

  /// Adds a field behind the others; there is none of that name yet. Records of few fields share their shapes. One with
  /// many, such as a table of digests by tag, has its own, which grows where it is when nothing else holds it: adding costs
  /// the same however many there are.
  mutating func append(_ name: String, _ value: Value, _ shapes: ShapeCache) {
    if shape.names.count < Shape.mostShared, name.utf8.count <= Shape.longestShared {
      shape = shapes.shape(shape, adding: name)
    } else {
      if !isKnownUniquelyReferenced(&shape) { shape = shape.copy() }
      shape.append(name)
    }
    values.append(value)
  }

  /// The value of a field; nil when there is none of that name.
  public subscript(_ name: String) -> Value? { shape.index(of: name).map { values[$0] } }
}
