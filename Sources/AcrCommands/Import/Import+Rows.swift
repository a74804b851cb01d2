import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry
import Synchronization

/// `… | import`: many imports in one queue, one for each row.
extension Import {
  /// The flags that only imports of rows have.
  static let rowFlags: [Signature.Flag] = [
    .init("jobs", .int, default: "16", help: "with rows: how many imports are under way at a time"),
    .init("keep-going", help: "with rows: goes on when one fails"),
    .init(
      "report", .string, help: "with rows: a file about each import: .jsonl, .json or .csv", completer: .file),
    .init("journal", .string, help: "with rows: a file from which a killed run is taken up again", completer: .file),
  ]

  /// The columns that are read, and the parameter each stands for.
  private static let columns: [(name: String, parameter: String)] = [
    ("source", "source"), ("from", "from"), ("to", "to"), ("target", "to"), ("image", "image"),
    ("repository", "repository"), ("registry", "registry"), ("username", "username"), ("user", "username"),
    ("password", "password"), ("force", "force"),
  ]

  /// One row that was read and checked.
  private struct Item: Sendable {
    let order: ImportOrder
    let engine: ImportEngine
    var source: String { order.request.source.displayName }
    var targets: [String] { order.request.targets.map(\.displayName) }
  }

  /// Reads and checks all rows, so that a mistake in the last one is found before the first is imported; then imports
  /// them side by side.
  func importRows(_ input: Output, _ call: Invocation) throws -> Output {
    let calls = try rows(input).enumerated().map { number, row in try self.call(row, number: number + 1, call) }
    if call.run.isDryRun {
      return .value(.list(try calls.map { try run($0).collected() }))
    }
    let jobs = call.int("jobs") ?? Int64(ImportQueue.defaultJobs)
    guard (1...256).contains(jobs) else {
      throw ArgumentError("jobs", AcrError(.usage, "`--jobs \(jobs)` is not a number from 1 to 256"))
    }
    let items = try calls.map { row in
      let order = try order(row, readsEarly: false)
      return Item(order: order, engine: try engine(for: order, row))
    }
    let sink = call.run.sink
    let report = try locate("report") { () throws(AcrError) in
      try call.string("report").map { path throws(AcrError) in try RunReport(path: path) }
    }
    let journal = try locate("journal") {
      try call.string("journal").map { try ImportJournal(path: $0) { sink.talk("warning: \($0)") } }
    }
    let queue = ImportQueue(jobs: Int(jobs), keepsGoing: call.isOn("keep-going"))
    let service = ServiceRows(session: session, journal: journal, looksFirst: try looksFirst(call)) {
      sink.talk("note: \($0)")
    }
    return .rows(stream(items, queue, journal, report, service, call.run))
  }

  /// The results as they come. The work begins when the first is asked for.
  private func stream(
    _ items: [Item], _ queue: ImportQueue, _ journal: ImportJournal?, _ report: RunReport?, _ service: ServiceRows,
    _ run: RunContext
  ) -> RowStream {
    let feed = RowFeed<Record>()
    let owner = RowFeedOwner(feed)
    let failureCount = FailureCount()
    let work: @Sendable () async throws -> Void = {
      do {
        _ = try await queue.run(items) {
          try await perform($0, journal, service)
        } ended: { index, result in
          if case .failure = result { failureCount.add() }
          let row = Import.record(items[index].source, items[index].targets, result, engine: items[index].engine.name)
          report?.add(row)
          feed.add(row)
        }
      } catch {
        try? report?.finish()
        throw error
      }
      try report?.finish()
    }
    var batch: ArraySlice<Record> = []
    return RowStream {
      // The owner lives as long as somebody may ask for rows.
      let feed = owner.feed
      while batch.isEmpty {
        let next = try Blocking.wait(run) {
          feed.start(work)
          return try await feed.next()
        }
        guard let next else {
          if failureCount.count > 0 {
            run.noteFailedItem()
            run.sink.talk("\(failureCount.count) of \(items.count) imports failed")
          } else {
            journal?.complete()
          }
          return nil
        }
        batch = next[...]
      }
      return batch.popFirst().map(Value.record)
    }
  }

