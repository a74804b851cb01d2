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
    let report = Flag<String?>(
      "report", help: "with rows: a file about each import: .jsonl, .json or .csv", completer: .file)
    let journal = Flag<String?>(
      "journal", help: "with rows: a journal file, to resume a run that was killed", completer: .file)
    let metrics = RunMetrics.flag
    let shard = ShardArgument.flag("rows, by their target's repository")
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
    var calls = try rows(input).enumerated().map { number, row in try self.call(row, number: number + 1, call) }
    let shard = try ShardArgument.read(call.parameters.rows.shard, call[\.rows][\.shard], call.run)
    let command = self
    if call.run.isDryRun {
      if let shard {
        let (given, sink) = (calls.map(\.given), call.run.sink)
        let isMine = try Blocking.wait(call.run) {
          var isMine: [Bool] = []
          for row in given {
            isMine.append(shard.contains(try await command.order(row[\.request], sink, readsEarly: false).shareName))
          }
          return isMine
        }
        calls = zip(calls, isMine).filter(\.1).map(\.0)
      }
      return .value(.list(try calls.map { try run($0).collected() }))
    }
    if let jobs = call[\.rows][\.jobs], !(1...256).contains(jobs) {
      throw ArgumentError(call.parameters.rows.jobs, AcrError(.usage, "`--jobs \(jobs)` is not a number from 1 to 256"))
    }
    let sink = call.run.sink
    let given = calls.map(\.given)
    let gate = try PolicyArgument.gate(call.parameters.policy, call[\.policy], session)
    var items = try Blocking.wait(call.run) {
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
    let report = try locate(call.parameters.rows.report) { () throws(AcrError) in
      try call[\.rows][\.report].map { path throws(AcrError) in try RunReport(path: path) }
    }
    let journal = try locate(call.parameters.rows.journal) {
      try call[\.rows][\.journal].map { try ImportJournal(path: $0) { sink.message("warning: \($0)") } }
    }
    let standard =
      items.contains { $0.engine == .service } ? ImportQueue.defaultServiceJobs : ImportQueue.defaultJobs
    let queue = ImportQueue(jobs: call[\.rows][\.jobs].map(Int.init) ?? standard, keepsGoing: call[\.rows][\.keepGoing])
    if let block = call[\.accept] { try ask(block, about: &items, queue, call.run) }
    let service = ServiceRows(session: session, journal: journal, looksFirst: try looksFirst(call.given)) {
      sink.message("note: \($0)")
    }
    let metrics = RunMetrics(call[\.rows][\.metrics], command: "import", now: .now(), session)
    return .rows(stream(items, queue, journal, report, metrics, service, call.run))
  }

  /// Has a block look at all images, before the first is imported. The images are read side by side.
  private func ask(_ block: BlockValue, about items: inout [Item], _ queue: ImportQueue, _ run: RunContext) throws {
    let (command, given) = (self, items)
    let looks = try Blocking.wait(run) {
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
    _ items: [Item], _ queue: ImportQueue, _ journal: ImportJournal?, _ report: RunReport?, _ metrics: RunMetrics?,
    _ service: ServiceRows, _ run: RunContext
  ) -> RowStream {
    let feed = RowFeed<Record>()
    let owner = RowFeedOwner(feed)
    let failureCount = FailureCount()
    let counts = ImportCounts()
    let lookup = ReferrerLookup(items.filter { $0.referrers != .nothing }.map(\.order.request))
    let progress = session.progress
    let work: @Sendable () async throws -> Void = {
      progress.expect(items.count)
      do {
        try await items.flatMap { $0.order.request.targets.map(\.store) }.batch {
          _ = try await queue.run(items) {
            try await perform($0, journal, service, lookup, run.sink)
          } ended: { index, result in
            if case .failure = result { failureCount.add() }
            counts.add(result)
            let row = ImportCommand.record(
              items[index].source, items[index].targets, result, engine: items[index].engine.name)
            report?.add(row)
            feed.add(row)
          }
        }
      } catch {
        try? report?.finish()
        try? counts.write(metrics, isComplete: false)
        throw error
      }
      try report?.finish()
      try counts.write(metrics, isComplete: true)
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
            run.sink.message("\(failureCount.count) of \(items.count) imports failed")
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

/// What the imports of a run came to, for figures about it.
private final class ImportCounts: Sendable {
  private let state = Mutex<(counts: [String: Int], bytes: WireSize, failures: [String: Int])>(([:], .zero, [:]))

  func add(_ result: Result<ImportResult, any Error>) {
    state.withLock { state in
      switch result {
      case .success(let result):
        state.counts[result.isUnchanged ? "unchanged" : "imported", default: 0] += 1
        state.bytes += result.blobs.copiedBytes
      case .failure(let error):
        let kind = (error as? AcrError)?.kind ?? .cancelled
        state.counts[kind == .rejected ? "refused" : "failed", default: 0] += 1
        state.failures[kind.name, default: 0] += 1
      }
    }
  }

  func write(_ metrics: RunMetrics?, isComplete: Bool) throws(AcrError) {
    let (counts, bytes, failures) = state.withLock { $0 }
    try metrics?.write(
      counts: counts, bytes: ("sent", "What the last run sent.", bytes.bytes), failures: failures,
      isComplete: isComplete)
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
