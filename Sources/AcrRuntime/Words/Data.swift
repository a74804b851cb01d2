import AcrSystem
import AcrCore
import AcrLanguage
import AcrText

/// `open`: a file as a value.
struct Open: Command {
  struct Parameters: ParameterSet {
    let path = Positional<String>("path", help: "the file", completer: .file)
    let raw = Switch("raw", help: "give the text, whatever the name's ending")
  }

  let signature = Signature(
    "open", summary: "Reads a file: .json, .jsonl, .csv and .tsv as data, anything else as text",
    group: .data,
    examples: [.init("Rows of a CSV file", "open images.csv | first 3")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = call[\.path]
    do throws(AcrError) {
      let bytes = try call.read(path)
      if !call[\.raw], let format = DataFormat(path: path) {
        return .value(try format.read(bytes, name: path, call.meter))
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw AcrError(.invalid, "`\(path)` is not UTF-8 text")
      }
      return .value(.string(text))
    } catch {
      throw ArgumentError(call.parameters.path, error)
    }
  }
}

/// `save`: a value into a file.
struct Save: Command {
  struct Parameters: ParameterSet {
    let path = Positional<String>("path", help: "the file", completer: .file)
    let append = Switch("append", help: "add to the end of the file")
  }

  let signature = Signature(
    "save", summary: "Writes a file: text as it is, data in the format of the file's extension",
    description: """
      The file is written under a temporary name and moved into place when it is complete. A failure leaves the old \
      file. A last line without a newline gets one.
      """,
    group: .data,
    examples: [.init("A report", "[{a: 1}] | save report.json")],
    input: .required, changes: true)

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = call[\.path]
    if case .bytes(let stream)? = call.input { return try save(stream, path, call) }
    let value = try call.inputValue(for: "save")
    let appends = call[\.append]
    var text = try text(value, path, appends: appends, call)
    if !text.isEmpty, !text.utf8.reversed().starts(with: [0x0A]) { text += "\n" }
    if call.run.isDryRun {
      call.run.sink.message(
        "dry run: would \(appends ? "add \(text.utf8.count) bytes to" : "write \(text.utf8.count) bytes to") `\(path)`")
      return .value(.record(Record(["dry_run": .bool(true), "path": .string(path)])))
    }
    do throws(AcrError) {
      let path = try call.run.host.path(path)
      let bytes = Array(text.utf8)
      let isStopped = { call.run.isInterrupted }
      if appends {
        try FileSystem.append(bytes, to: path, isStopped: isStopped)
      } else {
        try FileSystem.replace(path, with: bytes, isStopped: isStopped)
      }
    } catch {
      throw ArgumentError(call.parameters.path, error)
    }
    return .nothing
  }

  /// Writes bytes as they are, piece by piece.
  private func save(_ stream: ByteStream, _ path: String, _ call: Call<Parameters>) throws -> Output {
    let isStopped = { call.run.isInterrupted }
    if call.run.isDryRun {
      call.run.sink.message("dry run: would write bytes to `\(path)`")
      return .value(.record(Record(["dry_run": .bool(true), "path": .string(path)])))
    }
    do {
      let path = try call.run.host.path(path)
      if call[\.append] {
        while let piece = try stream.next() { try FileSystem.append(piece, to: path, isStopped: isStopped) }
      } else {
        try FileSystem.replace(path, isStopped: isStopped) { try stream.next() }
      }
    } catch let error as AcrError {
      throw ArgumentError(call.parameters.path, error)
    }
    return .nothing
  }

  private func text(_ value: Value, _ path: String, appends: Bool, _ call: Call<Parameters>) throws -> String {
    switch value {
    case .string(let text): return text
    case .secret: throw AcrError(.invalid, "`save` does not write a secret", help: "`reveal(…)` gives its text")
    default: break
    }
    guard let format = DataFormat(path: path) else {
      if let text = value.text { return text }
      throw ArgumentError(
        call.parameters.path,
        AcrError(
          .usage, "`\(path)` does not say in which format to write \(value.typePhrase)",
          help: "a name that ends in .json, .jsonl, .csv or .tsv, or `… | to json | save \(path)`"))
    }
    let text = try format.write(value, call.meter)
    guard appends else { return text }
    switch format {
    case .jsonl: return text
    case .json:
      throw ArgumentError(
        call.parameters.path,
        AcrError(.usage, "a JSON file holds one value: nothing can be added to `\(path)`", help: "use .jsonl"))
    case .csv, .tsv: return try withoutKnownHeader(text, format, path, call)
    }
  }

