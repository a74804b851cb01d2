import AcrCore
import AcrLanguage
import AcrRuntime
import Glibc
import Synchronization

/// The prompt: entries are checked and run one by one, and what they define stays.
final class InteractiveSession {
  private let workshop: Workshop
  private var scope = SessionScope()
  private let errorVariable: Int
  private let currentRun = CurrentRun()

  init(_ workshop: Workshop) {
    self.workshop = workshop
    errorVariable = scope.declare("error")
  }

  /// Runs until somebody leaves; returns the exit code.
  func run() -> Int32 {
    ConsoleSignals.shared.install()
    let catalog = workshop.session.catalog
    let secrets = SecretLines(catalog)
    let history = HistoryStore.defaultPath { workshop.environment[$0] }
      .map { HistoryStore(path: $0, isSecret: secrets.contains) }
    do {
      try history?.load()
    } catch {
      workshop.sink.talk("note: the history cannot be read: \((error as? AcrError)?.message ?? "\(error)")")
    }
    let values = LiveValues(FileValues())
    let isColored = TerminalStyle.isColored(STDERR_FILENO)
    let complete: (CompletionRequest.Text) -> Completion = { [self] text in
      let names = scope.variables.keys.sorted()
      return CompletionRequest(text, catalog: catalog, variables: names).completion { values.values(for: $0) }
    }
    guard let editor = LibeditEditor(options: .init(isColored: isColored), complete: complete) else {
      return ScriptRunner(workshop).fail(AcrError(.invalid, "the line editor cannot use this terminal"))
    }
    for entry in history?.entries ?? [] { editor.remember(entry) }
    let loop = PromptLoop(
      editor: editor, history: history,
      prompt: { [isDryRun = workshop.options.dryRun] in Prompt.main(isDryRun: isDryRun) },
      completeness: InteractiveSession.completeness,
      run: { [self] in perform($0) }, interrupt: { [currentRun] in currentRun.interrupt() },
      tell: { [sink = workshop.sink] in sink.talk($0) })
    StandardStream.error.tell("acrsh \(Program.version). `help` lists the commands, ^D leaves.\n")
    if let sandbox = workshop.sandbox {
      StandardStream.error.tell(
        "Sandbox: Azure and all registries are emulated on this machine; signed in as \(Sandbox.clientID).\n")
      sandbox.prepare()
    }
    do {
      return try loop()
    } catch {
      return ScriptRunner(workshop).fail(error as? AcrError ?? AcrError(.invalid, "the prompt stopped: \(error)"))
    }
  }

  private func perform(_ text: String) -> PromptLoop.Outcome {
    let source = Source(name: "<prompt>", text: text)
    let result = Checker.check(
      source: source, catalog: workshop.session.catalog, session: scope, environment: Set(workshop.environment.keys),
      loader: SourceFile.loadModule)
    workshop.reporter.report(result.diagnostics)
    guard let script = result.script else { return .goOn }
    scope = result.session
    let run = workshop.makeRun(isInteractive: true)
    currentRun.set(run)
    defer { currentRun.set(nil) }
    let outcome = workshop.session.run(script, in: run)
    workshop.clearProgress()
    switch outcome {
    case .finished: return .goOn
    case .exited(let code): return .leave(code)
    case .failed(let error):
      workshop.session.setGlobal(errorVariable, to: .record(error.record))
      workshop.reporter.report([error.diagnostic])
      return .goOn
    }
  }

  private static func completeness(_ text: String) -> Completeness {
    switch ParseOutcome(Source(name: "<prompt>", text: text)) {
    case .complete, .wrong: .complete
    case .incomplete(.bracket(let bracket, _)): .incomplete(open: bracket)
    case .incomplete(.string): .incomplete(open: "\"")
    case .incomplete(.pipe): .incomplete(open: "|")
    case .incomplete(.backslash): .incomplete(open: "\\")
    }
  }
}

/// The run that ^C stops.
private final class CurrentRun: Sendable {
  private let run = Mutex<RunContext?>(nil)

  func set(_ new: RunContext?) { run.withLock { $0 = new } }
  func interrupt() { run.withLock { $0 }?.interrupt() }
}

/// Knows which lines hold a secret as plain text, so that they stay out of the history. It looks at words only, so that a
/// line that does not parse is protected too.
struct SecretLines: Sendable {
  private let flags: Set<String>

  init(_ catalog: Catalog) {
    var flags: Set<String> = []
    for flag in catalog.commands.flatMap(\.flags) where flag.type == .secret {
      flags.insert("--\(flag.name)")
      if let short = flag.short { flags.insert("-\(short)") }
    }
    self.flags = flags
  }

  func contains(_ line: String) -> Bool {
    let words = line.split(whereSeparator: { $0.isWhitespace })
    for (index, word) in words.enumerated() {
      if let equals = word.firstIndex(of: "="), flags.contains(String(word[..<equals])) {
        if isLiteral(word[word.index(after: equals)...]) { return true }
      } else if flags.contains(String(word)), index + 1 < words.count, isLiteral(words[index + 1]) {
        return true
      }
    }
    return false
  }

  private func isLiteral(_ value: Substring) -> Bool { !value.hasPrefix("$") && !value.hasPrefix("(") }
}

/// Files for completion; registries are not asked.
private struct FileValues: ValueSource {
  func values(for query: ValueQuery) -> [String] {
    if case .files(let folder) = query { FileNames.list(folder: folder) } else { [] }
  }
}
