import AcrCore
import AcrHTTP
import AcrLanguage
import AcrRuntime
import AcrShell
import Foundation
import OCIRegistry
import Synchronization
import TestSupport

@testable import AcrCommands

/// The commands of the program in this process, so that a test sees values instead of their text.
final class CommandRunner: Sendable {
  private let session: Session
  private let transport: CurlTransport
  let catalog: Catalog
  /// What the commands share.
  let context: CommandContext
  private let notes = Mutex<[String]>([])

  /// What went to standard error so far.
  var messages: [String] { notes.withLock { $0 } }

  /// - Parameters:
  ///   - environment: the variables of the proxy and the certificates that lead to an emulator.
  ///   - entries: commands to add to the list of the real ones.
  init(environment: [String: String] = [:], adding entries: [CommandList.Entry] = []) {
    let transport = CurlTransport(
      CurlTransport.Configuration(userAgent: "acrsh/test", variable: { environment[$0] }))
    self.transport = transport
    let http = HTTPClient(transport: transport)
    let azure = AzureContext(AzureContext.Settings(transport: transport, http: http, environment: environment))
    let acr = CommandContext(
      registries: RegistryClients(
        http: http, credentials: CredentialStore(environment: [:]), identity: azure.registryIdentity),
      azure: azure, progress: NoProgress(), firstDelay: .milliseconds(2))
    context = acr
    session = Session(
      commands: acr.commands(of: CommandList.all + entries) + ShellCommands.all, foreign: AzureCLI.foreignNames)
    catalog = session.catalog
  }

  func shutDown() { transport.shutDown() }

  private func sink() -> ValueSink {
    ValueSink { [self] text in notes.withLock { $0.append(text) } }
  }

  /// What a line does: its value as JSON, or the first line of each diagnostic.
  func transcript(_ line: String) async throws -> [String] {
    let check = Checker.check(source: Source(name: "test.acr", text: line), catalog: catalog)
    var lines = check.diagnostics.map { "\($0.severity.rawValue): \($0.message)" }
    guard let script = check.script else { return lines }
    let sink = sink()
    if let error = await run(script, sink) {
      lines.append("error[\(error.error.kind.name)]: \(error.error.message)")
    } else if let value = sink.last {
      lines.append(try value.json())
    }
    return lines
  }

  private func run(
    _ script: CheckedScript, _ sink: ValueSink, isDryRun: Bool = false
  ) async -> RuntimeError? {
    let session = session
    // Running blocks, and never one of the few threads of Swift's concurrency pool.
    let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Session.Outcome, Never>) in
      Thread.detachNewThread {
        let host = Host(environment: ProcessInfo.processInfo.environment, folder: ".")
        continuation.resume(returning: session.run(script, in: RunContext(sink: sink, host: host, isDryRun: isDryRun)))
      }
    }
    if case .failed(let error) = outcome { return error }
    return nil
  }

  /// Runs a line, and gives the last value that it shows.
  /// - Throws: the check's errors, or the run's.
  func run(_ line: String, isDryRun: Bool = false) async throws -> Value {
    let source = Source(name: "test.acr", text: line)
    let check = Checker.check(source: source, catalog: catalog)
    guard let script = check.script else {
      throw TestSupportError(DiagnosticPrinter().text(of: check.diagnostics).rendered)
    }
    let sink = sink()
    if let error = await run(script, sink, isDryRun: isDryRun) {
      throw TestSupportError(DiagnosticPrinter().text(of: [error.diagnostic]).rendered)
    }
    return sink.last ?? .null
  }
}

/// Keeps the last value that is shown.
private final class ValueSink: OutputSink {
  private let shown = Mutex<Value?>(nil)
  private let note: @Sendable (String) -> Void
  init(_ note: @escaping @Sendable (String) -> Void) { self.note = note }
  var last: Value? { shown.withLock { $0 } }

  func show(_ output: Output, as format: OutputFormat?) throws {
    let value = try output.collected()
    shown.withLock { $0 = value }
  }
  func print(_ text: String) throws {}
  func message(_ text: String) { note(text) }
}

/// An emulated Azure under its own names.
struct CommandWorld {
  let environment: [String: String]
  let runner: CommandRunner

  /// Runs a body with an emulator, and with commands that are signed in to it.
  static func with(_ body: (CommandWorld) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let program = try BuiltProducts.executable("acr-emulator")
      let emulator = try Program(program, ["--data", directory.path("data"), "--azure-names"]).start()
      defer { emulator.stop() }
      guard try await emulator.waitForOutput(within: .seconds(60), { output, _ in output.contains("\n") }) else {
        throw TestSupportError("the emulator did not start: \(emulator.errorOutput)")
      }
      let endpoints = try JSONValue(parsing: Array(emulator.output.utf8))
      let control = endpoints["control"]?.string ?? ""
      let environment = [
        "HTTPS_PROXY": "http://\(control)", "http_proxy": "http://\(control)",
        "SSL_CERT_FILE": endpoints["certificateAuthority"]?.string ?? "",
        "IDENTITY_ENDPOINT": endpoints["identityEndpoint"]?.string ?? "",
        "IDENTITY_HEADER": endpoints["identityHeader"]?.string ?? "",
      ]
      let client = try LoopbackClient(authority: control)
      let settings: JSONValue = ["seconds": 0, "retryAfter": 0]
      _ = try await client.send("POST", "/emulator/imports", body: Array(settings.text.utf8))
      let runner = CommandRunner(environment: environment)
      defer { runner.shutDown() }
      try await body(CommandWorld(environment: environment, runner: runner))
    }
  }
}
