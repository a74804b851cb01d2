import AcrCore
import AcrRuntime
import Synchronization

/// Keeps everything a run writes: as JSON, or as the tables of a terminal.
final class RecordingSink: OutputSink {
  private struct State {
    var values: [JSONValue] = []
    var text = ""
  }

  private let state = Mutex(State())
  private let showsTables: Bool
  /// Texts past this size are cut: they were looked through enough.
  private static let limit = 4 << 20

  init(showsTables: Bool) { self.showsTables = showsTables }

  /// Everything that was written.
  var text: String { state.withLock { $0.text } }
  /// The values that were shown.
  var values: [JSONValue] { state.withLock { $0.values } }

  func add(_ text: String) {
    state.withLock { if $0.text.utf8.count < Self.limit { $0.text += text + "\n" } }
  }

  func show(_ output: Output, as format: OutputFormat?) throws {
    let value = try output.collected()
    let shown = value.withoutSecrets ?? value
    if case .secret(let secret) = shown { return add("\(secret)") }
    let text = try shown.json()
    if let json = try? JSONValue(parsing: Array(text.utf8)) { state.withLock { $0.values.append(json) } }
    add(showsTables ? TableLayout(width: 100).lines(shown).joined(separator: "\n").rendered : text)
  }

  func print(_ text: String) throws { add(text) }
  func message(_ text: String) { add(text) }
}
