import AcrCore
import AcrLanguage
import CYAML

/// A YAML file that a person wrote, read as a whole, with the place of everything in it. JSON is YAML, too.
///
/// YAML 1.2 with its core schema, as libyaml reads it: only `true` and `false` are truth values. Aliases stand for what their
/// anchors name. Tags, merge keys and a second document are refused: no file of acrsh needs them.
public struct Document: Sendable {
  /// The text.
  public let source: Source
  /// The value of the whole file.
  public let root: DocumentNode

  /// The longest text that is read, in bytes.
  public static let maximumLength = 4 << 20
  /// How deep values may be nested.
  public static let maximumDepth = 64
  /// How many values there may be, those of aliases counted each time.
  public static let maximumValues = 200_000

  /// Reads a text.
  /// - Throws: ``DocumentError`` with the place where the text is no YAML, or reaches a limit.
  public init(_ source: Source) throws {
    self.source = source
    var builder = DocumentBuilder(source: source)
    root = try builder.read()
  }
}

/// Reads events into values, without recursion: no nesting of a text can exhaust the stack.
private struct DocumentBuilder {
  let source: Source
  private var open: [Level] = []
  private var anchors: [String: (node: DocumentNode, count: Int)] = [:]
  private var count = 0
  private var root: DocumentNode?
  /// The last place that was looked for, and its byte.
  private var reached = (line: 0, column: 0, offset: 0)

  /// A mapping or a list that has not ended.
  private struct Level {
    var isMapping: Bool
    var span: Span
    var anchor: String?
    var items: [DocumentNode] = []
    var entries: [DocumentNode.Entry] = []
    var keys: Set<String> = []
    var key: (text: String, span: Span)?
    var countBefore: Int
  }

  init(source: Source) { self.source = source }

  mutating func read() throws -> DocumentNode {
    guard source.bytes.count <= Document.maximumLength else {
      throw failure(
        "the file has more than \(ByteCount.human(Int64(Document.maximumLength)))", Span(0, 0), help: "split it")
    }
    guard String(validating: source.bytes, as: UTF8.self) != nil else {
      throw failure("the file is not UTF-8", Span(0, 0), help: "save it as UTF-8")
    }
    return try source.bytes.withUnsafeBufferPointer { bytes in
      // libyaml refuses a null pointer.
      guard let start = bytes.baseAddress, let parser = acr_yaml_new(start, bytes.count) else {
        return DocumentNode(content: .scalar("", isQuoted: false), span: Span(0, 0))
      }
      defer { acr_yaml_free(parser) }
      var event = acr_yaml_event()
      var documents = 0
      while true {
        acr_yaml_next(parser, &event)
        switch event.kind {
        case Int32(ACR_YAML_END.rawValue):
          return root ?? DocumentNode(content: .scalar("", isQuoted: false), span: Span(0, 0))
        case Int32(ACR_YAML_DOCUMENT.rawValue):
          documents += 1
          if documents > 1 {
            throw failure("a second document starts here", span(of: event), help: "put it into a file of its own")
          }
        case ACR_YAML_FAILED.rawValue:
          let problem = event.problem.map { String(cString: $0) } ?? "it cannot be read"
          throw failure(
            "this is not YAML: \(problem)", span(of: event),
            help: "indent with spaces, and quote texts with `: ` or ` #`")
        default:
          try take(event)
        }
      }
    }
  }

