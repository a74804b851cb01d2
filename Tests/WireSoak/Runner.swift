import AcrRuntime
import Foundation
import Glibc
import Synchronization

/// Runs many cases, several at a time, and watches over their time and the process's memory.
final class Runner: Sendable {
  struct Settings: Sendable {
    var first = 0
    var count = 2000
    var seed: UInt64 = 1
    var jobs = 8
    /// The most memory of the process, in MiB.
    var mostMemory = 200
    /// The longest a case may take, in seconds.
    var longest = 10.0
    /// Shows what each case did.
    var isVerbose = false
    /// Cases that are left out.
    var skipped: Set<Int> = []
  }

  private struct State {
    var next: Int
    var running: [Int: ContinuousClock.Instant] = [:]
    var cases: [Int: WireCase] = [:]
    var failures = 0
    var done = 0
    var requests = 0
    var lies = 0
    var successes = 0
    var slowest = (seconds: 0.0, number: 0)
    var peak = 0
  }

  private let settings: Settings
  private let state: Mutex<State>

  init(_ settings: Settings) {
    self.settings = settings
    state = Mutex(State(next: settings.first))
  }

  /// Runs all cases.
  /// - Returns: the exit code: 0 where nothing was wrong, 1 where a case failed; a hang or too much memory ends the process
  ///   at once with 3.
  func run() -> Int32 {
    let watch = EvaluatorThread { self.watch() }
    let threads = (0..<settings.jobs).map { _ in EvaluatorThread { self.work() } }
    for thread in threads { thread.join() }
    _ = watch
    let end = state.withLock { $0 }
    say(
      "\(end.done) cases, seed \(settings.seed): \(end.failures) failed; \(end.requests) requests, \(end.lies) lies, "
        + "\(end.successes) successes; slowest case \(end.slowest.number) in \(String(format: "%.2f", end.slowest.seconds)) s; "
        + "peak \(end.peak) MiB")
    return end.failures == 0 ? 0 : 1
  }

  private func work() {
    while true {
      let number = state.withLock { state -> Int? in
        while state.next < settings.first + settings.count, settings.skipped.contains(state.next) { state.next += 1 }
        guard state.next < settings.first + settings.count else { return nil }
        defer { state.next += 1 }
        state.running[state.next] = .now
        return state.next
      }
      guard let number else { return }
      if !settings.isVerbose { say("start \(number)") }
      let report: WireCase.Report
      do {
        let wireCase = try WireCase(number: number, seed: settings.seed)
        state.withLock { $0.cases[number] = wireCase }
        report = wireCase.run()
      } catch {
        report = WireCase.Report(failures: ["the case could not be made: \(error)"])
      }
      finish(number, report)
    }
  }

  private func finish(_ number: Int, _ report: WireCase.Report) {
    state.withLock { state in
      let seconds = state.running.removeValue(forKey: number).map { (ContinuousClock.now - $0) / .seconds(1) } ?? 0
      state.cases[number] = nil
      state.done += 1
      state.requests += report.requests
      state.lies += report.told.count
      if report.outcome == "success" { state.successes += 1 }
      if !report.failures.isEmpty || report.outcome.hasPrefix("the script is wrong") { state.failures += 1 }
      if seconds > state.slowest.seconds { state.slowest = (seconds, number) }
    }
    var failures = report.failures
    if report.outcome.hasPrefix("the script is wrong") { failures.append(report.outcome) }
    for failure in failures { say("FAIL case \(number): \(failure)") }
    if settings.isVerbose {
      tell(number, report)
    } else {
      say("done \(number)")
    }
  }

  private func watch() {
    while true {
      usleep(10_000)
      let memory = Self.residentMiB
      let late = state.withLock { state in
        state.peak = max(state.peak, memory)
        return state.running.filter { ContinuousClock.now - $0.value > .seconds(settings.longest) }.keys.sorted()
      }
      if !late.isEmpty {
        tell(late)
        stop("HANG case \(late.map(String.init).joined(separator: " ")): over \(settings.longest) s")
      }
      if memory > settings.mostMemory {
        let running = state.withLock { $0.running.keys.sorted() }
        tell(running)
        stop("MEMORY cases \(running.map(String.init).joined(separator: " ")): \(memory) MiB")
      }
    }
  }

  /// What running cases have done so far.
  private func tell(_ numbers: [Int]) {
    guard settings.isVerbose else { return }
    let cases = state.withLock { $0.cases }
    for number in numbers { if let running = cases[number] { tell(number, running.progress) } }
  }

  private func tell(_ number: Int, _ report: WireCase.Report) {
    say(
      "case \(number): \(report.outcome) after \(report.requests) requests\n\(report.script)\(report.output.prefix(4000))"
    )
    for told in report.told.suffix(40) {
      say("  lie \(told.lie) about \(told.topic): \(told.request) -> \(told.answer.prefix(500))")
    }
  }

  private func stop(_ text: String) -> Never {
    say(text)
    _exit(3)
  }

  /// Written at once and whole, so that the last words before a crash are there.
  private func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    bytes.withUnsafeBytes { _ = Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
  }

  private static var residentMiB: Int {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return (pages * Int(sysconf(Int32(_SC_PAGESIZE)))) >> 20
  }
}
