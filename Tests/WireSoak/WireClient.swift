import AcrCommands
import AcrCore
import AcrHTTP
import AcrLanguage
import AcrRuntime
import AzureIdentity
import Glibc
import OCIRegistry
import Synchronization

/// acrsh without its terminal: the commands, the engine and curl, put together as the program does it, with short waits.
final class WireClient {
  private let session: Session
  private let transport: CurlTransport
  private let sink: RecordingSink
  /// What a trace would hold.
  let trace = TraceText()

  /// The lines of a trace.
  final class TraceText: Sendable {
    private let lines = Mutex("")
    var text: String { lines.withLock { $0 } }
    func add(_ bytes: [UInt8]) {
      lines.withLock { if $0.utf8.count < 4 << 20 { $0 += String(decoding: bytes, as: UTF8.self) } }
    }
  }

  /// - Parameter dockerConfig: the folder of Docker's configuration.
  init(dockerConfig: String, sink: RecordingSink) {
    self.sink = sink
    let transport = CurlTransport(
      CurlTransport.Configuration(
        userAgent: "acrsh/soak", connectTimeout: .milliseconds(500), stallTimeout: .milliseconds(200),
        variable: { _ in nil }))
    self.transport = transport
    let lines = trace
    let policy = RetryPolicy(
      tries: 3, unreachableTries: 2, firstDelay: .milliseconds(2), longestDelay: .milliseconds(10),
      longestRetryAfter: .seconds(600))
    let requests = RequestTrace { lines.add($0) }
    // As `--limit pages=200`: the usual number of pages takes longer than a case may.
    var limits = WireLimits.standard
    try? limits.set("pages=200")
    let http = HTTPClient(
      transport: transport, retry: policy, limits: limits, trace: requests, sleeper: .hurried(),
      onRetry: { sink.message("note: \($0.host): \($0.reason)") })
    var settings = AzureContext.Settings(transport: transport, http: http, trace: requests, clock: .hurried())
    settings.warn = { sink.message("note: \($0)") }
    let azure = AzureContext(settings)
    let store = CredentialStore(environment: ["DOCKER_CONFIG": dockerConfig])
    let acr = CommandContext(
      registries: RegistryClients(http: http, credentials: store, identity: azure.registryIdentity), azure: azure,
      progress: NoProgress(), firstDelay: .milliseconds(2))
    session = Session(commands: acr.commands)
  }

  /// Runs a script.
  /// - Returns: how it ended, in a line, and whether that was a success for everything in it.
  func run(_ script: String) -> (String, Bool) {
    let check = Checker.check(
      source: Source(name: "soak.acr", text: script), catalog: session.catalog,
      environment: ["SOAK_SOURCE_PASSWORD", "SOAK_TARGET_PASSWORD", "SOAK_CLIENT_SECRET"])
    guard let checked = check.script else {
      let text = DiagnosticPrinter().text(of: check.diagnostics).rendered
      return ("the script is wrong: \(text)", false)
    }
    let run = RunContext(sink: sink)
    switch session.run(checked, in: run) {
    case .finished: return (run.hasFailedItems ? "failed items" : "success", !run.hasFailedItems)
    case .exited(let code): return ("exit \(code)", code == 0)
    case .failed(let error):
      let text = DiagnosticPrinter().text(of: [error.diagnostic]).rendered
      sink.add(text)
      if let record = try? Value.record(error.record).json() { sink.add(record) }
      return ("error \(error.error.kind.name)", false)
    }
  }

  func shutDown() { transport.shutDown() }
}

extension IdentityClock {
  /// The time of day with waits of a few milliseconds, after which the time that was to be waited has gone by.
  static func hurried() -> IdentityClock {
    let skipped = Mutex(Duration.zero)
    return IdentityClock(
      now: { Timestamp.now().adding(seconds: skipped.withLock { $0 }.components.seconds) },
      sleep: { duration in
        let real = min(duration, .milliseconds(5))
        try await Task.sleep(for: real)
        skipped.withLock { $0 += max(.zero, min(duration, .seconds(86_400)) - real) }
      })
  }
}

extension Sleeper {
  /// Time in which long waits are short: what would be slept goes by at once, after a few milliseconds.
  static func hurried() -> Sleeper {
    let skipped = Skipped()
    return Sleeper(
      now: { skipped.now() },
      sleep: { duration in
        let real = min(duration, .milliseconds(5))
        try await Task.sleep(for: real)
        skipped.add(duration - real)
      })
  }

  private final class Skipped: Sendable {
    private let total = Mutex(Duration.zero)
    private let start = ContinuousClock.now
    func now() -> Duration { total.withLock { $0 } + (ContinuousClock.now - start) }
    func add(_ duration: Duration) { total.withLock { $0 += max(.zero, duration) } }
  }
}
