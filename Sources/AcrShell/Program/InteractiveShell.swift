import AcrSystem
import AcrCommands
import AcrCore
import AcrLanguage
import AcrRuntime
import Synchronization

/// The prompt: entries are checked and run one by one, and what they define stays.
final class InteractiveShell {
  private let context: ProgramContext
  private var scope = SessionScope()
  /// The commands and the session's `def`s, for Tab, hints and `help`.
  private var catalog: Catalog
  private let errorVariable: Int
  private let currentRun = CurrentRun()
  private let environmentNames: Set<String>
  /// What Enter looked at last.
  private var latest: (entry: String, text: ParsedText)?
  /// The kind of the error the last entry ended with.
  private var failure: String?
  /// How long the last entry took, in nanoseconds.
  private var duration: Int64 = 0
  /// The columns of what entries showed, by their texts.
  private var shownColumns: [String: [String]] = [:]

  init(_ context: ProgramContext) {
    self.context = context
    catalog = context.session.catalog
    environmentNames = Set(context.environment.keys)
    errorVariable = scope.declare("error")
  }

  /// How many entries of the history are read before the prompt appears; the others follow when it stands there.
  private static let entriesAtStart = 500

  /// Runs until the user leaves; returns the exit code.
  func run() -> Int32 {
    ConsoleSignals.shared.install()
    let history = context.history
    do {
      try history?.load(newest: Self.entriesAtStart)
    } catch {
      context.sink.message("note: the history cannot be read: \((error as? AcrError)?.message ?? "\(error)")")
    }
    let values = LiveValues(
      SessionValues(
        lookup: RegistryLookup(session: context.registries),
        earlierHosts: { SessionValues.hosts(in: history?.entries ?? []) }),
      isInHurry: { InteractiveShell.isKeyWaiting })
    guard let editor = makeEditor(values, entries: history?.entries ?? []) else {
      return ScriptRunner(context).fail(AcrError(.invalid, "the line editor cannot use this terminal"))
    }
    editor.earlier = { history?.loadOlder() ?? [] }
    StandardStream.error.divert { [box = UncheckedBox(editor)] in box.value.announce($0) }
    if !context.options.noPager { context.sink.use(Pager(setting: context.environment["PAGER"])) }
    if let code = runSettings() { return code }
    let loop = PromptLoop(
      editor: editor, history: history,
      prompt: { [self] in
        editor.options.suggests = context.promptCommand.settings.suggests
        return prompt
      },
      completeness: { [self] in completeness($0) },
      run: { [self] entry in
        defer { values.entryHasRun() }
        let start = Timestamp.now()
        defer { note(entry, start) }
        return perform(parsed(entry))
      },
      interrupt: { [currentRun] in currentRun.interrupt() }, tell: { [sink = context.sink] in sink.message($0) })
    StandardStream.error.tell(
      "acrsh \(Program.version). `help` lists the commands, Tab completes, ? explains, ^D leaves.\n")
    if let sandbox = context.sandbox {
      StandardStream.error.tell(
        "Sandbox: Azure and all registries are emulated on this machine; signed in as \(Sandbox.clientID).\n")
      sandbox.prepare()
    }
    do {
      return try loop()
    } catch {
      return ScriptRunner(context).fail(error as? AcrError ?? AcrError(.invalid, "the prompt stopped: \(error)"))
    }
  }

  private func makeEditor(_ values: LiveValues, entries: [String]) -> LibeditEditor? {
    let complete: (CompletionRequest.Text) -> Completion = { [self] text in
      var note: String?
      var completion = request(text, catalog).completion { query in
        let answer = values.answer(to: query)
        switch answer {
        case .known(let found):
          if found.isEmpty { note = query.noteForNone }
        case .asked: note = query.asked.map { "asking \($0); Tab again shows what it answers" }
        case .failed(let reason): note = reason
        }
        return answer.values
      }
      if completion.candidates.isEmpty { completion.note = note }
      return completion
    }
    let isColored = TerminalStyle.isColored(FileDescriptor.error)
    let editor = LibeditEditor(options: .init(isColored: isColored), history: entries, complete: complete)
    editor?.advise = { [unowned self] in CompletionRequest($0, catalog: catalog).advice }
    editor?.colors = { [unowned self] in colors(of: $0) }
    editor?.expand = { [context] in context.abbreviations.expansion(of: $0) }
    editor?.explain = { [unowned self] text in
      CompletionRequest(text, catalog: catalog).question.map {
        HelpText(catalog: catalog, columns: StandardStream.error.columns)
          .answer(to: $0, rows: StandardStream.error.rows ?? 24)
      }
    }
    return editor
  }

