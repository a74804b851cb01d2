import AcrLanguage

/// What Tab found.
public struct Completion: Sendable, Equatable {
  /// The bytes of the text before the cursor that a candidate takes the place of; they end at the cursor.
  public var replacement: Range<Int>
  /// What could stand there, in the order to show it.
  public var candidates: [Candidate]
  /// Something to tell beside the line: who is being asked, or why there is no answer; nil for nothing.
  public var note: String?

  /// One possibility.
  public struct Candidate: Sendable, Hashable {
    /// The text that takes the replaced text's place, quoted where that is needed.
    public var text: String
    /// How a list shows it.
    public var display: String
    /// One line about it; may be empty.
    public var description: String
    /// True when the word ends with it, so that a space follows; false for a folder or `--flag=`.
    public var isFinal: Bool

    /// Creates a candidate, shown as its text unless said otherwise.
    public init(_ text: String, display: String? = nil, description: String = "", isFinal: Bool = true) {
      self.text = text
      self.display = display ?? text
      self.description = description
      self.isFinal = isFinal
    }
  }

  /// Creates a completion.
  public init(replacement: Range<Int>, candidates: [Candidate], note: String? = nil) {
    self.replacement = replacement
    self.candidates = candidates
    self.note = note
  }

  /// What all candidates begin with; nil when there are none.
  public var insertion: String? {
    guard let first = candidates.first else { return nil }
    var common = Array(first.text.unicodeScalars)
    for candidate in candidates.dropFirst() {
      let shared = zip(common, candidate.text.unicodeScalars).prefix { $0 == $1 }.count
      common.removeLast(common.count - shared)
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: common)
    return String(text)
  }

  /// The candidate, when there is exactly one.
  var onlyCandidate: Candidate? { candidates.count == 1 ? candidates.first : nil }
}

/// What is known when Tab is pressed.
public struct CompletionRequest: Sendable {
  /// The text around the cursor.
  public struct Text: Sendable {
    /// The earlier lines of the unfinished statement, each with its line end.
    public var pending: String
    /// The line up to the cursor.
    public var before: String
    /// The line behind the cursor.
    public var after: String

    /// Creates a text.
    public init(pending: String = "", before: String, after: String = "") {
      self.pending = pending
      self.before = before
      self.after = after
    }
  }

  public var text: Text
  /// The commands and functions.
  public var catalog: Catalog
  /// The names of the session's variables, without `$`.
  public var variables: [String]
  /// The columns of rows, and the fields of records, that the session has at hand.
  public var columns: @Sendable (RowSource) -> [String]

  /// The registry or repository where the person is, as a reference; nil for nowhere.
  public var place: String?

  /// The text of a variable; nil where it holds none that may be shown.
  public var value: @Sendable (String) -> String?

  /// Creates a request.
  public init(
    _ text: Text, catalog: Catalog, variables: [String] = [],
    columns: @escaping @Sendable (RowSource) -> [String] = { _ in [] },
    value: @escaping @Sendable (String) -> String? = { _ in nil }
  ) {
    self.text = text
    self.catalog = catalog
    self.variables = variables
    self.columns = columns
    self.value = value
  }

  /// The candidates for the word at the cursor. The same request and values give the same answer.
  /// - Parameter values: live values such as tags, as far as they are known.
  public func completion(values: @escaping (ValueQuery) -> [LiveValue]) -> Completion {
    CompletionSearch(request: self, values: values).completion()
  }
}

/// Where rows or a record come from whose names Tab wants.
public enum RowSource: Hashable, Sendable {
  /// A variable of the session, without `$`, and the fields that lead into it.
  case variable(String, path: [String])
  /// An entry that was run before: its text without white space around it.
  case entry(String)
}

/// A value of a live query, with a few words about it.
public struct LiveValue: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The value itself.
  public var text: String
  /// One line about it; may be empty.
  public var description: String

  /// Creates a value.
  public init(_ text: String, description: String = "") {
    self.text = text
    self.description = description
  }

  public init(stringLiteral value: String) { self.init(value) }
}

/// Live values a completer asks for.
public enum ValueQuery: Hashable, Sendable {
  /// Registries this session knows, as flags take them.
  case registries
  /// The hosts of registries this session knows, as references begin with them.
  case hosts
  /// The repositories of a registry, named as in `--name`.
  case repositories(registry: String)
  case tags(registry: String, repository: String)
  case digests(registry: String, repository: String)
  /// The names in a folder; those of folders end in `/`. The path is empty for the working directory.
  case files(folder: String)
}
