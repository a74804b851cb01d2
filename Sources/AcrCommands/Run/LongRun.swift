import AcrCore
import AcrRuntime
import ImportCore
import Synchronization

/// One run of a long work: what its flags ask for beside the work itself. It holds the lock, ends at the deadline, and tells
/// report, figures and log what is done.
final class LongRun: Sendable {
  private struct State {
    var totals = ReportTotals()
    /// How many rows were planned.
    var expected = 0
    var ended = 0
    var isOver = false
  }

  /// The run of the command, whose messages go to the log too.
  let run: RunContext
  /// Only this part of the work is done.
  let shard: Shard?
  /// What an earlier run noted, and where this one notes.
  let journal: ImportJournal?
  /// True where nothing is changed.
  let isDryRun: Bool
  private let session: CommandContext
  private let bytesName: (name: String, help: String)
  /// Where the journal is kept, if it is in a registry.
  private let remoteJournal: RemoteFile?
  private let lock: RunLock?
  private let deadline: RunDeadline?
  private let report: RunReport?
  private let metrics: RunMetrics?
  private let log: RunLog?
  private let state = Mutex(State())

  /// A run without any of the flags.
  init(_ session: CommandContext, _ run: RunContext, isDryRun: Bool) {
    (self.session, self.run, self.isDryRun) = (session, run, isDryRun)
    (remoteJournal, shard, journal, lock, deadline, report, metrics, log) = (nil, nil, nil, nil, nil, nil, nil, nil)
    bytesName = ("sent", "")
  }

  /// Takes the lock, opens files, and starts the clock.
  /// - Parameters:
  ///   - command: what the command is called.
  ///   - bytes: what its bytes are, for figures.
  ///   - facts: what it is about, for reports.
  /// - Throws: ``ArgumentError`` for a flag that cannot be followed; of kind `locked` while another run holds the lock.
  init(
    _ call: Call<LongRunParameters>, _ command: String, _ session: CommandContext, isDryRun: Bool,
    bytes: (name: String, help: String), facts: [Report.Fact]
  ) throws {
    self.session = session
    self.isDryRun = isDryRun
    bytesName = bytes
    let parameters = call.parameters
    let started = Timestamp.now()
    shard = try ShardArgument.read(parameters.shard, call[\.shard], call.run)
    if let time = call[\.deadline] {
      guard time > .zero else {
        throw ArgumentError(
          parameters.deadline, AcrError(.usage, "`--deadline` needs a time above zero", help: "such as `3h`"))
      }
      deadline = RunDeadline(time)
    } else {
      deadline = nil
    }
    let log = try LongRun.log(call, command)
    self.log = log
    let run = log.map { call.run.with(sink: LoggedSink(sink: call.run.sink, log: $0)) } ?? call.run
    self.run = run
    lock = try locate(parameters.lock) { () throws(AcrError) in
      guard let name = call[\.lock], !isDryRun else { return nil }
      return try RunLock(name, command: command, environment: call.run.host.environment, now: started)
    }
    if let holder = lock?.predecessor {
      run.sink.message("note: the run before ended without giving its lock back: \(holder.text)")
    }
    var head = Report(command: command, facts: facts)
    head.shard = call[\.shard] == nil ? nil : shard.map { "\($0.index)/\($0.count)" }
    head.host = LongRun.hostName
    head.started = started.description
    head.isDryRun = isDryRun
    let sink = run.sink
    let suffix = call[\.shard] == nil ? "" : shard.map { "-\($0.index)-of-\($0.count)" } ?? ""
    report = try locate(parameters.report) {
      call[\.report].isEmpty
        ? nil
        : try RunReport(call[\.report], format: call[\.reportFormat], head, suffix: suffix, session, run) {
          sink.message($0)
        }
    }
    (journal, remoteJournal) = try locate(parameters.journal) {
      guard let name = call[\.journal], !isDryRun else { return (nil, nil) }
      if FileArtifact.isReference(name) { return try LongRun.journal(name, suffix, session, run) }
      return (try ImportJournal(path: name) { sink.message("warning: \($0)") }, nil)
    }
    metrics = isDryRun ? nil : RunMetrics(call[\.metrics], command: command, now: started, session)
    if let log {
      session.logs.add(log)
      let members = facts.map { JSONValue.Member($0.name, .string($0.text)) }
      let part = head.shard.map { JSONValue.string($0) } ?? .null
      log.write(.info, "started", nil, members + [.init("shard", part), .init("dryRun", .bool(isDryRun))])
    }
  }

  deinit {
    // Whoever wanted the first rows only, as `| first 1` does, ends the rest.
    fail(AcrError(.cancelled, "the rest of the rows was not asked for"))
  }

  private static var hostName: String { RunLock.Holder(command: "", now: .now()).host }

  /// A journal in a registry: what an earlier run left there, and what keeps it.
  private static func journal(
    _ name: String, _ suffix: String, _ session: CommandContext, _ run: RunContext
  ) throws -> (ImportJournal?, RemoteFile?) {
    let artifact = try FileArtifact(name, .journal, suffix: suffix, session)
    let content = try Blocking.wait(run) { try await artifact.read() }
    // A journal tells of its changes from its first moment on.
    let keeper = Keeper()
    let journal = try ImportJournal(name: artifact.name, text: content?.bytes ?? []) { keeper.file?.touch() }
    let file = RemoteFile(artifact, mediaType: "application/jsonl", known: content?.digest) { other in
      if let other {
        // What another run still needs stays there.
        if journal.isComplete { return other.bytes }
        try journal.merge(other.bytes)
      }
      return journal.text
    }
    keeper.file = file
    try Blocking.wait(run) { try await file.write() }
    return (journal, file)
  }