  /// The roles of the bytes of a line, for its colours.
  private func colors(of text: CompletionRequest.Text) -> [LineColors.Role] {
    let whole = text.pending + text.before + text.after
    let names = UnknownNames(
      catalog: context.session.catalog, scope: scope, environment: environmentNames)
    let unknown = names.ranges(in: whole, cursor: text.pending.utf8.count + text.before.utf8.count)
    let roles = LineColors.roles(of: whole, catalog: catalog, unknown: unknown)
    return Array(roles.dropFirst(text.pending.utf8.count))
  }

  /// Notes in the history how an entry has run.
  private func note(_ entry: String, _ start: Timestamp) {
    // That the file cannot be written has been said when the entry was added.
    try? context.history?.note(
      HistoryStore.Entry(entry, time: start, duration: duration, state: failure ?? "ok"))
  }

  /// A request with what the session knows at this moment.
  private func request(_ text: CompletionRequest.Text, _ catalog: Catalog) -> CompletionRequest {
    let known = UncheckedBox(self)
    var request = CompletionRequest(text, catalog: catalog, variables: scope.variables.keys.sorted()) { source in
      known.value.columns(of: source)
    } value: { name in
      known.value.text(of: name)
    }
    request.place = context.registries.places.current?.folder.reference
    return request
  }

  /// What a variable is as a part of a word; a secret is none.
  private func text(of name: String) -> String? {
    guard let variable = scope.variables[name] else { return nil }
    switch context.session.global(variable.index) {
    case .string(let text): return text
    case .int(let number): return String(number)
    default: return nil
    }
  }

  /// The commands, with the `def`s of this session.
  private func catalogWithDefinitions() -> Catalog {
    let known = context.session.catalog
    guard !scope.functionIndex.isEmpty else { return known }
    var own: [Signature] = []
    for (name, index) in scope.functionIndex.sorted(by: { $0.key < $1.key }) where index < scope.functions.count {
      var signature = scope.functions[index].signature
      signature.name = name
      own.append(signature)
    }
    // The flags that every command of some groups has besides its own.
    let globalFlags =
      known.commands.filter(\.group.takesGlobalFlags)
      .map { signature in signature.allFlags.filter { flag in !signature.flags.contains { $0.name == flag.name } } }
      .max { $0.count < $1.count } ?? []
    // A `def` stands before a command of its name, as in a call.
    return Catalog(
      commands: own + known.commands, functions: known.functions,
      globalFlags: globalFlags, withheld: known.withheld, offersEnvironment: known.offersEnvironment,
      foreign: known.foreign)
  }

  private func columns(of source: RowSource) -> [String] {
    switch source {
    case .variable(let name, let path):
      guard let variable = scope.variables[name] else { return [] }
      return context.session.global(variable.index).field(path)?.columnNames ?? []
    case .entry(let text): return shownColumns[text] ?? []
    }
  }

  private static var isKeyWaiting: Bool {
    FileDescriptor.wait(forAnyOf: [FileDescriptor.input], milliseconds: 0)?[0] ?? false
  }

  // MARK: - The prompt's text

  private var prompt: Prompt {
    let settings = context.promptCommand.settings
    let facts = context.registries.statusForPrompt()
    var state = Prompt.State()
    state.text = settings.text
    for part in settings.parts {
      switch part {
      case .registry: state.registry = context.registries.places.current?.text ?? facts.registry
      case .identity: state.identity = (facts.account ?? facts.registryUser).map(InteractiveShell.shortened)
      case .sandbox: state.isSandbox = facts.isSandbox
      case .dryRun: state.isDryRun = context.options.dryRun
      case .state: state.failure = failure
      case .duration: if duration >= settings.slow { state.duration = DurationText.human(duration) }
      }
    }
    return Prompt.main(state)
  }

