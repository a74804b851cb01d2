/// A JSON document with its members in the order of the text.
public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One name and value of an object.
  public struct Member: Equatable, Sendable {
    /// The member's name.
    public var name: String
    /// The member's value.
    public var value: JSONValue

    /// Creates a member.
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The reason of the error for a document with too many values.
  public static let tooManyValues = "there are more values than allowed"

  /// Reads a document.
  /// - Parameter mostValues: how many values it may have: a short text can hold very many small ones.
  /// - Throws: ``JSONError`` with line and column.
  public init(parsing bytes: [UInt8], mostValues: Int = .max) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    var left = mostValues
    self = .null
    while let event = try scanner.next() { self = try JSONValue(event, in: &scanner, &left) }
  }

  /// Reads the value that an event begins: one of many in a document that nobody wants to hold as a whole.
  /// - Throws: ``JSONError`` with line and column.
  public init(_ first: JSONEvent, in scanner: inout JSONScanner) throws(JSONError) {
    var left = Int.max
    self = try JSONValue(first, in: &scanner, &left)
  }

  private init(_ first: JSONEvent, in scanner: inout JSONScanner, _ left: inout Int) throws(JSONError) {
    var stack: [Container] = []
    var next: JSONEvent? = first
    while let event = next {
      guard left > 0 else { throw scanner.failure(JSONValue.tooManyValues, at: 0) }
      left -= 1
      var value: JSONValue?
      switch event {
      case .objectStart: stack.append(Container(isObject: true))
      case .arrayStart: stack.append(Container(isObject: false))
      case .key(let name): if !stack.isEmpty { stack[stack.count - 1].name = name }
      case .objectEnd, .arrayEnd:
        if let container = stack.popLast() {
          value = container.isObject ? .object(container.members) : .array(container.items)
        }
      case .string(let text): value = .string(text)
      case .integer(let number): value = .integer(number)
      case .number(let number): value = .number(number)
      case .bool(let flag): value = .bool(flag)
      case .null: value = .null
      }
      if let value {
        guard !stack.isEmpty else {
          self = value
          return
        }
        stack[stack.count - 1].append(value)
      }
      next = try scanner.next()
    }
    self = .null
  }

  private struct Container {
    let isObject: Bool
    var name = ""
    var members: [Member] = []
    var items: [JSONValue] = []

    mutating func append(_ value: JSONValue) {
      if isObject { members.append(Member(name, value)) } else { items.append(value) }
    }
  }
}

extension JSONValue {
  /// The value of a member; nil where this is no object or has no such member. Of repeated names the last one counts.
  public subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  /// The text of a string; nil for anything else.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The value of a whole number; nil for anything else.
  public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  /// The value of `true` or `false`; nil for anything else.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The items of an array; nil for anything else.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The members of an object; nil for anything else.
  public var members: [Member]? { if case .object(let value) = self { value } else { nil } }
  /// True for `null`.
  public var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
  public init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
  /// The document as compact JSON text.
  public var text: String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }

  private func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .integer(let value): writer.integer(value)
    case .number(let value): writer.number(value)
    case .string(let value): writer.string(value)
    case .array(let items):
      writer.startArray()
      for item in items { item.write(to: &writer) }
      writer.endArray()
    case .object(let members):
      writer.startObject()
      for member in members {
        writer.key(member.name)
        member.value.write(to: &writer)
      }
      writer.endObject()
    }
  }
}
