import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry
import Synchronization

/// `… | import`: many imports in one queue, one for each row.
extension ImportCommand {
  /// The flags that only imports of rows have.
  struct RowParameters: ParameterSet {
    let jobs = Flag<Int64?>(
      "jobs",
      help: """
        with rows: how many imports to run at a time, at most (\(ImportQueue.defaultJobs); \
        \(ImportQueue.defaultServiceJobs) by Azure)
        """)
    let keepGoing = Switch("keep-going", help: "with rows: continues when one fails")
    let run = LongRunParameters(
      journal: "a journal file, to resume a run that was killed", shares: "rows, by their target's repository",
      condition: "with rows: ")
  }

  /// The columns that are read, and the parameter each stands for.
  private static func columns(_ parameters: ImportParameters) -> [(name: String, parameter: any DeclaredParameter)] {
    [
      ("source", parameters.source), ("from", parameters.from), ("to", parameters.to), ("target", parameters.to),
      ("image", parameters.image), ("repository", parameters.repository), ("registry", parameters.registry),
      ("username", parameters.username), ("user", parameters.username), ("password", parameters.password),
      ("force", parameters.force),
    ]
  }

  /// One row that was read and checked.
  private struct Item: Sendable {
    var order: ImportOrder
    var gate: PolicyGate?
    let referrers: ReferrerExtent
    let engine: ImportEngine
    /// Why it is not imported, where that is known before.
    var refusal: (any Error)?
    var source: String { order.request.source.displayName }
    var targets: [String] { order.request.targets.map(\.displayName) }
  }

  /// Reads and checks all rows, so that a mistake in the last one is found before the first is imported; then imports
  /// them side by side.
  func importRows(_ input: Output, _ call: Call<Parameters>) throws -> Output {
    let long = try LongRun(
      call[\.rows][\.run], "import", session, isDryRun: call.run.isDryRun, bytes: ("sent", "What the last run sent."),
      facts: [])
    return try long { try importRows(input, call.with(run: long.run), long) }
  }

  private func importRows(_ input: Output, _ call: Call<Parameters>, _ long: LongRun) throws -> Output {
    var calls = try rows(input).enumerated().map { number, row in try self.call(row, number: number + 1, call) }
    let shard = long.shard
    let command = self
    if call.run.isDryRun {
      if let shard {
        let (given, sink) = (calls.map(\.given), call.run.sink)
        let isMine = try long.wait {
          var isMine: [Bool] = []
          for row in given {
            isMine.append(shard.contains(try await command.order(row[\.request], sink, readsEarly: false).shareName))
          }
          return isMine
        }
        calls = zip(calls, isMine).filter(\.1).map(\.0)
      }
      let rows = try calls.map { try run($0).collected() }
      for case .record(let row) in rows { long.add(row) }
      try long.finish()
      return .value(.list(rows))
    }
    if let jobs = call[\.rows][\.jobs], !(1...256).contains(jobs) {
      throw ArgumentError(call.parameters.rows.jobs, AcrError(.usage, "`--jobs \(jobs)` is not a number from 1 to 256"))
    }
    let sink = call.run.sink
    let given = calls.map(\.given)
    let gate = try PolicyArgument.gate(call.parameters.policy, call[\.policy], session)
    var items = try long.wait {
      var items: [Item] = []
      for row in given {
        let order = try await command.order(row[\.request], sink, readsEarly: false)
        guard shard?.contains(order.shareName) ?? true else { continue }
        let engine = try await command.engine(for: order, row)
        items.append(
          Item(order: order, gate: gate, referrers: try command.referrerExtent(row, engine), engine: engine))
      }
      return items
    }
    if items.contains(where: { $0.engine == .service }) { try tellWhatStays(call.given, sink) }
    let journal = long.journal
    let standard =
      items.contains { $0.engine == .service } ? ImportQueue.defaultServiceJobs : ImportQueue.defaultJobs
    let queue = ImportQueue(jobs: call[\.rows][\.jobs].map(Int.init) ?? standard, keepsGoing: call[\.rows][\.keepGoing])
    if let block = call[\.accept] { try ask(block, about: &items, queue, long) }
    let service = ServiceRows(session: session, journal: journal, looksFirst: try looksFirst(call.given)) {
      sink.message("note: \($0)")
    }
    long.expect(items.count)
    return .rows(stream(items, queue, service, long))
  }

  /// Has a block look at all images, before the first is imported. The images are read side by side.
  private func ask(_ block: BlockValue, about items: inout [Item], _ queue: ImportQueue, _ long: LongRun) throws {
    let (command, given) = (self, items)
    let run = long.run
    let looks = try long.wait {
      try await queue.run(given) { try await command.candidate($0.order.accepted(by: $0.gate)) }
    }
    for (index, look) in looks.enumerated() {
      do {
        let candidate = try look.get()
        (items[index].order, items[index].gate) = (candidate.order, nil)
        try candidate.ask(block)
      } catch let error as RuntimeError where queue.keepsGoing && !run.isInterrupted {
        items[index].refusal = error.error
      } catch let error as AcrError where queue.keepsGoing && !run.isInterrupted {
        items[index].refusal = error
      }
    }
  }

