import AcrSystem
import AcrCommands
import AcrCore
import AcrHTTP
import AcrRuntime
import OCIRegistry

/// Everything a run needs, made from the options: where output goes, the way to registries, the commands.
/// Making it opens no connection and loads no library, so that what needs neither starts at once.
final class ProgramContext {
  let options: Options
  let environment: [String: String]
  let session: Session
  let sink: ShownValues
  let reporter: Reporter
  /// The settings of the prompt.
  let promptCommand = PromptCommand()
  let abbreviations = AbbreviationCommand()
  /// The entries of all sessions; nil without a home folder.
  let history: HistoryStore?
  /// Explains the commands, and the `def`s of a prompt.
  let help: HelpCommand
  /// What stays out of the history.
  let secretLines: SecretLines
  /// Takes progress lines away.
  let clearProgress: @Sendable () -> Void
  /// How far imports are, and what is waited for.
  let display: ProgressOutput
  private let gatheredNotes: GatheredNotes
  /// What commands know of registries and Azure, for the prompt.
  let registries: CommandContext
  /// The Azure of this machine's own, with `--sandbox`.
  let sandbox: Sandbox?
  private let endTransfers: @Sendable () -> Void

  init(_ options: Options) throws(AcrError) {
    self.options = options
    environment = ProcessInformation.environment
    let usesColor = environment["NO_COLOR"]?.isEmpty ?? true && environment["TERM"] != "dumb"
    var hosts: [RegistryHost] = []
    for name in options.insecureRegistry { hosts.append(try RegistryHost(name)) }
    if let path = options.caFile, let reason = FileSystem.whyUnreadable(path) {
      throw AcrError(.usage, "the file `\(path)` of `--ca-file` cannot be read: \(reason)")
    }
    let insecure = InsecureHosts(hosts.map(\.name))
    var raised = WireLimits.standard
    for text in options.limit { try raised.set(text) }
    let limits = raised
    let sandbox = options.sandbox ? Sandbox() : nil
    self.sandbox = sandbox
    let caFile = options.caFile
    let curl = { @Sendable (running: Sandbox.Running?) in
      CurlTransport(
        CurlTransport.Configuration(
          userAgent: "acrsh/\(Program.version)", limits: limits,
          caFile: running?.certificateAuthority ?? caFile, insecureHosts: insecure,
          servedLoopback: running?.servedLoopback ?? [],
          variable: running.map { $0.proxyVariable } ?? ProcessInformation.variable))
    }
    var transport: any Transport
    if let sandbox {
      let sandboxTransport = SandboxTransport(sandbox, configure: curl)
      transport = sandboxTransport
      endTransfers = { sandboxTransport.shutDown() }
    } else {
      let curlTransport = curl(nil)
      transport = curlTransport
      endTransfers = { curlTransport.shutDown() }
    }
    let trace = try options.trace.map { path throws(AcrError) in try RequestTrace(path: path) }

    let display = ProgressOutput(options.progress, environment)
    self.display = display
    clearProgress = { display.clear() }
    if let waits = display.waits { transport = WatchedTransport(inner: transport, waits: waits) }
    let sink = ShownValues(
      output: .output, errors: .error, format: options.output, isColored: usesColor && StandardStream.output.isTerminal,
      clearProgress: clearProgress, note: display.note)
    self.sink = sink
    // Whoever reads progress as JSON gets nothing else on standard error.
    reporter = Reporter(
      format: options.progress == .json && options.diagnostics == .text ? .json : options.diagnostics,
      usesColor: usesColor && StandardStream.error.isTerminal, clearProgress: clearProgress)
    let logs = ActiveLogs()
    let retryNotes = GatheredNotes()
    gatheredNotes = retryNotes
    let http = HTTPClient(
      transport: transport, limits: limits, insecureHosts: insecure, trace: trace,
      onRetry: { [waits = display.waits] event in
        waits?.hold(event)
        guard event.wait >= .seconds(2) else { return }
        let note = "\(event.cause); \(event.next) in \(event.wait.components.seconds) s"
        if let text = retryNotes.text(for: note, about: event.host), !logs.warn(text) { sink.message("note: \(text)") }
      })
    // In a sandbox neither Docker's nor Azure's files of the real world are read or written.
    var settings = AzureContext.Settings(transport: transport, http: http, trace: trace, environment: environment)
    settings.warn = { sink.message("note: \($0)") }
    if let sandbox {
      settings.start = { try sandbox.running().start }
    } else {
      settings.files = AzureContext.Files(environment: environment)
    }
    let azure = AzureContext(settings)
    let store = CredentialStore(environment: sandbox == nil ? environment : [:])
    registries = CommandContext(
      registries: RegistryClients(
        http: http, credentials: store, insecureHosts: insecure, identity: azure.registryIdentity),
      azure: azure, progress: display.progress, transfers: options.transfers, logs: logs,
      trustedRoot: { () throws(AcrError) in try sandbox?.running().trustedRoot })
    registries.status.update { $0.isSandbox = sandbox != nil }
    let help = HelpCommand()
    self.help = help
    let historyCommand = HistoryCommand()
    session = Session(
      commands: registries.commands + [help, VersionCommand(), historyCommand, promptCommand, abbreviations]
        + ScreenCommands.all,
      foreign: AzureCLI.foreignNames)
    help.use(session.catalog)
    let secrets = SecretLines(session.catalog)
    secretLines = secrets
    history = HistoryStore.defaultPath { [environment] in environment[$0] }
      .map { HistoryStore(path: $0, isSecret: secrets.contains) }
    historyCommand.use(history)
  }

