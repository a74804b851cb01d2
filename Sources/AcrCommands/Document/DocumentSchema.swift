import AcrLanguage

/// A key of a file that people write, with what stands behind it. The readers take their lists of keys from here, so that
/// what an editor offers and explains is what is read.
public struct DocumentKey: Sendable {
  /// The key.
  let name: String
  /// What stands behind it.
  let content: DocumentContent
  /// One line: what it says.
  let help: String

  init(_ name: String, _ content: DocumentContent, _ help: String) {
    self.name = name
    self.content = content
    self.help = help
  }
}

/// What can stand behind a key.
public indirect enum DocumentContent: Sendable {
  case text
  /// One text, or a list of them.
  case texts
  case bool
  case int
  case duration
  case size
  case share
  case choice([String])
  case list(DocumentContent)
  case mapping([DocumentKey])
  /// Names of the file's own with texts behind them.
  case names
  /// One of several.
  case either(DocumentContent, DocumentContent)

  /// What help calls it.
  var title: String {
    switch self {
    case .text: "a text"
    case .texts: "a text or a list of them"
    case .bool: "true or false"
    case .int: "a whole number"
    case .duration: "a time such as 30d"
    case .size: "a size such as 200MB"
    case .share: "a share such as 30%"
    case .choice(let words): words.joined(separator: " or ")
    case .list: "a list"
    case .mapping, .names: "a mapping"
    case .either(let one, let other): "\(one.title), or \(other.title)"
    }
  }

  /// The keys that can stand in it, or in each member of it.
  var keys: [DocumentKey] {
    switch self {
    case .mapping(let keys): keys
    case .list(let inner): inner.keys
    case .either(let one, let other): one.keys + other.keys
    default: []
    }
  }

  /// The words that can stand there.
  var words: [String] {
    switch self {
    case .bool: ["true", "false"]
    case .choice(let words): words
    case .list(let inner): inner.words
    case .either(let one, let other): one.words + other.words
    default: []
    }
  }
}

extension DocumentKind {
  /// Something that can stand at a place of a document, or does.
  public struct Candidate: Sendable, Equatable {
    /// The key or word.
    public let text: String
    /// What stands behind a key.
    public let type: String
    /// One line about it.
    public let help: String
  }

  /// The kind that a text names, also while the rest of it is not YAML yet.
  static func named(in source: Source) -> DocumentKind? {
    let text = String(decoding: source.bytes, as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("\(key):") {
      let name = line.dropFirst(key.count + 1).split(separator: "#").first.map { $0.filter { !" \t\"'".contains($0) } }
      return all.first { $0.name == name ?? "" }
    }
    return nil
  }

  /// True for a text that says it is a document of acrsh.
  public static func isMeant(_ source: Source) -> Bool {
    String(decoding: source.bytes, as: UTF8.self).split(whereSeparator: \.isNewline).contains {
      $0.hasPrefix("\(key):") || $0.hasPrefix("\"\(key)\":") || $0.hasPrefix("{\"\(key)\"")
    }
  }

  /// What can stand at a place.
  public static func candidates(at cursor: DocumentCursor, in source: Source) -> [Candidate] {
    let kind = named(in: source)
    if cursor.isValue {
      if cursor.path == [key] { return all.map { Candidate(text: $0.name, type: "", help: $0.help) } }
      guard let content = kind?.content(of: cursor.path[...]) else { return [] }
      return content.words.filter { $0.hasPrefix(cursor.typed) }.map { Candidate(text: $0, type: "", help: "") }
    }
    let keys: [DocumentKey]
    if cursor.path.isEmpty {
      keys = [DocumentKey(key, .choice(all.map(\.name)), "what the file is for")] + (kind?.keys ?? [])
    } else {
      keys = kind?.content(of: cursor.path[...])?.keys ?? []
    }
    return keys.filter { $0.name.hasPrefix(cursor.typed) && !cursor.siblings.contains($0.name) }.map(candidate)
  }

  /// The key that a word is.
  public static func key(at cursor: DocumentCursor, in source: Source) -> Candidate? {
    if cursor.isValue { return nil }
    if cursor.path.isEmpty, cursor.typed == key {
      return Candidate(text: key, type: all.map(\.name).joined(separator: " or "), help: "what the file is for")
    }
    guard let kind = named(in: source) else { return nil }
    let keys = cursor.path.isEmpty ? kind.keys : kind.content(of: cursor.path[...])?.keys ?? []
    return keys.first { $0.name == cursor.typed }.map(candidate)
  }

  private static func candidate(_ key: DocumentKey) -> Candidate {
    Candidate(text: key.name, type: key.content.title, help: key.help)
  }

  private func content(of path: ArraySlice<String>) -> DocumentContent? {
    var keys = keys
    var content: DocumentContent?
    for step in path {
      guard let next = keys.first(where: { $0.name == step }) else { return nil }
      content = next.content
      keys = next.content.keys
    }
    return content
  }
}
