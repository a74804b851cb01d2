import AcrSystem
import AcrCore
import AcrLanguage

/// `save`: a value into a file.
struct Save: Command {
  struct Parameters: ParameterSet {
    let path = Positional<String>("path", help: "the file", completer: .file)
    let append = Switch("append", help: "add to the end of the file")
  }

  let signature = Signature(
    "save", summary: "Writes a file: text as it is, data in the format of the file's extension",
    description: """
      Rows are written as they come. The file is written under a temporary name and moved into place when it is complete: \
      a failure leaves the old file. A last line without a newline gets one.
      """,
    group: .data,
    examples: [.init("A report", "[{a: 1}] | save report.json")],
    input: .required, changes: true)

  func run(_ call: Call<Parameters>) throws -> Output {
    let path = call[\.path]
    let appends = call[\.append]
    switch call.input {
    case .bytes(let stream)?: return try save(pieces: { try stream.next() }, counted: nil, path, call)
    case .rows(let rows)? where !appends:
      if let format = DataFormat(path: path) { return try save({ try rows.next() }, as: format, path, call) }
    case .value(.list(let items))? where !appends:
      if let format = DataFormat(path: path) {
        let rows = Rows.stream(items)
        return try save({ try rows.next() }, as: format, path, call)
      }
    default: break
    }
    let value = try call.inputValue(for: "save")
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

  /// Writes rows as they come.
  private func save(
    _ rows: @escaping () throws -> Value?, as format: DataFormat, _ path: String, _ call: Call<Parameters>
  ) throws -> Output {
    let folder = FileSystem.folder(of: try place(path, call)) ?? "."
    let writer = RowWriter(format, folder: folder, call.meter) {
      guard let row = try rows() else { return nil }
      if case .secret = row {
        throw AcrError(.invalid, "`save` does not write a secret", help: "`reveal(…)` gives its text")
      }
      return row
    }
    return try save(pieces: { try writer.next() }, counted: format, path, call)
  }

  private func place(_ path: String, _ call: Call<Parameters>) throws -> String {
    do throws(AcrError) {
      return try call.run.host.path(path)
    } catch {
      throw ArgumentError(call.parameters.path, error)
    }
  }

  /// Writes bytes as they are, piece by piece.
  /// - Parameter format: of the rows that the pieces are made of; nil for bytes of another origin, which a dry run does not
  ///   ask for.
  private func save(
    pieces next: @escaping () throws -> [UInt8]?, counted format: DataFormat?, _ path: String, _ call: Call<Parameters>
  ) throws -> Output {
    let isStopped = { call.run.isInterrupted }
    if call.run.isDryRun {
      var count = 0
      if format != nil { while let piece = try next() { count += piece.count } }
      call.run.sink.message("dry run: would write \(format == nil ? "" : "\(count) ")bytes to `\(path)`")
      return .value(.record(Record(["dry_run": .bool(true), "path": .string(path)])))
    }
    // What making the pieces throws is not an error of the path.
    var cause: (any Error)?
    let pieces = { () throws -> [UInt8]? in
      do {
        return try next()
      } catch {
        cause = error
        throw error
      }
    }
    do {
      let place = try place(path, call)
      if call[\.append] {
        while let piece = try pieces() { try FileSystem.append(piece, to: place, isStopped: isStopped) }
      } else {
        try FileSystem.replace(place, isStopped: isStopped, pieces: pieces)
      }
    } catch let error as AcrError {
      if let cause { throw cause }
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