  private static func log(_ call: Call<LongRunParameters>, _ command: String) throws -> RunLog? {
    let parameters = call.parameters
    guard let name = call[\.log] else {
      for flag in [parameters.logFile as any DeclaredParameter, parameters.logLevel] where call.isGiven(flag) {
        throw ArgumentError(flag, AcrError(.usage, "`--\(flag.name)` needs `--log json` or `--log text`"))
      }
      return nil
    }
    guard let format = RunLog.Format(rawValue: name) else {
      throw ArgumentError(parameters.log, AcrError(.usage, "`--log \(name)` is no form of a log"))
    }
    guard let level = RunLog.Level(name: call[\.logLevel]) else {
      throw ArgumentError(parameters.logLevel, AcrError(.usage, "`\(call[\.logLevel])` is no level of a log"))
    }
    return try locate(parameters.logFile) { () throws(AcrError) in
      try RunLog(format, level, path: call[\.logFile], command: command, errors: call.run.sink)
    }
  }

  /// Who keeps a journal, as soon as that is known. The journal is held by its keeper, and not the other way round.
  private final class Keeper: Sendable {
    private let held = Mutex<WeakFile>(WeakFile())

    private struct WeakFile { weak var file: RemoteFile? }

    var file: RemoteFile? {
      get { held.withLock { $0.file } }
      set { held.withLock { $0.file = newValue } }
    }
  }

  // MARK: The work

  /// Does the work. What ends it with an error ends report, figures and log with it.
  func callAsFunction<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch {
      fail(error)
      throw error
    }
  }

  /// Waits for asynchronous work until it is done, the run is stopped, or the deadline is reached.
  func wait<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) throws -> Result {
    try Blocking.wait(run, until: deadline, work)
  }

  /// So many rows are planned.
  func expect(_ count: Int) {
    state.withLock { $0.expected += count }
    log?.write(.info, "planned", nil, [.init("rows", .integer(Int64(count)))])
  }

  /// A row has ended.
  /// - Parameter isEarlier: true for what an earlier run did, which is no figure of this one.
  func add(_ row: Record, isEarlier: Bool = false) {
    let item = ReportItem(row)
    // What was cut short is not done, and the next run does it.
    if item.kind == ErrorKind.cancelled.name { return }
    if !isEarlier {
      state.withLock { state in
        state.totals.add(item)
        state.ended += 1
      }
    }
    report?.add(row)
    log(item)
  }

  private func log(_ item: ReportItem) {
    guard let log else { return }
    let level: RunLog.Level =
      switch item.outcome {
      case .failed: .error
      case .changed: .info
      case .same: .debug
      }
    func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    log.write(
      level, "row", nil,
      [
        .init("item", .string(item.fullName)), .init("action", .string(item.action)),
        .init("bytes", item.bytes > 0 ? .integer(item.bytes) : .null), .init("digest", text(item.digest)),
        .init("kind", text(item.kind)), .init("reason", text(item.reason)),
      ])
  }

  /// The work came to its end.
  /// - Parameter rows: all rows in their order, in place of those that were added; nil leaves those.
  /// - Throws: ``AcrError`` where report or figures cannot be written.
  func finish(_ rows: [Record]? = nil) throws(AcrError) {
    let totals = end()
    // The next run writes the same files.
    defer { lock?.release() }
    try report?.finish { report in
      report.ended = Timestamp.now().description
      if let rows { report.rows = rows }
    }
    try keepJournal()
    try metrics?.write(totals, bytesName, isComplete: true)
    log?.write(
      totals.failed > 0 ? .error : .info, "ended", nil,
      [
        .init("failed", .integer(Int64(totals.failed))), .init("changed", .integer(Int64(totals.changed))),
        .init("unchanged", .integer(Int64(totals.same))), .init("bytes", .integer(totals.bytes.bytes)),
      ])
  }

  /// Something ended the work; what was done is worth a report too.
  func fail(_ error: any Error) {
    guard !state.withLock({ $0.isOver }) else { return }
    let failure =
      error as? AcrError ?? (error as? RuntimeError)?.error ?? (error as? ArgumentError)?.error
      ?? AcrError(.cancelled, "interrupted")
    let left = state.withLock { max(0, $0.expected - $0.ended) }
    var totals = end()
    defer { lock?.release() }
    totals.add(failure: failure.kind.name)
    try? report?.finish { report in
      report.ended = Timestamp.now().description
      report.error = Report.Failure(failure)
      report.left = left
    }
    do throws(AcrError) {
      try keepJournal()
    } catch {
      run.sink.message("warning: the journal is not as it should be: \(error.message)")
    }
    // Figures of an earlier run must not stand for this one.
    try? metrics?.write(totals, bytesName, isComplete: false)
    log?.write(
      .error, "ended", failure.message,
      [
        .init("kind", .string(failure.kind.name)), .init("failed", .integer(Int64(totals.failed))),
        .init("changed", .integer(Int64(totals.changed))), .init("left", .integer(Int64(left))),
      ])
  }

  private func keepJournal() throws(AcrError) {
    guard let remoteJournal else { return }
    try Blocking.last { try await remoteJournal.finish() }
  }

  private func end() -> ReportTotals {
    if let log { session.logs.remove(log) }
    return state.withLock { state in
      state.isOver = true
      return state.totals
    }
  }
}