  /// The rows alone when the file has the same header already.
  private func withoutKnownHeader(_ text: String, _ format: DataFormat, _ path: String, _ call: Call<Parameters>) throws
    -> String
  {
    guard let size = FileSystem.size(try call.run.host.path(path)), size > 0 else { return text }
    let present = try call.read(path)
    guard let end = text.utf8.firstIndex(of: 0x0A) else { return text }
    let header = text[...end]
    let line = present.prefix { $0 != 0x0A && $0 != 0x0D }
    guard line.elementsEqual(header.utf8.prefix { $0 != 0x0A && $0 != 0x0D }) else {
      throw ArgumentError(
        call.parameters.path,
        AcrError(
          .invalid, "the columns of `\(path)` are not those of the rows",
          help: "it has: \(String(decoding: line, as: UTF8.self))"))
    }
    return String(text[text.utf8.index(after: end)...])
  }
}

/// `from`: text to data.
struct From: Command {
  struct Parameters: ParameterSet {
    let format = Positional<String>(
      "format", help: "json, jsonl, csv or tsv", completer: .fixed(DataFormat.allCases.map(\.rawValue)))
  }

  let signature = Signature(
    "from", summary: "Parses text into data",
    group: .data,
    examples: [.init("A record", "'{\"a\": 1}' | from json")],
    input: .required)

  func run(_ call: Call<Parameters>) throws -> Output {
    let format = try call.format(\.format, among: DataFormat.allCases.map(\.rawValue))
    switch try call.inputValue(for: "from") {
    case .string(let text):
      return .value(try DataFormat(rawValue: format)?.read(Array(text.utf8), name: nil, call.meter) ?? .null)
    case let other:
      throw AcrError(.invalid, "`from \(format)` reads a text, but the pipe gives \(other.typePhrase)")
    }
  }
}

/// `to`: data to text.
struct To: Command {
  private static let formats = DataFormat.allCases.map(\.rawValue) + ["yaml", "table"]

  struct Parameters: ParameterSet {
    let format = Positional<String>(
      "format", help: "json, jsonl, csv, tsv, yaml or table", completer: .fixed(To.formats))
    let compact = Switch("compact", help: "JSON on one line")
  }

  let signature = Signature(
    "to", summary: "Formats data as text",
    group: .data,
    examples: [.init("JSON", "{a: 1} | to json --compact"), .init("CSV", "[{a: 1}, {a: 2}] | to csv")],
    input: .required)

  func run(_ call: Call<Parameters>) throws -> Output {
    let format = try call.format(\.format, among: To.formats)
    let value = try call.inputValue(for: "to")
    let meter = call.meter
    if format == "json", call[\.compact] { return .value(.string(try value.json(meter))) }
    var text: String
    if format == "yaml" {
      text = try value.yaml(meter)
    } else if let data = DataFormat(rawValue: format) {
      text = try data.write(value, meter)
    } else {
      guard let size = try TextSize.json(value, atMost: call.run.budget.room) else {
        throw call.run.budget.reach(.memory)
      }
      try meter.charge(4 * size)
      text = TableLayout(now: call.run.host.now()).lines(value).joined(separator: "\n").rendered
    }
    if text.last?.isNewline == true { text.removeLast() }
    return .value(.string(text))
  }
}

extension Call {
  /// Reads a file of a script: no more than the values may take, where they are counted.
  func read(_ path: String) throws(AcrError) -> [UInt8] {
    let place = try run.host.path(path)
    let limit = run.limits.memory ?? .max
    if let size = FileSystem.size(place) { try meter.charge(2 * Int(clamping: size)) }
    return try FileSystem.read(place, upTo: limit, .anything, isStopped: { run.isInterrupted })
  }

  /// The argument `format`, which is one of these.
  fileprivate func format(_ parameter: KeyPath<Parameters, Positional<String>>, among names: [String]) throws -> String
  {
    let name = self[parameter]
    if names.contains(name) { return name }
    let near = Suggestion.nearest(to: name, in: names).map { "; did you mean `\($0)`?" } ?? ""
    throw ArgumentError(
      parameters[keyPath: parameter],
      AcrError(.usage, "`\(name)` is not a format\(near)", help: "the formats are \(names.joined(separator: ", "))"))
  }
}