  /// Says what the imports since the last call came to, when they were many, and which waits were only counted.
  func summarizeProgress() {
    for note in gatheredNotes.rest() { sink.message("note: \(note)") }
    display.summarize()
  }

  /// A context for one run.
  /// - Parameter atPrompt: whether a person types what runs. A script asks too where its person sits at the terminal.
  func makeRun(atPrompt: Bool) -> RunContext {
    var host = Host(environment: environment, folder: ".")
    let zone = environment["TZ"]
    host.zone = { ZoneFiles.local(zone) }
    host.reference = { [places = registries.places] text throws(AcrError) in try places.reference(text) }
    // At the prompt, standard input is what the person types there.
    if !atPrompt { host.input = { try FileDescriptor.readInput(isStopped: $0) } }
    return RunContext(
      sink: sink, host: host, isDryRun: options.dryRun, isTracing: options.traceScript,
      isInteractive: atPrompt || TerminalDevice.isTerminal(FileDescriptor.input),
      prompter: TerminalPrompter.ifPossible)
  }

  /// How long transfers may take to end with the process, in nanoseconds.
  private static let endGrace: Int64 = 300_000_000

  /// Ends what runs beside the program before the process ends. Transfers that do not let go in time (libcurl waits for
  /// the system's look-up of a name) end with the process.
  /// - Parameter code: the exit code.
  func shutDown(_ code: Int32) {
    clearProgress()
    ProcessEnd.cleanUp()
    let done = Waiter()
    let endTransfers = endTransfers
    let thread = SystemThread {
      endTransfers()
      done.raise()
    }
    thread?.detach()
    let hasEnded = thread == nil || done.wait(nanoseconds: ProgramContext.endGrace)
    sandbox?.stop()
    if let signal = ConsoleSignals.shared.endSignal { ProcessEnd.now(bySignal: signal) }
    if !hasEnded { ProcessEnd.now(code: code) }
  }
}

/// Asks the person at the terminal.
struct TerminalPrompter: Prompter {
  /// Nil without a terminal.
  static var ifPossible: TerminalPrompter? {
    guard TerminalDevice.isTerminal(FileDescriptor.error), TerminalDevice.isAvailable else { return nil }
    return TerminalPrompter()
  }

  func secret(_ prompt: String, isStopped: () -> Bool) throws -> Secret {
    try SecretReader().read(prompt, isStopped: isStopped)
  }

  func confirm(_ question: String, isStopped: () -> Bool) throws -> Bool {
    guard let answer = try QuestionReader().line("\(question) [y/N] ", isStopped: isStopped) else {
      throw AcrError(.cancelled, "the question was not answered")
    }
    return ["y", "yes"].contains(answer.lowercased())
  }

  func line(_ question: String, isStopped: () -> Bool) throws -> String {
    guard let answer = try QuestionReader().line(question, isStopped: isStopped) else {
      throw AcrError(.cancelled, "the question was not answered")
    }
    return answer
  }
}
