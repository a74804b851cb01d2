import AcrCommands
import AcrCore
import AcrLanguage

/// How a client counts the characters of a line.
enum PositionEncoding: String {
  case utf8 = "utf-8"
  case utf16 = "utf-16"

  /// The units that the character with this first byte takes.
  func units(ofCharacterStarting byte: UInt8) -> Int {
    switch self {
    case .utf8: Self.length(byte)
    case .utf16: byte >= 0xF0 ? 2 : 1
    }
  }

  /// The bytes of a character, from its first one.
  static func length(_ byte: UInt8) -> Int {
    switch byte {
    case 0..<0xC0: 1
    case 0xC0..<0xE0: 2
    case 0xE0..<0xF0: 3
    default: 4
    }
  }
}

/// A text that is open in the editor.
final class OpenDocument {
  let uri: String
  /// The file's path, or the URI where it is no file.
  let path: String
  var version: Int64?
  private(set) var source: Source
  private var knownIndex: SymbolIndex?
  /// What the last check found; nil after a change.
  var check: CheckResult?
  /// What is known of its variables; nil after a change.
  var shapes: [Span: ValueShape]?

  init(uri: String, version: Int64?, text: String) {
    self.uri = uri
    self.version = version
    path = DocumentURI.path(of: uri).map(DocumentURI.normalized) ?? uri
    source = Source(name: path, text: text)
  }

  /// What the names in it stand for.
  var index: SymbolIndex {
    if let knownIndex { return knownIndex }
    let index = SymbolIndex(source)
    knownIndex = index
    return index
  }

  /// True for a YAML file of rules or a policy, which is no script.
  var isDocument: Bool { DocumentKind.isDocument(path) }

  func replace(with text: [UInt8]) {
    source = Source(name: path, bytes: text)
    knownIndex = nil
    check = nil
    shapes = nil
  }
}

extension Source {
  /// The byte offset of a position; one behind a line's end or the text's is brought back to it (LSP 3.17, "Position").
  func offset(_ position: JSONValue, _ encoding: PositionEncoding) -> Int? {
    guard let line = position["line"]?.integer, let character = position["character"]?.integer, line >= 0,
      character >= 0
    else { return nil }
    guard line < lineStarts.count else { return bytes.count }
    var offset = Int(lineStarts[Int(line)])
    var left = character
    while left > 0, offset < bytes.count, !isLineEnd(offset) {
      left -= Int64(encoding.units(ofCharacterStarting: bytes[offset]))
      // A position inside a character is its start.
      if left < 0 { break }
      offset = min(bytes.count, offset + PositionEncoding.length(bytes[offset]))
    }
    return offset
  }

  private func isLineEnd(_ offset: Int) -> Bool {
    bytes[offset] == 0x0A || (bytes[offset] == 0x0D && offset + 1 < bytes.count && bytes[offset + 1] == 0x0A)
  }

  /// The span of a range.
  func span(_ range: JSONValue, _ encoding: PositionEncoding) -> Span? {
    guard let start = range["start"].flatMap({ offset($0, encoding) }),
      let end = range["end"].flatMap({ offset($0, encoding) })
    else { return nil }
    return Span(Int32(min(start, end)), Int32(max(start, end)))
  }

  /// The position of a byte offset.
  func position(_ offset: Int, _ encoding: PositionEncoding) -> JSONValue {
    let offset = min(max(0, offset), bytes.count)
    let line = position(of: Int32(offset)).line - 1
    var character = 0
    var index = Int(lineStarts[line])
    while index < offset {
      character += encoding.units(ofCharacterStarting: bytes[index])
      index += PositionEncoding.length(bytes[index])
    }
    return ["line": .integer(Int64(line)), "character": .integer(Int64(character))]
  }

  /// The range of a span.
  func range(_ span: Span, _ encoding: PositionEncoding) -> JSONValue {
    ["start": position(Int(span.start), encoding), "end": position(Int(span.end), encoding)]
  }
}

/// `file:` URIs (RFC 8089) and paths.
enum DocumentURI {
  /// The path of a `file:` URI on this machine; nil for other URIs.
  static func path(of uri: String) -> String? {
    guard uri.lowercased().hasPrefix("file://") else { return nil }
    let rest = uri.utf8.dropFirst(7)
    guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    return PercentEncoding.decode(String(decoding: Array(rest[slash...]), as: UTF8.self))
  }

  /// The URI of a path.
  static func uri(of path: String) -> String { "file://\(PercentEncoding.encodePath(path))" }

  /// A path without `.`, `..` and empty steps, so that one file has one name. Links are not followed.
  static func normalized(_ path: String) -> String {
    guard path.hasPrefix("/") else { return path }
    var steps: [Substring] = []
    for step in path.split(separator: "/") where step != "." {
      if step == ".." { _ = steps.popLast() } else { steps.append(step) }
    }
    return "/" + steps.joined(separator: "/")
  }
}
