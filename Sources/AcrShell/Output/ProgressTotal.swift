import AcrCore
import AcrRuntime
import AcrSystem
import AcrText
import ImportCore

/// What the imports of one run come to.
struct ProgressTotal {
  private var started: ContinuousClock.Instant?
  private var begun = 0
  /// How many there will be, as far as is known.
  private var announced = 0
  private var imported = 0
  private var unchanged = 0
  private var failed = 0
  private var bytes = WireSize.zero
  private var rate = TransferRate(now: .now)

  /// So many imports will come.
  mutating func expect(_ count: Int) {
    if started == nil { started = .now }
    announced += count
  }

  mutating func begin() {
    if started == nil { started = .now }
    begun += 1
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
  private var ended: Int { imported + unchanged + failed }
  /// How many imports there are in all, as far as is known.
  var count: Int { max(announced, begun) }
  /// The part that has ended, from 0 to 1; nil for fewer than two imports, and while more may come.
  var share: Double? { count > 1 && announced >= begun ? Double(ended) / Double(count) : nil }

  private var counts: String {
    [(imported, "imported"), (unchanged, "unchanged"), (failed, "failed")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }

  /// For example `42 of 200  40 imported, 2 failed  345 MB  28 MB/s  1m 20s left`.
  mutating func line(_ running: [ImportTally], columns: Int) -> String {
    let all = bytes + running.lazy.map(\.bytes).total
    rate.note(all.bytes, now: .now)
    var parts: [String] = []
    if share != nil { parts.append("\(ended) of \(count)") } else { parts.append("\(running.count) running") }
    if !counts.isEmpty { parts.append(counts) }
    parts.append(ByteCount.human(all))
    if let perSecond = rate.perSecond, perSecond > 0 { parts.append("\(ByteCount.human(Int64(perSecond)))/s") }
    if let left { parts.append("\(left) left") }
    return CompletionList.fitted(parts.joined(separator: "  "), to: columns)
  }

  /// The time that the rest takes if it goes on as it went; nil in the first seconds.
  private var left: String? {
    guard let share, ended > 0, share < 1, seconds >= 3 else { return nil }
    let rest = seconds / share * (1 - share)
    guard let whole = Int64(exactly: rest.rounded(.up)), whole < 360_000 else { return nil }
    return DurationText.human(whole * 1_000_000_000)
  }

  /// For example `42 imports: 40 imported, 2 unchanged; 345 MB in 12.3 s (28 MB/s)`; nil for fewer than two.
  var summary: String? {
    guard ended > 1 else { return nil }
    var text = "\(ended) imports: \(counts); \(ByteCount.human(bytes))"
    text += " in \(ByteCount.fixed(seconds, decimals: 1)) s"
    if seconds >= 0.1, bytes > 0 {
      text += " (\(ByteCount.human(Int64(exactly: (Double(bytes.bytes) / seconds).rounded()) ?? .max))/s)"
    }
    return text
  }

  /// The same for programs.
  var members: [JSONValue.Member] {
    [
      .init("imports", .integer(Int64(ended))), .init("imported", .integer(Int64(imported))),
      .init("unchanged", .integer(Int64(unchanged))), .init("failed", .integer(Int64(failed))),
      .init("bytes", .integer(bytes.bytes)),
      .init("milliseconds", .integer(Int64(exactly: (seconds * 1_000).rounded()) ?? .max)),
    ]
  }
}
