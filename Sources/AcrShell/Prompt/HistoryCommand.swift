import AcrCore
import AcrLanguage
import AcrRuntime
import Synchronization

/// `history`: the entries that were typed, in this session and in others.
final class HistoryCommand: Command {
  private let store = Mutex<HistoryStore?>(nil)

  struct Parameters: ParameterSet {
    let text = Positional<String?>("text", help: "only entries that contain it")
    let failed = Switch("failed", help: "only entries whose last run failed")
    let last = Flag<Int64?>("last", help: "only the newest entries, at most this many")
    let clear = Switch("clear", help: "forget all entries, or those that contain the text")
  }

  let signature = Signature(
    "history", summary: "Lists the history of all sessions, oldest first",
    description: """
      The file is `acrsh/history` in `$XDG_STATE_HOME`, else in `~/.local/state`. Only its owner can read it. Lines \
      that start with a space, and lines that spell out a secret, are not saved. Time, duration and state are those \
      of the last run in a row.
      """,
    group: .messages,
    examples: [
      .init("The newest ten imports", "history import --last 10"),
      .init("What failed today", "history --failed | where .time > now() - 24h"),
      .init("Forget what names a registry", "history contoso.azurecr.io --clear"),
    ], columns: OutputColumns(columns))

  private static let columns = [
    Column("number", .int, help: "its number, 1 for the oldest"),
    Column("time", .datetime, help: "when it began to run"),
    Column("duration", .duration, help: "how long it ran"),
    Column("state", help: "`ok`, or the kind of the error it ended with"),
    Column("entry", help: "what was typed").key,
  ]
  private static let shape = Shape(columns)

  /// Tells where entries are kept.
  func use(_ store: HistoryStore?) { self.store.withLock { $0 = store } }

  func run(_ call: Call<Parameters>) throws -> Output {
    guard let store = store.withLock({ $0 }) else {
      throw AcrError(.notFound, "there is no home folder to keep a history in", help: "set XDG_STATE_HOME")
    }
    let text = call[\.text]
    if call[\.clear] {
      if call.run.isDryRun {
        call.run.sink.message("dry run: would forget entries of \(store.path)")
        return .nothing
      }
      let count = try store.remove { text.map($0.contains) ?? true }
      call.run.sink.message("\(count) \(count == 1 ? "entry is" : "entries are") forgotten")
      return .nothing
    }
    var rows = try store.readAll().enumerated().map { (number: $0 + 1, entry: $1) }
    if let text { rows = rows.filter { $0.entry.text.contains(text) } }
    if call[\.failed] { rows = rows.filter { $0.entry.state.map { $0 != "ok" } ?? false } }
    if let last = call[\.last] {
      guard last >= 0 else {
        throw ArgumentError(call.parameters.last, AcrError(.usage, "`--last \(last)` is less than 0"))
      }
      rows = rows.suffix(Int(clamping: last))
    }
    return .value(
      .list(
        rows.map { number, entry in
          .record(
            Record(
              shape: Self.shape,
              values: [
                .int(Int64(number)), entry.time.map { .datetime($0) } ?? .null,
                entry.duration.map { .duration($0) } ?? .null, entry.state.map { .string($0) } ?? .null,
                .string(entry.text),
              ]))
        }))
  }
}
