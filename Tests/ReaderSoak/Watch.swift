import Foundation
import Synchronization

/// Watches over the time of each case and the memory of the process; what is too much ends the process at once with 3. What
/// counts is the processor's time, because a busy machine may keep the process waiting; a case that only waits is ended by
/// the clock, twelve times later.
final class Watch: Sendable {
  private let state = Mutex<(number: Int, began: (wall: Double, used: Double)?, peak: Int)>((0, nil, 0))
  private let seconds: Double
  private let mebibytes: Int

  init(seconds: Double, mebibytes: Int) {
    self.seconds = seconds
    self.mebibytes = mebibytes
    Thread.detachNewThread { [self] in
      while true {
        Thread.sleep(forTimeInterval: 0.05)
        look()
      }
    }
  }

  /// The most memory that was seen, in MiB.
  var peak: Int { state.withLock { $0.peak } }

  func begin(_ number: Int) {
    let now = (wall: Watch.seconds(CLOCK_MONOTONIC), used: Watch.seconds(CLOCK_PROCESS_CPUTIME_ID))
    state.withLock { ($0.number, $0.began) = (number, now) }
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private func look() {
    let used = Watch.residentMebibytes()
    let (number, began) = state.withLock { state -> (Int, (wall: Double, used: Double)?) in
      state.peak = max(state.peak, used)
      return (state.number, state.began)
    }
    if mebibytes > 0, used > mebibytes { end("MEMORY case \(number): \(used) MiB") }
    guard let began else { return }
    let isOver =
      Watch.seconds(CLOCK_PROCESS_CPUTIME_ID) - began.used > seconds
      || Watch.seconds(CLOCK_MONOTONIC) - began.wall > 12 * seconds
    if isOver { end("HANG case \(number)") }
  }

  private func end(_ text: String) -> Never {
    print(text)
    fflush(nil)
    _exit(3)
  }

  private static func residentMebibytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return (pages * Int(sysconf(Int32(_SC_PAGESIZE)))) >> 20
  }
}
