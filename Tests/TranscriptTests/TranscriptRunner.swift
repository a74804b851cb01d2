import AcrCore
import AcrLanguage
import AcrRuntime
import Foundation
import Synchronization
import Testing

/// Runs the entries of a section as the prompt does, or the section as one script, and gives what each entry wrote.
/// It changes the working directory, so that one section runs at a time.
struct TranscriptRunner {
  let section: Transcript.Section

  /// What each entry wrote, and the exit code of a whole script.
  struct Result {
    var outputs: [[String]] = []
    var exitCode: Int32?
    /// What the check of a script would say of types and columns in entries that ran to their end.
    var falseAlarms: [String] = []
  }

  /// The environment that scripts of transcripts find.
  static let environment = ProcessInfo.processInfo.environment.merging([
    "ACRT_REGISTRY": "contoso.azurecr.io", "ACRT_PASSWORD": "hunter2", "ACRT_EMPTY": "",
  ]) { $1 }

  /// The world of the scripts.
  private static let host = Host(environment: environment, folder: ".")

  func run() throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("acrt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let before = FileManager.default.currentDirectoryPath
    defer {
      _ = FileManager.default.changeCurrentDirectoryPath(before)
      try? FileManager.default.removeItem(at: folder)
    }
    #expect(FileManager.default.changeCurrentDirectoryPath(folder.path))
    for (name, text) in section.files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let session = Session(
      commands: StandInRegistry.commands,
      capabilities: section.settings.isOnlyComputing ? .computing.without(.now) : .all, foreign: Self.foreign)
    let isScript = section.settings.exitCode != nil || section.settings.isOnlyChecked
    return isScript ? runScript(session) : runEntries(session)
  }

  /// One command and one flag that another program has.
  private static let foreign = ForeignNames(
    command: { $0.starts(with: ["acr", "task"]) ? "acr task" : nil },
    flag: { names, flag in
      names.contains("list-metadata") && flag == "--vnet" ? "run acrsh on a machine in that network" : nil
    })

  private func makeRun(_ sink: TranscriptSink, isInteractive: Bool) -> RunContext {
    let answers = section.settings.answers
    return RunContext(
      sink: sink, host: Self.host, isDryRun: section.settings.isDryRun,
      isInteractive: isInteractive && !answers.isEmpty,
      prompter: answers.isEmpty ? nil : Answers(answers))
  }

  // MARK: The prompt

  private func runEntries(_ session: Session) -> Result {
    var scope = SessionScope()
    let errorVariable = scope.declare("error")
    var result = Result()
    let sink = TranscriptSink(showsTables: section.settings.showsTables)
    let answers = section.settings.answers.isEmpty ? nil : Answers(section.settings.answers)
    var ran: [String] = []
    for entry in section.entries {
      let source = Source(name: "<prompt>", text: entry.text.replacingOccurrences(of: "␀", with: "\0"))
      let check = Checker.check(
        source: source, catalog: session.catalog, session: scope, environment: ["ACRT_REGISTRY", "ACRT_PASSWORD"],
        loader: loader)
      sink.report(check.diagnostics)
      let before = scope
      if let script = check.script {
        scope = check.session
        let run = RunContext(
          sink: sink, host: Self.host, isDryRun: section.settings.isDryRun, isInteractive: answers != nil,
          prompter: answers)
        switch session.run(script, in: run) {
        case .finished:
          ran.append(entry.text)
          result.falseAlarms += falseAlarms(entry.text, session, before)
        case .exited(let code): sink.write("(exit \(code))")
        case .failed(let error):
          session.setGlobal(errorVariable, to: .record(error.record))
          sink.report([error.diagnostic])
        }
      }
      result.outputs.append(sink.take())
    }
    // The same as one script, in which more is known of variables.
    result.falseAlarms += falseAlarms(ran.joined(separator: "\n"), session, nil)
    // A `def` that an entry then shows to fail is no false alarm.
    let said = result.outputs.joined()
    result.falseAlarms.removeAll { alarm in said.contains { $0.hasSuffix(": \(alarm)") } }
    return result
  }

  /// What the shapes of values make the check say of a text that ran.
  private func falseAlarms(_ text: String, _ session: Session, _ scope: SessionScope?) -> [String] {
    let source = Source(name: "<prompt>", text: text.replacingOccurrences(of: "␀", with: "\0"))
    let found = [true, false].map { reportsTypes in
      Checker.check(
        source: source, catalog: session.catalog, session: scope, loader: loader, reportsTypes: reportsTypes,
        limit: .max
      ).diagnostics.map(\.message)
    }
    // A prompt warns of columns, too.
    return found[0].filter { !found[1].contains($0) || scope == nil && $0.contains("gives no column") }
  }