  private func perform(_ item: Item, _ journal: ImportJournal?, _ service: ServiceRows) async throws -> ImportResult {
    let request = item.order.request
    let name = item.targets.joined(separator: ", ")
    let line = session.progress.start("\(item.source) → \(name)")
    do {
      let result: ImportResult =
        switch item.engine {
        case .direct: try await session.engine.run(request, journal: journal) { line.report($0) }
        case .service: try await service.run(item.order) { line.report($0) }
        }
      line.finish(result)
      if let digest = result.digest { journal?.note(finished: item.source, name, digest) }
      return result
    } catch {
      line.finish(nil)
      throw error
    }
  }

  // MARK: Rows

  private func rows(_ input: Output) throws -> [Value] {
    switch input {
    case .value(.list(let items)): return items
    case .value(let value):
      throw AcrError(
        .invalid, "`import` takes rows, and what comes from the pipe is \(value.typePhrase)",
        help: "`[…]` makes a list of one value")
    case .rows(let stream):
      var items: [Value] = []
      while let item = try stream.next() { items.append(item) }
      return items
    }
  }

  /// The call for one row: what the line says, and what the row says in its place. A text is a source.
  private func call(_ row: Value, number: Int, _ call: Invocation) throws -> Invocation {
    var arguments = call.arguments
    for name in Import.rowFlags.map(\.name) { arguments[name] = nil }
    switch row {
    case .string(let source): arguments["source"] = .string(source)
    case .record(let record):
      for (name, parameter) in Import.columns {
        guard let value = record[name], !value.isNull else { continue }
        // An empty cell of a table file is one that was left out.
        if case .string("") = value { continue }
        arguments[parameter] = try argument(value, parameter, column: name, number)
      }
    default:
      throw AcrError(
        .invalid, "row \(number) is \(row.typePhrase), and an import needs a record or a source",
        help: "columns: source, image, repository, to, registry, username, password, force")
    }
    guard arguments["source"] != nil || arguments["from"] != nil else {
      throw AcrError(.usage, "row \(number) has no source", help: "give it in a column `source`")
    }
    return Invocation(arguments: arguments, blocks: [:], input: nil, run: call.run)
  }

  private func argument(_ value: Value, _ parameter: String, column: String, _ number: Int) throws -> Value {
    switch (parameter, value) {
    case ("force", .bool), ("password", .secret): return value
    case ("force", .string(let text)) where ["true", "false"].contains(text): return .bool(text == "true")
    case ("password", .string(let text)): return .secret(Secret(text))
    case ("image", .list), ("repository", .list): return value
    case ("image", .string), ("repository", .string): return .list([value])
    case ("force", _), ("password", _): break
    case (_, .string): return value
    default: break
    }
    throw AcrError(.invalid, "the column `\(column)` of row \(number) is \(value.typePhrase)")
  }

  // MARK: The result

  private static let rowShape = Shape([
    "status", "source", "targets", "digest", "mediaType", "manifests", "blobsCopied", "bytesCopied", "blobsPresent",
    "engine", "error",
  ])

  private static func record(
    _ source: String, _ targets: [String], _ result: Result<ImportResult, any Error>, engine: String
  ) -> Record {
    switch result {
    case .success(let result):
      return Record(shape: rowShape, values: record(result, engine: engine).values + [.null])
    case .failure(let error):
      let failure = error as? AcrError ?? AcrError(.cancelled, "interrupted")
      let values: [Value] = [.string("failed"), .string(source), .list(targets.map(Value.string))]
      return Record(
        shape: rowShape,
        values: values + Array(repeating: .null, count: 6) + [.string(engine), .record(failure.record())])
    }
  }
}

/// How many imports have failed.
private final class FailureCount: Sendable {
  private let number = Atomic<Int>(0)

  func add() { number.add(1, ordering: .relaxed) }
  var count: Int { number.load(ordering: .relaxed) }
}

extension ImportEngine {
  /// The name as results show it.
  var name: String { self == .service ? "service" : "direct" }
}
