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
}

/// Column names shared by all rows of a table: a row is a shape and its values, not a dictionary of its own.
public final class Shape: Sendable {
  /// The names, in the order they are shown.
  public let names: [String]

  /// Creates a shape. Names are expected to be distinct.
  public init(_ names: [String]) { self.names = names }

  /// The position of a name. Shapes are short, so a scan beats hashing.
  public func index(of name: String) -> Int? { names.firstIndex(of: name) }
}

/// A record: names and values in order.
public struct Record: Sendable {
  /// The names.
  public let shape: Shape
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

  /// The value of a field; nil when there is none of that name.
  public subscript(_ name: String) -> Value? { shape.index(of: name).map { values[$0] } }
}