  private mutating func take(_ event: acr_yaml_event) throws {
    let span = span(of: event)
    let anchor = event.anchor.map { String(cString: $0) }
    if let tag = event.tag.map({ String(cString: $0) }), !tag.hasPrefix("tag:yaml.org,2002:") {
      throw failure("the tag `\(tag)` is not understood", span, help: "write the value without a tag")
    }
    switch event.kind {
    case Int32(ACR_YAML_SCALAR.rawValue):
      let text = event.text.map {
        String(decoding: UnsafeRawBufferPointer(start: $0, count: event.length), as: UTF8.self)
      }
      let node = DocumentNode(content: .scalar(text ?? "", isQuoted: event.is_plain == 0), span: span)
      try add(node, counting: 1, anchor)
    case Int32(ACR_YAML_ALIAS.rawValue):
      guard let anchor, let known = anchors[anchor] else {
        throw failure(
          "`*\(anchor ?? "")` names no anchor above it", span,
          help: "write `&\(anchor ?? "name")` in front of the value first")
      }
      var node = known.node
      node.span = span
      try add(node, counting: known.count, nil)
    case Int32(ACR_YAML_LIST_START.rawValue), Int32(ACR_YAML_MAPPING_START.rawValue):
      guard open.count < Document.maximumDepth else {
        throw failure("values are nested more than \(Document.maximumDepth) deep", span, help: "write it flatter")
      }
      if open.last?.isMapping == true, open.last?.key == nil {
        throw failure("a key is not a text", span, help: "write `key: value`")
      }
      open.append(
        Level(
          isMapping: event.kind == Int32(ACR_YAML_MAPPING_START.rawValue), span: span, anchor: anchor,
          countBefore: count))
    default:
      guard let level = open.popLast() else { return }
      let node = DocumentNode(
        content: level.isMapping ? .mapping(level.entries) : .list(level.items), span: level.span)
      try add(node, counting: 1, level.anchor, countBefore: level.countBefore)
    }
  }

  /// Puts a value where it belongs: into the list or mapping that is open, or at the root.
  private mutating func add(_ node: DocumentNode, counting: Int, _ anchor: String?, countBefore: Int? = nil) throws {
    let before = countBefore ?? count
    count += counting
    guard count <= Document.maximumValues else {
      throw failure("the file has more than \(Document.maximumValues) values", node.span, help: "split it")
    }
    if let anchor { anchors[anchor] = (node, count - before) }
    guard let last = open.indices.last else {
      root = node
      return
    }
    guard open[last].isMapping else { return open[last].items.append(node) }
    if let key = open[last].key {
      open[last].key = nil
      return open[last].entries.append(.init(key: key.text, keySpan: key.span, value: node))
    }
    guard case .scalar(let text, let isQuoted) = node.content else {
      throw failure("a key is not a text", node.span, help: "write `key: value`")
    }
    if text == "<<", !isQuoted {
      throw failure("merge keys (`<<`) are not read", node.span, help: "write the keys out")
    }
    guard open[last].keys.insert(text).inserted else {
      throw failure("the key `\(text)` occurs twice", node.span, help: "remove one of them")
    }
    open[last].key = (text, node.span)
  }

  private func failure(_ message: String, _ span: Span, help: String) -> DocumentError {
    DocumentError(
      diagnostics: [Diagnostic(.error, message, source: source, span: span, help: help)])
  }

  /// From libyaml's lines and columns (in characters) to bytes. What goes over several lines is marked to the end of its first.
  private mutating func span(of event: acr_yaml_event) -> Span {
    let start = offset(event.start)
    let isOpening = [Int32(ACR_YAML_LIST_START.rawValue), Int32(ACR_YAML_MAPPING_START.rawValue)].contains(event.kind)
    let end = isOpening || event.end.line != event.start.line ? endOfLine(from: start) : offset(event.end)
    return Span(start, max(start, end))
  }

  /// Goes on from the place before where it can: events come in order, and a file may be one long line.
  private mutating func offset(_ place: acr_yaml_place) -> Int32 {
    guard place.line < source.lineStarts.count else { return Int32(source.bytes.count) }
    var index = Int(source.lineStarts[place.line])
    var column = 0
    if reached.line == place.line, reached.column <= place.column { (column, index) = (reached.column, reached.offset) }
    while column < place.column, index < source.bytes.count, source.bytes[index] != 0x0A {
      index += 1
      while index < source.bytes.count, source.bytes[index] & 0xC0 == 0x80 { index += 1 }
      column += 1
    }
    if column == place.column { reached = (place.line, column, index) }
    return Int32(index)
  }

  private func endOfLine(from start: Int32) -> Int32 {
    var end = Int(start)
    // More than this no excerpt shows.
    let limit = min(source.bytes.count, end + 400)
    while end < limit, source.bytes[end] != 0x0A { end += 1 }
    while end > Int(start), end < source.bytes.count, source.bytes[end] & 0xC0 == 0x80 { end -= 1 }
    while end > Int(start), [0x20, 0x0D, 0x09].contains(source.bytes[end - 1]) { end -= 1 }
    return Int32(end)
  }
}
