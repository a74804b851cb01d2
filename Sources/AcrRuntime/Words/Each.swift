import AcrCore
import AcrLanguage
import Synchronization

/// `each`: a block for every row, one after the other.
struct Each: Command {
  struct Parameters: ParameterSet {
    let block = BlockParameter("block", help: "what to do with `$it`, or with a named row")
    let keepGoing = Switch("keep-going", help: "continue after errors")
  }

  let signature = Signature(
    "each", summary: "Runs a block for each row and returns the results",
    description: "With `--keep-going` every row gives `{item, ok, value, error}`, and an error does not end the run.",
    group: .work,
    examples: [.init("Twice each number", "[1, 2, 3] | each { |n| $n * 2 }")],
    input: .required, columns: .open(KeepGoing.columns.map { $0.only("with --keep-going") }))

  func run(_ call: Call<Parameters>) throws -> Output {
    let block = call[\.block]
    let rows = try call.rows(for: "each")
    let keepsGoing = call[\.keepGoing]
    return .rows(
      RowStream {
        guard let row = try rows.next() else { return nil }
        return keepsGoing
          ? try KeepGoing.row(row, call.run, call.meter) { try block(row) } : try block(row)
      })
  }
}

/// What `--keep-going` makes of one item.
enum KeepGoing {
  /// The columns of the rows. Without the flag rows are what the block gives.
  static let columns = [
    Column("item", .any, null: "for an item that is null", help: "the item").key,
    Column("ok", .bool, help: "whether the block came to its end").key,
    Column("value", .any, null: "after an error, and where the block gives nothing", help: "what the block gave"),
    Column("error", .record, null: "where there was none", help: "the error, as `catch` has it").key,
  ]
  private static let shape = Shape(columns)

  /// The item's row. ^C and `exit` are passed on.
  static func row(
    _ item: Value, _ run: RunContext, _ meter: Meter? = nil, _ body: () throws -> Value
  ) throws -> Value {
    try meter?.charge(HeapSize.list(4))
    do {
      return .record(Record(shape: shape, values: [item, .bool(true), try body(), .null]))
    } catch let error as RuntimeError where !run.isInterrupted {
      run.noteFailedItem()
      let record = run.caughtErrors.record(of: error)
      if let meter, meter.isCounting { try meter.charge(HeapSize.whole(record)) }
      return .record(Record(shape: shape, values: [item, .bool(false), .null, record]))
    }
  }
}

/// `par-each`: a block for every row, several at a time.
struct ParEach: Command {
  struct Parameters: ParameterSet {
    let block = BlockParameter("block", help: "what to do with `$it`, or with a named row")
    let jobs = Flag<Int64>("jobs", short: "j", default: 4, help: "how many at a time, 1 to 64")
    let keepGoing = Switch("keep-going", help: "continue after errors")
  }

  let signature = Signature(
    "par-each",
    summary: "Runs a block for each row, several at a time, and returns the results in the order of the rows",
    description: """
      The block sees outer variables as they are when the work starts, and cannot change them. The first error stops \
      all work. With `--keep-going`, every row returns `{item, ok, value, error}` instead.
      """,
    group: .work,
    examples: [.init("Two at a time", "[1, 2, 3] | par-each --jobs 2 { |n| $n * 2 }")],
    input: .required, columns: .open(KeepGoing.columns.map { $0.only("with --keep-going") }))

  func run(_ call: Call<Parameters>) throws -> Output {
    let block = call[\.block]
    let jobs = call[\.jobs]
    guard (1...64).contains(jobs) else {
      throw ArgumentError(call.parameters.jobs, AcrError(.usage, "`--jobs` is a number from 1 to 64, not \(jobs)"))
    }
    let items = try call.items(for: "par-each")
    try call.meter.take(2 * HeapSize.list(items.count))
    call.meter.refresh()
    let work = ParallelWork(items, keepsGoing: call[\.keepGoing], call.run.budget)
    defer { work.finish() }
    call.run.withChild { child in
      let threads = (0..<min(Int(jobs), items.count)).map { _ in
        let body = block.detached(child)
        return EvaluatorThread { work.run(child, body) }
      }
      for thread in threads { thread.join() }
    }
    if call.run.isInterrupted {
      try call.meter.run.budget.reached.map { throw $0 }
      throw AcrError(.cancelled, "interrupted: \(work.doneCount) of \(items.count) items were done")
    }
    return .value(.list(try work.results()))
  }
}

/// The items of one `par-each` and what its threads made of them.
private final class ParallelWork: Sendable {
  private struct State {
    var next = 0
    var done = 0
    var results: [Value]
    var failure: (any Error)?
    /// What the results take, where that is counted.
    var size = HeapSize()
  }

  private let items: [Value]
  private let keepsGoing: Bool
  private let state: Mutex<State>

  private let budget: Budget
  private let isCounting: Bool

  init(_ items: [Value], keepsGoing: Bool, _ budget: Budget) {
    self.items = items
    self.budget = budget
    isCounting = budget.limits.memory != nil
    self.keepsGoing = keepsGoing
    state = Mutex(State(results: Array(repeating: .null, count: items.count)))
  }

  var doneCount: Int { state.withLock { $0.done } }

  /// One thread's share: items until none are left or something stops the work.
  func run(_ run: RunContext, _ body: ([Value]) throws -> Value) {
    while !run.isInterrupted, let index = takeNext() {
      do {
        let item = items[index]
        let value = keepsGoing ? try KeepGoing.row(item, run) { try body([item]) } : try body([item])
        state.withLock { state in
          state.results[index] = value
          state.done += 1
          guard isCounting, value.isOnHeap else { return }
          let before = state.size.bytes
          state.size.add(value)
          _ = budget.addMemory(state.size.bytes - before)
        }
      } catch let error {
        // What the stop itself makes fail comes later than the error that was the reason for it.
        state.withLock { state in if state.failure == nil { state.failure = error } }
        run.interrupt()
      }
    }
  }

  /// From here on the results are the caller's, who counts them.
  func finish() { _ = budget.addMemory(-state.withLock { $0.size.bytes }) }

  private func takeNext() -> Int? {
    state.withLock { state in
      guard state.next < items.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// The results in the order of the items.
  /// - Throws: the first error, with how far the work had got.
  func results() throws -> [Value] {
    let (results, done, failure) = state.withLock { ($0.results, $0.done, $0.failure) }
    guard let failure else { return results }
    guard var error = failure as? RuntimeError else { throw failure }
    error.error.notes.append("\(done) of \(items.count) items were done")
    throw error
  }
}
