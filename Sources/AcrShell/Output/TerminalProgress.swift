import AcrCommands
import AcrCore
import AcrSystem
import AcrText
import ImportCore
import Synchronization

/// Progress for people: one line for all imports of a run on standard error, below it one for each that is running, redrawn
/// at most ten times a second, and a sentence at the end of many. Where no import runs, what a request waits for.
final class TerminalProgress: ImportProgress {
  private struct State {
    var lines: [Int: ImportTally] = [:]
    var order: [Int] = []
    var nextID = 0
    /// How many lines stand on the screen above the cursor.
    var drawn = 0
    var lastDraw: ContinuousClock.Instant?
    var total = ProgressTotal()
    /// The percentage in the terminal's title; nil while the title is its own.
    var title: Int?
  }

  private let stream: StandardStream
  private let setsTitle: Bool
  private let state = Mutex(State())

  /// Redraws come no closer together than this.
  private static let interval = Duration.milliseconds(100)

  /// - Parameter setsTitle: whether the terminal's title shows the percentage.
  init(stream: StandardStream, setsTitle: Bool = false) {
    self.stream = stream
    self.setsTitle = setsTitle
  }

  func expect(_ count: Int) { state.withLock { $0.total.expect(count) } }

  func pass(_ result: ImportResult?) {
    state.withLock { state in
      state.total.begin()
      state.total.end(result)
    }
  }

  func start(_ name: String) -> any ImportProgressLine { start(ImportTally(name: name)) }

  func startReading(_ name: String) -> any ImportProgressLine { start(ImportTally(name: name, isReading: true)) }

  private func start(_ tally: ImportTally) -> any ImportProgressLine {
    let id = state.withLock { state in
      state.nextID += 1
      state.lines[state.nextID] = tally
      state.order.append(state.nextID)
      if !tally.isReading { state.total.begin() }
      return state.nextID
    }
    return Line(id: id, display: self)
  }

  /// Takes the lines away, so that something else can be written.
  func clear() { state.withLock { erase(&$0) } }

  /// Shows what is waited for, where no import has lines of its own. Nil takes the line away.
  func show(waiting text: String?) {
    state.withLock { state in
      guard state.order.isEmpty else { return }
      guard let text else { return erase(&state) }
      draw([CompletionList.fitted(TerminalText.visible(text), to: columns)], &state)
    }
  }

  /// Says what the imports since the last call came to, when they were more than one.
  func summarize() {
    let summary = state.withLock { state in
      erase(&state)
      if state.title != nil {
        // The title from before.
        stream.tell("\u{1B}[23;0t")
        state.title = nil
      }
      defer { state.total = ProgressTotal() }
      return state.total.summary
    }
    if let summary { stream.tell("\(summary)\n") }
  }

  private struct Line: ImportProgressLine {
    let id: Int
    let display: TerminalProgress

    func report(_ event: ImportEvent) { display.report(id, event) }
    func finish(_ result: ImportResult?) { display.finish(id, result) }
  }

  private func report(_ id: Int, _ event: ImportEvent) {
    state.withLock { state in
      state.lines[id]?.add(event)
      let now = ContinuousClock.now
      if let last = state.lastDraw, now - last < TerminalProgress.interval { return }
      state.lastDraw = now
      draw(&state)
    }
  }

  private func finish(_ id: Int, _ result: ImportResult?) {
    state.withLock { state in
      if state.lines[id]?.isReading == false { state.total.end(result) }
      state.lines[id] = nil
      state.order.removeAll { $0 == id }
      // Between two imports of a loop nothing is left on the screen.
      if state.order.isEmpty { erase(&state) } else if state.drawn > 0 { draw(&state) }
    }
  }

  private var columns: Int { max(1, (stream.columns ?? 80) - 1) }

  /// The line for all, and the running ones, those that started first on top: they are the slowest.
  private func draw(_ state: inout State) {
    let running = state.order.compactMap { state.lines[$0] }
    // Half of the screen stays for what was there before.
    let most = max(1, (stream.rows ?? 24) / 2 - 2)
    var lines = running.prefix(most).map { $0.line(columns: columns) }
    if running.count > most { lines.append("… and \(running.count - most) more") }
    if state.total.count > 1 { lines.insert(state.total.line(running, columns: columns), at: 0) }
    draw(lines, &state)
    guard setsTitle, let share = state.total.share else { return }
    let percent = Int(share * 100)
    guard state.title != percent else { return }
    // The title of before is put aside, to come back at the end.
    stream.tell("\(state.title == nil ? "\u{1B}[22;0t" : "")\u{1B}]0;acrsh \(percent) %\u{07}")
    state.title = percent
  }

  /// All lines in one write, each written over what stood there, so that nothing flickers.
  private func draw(_ lines: [String], _ state: inout State) {
    if state.drawn == 0 { TerminalGuard.cursorHides(on: stream.number) }
    var text: TerminalText = state.drawn > 0 ? "\u{1B}[\(state.drawn)A\r" : "\u{1B}[?25l"
    for line in lines { text += "\(line)\u{1B}[K\n" }
    if lines.count < state.drawn { text += "\u{1B}[J" }
    state.drawn = lines.count
    stream.tell(text)
  }

  private func erase(_ state: inout State) {
    guard state.drawn > 0 else { return }
    stream.tell("\u{1B}[\(state.drawn)A\r\u{1B}[J\u{1B}[?25h")
    TerminalGuard.cursorIsBack()
    state.drawn = 0
  }
}
