import AcrCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Times of this machine's zone (`TZ`), for programs that write them so.
public enum LocalTime {
  /// Year, month (1 to 12), day, hour, minute and second of a moment; nil where the zone has no name for it.
  public static func components(of time: Timestamp) -> [Int]? {
    var seconds = time_t(time.seconds)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return nil }
    return [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec].map(
      Int.init)
  }

  /// The moment of such components; of two in the autumn one, as the system chooses.
  public static func moment(year: Int32, month: Int32, day: Int32, hour: Int32, minute: Int32, second: Int32)
    -> Timestamp
  {
    var parts = tm()
    parts.tm_year = year - 1900
    parts.tm_mon = month - 1
    parts.tm_mday = day
    parts.tm_hour = hour
    parts.tm_min = minute
    parts.tm_sec = second
    parts.tm_isdst = -1
    return Timestamp(seconds: Int64(mktime(&parts)))
  }
}
