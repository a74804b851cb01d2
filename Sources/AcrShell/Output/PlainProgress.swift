import AcrCommands
import AcrCore
import AcrSystem
import AcrText
import ImportCore
import Synchronization

/// Progress for logs: a line on standard error when an import ends, and for many a line about all every ten seconds.
final class PlainProgress: ImportProgress {
  private struct State {
    var running: [Int: ImportTally] = [:]
    var nextID = 0
    var total = ProgressTotal()
    var lastTold = ContinuousClock.now
  }

  private let stream: StandardStream
  private let interval: Duration
  private let state = Mutex(State())

  /// - Parameter interval: how often a line about all is written.
  init(stream: StandardStream, interval: Duration = .seconds(10)) {
    self.stream = stream
    self.interval = interval
  }

  func expect(_ count: Int) { state.withLock { $0.total.expect(count) } }

  func pass(_ result: ImportResult?) {
    state.withLock { state in
      state.total.begin()
      state.total.end(result)
    }
  }

  func start(_ name: String) -> any ImportProgressLine {
    let id = state.withLock { state in
      state.nextID += 1
      state.running[state.nextID] = ImportTally(name: name)
      state.total.begin()
      return state.nextID
    }
    return Line(id: id, progress: self)
  }

  /// What the imports since the last call came to.
  func summarize() {
    let summary = state.withLock { state in
      defer { state.total = ProgressTotal() }
      return state.total.summary
    }
    if let summary { stream.tell("\(summary)\n") }
  }

  private struct Line: ImportProgressLine {
    let id: Int
    let progress: PlainProgress

    func report(_ event: ImportEvent) { progress.report(id, event) }
    func finish(_ result: ImportResult?) { progress.finish(id, result) }
  }

  private func report(_ id: Int, _ event: ImportEvent) {
    let line = state.withLock { state -> String? in
      state.running[id]?.add(event)
      guard ContinuousClock.now - state.lastTold >= interval else { return nil }
      state.lastTold = .now
      let running = Array(state.running.values)
      if state.total.count > 1 { return state.total.line(running, columns: 200) }
      return running.first?.line(columns: 200)
    }
    if let line { stream.tell(TerminalText("\(line)\n")) }
  }

  private func finish(_ id: Int, _ result: ImportResult?) {
    let name = state.withLock { state in
      state.total.end(result)
      return state.running.removeValue(forKey: id)?.name
    }
    guard let name else { return }
    guard let result else { return stream.tell(TerminalText("failed: \(TerminalText.visible(name))\n")) }
    let word = result.isUnchanged ? "unchanged" : "imported"
    let bytes = result.blobs.copiedBytes
    let size = bytes > 0 ? ", \(ByteCount.human(bytes)) copied" : ""
    stream.tell(TerminalText("\(word): \(TerminalText.visible(name))\(size)\n"))
  }
}
