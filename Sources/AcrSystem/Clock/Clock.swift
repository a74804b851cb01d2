import AcrCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The machine's clocks.
public enum Clock {
  /// The time of day, which a person or a time server may set forward and back.
  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Holds this thread for so long.
  public static func sleep(milliseconds: UInt32) { usleep(milliseconds * 1000) }
}

/// The clock that only runs forward, which cannot be set: waits and limits go by it.
public enum Monotonic {
  /// The time since some fixed moment, never less than at an earlier call.
  public static func now() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }

  /// A duration in whole milliseconds: at least 0, at most what a 32-bit number of seconds holds.
  public static func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    guard seconds < Int64(Int32.max) else { return Int(Int32.max) * 1000 }
    return max(0, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }
}

extension Timestamp {
  /// The current time of day.
  public static func now() -> Timestamp { Clock.now() }
}
