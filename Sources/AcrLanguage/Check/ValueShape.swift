/// What is known of a value before a script runs.
///
/// The shapes form a lattice with ``any`` at its top and ``never`` at its bottom: `join` gives the least shape that holds
/// two others, and what cannot be told is ``any``, of which nothing is ever reported. A finding needs a shape that is
/// certain, so a shape may be too wide and must never be too narrow.
public indirect enum ValueShape: Sendable, Equatable {
  /// Nothing is known.
  case any
  /// There is no value: the statement leaves the block, by `return`, `throw` or the like.
  case never
  case null, bool, int, number, string, duration, size, datetime, secret, block
  /// A list, and what is known of each of its items. ``listing(_:)`` makes it.
  case list(ValueShape)
  case record(RecordShape)
  /// What a command gives: rows of this kind, or one record. Signatures do not tell which.
  case rows(RecordShape)
  /// This, or null.
  case optional(ValueShape)

  /// How deep a shape may be nested, and how many parts it may have: larger ones are ``any``, so that no script can make the
  /// check slow.
  static let depthLimit = 16
  static let weightLimit = 4000

  /// The shape of a declared type.
  init(_ type: ValueType) {
    switch type {
    case .string: self = .string
    case .int: self = .int
    case .number: self = .number
    case .bool: self = .bool
    case .duration: self = .duration
    case .size: self = .size
    case .datetime: self = .datetime
    case .list: self = .list(.any)
    case .record: self = .record(RecordShape([], isOpen: true))
    case .secret: self = .secret
    case .block: self = .block
    case .any: self = .any
    }
  }

  /// The shape of a value that is written out. Null is not told apart, because it stands for what was refused, too.
  init(_ constant: Constant) {
    switch constant {
    case .null: self = .any
    case .bool: self = .bool
    case .int: self = .int
    case .number: self = .number
    case .string: self = .string
    case .duration: self = .duration
    case .size: self = .size
    }
  }

  /// A list of such items.
  static func listing(_ item: ValueShape) -> ValueShape {
    let item = item == .never ? .any : item
    return item.depth < depthLimit && item.weight < weightLimit ? .list(item) : .list(.any)
  }

  /// This, or null.
  var orNull: ValueShape {
    switch self {
    case .any, .optional, .null: self
    case .never: .null
    default: .optional(self)
    }
  }

  /// The shape without null, for where null is refused.
  var withoutNull: ValueShape { if case .optional(let value) = self { value } else { self } }

  /// How deep it is nested.
  var depth: Int {
    switch self {
    case .list(let item), .optional(let item): 1 + item.depth
    case .record(let record), .rows(let record): 1 + record.depth
    default: 0
    }
  }

  /// How many parts it has.
  var weight: Int {
    switch self {
    case .list(let item), .optional(let item): 1 + item.weight
    case .record(let record), .rows(let record): 1 + record.weight
    default: 1
    }
  }

  /// True when the type is certain, so that an operator can be known to fail on it.
  var isCertain: Bool {
    switch self {
    case .any, .never, .optional, .rows: false
    default: true
    }
  }

  /// The least shape that holds both.
  func join(_ other: ValueShape) -> ValueShape {
    if self == other { return self }
    switch (self, other) {
    case (.never, _): return other
    case (_, .never): return self
    case (.any, _), (_, .any): return .any
    case (.null, let value), (let value, .null): return value.orNull
    case (.optional(let one), .optional(let two)), (.optional(let one), let two), (let one, .optional(let two)):
      return one.join(two).orNull
    case (.int, .number), (.number, .int): return .number
    case (.list(let one), .list(let two)): return .listing(one.join(two))
    case (.record(let one), .record(let two)): return .record(one.join(two))
    case (.rows(let one), .rows(let two)): return .rows(one.join(two))
    default: return .any
    }
  }

  /// The record that one row of it is, when its rows are known to be records.
  var row: RecordShape? {
    switch self {
    case .rows(let record), .record(let record): record
    case .list(let item): if case .record(let record) = item.withoutNull { record } else { nil }
    case .optional(let value): value.row
    default: nil
    }
  }

  /// One item of it, as `for` and `each` take them.
  var item: ValueShape {
    switch self {
    case .list(let item): item
    // As one that may be null, nothing but its columns is certain.
    case .rows(let record): record.mayBePlain ? .optional(.record(record)) : .record(record)
    default: .any
    }
  }

  /// The same as a list: for what is known to have rows.
  var listed: ValueShape {
    switch self {
    case .list: self
    case .rows: .list(item)
    case .optional(let value): value.listed
    default: .any
    }
  }

  /// The shape of a field of it; any where nothing is known of it.
  public func field(_ name: String) -> ValueShape { row?[name] ?? .any }

  /// What a person calls the type: `list of record`, `int?`.
  public var name: String {
    switch self {
    case .any, .never: "any"
    case .list(.any): "list"
    case .list(let item): "list of \(item.name)"
    case .record, .rows: "record"
    case .optional(let value): "\(value.name)?"
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .number: "number"
    case .string: "string"
    case .duration: "duration"
    case .size: "size"
    case .datetime: "datetime"
    case .secret: "secret"
    case .block: "block"
    }
  }

  /// The name with its article, as the errors of a run have it.
  var phrase: String {
    switch self {
    case .null: "null"
    case .int: "an int"
    case .list: "a list"
    default: "a \(name)"
    }
  }

  /// Its fields, if it is a record or rows.
  public var fields: [RecordShape.Field] { row?.fields ?? [] }
}
