/// A moment in UTC with nanoseconds: what `createdTime` and `now()` hold. Covers the years 0 to 9999, all that RFC 3339 can
/// write.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
  public let seconds: Int64
  /// Nanoseconds after that second, 0 to 999,999,999.
  public let fraction: Int32

  /// The first moment, 0000-01-01T00:00:00Z.
  public static let earliest = Timestamp(seconds: .min)
  /// The last moment, the end of the year 9999.
  public static let latest = Timestamp(seconds: .max)

  private static let firstSecond: Int64 = -62_167_219_200
  private static let lastSecond: Int64 = 253_402_300_799

  /// A moment from nanoseconds since the epoch.
  public init(nanoseconds: Int64) {
    let (quotient, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    seconds = rest < 0 ? quotient - 1 : quotient
    fraction = Int32(rest < 0 ? rest + 1_000_000_000 : rest)
  }

  /// A moment from seconds since the epoch; saturates outside the range.
  public init(seconds: Int64) {
    if seconds > Timestamp.lastSecond {
      (self.seconds, fraction) = (Timestamp.lastSecond, 999_999_999)
    } else {
      (self.seconds, fraction) = (max(seconds, Timestamp.firstSecond), 0)
    }
  }

  /// A moment from seconds since the epoch and nanoseconds after them, of any size and sign; nil outside the range.
  public init?(seconds: Int64, nanoseconds: Int64) {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let (carry, rest) = remainder < 0 ? (quotient - 1, remainder + 1_000_000_000) : (quotient, remainder)
    let (sum, overflow) = seconds.addingReportingOverflow(carry)
    guard !overflow, (Timestamp.firstSecond...Timestamp.lastSecond).contains(sum) else { return nil }
    (self.seconds, fraction) = (sum, Int32(rest))
  }

  /// Nanoseconds since 1970-01-01T00:00:00Z; saturates outside the years 1678 to 2262, which is all that 64 bits hold.
  public var nanoseconds: Int64 { nanoseconds(since: Timestamp(nanoseconds: 0)) ?? (seconds < 0 ? .min : .max) }

  /// Nanoseconds from another moment to this one; nil where 64 bits do not hold them (292 years).
  public func nanoseconds(since other: Timestamp) -> Int64? {
    // Both are far inside of what 64 bits hold, so the difference is too.
    var (whole, part) = (seconds - other.seconds, Int64(fraction) - Int64(other.fraction))
    // With equal signs no step on the way is larger than the result.
    if whole < 0, part > 0 { (whole, part) = (whole + 1, part - 1_000_000_000) }
    if whole > 0, part < 0 { (whole, part) = (whole - 1, part + 1_000_000_000) }
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isTooFar) = scaled.addingReportingOverflow(part)
    return overflow || isTooFar ? nil : sum
  }

  /// The moment so many nanoseconds later, or earlier for a negative number; nil outside the range.
  public func adding(nanoseconds: Int64) -> Timestamp? {
    let (quotient, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Timestamp(seconds: seconds + quotient, nanoseconds: Int64(fraction) + rest)
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.fraction) < (right.seconds, right.fraction)
  }

  /// Reads RFC 3339 (`2024-05-01T10:20:30.1234567Z`, offsets allowed, a date alone means midnight UTC); nil otherwise.
  public init?(rfc3339 text: String) {
    var scanner = DigitScanner(text)
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
      let day = scanner.number(2), (1...12).contains(month),
      (1...CivilTime.daysIn(month: month, year: year)).contains(day)
    else { return nil }
    var seconds = CivilTime.days(year: year, month: month, day: day) * 86_400
    var fraction = 0
    if !scanner.isAtEnd {
      guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
        let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), scanner.skip(":"),
        let second = scanner.number(2), hour < 24, minute < 60, second <= 60
      else { return nil }
      seconds += hour * 3600 + minute * 60 + second
      if scanner.skip(".") {
        guard let value = scanner.fraction() else { return nil }
        fraction = value
      }
      if !(scanner.skip("Z") || scanner.skip("z")) {
        let isEast = scanner.skip("+")
        guard isEast || scanner.skip("-"), let offsetHour = scanner.number(2), scanner.skip(":"),
          let offsetMinute = scanner.number(2), offsetHour < 24, offsetMinute < 60
        else { return nil }
        seconds -= (isEast ? 1 : -1) * (offsetHour * 3600 + offsetMinute * 60)
      }
      guard scanner.isAtEnd else { return nil }
    }
    // An offset can lead out of the range of years.
    guard let moment = Timestamp(seconds: Int64(seconds), nanoseconds: Int64(fraction)) else { return nil }
    self = moment
  }

  /// Reads a date and a time that name no zone, as `2026-11-30 17:05:00.000000` (the Azure CLI's `expiresOn`) or
  /// `2026-11-30T17:05`; what RFC 3339 writes is read, too. A date alone is its midnight.
  /// - Parameter zone: whose clocks show it. An offset in the text counts more.
  public init?(text: String, zone: ZoneRules) {
    var scanner = DigitScanner(text)
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
      let day = scanner.number(2), (1...12).contains(month),
      (1...CivilTime.daysIn(month: month, year: year)).contains(day)
    else { return nil }
    var time = CivilTime(year: year, month: month, day: day)
    var fraction = 0
    if !scanner.isAtEnd {
      guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
        let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), hour < 24, minute < 60
      else { return nil }
      (time.hour, time.minute) = (hour, minute)
      if scanner.skip(":") {
        guard let second = scanner.number(2), second <= 60 else { return nil }
        time.second = second
        if scanner.skip(".") {
          guard let value = scanner.fraction() else { return nil }
          fraction = value
        }
      }
      guard scanner.isAtEnd else {
        self.init(rfc3339: text)
        return
      }
    }
    self.init(seconds: zone.moment(ofLocal: time.seconds), nanoseconds: Int64(fraction))
  }

  /// RFC 3339 in UTC, with as many digits after the second as needed and no more.
  public var description: String {
    var (digits, width) = (Int(fraction), 9)
    while width > 0, digits % 10 == 0 { (digits, width) = (digits / 10, width - 1) }
    return text(fraction: digits, width: width)
  }

  /// RFC 3339 in UTC with seven digits after the second, as Azure writes times; what is beyond them is cut off.
  public var azureText: String { text(fraction: Int(fraction) / 100, width: 7) }

  private func text(fraction: Int, width: Int) -> String {
    let time = CivilTime(seconds: seconds)
    return String(unsafeUninitializedCapacity: 30) { buffer in
      var count = 0
      func put(_ value: Int, _ width: Int, _ end: Unicode.Scalar) {
        var value = value
        for place in stride(from: count + width - 1, through: count, by: -1) {
          buffer[place] = UInt8(truncatingIfNeeded: 0x30 + value % 10)
          value /= 10
        }
        count += width
        buffer[count] = UInt8(truncatingIfNeeded: end.value)
        count += 1
      }
      put(time.year, 4, "-")
      put(time.month, 2, "-")
      put(time.day, 2, "T")
      put(time.hour, 2, ":")
      put(time.minute, 2, ":")
      put(time.second, 2, width > 0 ? "." : "Z")
      if width > 0 { put(fraction, width, "Z") }
      return count
    }
  }
}

/// Reads fixed-width numbers from ASCII text.
private struct DigitScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
    position += 1
    return true
  }

  mutating func number(_ width: Int) -> Int? {
    guard bytes.count - position >= width else { return nil }
    var value = 0
    for byte in bytes[position..<position + width] {
      guard byte &- 0x30 < 10 else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    position += width
    return value
  }

  /// Digits after a point as nanoseconds; digits past the ninth are dropped.
  mutating func fraction() -> Int? {
    var value = 0
    var count = 0
    while position < bytes.count, bytes[position] &- 0x30 < 10 {
      if count < 9 { value = value * 10 + Int(bytes[position] - 0x30) }
      count += 1
      position += 1
    }
    guard count > 0 else { return nil }
    for _ in min(count, 9)..<9 { value *= 10 }
    return value
  }
}
