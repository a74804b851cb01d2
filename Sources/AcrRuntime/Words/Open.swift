import AcrSystem
import AcrCore
import AcrLanguage
import AcrText

/// `open`: a file as a value, or its rows.
struct Open: Command {
  struct Parameters: ParameterSet {
    let path = Positional<String>("path", help: "the file; `-` is standard input", completer: .file)
    let raw = Switch("raw", help: "give the text, whatever the name's ending")
    let format = Flag<String?>(
      "format", short: "f", help: "what it is, where the name does not say: json, jsonl, csv or tsv",
      completer: .fixed(DataFormat.allCases.map(\.rawValue)), check: DataFormat.check)
  }

  let signature = Signature(
    "open", summary: "Reads a file: .json, .jsonl, .csv and .tsv as data, anything else as text",
    description: """
      Rows of JSON lines, CSV, TSV, and of a JSON array are read as they are asked for: `| first 1` reads the start of the \
      file only. `open -` reads standard input.
      """,
    group: .data,
    examples: [
      .init("Rows of a CSV file", "open images.csv | first 3"),
      .init("Rows from another program", "open - --format jsonl | where .level == \"error\""),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = call[\.path]
    do {
      var format = DataFormat(path: path)
      if let name = call[\.format] {
        guard let given = DataFormat(rawValue: name) else {
          throw ArgumentError(call.parameters.format, DataFormat.unknown(name))
        }
        format = given
      }
      if call[\.raw] { format = nil }
      if path == "-" { return try read(try call.standardInput(for: "open -"), format, "standard input", call) }
      guard let format else {
        let bytes = try call.read(path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw AcrError(.invalid, "`\(path)` is not UTF-8 text")
        }
        return .value(.string(text))
      }
      let file = try OpenFile(reading: try call.run.host.path(path), .anything)
      return try read({ try file.readPiece { call.run.isInterrupted } }, format, path, call)
    } catch let error as AcrError {
      throw ArgumentError(call.parameters.path, error)
    }
  }

  private func read(
    _ pull: @escaping () throws -> [UInt8]?, _ format: DataFormat?, _ name: String, _ call: Call<Parameters>
  ) throws -> Output {
    guard let format else { return .bytes(ByteStream(pull)) }
    let path = call.parameters.path
    let output = try format.rows(ByteWindow(name: name, call.meter, pull), call.meter)
    guard case .rows(let rows) = output else { return output }
    return .rows(
      RowStream {
        do {
          return try rows.next()
        } catch let error as AcrError where error.kind != .limit && error.kind != .cancelled {
          throw ArgumentError(path, error)
        }
      })
  }
}

/// `stdin`: what comes in at standard input.
struct StandardInput: Command {
  let signature = Signature(
    "stdin", summary: "Reads standard input",
    description: """
      `stdin | lines` gives its lines as they come, `stdin | from jsonl` its rows. On its own it is passed on as it is.
      """,
    group: .data,
    examples: [.init("The lines that another program writes", "stdin | lines | where $it like \"*error*\"")])

  func run(_ call: Call<NoParameters>) throws -> Output {
    .bytes(ByteStream(try call.standardInput(for: "stdin")))
  }
}

extension Call {
  /// What gives the pieces of standard input.
  /// - Throws: ``AcrError`` of kind `usage` where there is none.
  func standardInput(for word: String) throws(AcrError) -> () throws -> [UInt8]? {
    guard let input = run.host.input else {
      throw AcrError(
        .usage, "`\(word)` has no standard input here",
        help: "at the prompt, what you type is standard input: use a script or `-c`, or name a file")
    }
    let run = run
    return { try input { run.isInterrupted } }
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
}
