import AcrLanguage
import AcrText

/// Reads typed values from a document and collects everything that is wrong, so that a person sees all of it at once.
///
/// A reader of a file kind asks for ``fields(_:of:known:)`` of each mapping and then for each key by its type. What is missing
/// or of another type is noted and read as nil; ``finish()`` throws at the end if anything was noted.
public final class DocumentReader {
  /// The document.
  public let document: Document
  /// What was found so far.
  public private(set) var diagnostics: [Diagnostic] = []

  /// What is worth telling and stops nothing, in the order in which it was found.
  public private(set) var warnings: [Diagnostic] = []

  /// Starts reading.
  public init(_ document: Document) { self.document = document }

  /// Notes something that is wrong.
  /// - Parameter nearest: what was probably meant, in the place of what stands there.
  public func report(
    _ message: String, at span: Span, label: String? = nil, help: String? = nil, nearest: String? = nil
  ) {
    var diagnostic = Diagnostic(
      .error, message, source: document.source, span: span,
      label: label ?? nearest.map { "did you mean `\($0)`?" }, help: help)
    if let nearest { diagnostic.fixes = [.replace(span, with: nearest, isSure: true)] }
    diagnostics.append(diagnostic)
  }

  /// Notes something that is read and not followed.
  public func warn(_ message: String, at span: Span, help: String? = nil) {
    warnings.append(Diagnostic(.warning, message, source: document.source, span: span, help: help))
  }

  /// Ends the reading.
  /// - Throws: ``DocumentError`` if anything was reported.
  public func finish() throws {
    guard !diagnostics.isEmpty else { return }
    diagnostics.sort { ($0.span?.start ?? 0) < ($1.span?.start ?? 0) }
    throw DocumentError(diagnostics: diagnostics)
  }

  /// A mapping whose keys are known; any other key is reported, with the nearest known one.
  /// - Parameters:
  ///   - what: what a message calls the mapping: "a rule".
  ///   - known: the keys that may occur.
  public func fields(_ node: DocumentNode, of what: String, known: [String]) -> DocumentFields? {
    guard case .mapping(let entries) = node.content else {
      report("\(what) is a mapping (`key: value`), and this is \(node.kind)", at: node.span)
      return nil
    }
    for entry in entries where !known.contains(entry.key) {
      report(
        "\(what) has no key `\(entry.key)`", at: entry.keySpan,
        help: "the keys are \(known.map { "`\($0)`" }.joined(separator: ", "))",
        nearest: Suggestion.nearest(to: entry.key, in: known))
    }
    return DocumentFields(reader: self, node: node, what: what, entries: entries)
  }
}

/// The keys of a mapping, read by their types. Every function returns nil for a key that is not there or is null; a value of
/// another type is reported, and nil as well.
public struct DocumentFields {
  let reader: DocumentReader
  /// The mapping.
  public let node: DocumentNode
  let what: String
  let entries: [DocumentNode.Entry]

  /// The value of a key.
  public func node(_ key: String) -> DocumentNode? {
    guard let value = entries.first(where: { $0.key == key })?.value, !value.isNull else { return nil }
    return value
  }

  /// Whether a key is written, be it with nothing behind it.
  public func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// Reports a key that must be there.
  public func require(_ key: String, help: String? = nil) {
    guard node(key) == nil else { return }
    reader.report("\(what) needs `\(key)`", at: node.span, help: help)
  }

  /// Reports something about the value of a key.
  public func report(_ message: String, about key: String, help: String? = nil) {
    reader.report(message, at: node(key)?.span ?? node.span, help: help)
  }

  /// A text. Numbers and truth values without quotes are texts, too, as people write `tag: 1.2`.
  public func text(_ key: String) -> String? { node(key).flatMap { text($0, key) } }

  /// A text, or a list of texts; empty when the key is not there.
  public func texts(_ key: String) -> [String] { textNodes(key).map(\.text) }

  /// The same with the place of each.
  public func textNodes(_ key: String) -> [(text: String, span: Span)] {
    guard let value = node(key) else { return [] }
    guard case .list(let items) = value.content else {
      return text(value, key).map { [($0, value.span)] } ?? []
    }
    return items.compactMap { item in text(item, key).map { ($0, item.span) } }
  }

  /// `true` or `false`.
  public func bool(_ key: String) -> Bool? {
    guard let value = node(key) else { return nil }
    if case .scalar("true", isQuoted: false) = value.content { return true }
    if case .scalar("false", isQuoted: false) = value.content { return false }
    return mismatch(value, key, "`true` or `false`")
  }

  /// A whole number within a range.
  public func int(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
    guard let value = node(key) else { return nil }
    guard case .int(let number) = constant(value), range.contains(number) else {
      let upTo =
        range.upperBound == .max ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      return mismatch(value, key, "a whole number \(upTo)")
    }
    return number
  }

  /// A time such as `30d` or `12h`, in nanoseconds.
  public func duration(_ key: String) -> Duration? {
    guard let value = node(key) else { return nil }
    guard case .duration(let nanoseconds) = constant(value), nanoseconds >= 0 else {
      return mismatch(value, key, "a time such as `30d`, `12h` or `90s`")
    }
    return .nanoseconds(nanoseconds)
  }

  /// A size such as `200MB` or `1GiB`, in bytes; a plain number counts bytes.
  public func size(_ key: String) -> Int64? {
    guard let value = node(key) else { return nil }
    switch constant(value) {
    case .size(let bytes) where bytes >= 0: return bytes
    case .int(let bytes) where bytes >= 0: return bytes
    default: return mismatch(value, key, "a size such as `200MB` or `1GiB`")
    }
  }

  /// A share such as `30%` or `0.3`, from 0 to 1.
  public func share(_ key: String) -> Double? {
    guard let value = node(key) else { return nil }
    if case .scalar(let text, _) = value.content {
      let isPercent = text.hasSuffix("%")
      if let number = Double(isPercent ? String(text.dropLast()) : text) {
        let share = isPercent ? number / 100 : number
        if (0...1).contains(share) { return share }
      }
    }
    return mismatch(value, key, "a share from `0%` to `100%`")
  }

  /// One of a few words.
  public func choice(_ key: String, _ words: [String]) -> String? {
    guard let value = node(key), let text = text(value, key) else { return nil }
    guard !words.contains(text) else { return text }
    reader.report(
      "`\(key)` cannot be `\(text)`", at: value.span,
      help: "it is one of \(words.map { "`\($0)`" }.joined(separator: ", "))",
      nearest: Suggestion.nearest(to: text, in: words))
    return nil
  }

  /// The members of a list; empty when the key is not there. A value that is no list is reported.
  public func list(_ key: String) -> [DocumentNode] {
    guard let value = node(key) else { return [] }
    guard case .list(let items) = value.content else {
      let _: Int? = mismatch(value, key, "a list (`- …`)")
      return []
    }
    return items
  }

  /// The mapping behind a key.
  public func fields(_ key: String, of what: String, known: [String]) -> DocumentFields? {
    node(key).flatMap { reader.fields($0, of: what, known: known) }
  }

  private func text(_ value: DocumentNode, _ key: String) -> String? {
    guard case .scalar(let text, _) = value.content, !value.isNull else { return mismatch(value, key, "a text") }
    return text
  }

  private func constant(_ value: DocumentNode) -> Constant? {
    guard case .scalar(let text, isQuoted: false) = value.content else { return nil }
    return Constant(number: text)
  }

  private func mismatch<Value>(_ value: DocumentNode, _ key: String, _ wanted: String) -> Value? {
    reader.report("`\(key)` is \(wanted), and this is \(value.kind)", at: value.span)
    return nil
  }
}