  /// The results as they come. The work begins when the first is asked for.
  private func stream(
    _ items: [Item], _ queue: ImportQueue, _ service: ServiceRows, _ long: LongRun
  ) -> RowStream {
    let (run, journal) = (long.run, long.journal)
    let feed = RowFeed<Record>()
    let owner = RowFeedOwner(feed)
    let failureCount = FailureCount()
    let lookup = ReferrerLookup(items.filter { $0.referrers != .nothing }.map(\.order.request))
    let progress = session.progress
    let work: @Sendable () async throws -> Void = {
      progress.expect(items.count)
      try await items.flatMap { $0.order.request.targets.map(\.store) }.batch {
        _ = try await queue.run(items) {
          try await perform($0, journal, service, lookup, run.sink)
        } ended: { index, result in
          if case .failure = result { failureCount.add() }
          let row = ImportCommand.record(
            items[index].source, items[index].targets, result, engine: items[index].engine.name)
          long.add(row)
          feed.add(row)
        }
      }
    }
    var batch: ArraySlice<Record> = []
    return RowStream {
      // The owner lives as long as somebody may ask for rows.
      let feed = owner.feed
      while batch.isEmpty {
        let next = try long {
          try long.wait {
            feed.start(work)
            return try await feed.next()
          }
        }
        guard let next else {
          if failureCount.count > 0 {
            run.noteFailedItem()
            run.sink.message("\(failureCount.count) of \(items.count) imports failed")
          } else {
            journal?.complete()
          }
          try long.finish()
          return nil
        }
        batch = next[...]
      }
      return batch.popFirst().map(Value.record)
    }
  }

  private func perform(
    _ item: Item, _ journal: ImportJournal?, _ service: ServiceRows, _ lookup: ReferrerLookup,
    _ sink: any OutputSink
  ) async throws -> ImportResult {
    if let refusal = item.refusal { throw refusal }
    let name = item.targets.joined(separator: ", ")
    let line = session.progress.start("\(item.source) → \(name)")
    do {
      let order = try await item.order.accepted(by: item.gate)
      var result: ImportResult =
        switch item.engine {
        case .direct: try await session.engine.run(order.request, journal: journal) { line.report($0) }
        case .service: try await service.run(order) { line.report($0) }
        }
      try await bringReferrers(
        &result, order.request, item.referrers,
        silent: item.engine == .service ? session.azure.silentHosts : nil, lookup: lookup, sink)
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
    case .value, .bytes:
      let value = try input.collected()
      throw AcrError(
        .invalid, "`import` takes rows, but the pipe gives \(value.typePhrase)",
        help: "`[…]` makes a list of one value")
    case .rows(let stream):
      var items: [Value] = []
      while let item = try stream.next() { items.append(item) }
      return items
    }
  }

  /// The call for one row: what the line says, and what the row says in its place. A text is a source.
  private func call(_ row: Value, number: Int, _ call: Call<Parameters>) throws -> Call<Parameters> {
    var values: [(parameter: any DeclaredParameter, value: Value?)] = call.parameters.rows.declarations.map {
      ($0, nil)
    }
    let request = call.parameters.request
    switch row {
    case .string(let source): values.append((request.source, .string(source)))
    case .record(let record):
      for (name, parameter) in ImportCommand.columns(request) {
        guard let value = record[name], !value.isNull else { continue }
        // An empty cell of a table file is one that was left out.
        if case .string("") = value { continue }
        values.append((parameter, try argument(value, parameter, column: name, number)))
      }
    default:
      throw AcrError(
        .invalid, "row \(number) is \(row.typePhrase), and an import needs a record or a source",
        help: "columns: source, image, repository, to, registry, username, password, force")
    }
    let changed = call.replacing(values)
    guard changed.isGiven(request.source) || changed.isGiven(request.from) else {
      throw AcrError(.usage, "row \(number) has no source", help: "give it in a column `source`")
    }
    return changed
  }

  private func argument(
    _ value: Value, _ parameter: any DeclaredParameter, column: String, _ number: Int
  ) throws -> Value {
    switch (parameter.outline, value) {
    case (.flag(let flag), _) where flag.type == nil:
      if case .bool = value { return value }
      if case .string(let text) = value, ["true", "false"].contains(text) { return .bool(text == "true") }
    case (.flag(let flag), _) where flag.type == .secret:
      if case .secret = value { return value }
      if case .string(let text) = value { return .secret(Secret(text)) }
    case (.flag(let flag), .list) where flag.isRepeatable: return value
    case (.flag(let flag), .string): return flag.isRepeatable ? .list([value]) : value
    case (.positional, .string): return value
    default: break
    }
    throw AcrError(.invalid, "the column `\(column)` of row \(number) is \(value.typePhrase)")
  }

  // MARK: The result

  private static let rowShape = Shape(resultColumns).adding(["error"])

  private static func record(
    _ source: String, _ targets: [String], _ result: Result<ImportResult, any Error>, engine: String
  ) -> Record {
    switch result {
    case .success(let result):
      return Record(shape: rowShape, values: record(result, engine: engine).values + [.null])
    case .failure(let error):
      let failure = error as? AcrError ?? AcrError(.cancelled, "interrupted")
      let values: [Value] = [
        .string(failure.kind == .rejected ? "refused" : "failed"), .string(source), .list(targets.map(Value.string)),
      ]
      return Record(
        shape: rowShape,
        values: values + Array(repeating: .null, count: 6) + [.string(engine), .null, .record(failure.record())])
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
