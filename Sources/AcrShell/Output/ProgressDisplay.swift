import AcrCommands
import AcrCore
import ImportCore
import Synchronization

/// Progress for people: one line per running import on standard error, redrawn at most ten times a second.
final class TerminalProgress: ImportProgress {
  private struct State {
    var lines: [Int: ImportTally] = [:]
    var order: [Int] = []
    var nextID = 0
    var drawn = 0
    var lastDraw: ContinuousClock.Instant?
  }

  private let stream: StandardStream
  private let state = Mutex(State())

  /// Redraws come no closer together than this.
  private static let interval = Duration.milliseconds(100)

  init(stream: StandardStream) { self.stream = stream }

  func start(_ name: String) -> any ImportProgressLine {
    let id = state.withLock { state in
      state.nextID += 1
      state.lines[state.nextID] = ImportTally(name: name)
      state.order.append(state.nextID)
      return state.nextID
    }
    return Line(id: id, display: self)
  }

  /// Takes the lines away, so that something else can be written.
  func clear() { state.withLock { erase(&$0) } }

  private struct Line: ImportProgressLine {
    let id: Int
    let display: TerminalProgress

    func report(_ event: ImportEvent) { display.report(id, event) }
    func finish(_ result: ImportResult?) { display.finish(id) }
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

  private func finish(_ id: Int) {
    state.withLock { state in
      state.lines[id] = nil
      state.order.removeAll { $0 == id }
      if state.order.isEmpty { erase(&state) } else { draw(&state) }
    }
  }

  /// All lines in one write, so that nothing flickers. More lines than fit are summed up in the last one.
  private func draw(_ state: inout State) {
    let columns = stream.columns ?? 80
    let shown = state.order.prefix(8).compactMap { state.lines[$0] }
    var text = eraseSequence(state.drawn)
    for tally in shown { text += tally.line(columns: columns - 1) + "\n" }
    let hidden = state.order.count - shown.count
    if hidden > 0 { text += "… and \(hidden) more\n" }
    state.drawn = shown.count + (hidden > 0 ? 1 : 0)
    stream.tell(text)
  }

  private func erase(_ state: inout State) {
    guard state.drawn > 0 else { return }
    stream.tell(eraseSequence(state.drawn))
    state.drawn = 0
  }

  /// Moves up and clears down to the end of the screen.
  private func eraseSequence(_ lines: Int) -> String { lines > 0 ? "\u{1B}[\(lines)A\r\u{1B}[J" : "" }
}

/// The numbers of one running import.
struct ImportTally {
  let name: String
  private var totalBytes: Int64 = 0
  private var doneBytes: Int64 = 0
  private var blobs = 0
  private var doneBlobs = 0
  private var partial: [Digest: Int64] = [:]
  private let started = ContinuousClock.now

  init(name: String) { self.name = name }

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
  }

  /// For example `alpine:3.20 → prod/alpine:3.20   12.3 MB of 45.6 MB   3/7 blobs   8.1 MB/s   4 s left`.
  func line(columns: Int) -> String {
    let bytes = doneBytes + partial.values.reduce(0, +)
    var numbers = "  \(ByteCount.human(bytes)) of \(ByteCount.human(totalBytes))  \(doneBlobs)/\(blobs) blobs"
    let seconds = Double((ContinuousClock.now - started).components.seconds)
    if seconds >= 1, bytes > 0 {
      let rate = Double(bytes) / seconds
      numbers += "  \(ByteCount.human(Int64(rate)))/s"
      if totalBytes > bytes { numbers += "  \(Int((Double(totalBytes - bytes) / rate).rounded(.up))) s left" }
    }
    if blobs == 0 { numbers = "  reading manifests" }
    let space = columns - numbers.count
    guard space > 8 else { return String(name.prefix(max(0, columns))) }
    return (name.count <= space ? name : "\(name.prefix(space - 1))…") + numbers
  }
}

/// Progress for programs: one JSON line per event on standard error.
final class JSONProgress: ImportProgress {
  private let stream: StandardStream

  init(stream: StandardStream) { self.stream = stream }

  func start(_ name: String) -> any ImportProgressLine {
    let line = Line(name: name, stream: stream)
    line.write("started", [])
    return line
  }

  private struct Line: ImportProgressLine {
    let name: String
    let stream: StandardStream

    func report(_ event: ImportEvent) {
      switch event {
      case .planned(let manifests, let blobs, let bytes):
        write(
          "planned",
          [
            .init("manifests", .integer(Int64(manifests))), .init("blobs", .integer(Int64(blobs))),
            .init("bytes", .integer(bytes)),
          ])
      case .transferred: return
      case .restarted(let digest, _): write("restarted", [.init("digest", .string(digest.description))])
      case .blob(let digest, let size, let outcome):
        let members: [JSONValue.Member] = [
          .init("digest", .string(digest.description)), .init("size", .integer(size)),
          .init("outcome", outcome == .copied ? "copied" : "present"),
        ]
        write("blob", members)
      case .manifest(let digest): write("manifest", [.init("digest", .string(digest.description))])
      case .note(let text): write("note", [.init("text", .string(text))])
      case .tagged(let target): write("tagged", [.init("target", .string(target))])
      }
    }

    func finish(_ result: ImportResult?) {
      write(result == nil ? "failed" : result?.isUnchanged == true ? "unchanged" : "imported", [])
    }

    func write(_ event: String, _ members: [JSONValue.Member]) {
      let head: [JSONValue.Member] = [
        .init("time", .string(Timestamp.now().description)), .init("event", .string(event)),
        .init("import", .string(name)),
      ]
      stream.tell(JSONValue.object(head + members).text + "\n")
    }
  }
}
