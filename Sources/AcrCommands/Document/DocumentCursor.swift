import AcrLanguage

/// Where in a YAML text a place is, told by indentation alone: what is being written need not be YAML yet.
public struct DocumentCursor: Sendable {
  /// The keys around the place, the outermost first; for a value its own key is the last.
  public private(set) var path: [String] = []
  /// True where the value of a key stands.
  public private(set) var isValue = false
  /// The word up to the place.
  public private(set) var typed = ""
  /// Where that word stands.
  public private(set) var word: Span
  /// The other keys of the same mapping.
  public private(set) var siblings: Set<String> = []

  /// A line with a key, and the column where the key starts; the dash of a list's member is before it.
  private struct KeyLine {
    let key: String
    let column: Int
    let dash: Int?
  }

  /// The place of a whole word: nil where none is.
  public init?(_ source: Source, wordAt offset: Int) {
    var end = min(offset, source.bytes.count)
    while end < source.bytes.count, Self.isWordByte(source.bytes[end]) { end += 1 }
    self.init(source, at: end)
    if typed.isEmpty { return nil }
  }

  /// The place of an offset.
  public init(_ source: Source, at offset: Int) {
    let offset = min(max(0, offset), source.bytes.count)
    let number = source.position(of: Int32(offset)).line - 1
    let start = Int(source.lineStarts[number])
    let before = Array(source.bytes[start..<offset])
    var wordStart = before.count
    while wordStart > 0, Self.isWordByte(before[wordStart - 1]) { wordStart -= 1 }
    typed = String(decoding: before[wordStart...], as: UTF8.self)
    word = Span(Int32(start + wordStart), Int32(offset))

    let dashes = Self.dashes(before)
    var column = dashes.column
    // The dash that a member of a list begins with; its own column tells what the list belongs to.
    var dash = dashes.last
    let flow = Self.flowPath(before, from: dashes.column)
    let key = Self.key(before, from: dashes.column)
    var inner: [String] = []
    if let flow {
      inner = (key.map { [$0] } ?? []) + flow.path
      isValue = flow.isValue
    } else if let key, wordStart > dashes.column {
      inner = [key]
      isValue = true
    }

    // Upwards to what is indented less.
    var line = number
    var outer: [String] = []
    if flow == nil, !isValue { collectSiblings(source, number, column, dash) }
    while line > 0, column > 0 || dash != nil {
      line -= 1
      guard let above = Self.keyLine(source, line) else { continue }
      if let own = dash {
        // `- a:` belongs to a key at the dash's column or before it.
        guard above.dash == nil ? above.column <= own : above.column < own || (above.column == own) else { continue }
        outer.append(above.key)
        (column, dash) = (above.column, above.dash)
      } else if above.column < column {
        outer.append(above.key)
        (column, dash) = (above.column, above.dash)
      } else if above.column == column, let own = above.dash {
        // The first key of the same member of a list.
        dash = own
      }
    }
    path = outer.reversed() + inner
  }

  private mutating func collectSiblings(_ source: Source, _ number: Int, _ column: Int, _ dash: Int?) {
    func look(_ lines: some Sequence<Int>, startsMember: Bool) {
      for line in lines {
        guard let other = Self.keyLine(source, line) else { continue }
        if other.column < column { return }
        guard other.column == column else { continue }
        // Below, a dash starts another member; above, it starts this one.
        if other.dash != nil, !startsMember { return }
        siblings.insert(other.key)
        if other.dash != nil { return }
      }
    }
    if dash == nil { look((0..<number).reversed(), startsMember: true) }
    look((number + 1)..<max(number + 1, source.lineStarts.count), startsMember: false)
  }

  // MARK: Lines

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// The column behind blanks and dashes, and the column of the last dash.
  private static func dashes(_ line: some Collection<UInt8>) -> (column: Int, last: Int?) {
    let bytes = Array(line)
    var column = 0
    var last: Int?
    while column < bytes.count {
      if bytes[column] == 0x20 {
        column += 1
      } else if bytes[column] == UInt8(ascii: "-"), column + 1 == bytes.count || bytes[column + 1] == 0x20 {
        last = column
        column += 1
      } else {
        break
      }
    }
    return (column, last)
  }

  /// The key that stands at a column with a colon behind it.
  private static func key(_ bytes: [UInt8], from column: Int) -> String? {
    var index = column
    while index < bytes.count, isWordByte(bytes[index]) { index += 1 }
    guard index > column, index < bytes.count, bytes[index] == UInt8(ascii: ":"),
      index + 1 == bytes.count || bytes[index + 1] == 0x20 || bytes[index + 1] == 0x0D
    else { return nil }
    return String(decoding: bytes[column..<index], as: UTF8.self)
  }

  private static func keyLine(_ source: Source, _ number: Int) -> KeyLine? {
    let start = Int(source.lineStarts[number])
    let end = number + 1 < source.lineStarts.count ? Int(source.lineStarts[number + 1]) - 1 : source.bytes.count
    // Longer lines hold no key that somebody completes.
    let bytes = Array(source.bytes[start..<min(end, start + 400)])
    let (column, dash) = dashes(bytes)
    return key(bytes, from: column).map { KeyLine(key: $0, column: column, dash: dash) }
  }

  /// Inside `{ … }` or `[ … ]` of the same line: the keys around the end, and whether a value is being written.
  private static func flowPath(_ bytes: [UInt8], from column: Int) -> (path: [String], isValue: Bool)? {
    var open: [(isMapping: Bool, key: String?)] = []
    var word: [UInt8] = []
    var quote: UInt8?
    for byte in bytes[min(column, bytes.count)...] {
      if let end = quote {
        if byte == end { quote = nil } else { word.append(byte) }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        open.append((byte == UInt8(ascii: "{"), nil))
        word = []
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        _ = open.popLast()
        word = []
      case UInt8(ascii: ","):
        if let last = open.indices.last { open[last].key = nil }
        word = []
      case UInt8(ascii: ":"):
        if let last = open.indices.last, open[last].isMapping { open[last].key = String(decoding: word, as: UTF8.self) }
        word = []
      case 0x20: break
      default: word.append(byte)
      }
    }
    guard let last = open.last else { return nil }
    return (open.compactMap(\.key), !last.isMapping || last.key != nil)
  }
}
