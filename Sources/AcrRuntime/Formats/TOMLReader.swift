import AcrCore

/// Reads TOML 1.0 (https://toml.io/en/v1.0.0). Offset date-times become datetimes; those without an offset, and dates and
/// times alone, stay texts, since they name no moment.
struct TOMLReader {
  private var scanner: TOMLScanner
  private let root = Table()
  private var current: Table

  /// How deep values may be nested.
  private static let depthLimit = 128

  /// A table that is being filled.
  final class Table {
    /// How it came to be, which says what may still be added to it.
    enum Origin { case implied, dotted, header, inline }
    var origin = Origin.implied
    var names: [String] = []
    var items: [String: Item] = [:]

    func set(_ name: String, _ item: Item) {
      if items.updateValue(item, forKey: name) == nil { names.append(name) }
    }

    var record: Record { Record(shape: Shape(names), values: names.map { items[$0]?.value ?? .null }) }
  }

  enum Item {
    case value(Value)
    case table(Table)
    /// `[[name]]`
    case tables([Table])

    var value: Value {
      switch self {
      case .value(let value): value
      case .table(let table): .record(table.record)
      case .tables(let tables): .list(tables.map { .record($0.record) })
      }
    }
  }

  /// Reads a text.
  /// - Throws: ``AcrError`` of kind `invalid` with line and column.
  static func read(_ text: String) throws(AcrError) -> Record {
    var reader = TOMLReader(text)
    try reader.document()
    return reader.root.record
  }

  private init(_ text: String) {
    scanner = TOMLScanner(text)
    current = root
  }

  private mutating func document() throws(AcrError) {
    while true {
      scanner.skipSpace()
      guard let byte = scanner.next else { return }
      switch byte {
      case 0x0A, 0x0D, 0x23: break
      case 0x5B: try header()
      default: try pair(into: current)
      }
      try scanner.endLine()
    }
  }

  // MARK: Tables

  private mutating func header() throws(AcrError) {
    let start = scanner.position
    scanner.position += 1
    let isList = scanner.take(0x5B)
    let names = try key()
    guard scanner.take(0x5D), !isList || scanner.take(0x5D) else {
      throw scanner.broken("expected `\(isList ? "]]" : "]")` after a table's name")
    }
    var table = root
    for name in names.dropLast() {
      switch table.items[name] {
      case nil:
        let next = Table()
        table.set(name, .table(next))
        table = next
      case .table(let next) where next.origin != .inline: table = next
      case .tables(let tables): table = tables[tables.count - 1]
      default: throw scanner.broken("`\(name)` is a value, and no table can be in it", at: start)
      }
    }
    guard let name = names.last else { return }
    let next = Table()
    next.origin = .header
    switch (table.items[name], isList) {
    case (nil, true): table.set(name, .tables([next]))
    case (.tables(let tables), true): table.set(name, .tables(tables + [next]))
    case (nil, false): table.set(name, .table(next))
    case (.table(let known), false) where known.origin == .implied:
      known.origin = .header
      current = known
      return
    case (.table, false): throw scanner.broken("the table `\(names.joined(separator: "."))` occurs twice", at: start)
    default: throw scanner.broken("`\(names.joined(separator: "."))` is something else already", at: start)
    }
    current = next
  }

  private mutating func pair(into start: Table, depth: Int = 0) throws(AcrError) {
    let place = scanner.position
    let names = try key()
    guard scanner.take(0x3D) else { throw scanner.broken("expected `=` after a key") }
    scanner.skipSpace()
    var table = start
    for name in names.dropLast() {
      switch table.items[name] {
      case nil:
        let next = Table()
        next.origin = .dotted
        table.set(name, .table(next))
        table = next
      // Keys with dots add only to what keys with dots have made.
      case .table(let next) where next.origin == .dotted: table = next
      default: throw scanner.broken("`\(name)` is something else already", at: place)
      }
    }
    guard let name = names.last else { return }
    guard table.items[name] == nil else {
      throw scanner.broken("the key `\(names.joined(separator: "."))` occurs twice", at: place)
    }
    table.set(name, try item(depth))
  }

  /// A key of one or more parts, with the space behind it.
  private mutating func key() throws(AcrError) -> [String] {
    var names: [String] = []
    repeat {
      scanner.skipSpace()
      names.append(try scanner.keyPart())
      scanner.skipSpace()
      guard names.count <= TOMLReader.depthLimit else { throw scanner.broken("a key has too many parts") }
    } while scanner.take(0x2E)
    return names
  }

  // MARK: Values

  private mutating func item(_ depth: Int) throws(AcrError) -> Item {
    guard depth < TOMLReader.depthLimit else {
      throw scanner.broken("values are nested more than \(TOMLReader.depthLimit) deep")
    }
    switch scanner.next {
    case 0x5B: return .value(.list(try list(depth)))
    case 0x7B: return .table(try inlineTable(depth))
    default: return .value(try scanner.plainValue())
    }
  }

  private mutating func list(_ depth: Int) throws(AcrError) -> [Value] {
    scanner.position += 1
    var values: [Value] = []
    while true {
      try scanner.skipLines()
      if scanner.take(0x5D) { return values }
      values.append(try item(depth + 1).value)
      try scanner.skipLines()
      if scanner.take(0x2C) { continue }
      guard scanner.take(0x5D) else { throw scanner.broken("expected `,` or `]`") }
      return values
    }
  }

  private mutating func inlineTable(_ depth: Int) throws(AcrError) -> Table {
    scanner.position += 1
    let table = Table()
    scanner.skipSpace()
    if !scanner.take(0x7D) {
      while true {
        try pair(into: table, depth: depth + 1)
        scanner.skipSpace()
        if scanner.take(0x7D) { break }
        guard scanner.take(0x2C) else { throw scanner.broken("expected `,` or `}`") }
        scanner.skipSpace()
      }
    }
    TOMLReader.close(table)
    return table
  }

  /// Nothing can be added to an inline table, nor to what is in it.
  private static func close(_ table: Table) {
    table.origin = .inline
    for case .table(let inner) in table.items.values where inner.origin != .inline { close(inner) }
  }
}