  /// Names are shown whole; of the ids of service principals the beginning, as of digests.
  private static func shortened(_ name: String) -> String {
    let isID = name.count == 36 && name.allSatisfy { $0.isHexDigit || $0 == "-" }
    return isID ? "\(name.prefix(8))…" : name
  }

  // MARK: - Running

  /// Runs `rc.acr`, if there is one.
  /// - Returns: the exit code when it wants to leave.
  private func runSettings() -> Int32? {
    guard !context.options.noRc, let path = InteractiveShell.settingsPath({ context.environment[$0] })
    else { return nil }
    do {
      guard let source = try SourceFile.settings(path) else { return nil }
      if case .leave(let code) = perform(ParsedText(source)) { return code }
    } catch {
      _ = ScriptRunner(context).fail(error)
    }
    (failure, duration) = (nil, 0)
    return nil
  }

  /// `$XDG_CONFIG_HOME/acrsh/rc.acr`, or `~/.config/acrsh/rc.acr` when that is unset or not absolute (XDG Base Directory
  /// Specification). Nil without a home folder.
  static func settingsPath(_ environment: (String) -> String?) -> String? {
    if let folder = environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") { return folder + "/acrsh/rc.acr" }
    guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.config/acrsh/rc.acr"
  }

  private func perform(_ text: ParsedText) -> PromptLoop.Outcome {
    (failure, duration) = (nil, 0)
    let source = text.source
    let result = Checker.check(
      text, catalog: context.session.catalog, session: scope, environment: environmentNames,
      loader: SourceFile.loadModule)
    context.reporter.report(result.diagnostics)
    guard let script = result.script else {
      failure = ErrorKind.usage.name
      return .goOn
    }
    let hasNewNames =
      result.session.functionIndex != scope.functionIndex
      || result.session.functions.count != scope.functions.count
    scope = result.session
    if hasNewNames {
      catalog = catalogWithDefinitions()
      context.help.use(catalog)
    }
    context.secretLines.use(scope)
    let run = context.makeRun(atPrompt: true)
    currentRun.set(run)
    defer { currentRun.set(nil) }
    let start = Monotonic.now()
    context.display.waits?.setActive(true)
    let outcome = context.session.run(script, in: run)
    context.display.waits?.setActive(false)
    duration = Int64(Monotonic.milliseconds(Monotonic.now() - start)) * 1_000_000
    context.clearProgress()
    context.summarizeProgress()
    let columns = context.sink.takeColumns()
    if !columns.isEmpty {
      shownColumns[InteractiveShell.trimmed(source.text(Span(0, Int32(source.bytes.count))))] = columns
    }
    switch outcome {
    case .finished:
      if run.hasFailedItems { failure = "some failed" }
      return .goOn
    case .exited(let code): return .leave(code)
    case .failed(let error):
      failure = error.error.kind.name
      context.session.setGlobal(errorVariable, to: .record(error.record))
      context.reporter.report([error.diagnostic])
      return .goOn
    }
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }

  /// An entry, parsed: what Enter has looked at is taken as it is.
  private func parsed(_ entry: String) -> ParsedText {
    defer { latest = nil }
    if let latest, latest.entry == entry { return latest.text }
    return ParsedText(Source(name: "<prompt>", text: entry))
  }

  private func completeness(_ text: String) -> Completeness {
    let parsed = ParsedText(Source(name: "<prompt>", text: text))
    latest = (text, parsed)
    return switch parsed.outcome {
    case .complete, .wrong: .complete
    case .incomplete(.bracket(let bracket, _)): .incomplete(open: bracket)
    case .incomplete(.string): .incomplete(open: "\"")
    case .incomplete(.pipe): .incomplete(open: "|")
    case .incomplete(.backslash): .incomplete(open: "\\")
    }
  }
}

/// Carries a value into a closure that the compiler takes for one of another thread. What is in it is used on the prompt's
/// own thread, or is safe to share.
private struct UncheckedBox<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}

/// The run that ^C stops.
private final class CurrentRun: Sendable {
  private let run = Mutex<RunContext?>(nil)

  func set(_ new: RunContext?) { run.withLock { $0 = new } }
  func interrupt() { run.withLock { $0 }?.interrupt() }
}
