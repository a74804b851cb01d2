import AcrCore
import AcrSystem
import AcrText
import ImportCore

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
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1_000_000_000_000_000_000
  }
}
