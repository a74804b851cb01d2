/// How many requests a second a host takes, as far as its refusals tell. Fewer requests at a time do not help with a host that
/// counts requests a second: when it answers at once, even one after the other are too many.
///
/// A pace is kept once refusals come often: nine tenths of what was answered of late. It grows slowly while answers come, then
/// quickly, and ends when it limits nothing.
struct HostPace {
  /// Requests a second; nil for as many as come.
  private(set) var rate: Double?
  /// When the last answer came that was no refusal.
  private(set) var lastAnswer: Duration?

  private var next = Duration.zero
  private var countedSince = Duration.zero
  private var count = 0.0
  private var lastRate: Double?
  private var refusals = 0
  private var lastRefusal: Duration?
  private var changed: Duration?

  /// So many refusals in a row, each within ``memory`` of the one before, begin a pace.
  private static let refusalsToBegin = 8
  private static let memory = Duration.seconds(5)
  /// After so long without a refusal a pace grows quickly.
  private static let quiet = Duration.seconds(1)
  /// How long answers are counted before the count says something.
  private static let shortest = Duration.milliseconds(250)
  private static let longest = Duration.seconds(1)
  /// A pace changes once for the refusals of requests that were under way together.
  private static let rest = Duration.milliseconds(500)
  /// Beyond this, the time between two requests is too short to be kept.
  private static let fastest = 1000.0

  /// Counts an answer.
  mutating func answered(at now: Duration) {
    lastAnswer = now
    if now - countedSince >= HostPace.longest {
      lastRate = count > 0 ? count / (now - countedSince).seconds : nil
      countedSince = now
      count = 0
    }
    count += 1
    guard let rate else { return }
    let isQuiet = lastRefusal.map { now - $0 > HostPace.quiet } ?? true
    let faster = rate + (isQuiet ? 1 : 0.1)
    self.rate = faster > HostPace.fastest ? nil : faster
  }

  /// Counts a refusal.
  mutating func refused(at now: Duration) {
    if let lastRefusal, now - lastRefusal > HostPace.memory { refusals = 0 }
    refusals += 1
    lastRefusal = now
    guard refusals >= HostPace.refusalsToBegin else { return }
    if let changed, now - changed < HostPace.rest { return }
    let time = now - countedSince
    guard let answered = time >= HostPace.shortest ? count / time.seconds : lastRate else { return }
    changed = now
    rate = max(1, answered * 0.9)
  }

  /// The wait of the next request, whose turn is taken by that.
  mutating func turn(at now: Duration) -> Duration {
    guard let rate else { return .zero }
    let turn = max(next, now)
    next = turn + .seconds(1 / rate)
    return turn - now
  }
}

extension Duration {
  fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
