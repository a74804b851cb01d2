import AcrCore
import AcrLanguage
import AcrText

/// `from`: text to data. The language reads what ``DataFormat`` names and TOML; a host can give it further readers.
public struct From: Command {
  /// Reads a text that comes as a whole.
  public typealias Reader = @Sendable (_ text: String) throws -> Value

  private let readers: [(name: String, read: Reader)]
  private let names: [String]
  /// Lists the formats that this one reads.
  public let signature: Signature
  /// Completes and checks the formats that this one reads.
  public let parameters: Parameters

  /// The word with further formats.
  public init(_ further: [(name: String, read: Reader)] = []) {
    let toml: Reader = { .record(try TOMLReader.read($0)) }
    readers = [("toml", toml)] + further
    let names = DataFormat.allCases.map(\.rawValue) + readers.map(\.name).sorted()
    self.names = names
    parameters = Parameters(names)
    signature = Signature(
      "from", summary: "Parses text into data",
      description:
        "Rows of JSON lines, CSV and TSV are read as the text comes, so `stdin | from jsonl` needs no memory.",
      group: .data,
      examples: [
        .init("A record", "'{\"a\": 1}' | from json"),
        .init("A setting of a TOML file", "open --raw pins.toml | from toml"),
      ],
      input: .required)
  }

  /// The name of the format.
  public struct Parameters: ParameterSet {
    /// Which one.
    public let format: Positional<String>

    /// Those of the language alone.
    public init() { self.init(DataFormat.allCases.map(\.rawValue)) }

    fileprivate init(_ names: [String]) {
      format = Positional<String>(
        "format", help: Signature.choice(names), completer: .fixed(names), check: Signature.check(names, "a format"))
    }
  }

  /// Reads the text from the pipe.
  public func run(_ call: Call<Parameters>) throws -> Output {
    let name = try call.format(\.format, among: names)
    if let format = DataFormat(rawValue: name), format != .json, case .bytes(let stream)? = call.input {
      return try format.rows(ByteWindow(name: nil, call.meter) { try stream.next() }, call.meter)
    }
    guard case .string(let text) = try call.inputValue(for: "from") else {
      let found = try call.input?.collected() ?? .null
      throw AcrError(.invalid, "`from \(name)` reads a text, but the pipe gives \(found.typePhrase)")
    }
    if let format = DataFormat(rawValue: name) {
      return .value(try format.read(Array(text.utf8), name: nil, call.meter))
    }
    guard let reader = readers.first(where: { $0.name == name }) else { return .nothing }
    // A reader counts nothing: what it makes is several times as long as the text.
    try call.meter.charge(8 * text.utf8.count)
    let value = try reader.read(text)
    if call.meter.isCounting { try call.meter.charge(HeapSize.whole(value)) }
    return .value(value)
  }
}

/// `to`: data to text.
struct To: Command {
  private static let formats = DataFormat.allCases.map(\.rawValue) + ["yaml", "table", "md", "html"]

  struct Parameters: ParameterSet {
    let format = Positional<String>(
      "format", help: Signature.choice(To.formats), completer: .fixed(To.formats),
      check: Signature.check(To.formats, "a format"))
    let compact = Switch("compact", help: "JSON on one line")
    let header = Switch("header", help: "TSV with a line of the columns' names, as a file has it")
  }

  let signature = Signature(
    "to", summary: "Formats data as text",
    description: """
      `to tsv` gives the lines that `-o tsv` writes: fields without a header, as the Azure CLI does. With `--header` it is \
      what `save rows.tsv` writes and `open` reads. `to md` and `to html` make a table, `to table` one as on a terminal.
      """,
    group: .data,
    examples: [
      .init("JSON", "{a: 1} | to json --compact"), .init("CSV", "[{a: 1}, {a: 2}] | to csv"),
      .init("A table for a pull request", "[{tag: \"1.0\", size: 3MB}] | to md"),
    ],
    input: .required)

  func run(_ call: Call<Parameters>) throws -> Output {
    let format = try call.format(\.format, among: To.formats)
    let value = try call.inputValue(for: "to")
    let meter = call.meter
    var text: String
    switch format {
    case "json" where call[\.compact]: return .value(.string(try value.json(meter)))
    case "yaml": text = try value.yaml(meter)
    case "tsv" where !call[\.header]: text = try lines(value, meter)
    case "md": text = try MarkupTable(value, meter).markdown
    case "html": text = try MarkupTable(value, meter).html
    case "table":
      guard let size = try TextSize.json(value, atMost: call.run.budget.room) else {
        throw call.run.budget.reach(.memory)
      }
      try meter.charge(4 * size)
      text = TableLayout(now: call.run.host.now()).lines(value).joined(separator: "\n").rendered
    default: text = try DataFormat(rawValue: format)?.write(value, meter) ?? ""
    }
    if text.last?.isNewline == true { text.removeLast() }
    return .value(.string(text))
  }

  private func lines(_ value: Value, _ meter: Meter) throws -> String {
    let rows: [Value] =
      switch value {
      case .list(let items): items
      case .null: []
      default: [value]
      }
    var text = ""
    for row in rows {
      try meter.step()
      let line = try TabSeparated.line(row)
      try meter.take(2 * line.utf8.count)
      text += line + "\n"
    }
    return text
  }
}

extension Call {
  /// The argument `format`, which is one of these.
  fileprivate func format(_ parameter: KeyPath<Parameters, Positional<String>>, among names: [String]) throws -> String
  {
    let name = self[parameter]
    if names.contains(name) { return name }
    throw ArgumentError(parameters[keyPath: parameter], DataFormat.unknown(name, among: names))
  }
}

extension DataFormat {
  /// Looks at a format that a script writes out.
  static let check: TextCheck = Signature.check(allCases.map(\.rawValue), "a format")

  /// The error for what is no format.
  static func unknown(_ name: String, among names: [String] = allCases.map(\.rawValue)) -> AcrError {
    let near = Suggestion.nearest(to: name, in: names).map { "; did you mean `\($0)`?" } ?? ""
    return AcrError(
      .usage, "`\(name)` is not a format\(near)", help: "the formats are \(names.joined(separator: ", "))")
  }
}

extension Signature {
  /// Names for a line of help: `json, csv or tsv`.
  static func choice(_ names: [String]) -> String {
    names.dropLast().joined(separator: ", ") + (names.last.map { names.count > 1 ? " or \($0)" : $0 } ?? "")
  }

  /// Looks at a choice that a script writes out.
  static func check(_ names: [String], _ what: String) -> TextCheck {
    { text in
      guard !names.contains(text) else { return nil }
      let near = Suggestion.nearest(to: text, in: names).map { "; did you mean `\($0)`?" } ?? ""
      return TextProblem("`\(text)` is not \(what)\(near)", help: "it is one of \(names.joined(separator: ", "))")
    }
  }
}
