import AcrSystem
import AcrCommands
import AcrCore
import AcrText
import ImportCore
import Synchronization

/// Progress for people: one line per running import on standard error, a line of totals below several, redrawn at most ten
/// times a second, and a sentence at the end of many.
final class TerminalProgress: ImportProgress {
  private struct State {
    var lines: [Int: ImportTally] = [:]
    var order: [Int] = []
    var nextID = 0
    /// How many lines stand on the screen above the cursor.
    var drawn = 0
    var lastDraw: ContinuousClock.Instant?
    var total = ProgressTotal()
  }

  private let stream: StandardStream
  private let state = Mutex(State())

  /// Redraws come no closer together than this.
  private static let interval = Duration.milliseconds(100)
  /// How many imports have a line of their own.
  private static let lineLimit = 8

  init(stream: StandardStream) { self.stream = stream }

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

  /// Says what the imports since the last call came to, when they were more than one.
  func summarize() {
    let summary = state.withLock { state in
      erase(&state)
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

  /// All lines in one write, each written over what stood there, so that nothing flickers.
  private func draw(_ state: inout State) {
    let columns = (stream.columns ?? 80) - 1
    let running = state.order.compactMap { state.lines[$0] }
    var lines = running.prefix(TerminalProgress.lineLimit).map { $0.line(columns: columns) }
    if running.count(where: { !$0.isReading }) > 1 { lines.append(state.total.line(running, columns: columns)) }
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

/// What the imports of one run come to.
struct ProgressTotal {
  private var started: ContinuousClock.Instant?
  private var count = 0
  private var imported = 0
  private var unchanged = 0
  private var failed = 0
  private var bytes = WireSize.zero

  mutating func begin() {
    if started == nil { started = .now }
    count += 1
  }

  mutating func end(_ result: ImportResult?) {
    guard let result else {
      failed += 1
      return
    }
    if result.isUnchanged { unchanged += 1 } else { imported += 1 }
    bytes += result.blobs.copiedBytes
  }

  private var seconds: Double { started.map { (ContinuousClock.now - $0).seconds } ?? 0 }

  private var counts: String {
    [(imported, "imported"), (unchanged, "unchanged"), (failed, "failed")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }

  /// For example `12 running, 30 imported, 2 unchanged   345 MB   28 MB/s`.
  func line(_ running: [ImportTally], columns: Int) -> String {
    let all = bytes + running.lazy.map(\.bytes).total
    var text = "\(running.count) running" + (counts.isEmpty ? "" : ", \(counts)") + "  \(ByteCount.human(all))"
    if seconds >= 1, all > 0 {
      text += "  \(ByteCount.human(Int64(exactly: (Double(all.bytes) / seconds).rounded()) ?? .max))/s"
    }
    return CompletionList.fitted(text, to: columns)
  }

  /// For example `42 imports: 40 imported, 2 unchanged; 345 MB in 12.3s (28 MB/s)`; nil for fewer than two.
  var summary: String? {
    guard count > 1 else { return nil }
    var text = "\(count) imports: \(counts); \(ByteCount.human(bytes))"
    text += " in \(ByteCount.fixed(seconds, decimals: 1)) s"
    if seconds >= 0.1, bytes > 0 {
      text += " (\(ByteCount.human(Int64(exactly: (Double(bytes.bytes) / seconds).rounded()) ?? .max))/s)"
    }
    return text
  }
}

/// The numbers of one running import.
struct ImportTally {
  let name: String
  /// True where something is only read.
  let isReading: Bool
  private var totalBytes = WireSize.zero
  private var doneBytes = WireSize.zero
  private var blobs = 0
  private var doneBlobs = 0
  private var partial: [Digest: Int64] = [:]
  private var rate: TransferRate

  init(name: String, isReading: Bool = false) {
    self.name = name
    self.isReading = isReading
    rate = TransferRate(now: .now)
  }

  /// The bytes at the target so far.
  var bytes: WireSize { doneBytes + WireSize(clamping: partial.values.reduce(0, +)) }

  mutating func add(_ event: ImportEvent) {
    switch event {
    case .planned(_, let blobs, let bytes):
      self.blobs = blobs
      totalBytes = bytes
    case .transferred(let digest, let bytes): partial[digest, default: 0] += bytes
    case .restarted(let digest, let bytes): partial[digest, default: 0] -= bytes
    case .blob(let digest, let size, _):
      partial[digest] = nil
      doneBytes += size
      doneBlobs += 1
    case .manifest, .note, .tagged: break
    }
    rate.note(bytes.bytes, now: .now)
  }

  /// For example `alpine:3.20 → prod/alpine:3.20  12.3 MB of 45.6 MB  3/7 blobs  8.1 MB/s  4 s left`.
  func line(columns: Int) -> String {
    let bytes = bytes
    var numbers = "  \(ByteCount.human(bytes)) of \(ByteCount.human(totalBytes))"
    if !isReading { numbers += "  \(doneBlobs)/\(blobs) blobs" }
    if let perSecond = rate.perSecond, perSecond > 0 {
      numbers += "  \(ByteCount.human(Int64(perSecond)))/s"
      if totalBytes > bytes {
        numbers += "  \(Int64(exactly: (Double((totalBytes - bytes).bytes) / perSecond).rounded(.up)) ?? .max) s left"
      }
    }
    if blobs == 0 { numbers = "  reading manifests" }
    let space = columns - numbers.count
    guard space > 8 else { return CompletionList.fitted(TerminalText.visible(name), to: columns) }
    return CompletionList.fitted(TerminalText.visible(name), to: space) + numbers
  }
}

/// Bytes a second over the last few seconds: an average from the start would still show a fast beginning long after it.
struct TransferRate {
  private var marks: [(time: ContinuousClock.Instant, bytes: Int64)]
  private static let window = Duration.seconds(5)
  private static let step = Duration.milliseconds(250)

  init(now: ContinuousClock.Instant) { marks = [(now, 0)] }

  mutating func note(_ bytes: Int64, now: ContinuousClock.Instant) {
    if let last = marks.last, now - last.time < Self.step { return }
    marks.append((now, bytes))
    while marks.count > 2, now - marks[0].time > Self.window { marks.removeFirst() }
  }

  /// Nil until half a second has been seen.
  var perSecond: Double? {
    guard let first = marks.first, let last = marks.last, last.time - first.time >= .milliseconds(500) else {
      return nil
    }
    return max(0, Double(last.bytes - first.bytes) / (last.time - first.time).seconds)
  }
}

extension Duration {
  /// The duration in seconds.
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1_000_000_000_000_000_000
  }
}
