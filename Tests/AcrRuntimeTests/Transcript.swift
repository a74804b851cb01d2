import AcrCore
import AcrLanguage
import AcrSystem
import Synchronization

@testable import AcrRuntime

/// Runs script text and keeps what it showed, printed and said.
final class Transcript: OutputSink {
  private struct State {
    var shown: [String] = []
    var formats: [OutputFormat?] = []
    var printed: [String] = []
    var talked: [String] = []
  }

  private let state = Mutex(State())

  /// The shown values as compact JSON; secrets by their placeholder.
  var shown: [String] { state.withLock { $0.shown } }
  /// How the shown values are to be written.
  var formats: [OutputFormat?] { state.withLock { $0.formats } }
  var printed: [String] { state.withLock { $0.printed } }
  var talked: [String] { state.withLock { $0.talked } }

  func show(_ output: Output, as format: OutputFormat?) throws {
    let value = try output.collected()
    let text = if case .secret(let secret) = value { "\(secret)" } else { try value.json() }
    state.withLock {
      $0.shown.append(text)
      $0.formats.append(format)
    }
  }

  func print(_ text: String) throws { state.withLock { $0.printed.append(text) } }
  func message(_ text: String) { state.withLock { $0.talked.append(text) } }
}

extension Host {
  /// This process's own world.
  static var machine: Host { Host(environment: ProcessInformation.environment, folder: ".") }
}

/// How a text ended: what it showed, or the error's diagnostic in one line.
struct Ending {
  let transcript: Transcript
  let outcome: Session.Outcome?
  let findings: [Diagnostic]

  /// The shown values, and at the end `exit N` or the error.
  var lines: [String] {
    var lines = transcript.printed + transcript.shown
    switch outcome {
    case .exited(let code): lines.append("exit \(code)")
    case .failed(let error): lines.append(Ending.text(error))
    case .finished: break
    case nil: lines += findings.map { "check: \($0.message)" }
    }
    return lines
  }

  var error: RuntimeError? { if case .failed(let error)? = outcome { error } else { nil } }

  /// `kind: message [text under the carets] (label) = help`.
  static func text(_ error: RuntimeError) -> String {
    var text = "\(error.error.kind): \(error.error.message) [\(error.source.text(error.span))]"
    if let label = error.label { text += " (\(label))" }
    if let help = error.error.help { text += " = \(help)" }
    return text
  }
}

/// Checks and runs a text in a session of its own.
func run(
  _ text: String, arguments: [String] = [], commands: [any Command] = [],
  capabilities: Capabilities = .all,
  context: (Transcript) -> RunContext = {
    RunContext(sink: $0, host: .machine)
  }
) -> Ending {
  let session = Session(commands: commands, capabilities: capabilities)
  let transcript = Transcript()
  // These tests are of what a run says, also of what the check would find first.
  let result = Checker.check(
    source: Source(name: "test.acr", text: text), catalog: session.catalog, reportsTypes: false)
  guard let script = result.script else {
    return Ending(transcript: transcript, outcome: nil, findings: result.diagnostics.filter { $0.severity == .error })
  }
  return Ending(
    transcript: transcript, outcome: session.run(script, arguments: arguments, in: context(transcript)), findings: [])
}

/// The one shown value, or what happened instead.
func value(_ text: String) -> String { run(text).lines.joined(separator: "\n") }

/// A command made of a closure, for tests.
struct TestCommand<Declared: ParameterSet>: Command {
  typealias Parameters = Declared
  let signature: Signature
  private let body: @Sendable (Call<Declared>) throws -> Output

  /// A command with parameters.
  init(
    _ signature: Signature, _ parameters: Declared.Type, _ body: @escaping @Sendable (Call<Declared>) throws -> Output
  ) {
    self.signature = signature
    self.body = body
  }

  /// A command without parameters.
  init(_ signature: Signature, _ body: @escaping @Sendable (Call<NoParameters>) throws -> Output)
  where Declared == NoParameters {
    self.init(signature, NoParameters.self, body)
  }

  func run(_ call: Call<Declared>) throws -> Output { try body(call) }
}
