/// A date and a time of day, as a clock on a wall shows them: without a zone. The calendar is the proleptic Gregorian one.
public struct CivilTime: Hashable, Sendable {
  /// Of the proleptic calendar: 0 is the year before 1.
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int
  /// 0 to 23.
  public var hour: Int
  /// 0 to 59.
  public var minute: Int
  /// 0 to 60: a leap second counts as the next one.
  public var second: Int

  /// Creates a time. The fields are within their ranges.
  public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  /// The time that a clock of UTC shows so many seconds after 1970-01-01T00:00:00Z. With the offset of a zone added to the
  /// seconds, what a clock there shows.
  public init(seconds: Int64) {
    var days = seconds / 86_400
    var clock = seconds % 86_400
    if clock < 0 {
      clock += 86_400
      days -= 1
    }
    (year, month, day) = CivilTime.date(days: Int(days))
    (hour, minute, second) = (Int(clock) / 3600, Int(clock) / 60 % 60, Int(clock) % 60)
  }

  /// Seconds since 1970-01-01T00:00:00Z of a clock of UTC that shows this.
  public var seconds: Int64 {
    Int64(CivilTime.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second)
  }

  /// The day of the week, 1 for Monday to 7 for Sunday (ISO 8601).
  public var weekday: Int {
    let days = CivilTime.days(year: year, month: month, day: day)
    // 1970-01-01 was a Thursday.
    return ((days + 3) % 7 + 7) % 7 + 1
  }

  /// The day of the year, 1 to 366.
  public var dayOfYear: Int {
    CivilTime.days(year: year, month: month, day: day) - CivilTime.days(year: year, month: 1, day: 1) + 1
  }

  /// The week and the year it belongs to by ISO 8601: week 1 is the one with the year's first Thursday.
  public var week: (year: Int, number: Int) {
    let days = CivilTime.days(year: year, month: month, day: day)
    // The Thursday of this week decides.
    let (owner, _, _) = CivilTime.date(days: days + 4 - weekday)
    let first = CivilTime.days(year: owner, month: 1, day: 1)
    return (owner, (days + 4 - weekday - first) / 7 + 1)
  }

  /// How many days a month has.
  public static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01; years are counted from March so that leap days fall last.
  static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
  }
}
