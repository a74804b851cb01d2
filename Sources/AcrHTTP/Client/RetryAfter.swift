import AcrSystem
import AcrCore
import HTTPTypes

/// The time a server asks to wait (RFC 9110, 10.2.3).
public enum RetryAfter {
  /// Reads `Retry-After`, which holds seconds or a date. A date is compared with the answer's own `Date` where it has
  /// one, so that a wrong clock on this machine does not matter.
  /// - Returns: nil where the field is missing or makes no sense; never less than zero.
  static func wait(in headers: HTTPFields, now: Timestamp = .now()) -> Duration? {
    lifetime(in: headers, now: now)?.duration
  }

  /// The same in whole seconds.
  public static func lifetime(in headers: HTTPFields, now: Timestamp = .now()) -> Lifetime? {
    guard let text = headers[.retryAfter]?.trimmed, !text.isEmpty else { return nil }
    if let seconds = Lifetime(digits: text) { return seconds }
    guard let moment = HTTPDate.parse(text, now: now) else { return nil }
    let start = headers[.date].flatMap { HTTPDate.parse($0.trimmed, now: now) } ?? now
    return Lifetime(from: start, until: moment)
  }
}

extension RetryAfter {
  /// What to do about a wait, for people: `try again in 6 h (after 2026-11-28T01:20:00Z)`.
  public static func advice(_ wait: Lifetime, now: Timestamp = .now()) -> String {
    let seconds = wait.seconds
    let amount =
      switch seconds {
      case ..<120: "\(seconds) s"
      case ..<7200: "\((seconds + 59) / 60) min"
      default: "\((seconds + 3599) / 3600) h"
      }
    guard seconds >= 60 else { return "try again in \(amount)" }
    return "try again in \(amount) (after \(Timestamp(seconds: now.adding(wait).seconds)))"
  }
}

/// The three forms of a date in HTTP (RFC 9110, 5.6.7).
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
  static func parse(_ text: String, now: Timestamp = .now()) -> Timestamp? {
    let parts = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
    guard parts.count >= 5 else { return nil }
    let isAsctime = months.contains(parts[1])
    if isAsctime {
      guard parts.count == 5 else { return nil }
      return moment(day: parts[2], month: parts[1], year: parts[4], time: parts[3])
    }
    guard parts.count == 6, parts[5] == "GMT" else { return nil }
    return moment(day: parts[1], month: parts[2], year: fullYear(parts[3], now: now), time: parts[4])
  }

  /// A year of two digits that seems more than 50 years ahead is one of the past.
  private static func fullYear(_ text: String, now: Timestamp) -> String {
    guard text.count == 2, let year = Int(text), let thisYear = Int(now.description.prefix(4)) else { return text }
    let candidate = thisYear / 100 * 100 + year
    return String(candidate > thisYear + 50 ? candidate - 100 : candidate)
  }

  private static func moment(day: String, month: String, year: String, time: String) -> Timestamp? {
    guard let index = months.firstIndex(of: month) else { return nil }
    let monthText = index < 9 ? "0\(index + 1)" : "\(index + 1)"
    let dayText = day.count == 1 ? "0\(day)" : day
    return Timestamp(rfc3339: "\(year)-\(monthText)-\(dayText)T\(time)Z")
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