  // MARK: A script

  /// All entries are one text; its output stands behind the last one.
  private func runScript(_ session: Session) -> Result {
    let text = section.entries.map(\.text).joined(separator: "\n") + "\n"
    let sink = TranscriptSink(showsTables: section.settings.showsTables)
    let check = Checker.check(
      source: Source(name: "script.acr", text: text), catalog: session.catalog, environment: ["ACRT_REGISTRY"],
      loader: loader, isStrict: section.settings.isStrict)
    var code: Int32 = 0
    var falseAlarms: [String] = []
    if section.settings.isOnlyChecked {
      sink.report(check.diagnostics)
      code = check.hasErrors || section.settings.isStrict && !check.diagnostics.isEmpty ? 2 : 0
    } else if let script = check.script {
      let run = makeRun(sink, isInteractive: false)
      switch session.run(script, arguments: section.settings.arguments, in: run) {
      case .finished:
        code = run.hasFailedItems ? 6 : 0
        falseAlarms = self.falseAlarms(text, session, nil)
      case .exited(let exit): code = exit
      case .failed(let error):
        sink.report([error.diagnostic])
        code = error.error.kind.exitCode
      }
    } else {
      sink.report(check.diagnostics)
      code = 2
    }
    let silent = Array(repeating: [String](), count: section.entries.count - 1)
    return Result(outputs: silent + [sink.take()], exitCode: code, falseAlarms: falseAlarms)
  }

  private var loader: ModuleLoader? {
    guard section.settings.hasModules else { return nil }
    return { try Self.loadModule($0, $1) }
  }

  private static func loadModule(_ path: String, _ importer: Source) throws -> Source {
    guard let text = FileManager.default.contents(atPath: path) else { throw ModuleError("no such file") }
    return Source(name: path, bytes: Array(text))
  }
}

/// Collects everything a run writes, in the order it comes.
final class TranscriptSink: OutputSink {
  private let lines = Mutex<[String]>([])
  private let showsTables: Bool
  /// The time that ages in tables are counted from.
  static let now = Timestamp(rfc3339: "2026-01-31T12:00:00Z") ?? .now()

  init(showsTables: Bool) { self.showsTables = showsTables }

  func write(_ text: String) {
    let new = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.withLock { $0 += new }
  }

  func show(_ output: Output, as format: OutputFormat?) throws {
    let value = try output.collected()
    if case .secret(let secret) = value { return write("\(secret)") }
    switch format {
    case .tsv:
      let rows = if case .list(let items) = value { items } else { [value] }
      return write(try rows.map { try TabSeparated.line($0) }.joined(separator: "\n"))
    case .yaml: return write(String(try value.yaml().dropLast()))
    case .json, .jsonc: return write(try value.json(indent: 2))
    case .jsonl:
      let rows = if case .list(let items) = value { items } else { [value] }
      return write(try rows.map { try $0.json() }.joined(separator: "\n"))
    case .some(.none): return
    case .table, .wide, .list, .grid, nil: break
    }
    let form = format?.form
    guard showsTables || form != nil else { return write(try value.json()) }
    let layout = TableLayout(width: 80, now: Self.now, form: form ?? .table, numbersColumns: form != nil)
    let shown = layout.lines(value)
    write(shown.isEmpty ? "(nothing)" : shown.joined(separator: "\n").rendered)
  }

  func print(_ text: String) throws { write(text) }
  func message(_ text: String) { write(text) }

  func report(_ diagnostics: [Diagnostic]) {
    guard !diagnostics.isEmpty else { return }
    write(String(DiagnosticPrinter().text(of: diagnostics).rendered.dropLast()))
  }

  /// What was written since the last time.
  func take() -> [String] {
    lines.withLock { lines in
      defer { lines = [] }
      while lines.last == "" { lines.removeLast() }
      return lines
    }
  }
}

/// A person at the terminal who knows the answers beforehand.
private final class Answers: Prompter {
  private let left: Mutex<[String]>

  init(_ answers: [String]) { left = Mutex(answers) }

  private func next() throws -> String {
    try left.withLock { left in
      if left.isEmpty { throw AcrError(.cancelled, "the question was not answered") }
      return left.removeFirst()
    }
  }

  func confirm(_ question: String, isStopped: () -> Bool) throws -> Bool { try next() == "yes" }
  func secret(_ prompt: String, isStopped: () -> Bool) throws -> Secret { Secret(try next()) }
  func line(_ question: String, isStopped: () -> Bool) throws -> String { try next() }
}
