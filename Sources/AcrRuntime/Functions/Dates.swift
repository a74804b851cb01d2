import AcrCore
import AcrLanguage
import AcrSystem

extension Builtins {
  static let dateFunctions: [Function] = [
    Function(
      "date", 1...2, "text, zone",
      "The datetime of a text such as `2024-05-01T10:20:30Z` or `2024-05-01 10:20`, or of seconds since 1970"
    ) { call in
      let zone = call.arguments.count > 1 ? try call.zone(1) : nil
      switch call.arguments[0] {
      case .datetime: return call.arguments[0]
      case .int(let seconds):
        guard let time = Timestamp(seconds: seconds, nanoseconds: 0) else {
          throw AcrError(
            .invalid, "\(seconds) seconds from 1970 are outside of the years 0 to 9999",
            help: "milliseconds are divided first: `date(floor($ms / 1000))`")
        }
        return .datetime(time)
      case .string(let text):
        // A date alone is midnight in UTC, as RFC 3339 texts are meant; other texts without a zone are of this machine's.
        let time =
          zone == nil && text.utf8.count == 10
          ? Timestamp(rfc3339: text) : Timestamp(text: text, zone: zone ?? call.host.zone())
        guard let time else {
          throw AcrError(
            .invalid, "`\(text)` is not a datetime",
            help: "as in `2024-05-01`, `2024-05-01T10:20:30Z` or `2024-05-01 10:20:30`")
        }
        return .datetime(time)
      default: throw call.wrong(0, "a string or int")
      }
    },
    Function("now", 0...0, "", "The present time") { call in .datetime(call.host.now()) },
    Function(
      "format-date", 2...3, "datetime, format, zone",
      "A datetime as text, by a format such as `%Y-%m-%d %H:%M`; in UTC, or in a zone such as `Europe/Berlin` or `local`"
    ) { call in
      let time = try call.datetime(0)
      let zone = call.arguments.count > 2 ? try call.zone(2) : .utc
      return .string(try DateFormat.text(of: time, try call.string(1), zone))
    },
    Function(
      "date-parts", 1...2, "datetime, zone",
      "The parts of a datetime as a record: year, month, day, hour, minute, second, nanosecond, weekday and more"
    ) { call in
      let time = try call.datetime(0)
      let zone = call.arguments.count > 1 ? try call.zone(1) : .utc
      let kind = zone.kind(at: time.seconds)
      let civil = CivilTime(seconds: time.seconds + kind.offset)
      let week = civil.week
      return .record(
        Record([
          "year": .int(Int64(civil.year)), "month": .int(Int64(civil.month)), "day": .int(Int64(civil.day)),
          "hour": .int(Int64(civil.hour)), "minute": .int(Int64(civil.minute)), "second": .int(Int64(civil.second)),
          "nanosecond": .int(Int64(time.fraction)), "weekday": .int(Int64(civil.weekday)),
          "dayOfYear": .int(Int64(civil.dayOfYear)), "week": .int(Int64(week.number)),
          "weekYear": .int(Int64(week.year)), "offset": .duration(kind.offset * 1_000_000_000),
          "zone": .string(kind.abbreviation), "epoch": .int(time.seconds),
        ]))
    },
  ]
}

extension FunctionCall {
  func datetime(_ index: Int) throws -> Timestamp {
    guard case .datetime(let time) = arguments[index] else {
      throw wrong(index, "a datetime", help: "`date(…)` reads one from text")
    }
    return time
  }

  /// A zone by its name, its offset, or `local`.
  fileprivate func zone(_ index: Int) throws -> ZoneRules {
    let name = try string(index)
    if name == "local" { return host.zone() }
    if let zone = ZoneRules(offset: name) { return zone }
    if let zone = try ZoneFiles.rules(named: name) { return zone }
    throw AcrError(
      .invalid, "`\(name)` is not a time zone",
      help: "a name such as `Europe/Berlin`, an offset such as `+02:00`, `UTC` or `local`")
  }
}

/// Formats of datetimes, with the letters of `strftime` (POSIX) whose meaning does not depend on a language.
enum DateFormat {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
  private static let letters = "Y y m d e H I M S f p j a A b B u V G F T R s z Z n t %"

  /// The text of a moment in a zone.
  /// - Throws: ``AcrError`` of kind `invalid` for a letter without a meaning.
  static func text(of time: Timestamp, _ format: String, _ zone: ZoneRules) throws(AcrError) -> String {
    let kind = zone.kind(at: time.seconds)
    let civil = CivilTime(seconds: time.seconds + kind.offset)
    var text = ""
    var rest = Substring(format)
    while let character = rest.popFirst() {
      guard character == "%" else {
        text.append(character)
        continue
      }
      guard let letter = rest.popFirst() else {
        throw AcrError(.invalid, "a `%` at the end of a format stands for nothing", help: "`%%` is the character")
      }
      text += try part(letter, civil, time, kind)
    }
    return text
  }

  private static func part(
    _ letter: Character, _ civil: CivilTime, _ time: Timestamp, _ kind: ZoneRules.Kind
  ) throws(AcrError) -> String {
    switch letter {
    case "Y": return padded(civil.year, 4)
    case "y": return padded(civil.year % 100, 2)
    case "m": return padded(civil.month, 2)
    case "d": return padded(civil.day, 2)
    case "e": return civil.day < 10 ? " \(civil.day)" : "\(civil.day)"
    case "H": return padded(civil.hour, 2)
    case "I": return padded((civil.hour + 11) % 12 + 1, 2)
    case "M": return padded(civil.minute, 2)
    case "S": return padded(civil.second, 2)
    case "f": return padded(Int(time.fraction) / 1000, 6)
    case "p": return civil.hour < 12 ? "AM" : "PM"
    case "j": return padded(civil.dayOfYear, 3)
    case "a": return String(days[civil.weekday - 1].prefix(3))
    case "A": return days[civil.weekday - 1]
    case "b": return String(months[civil.month - 1].prefix(3))
    case "B": return months[civil.month - 1]
    case "u": return String(civil.weekday)
    case "V": return padded(civil.week.number, 2)
    case "G": return padded(civil.week.year, 4)
    case "F": return "\(padded(civil.year, 4))-\(padded(civil.month, 2))-\(padded(civil.day, 2))"
    case "T": return "\(padded(civil.hour, 2)):\(padded(civil.minute, 2)):\(padded(civil.second, 2))"
    case "R": return "\(padded(civil.hour, 2)):\(padded(civil.minute, 2))"
    case "s": return String(time.seconds)
    case "z": return ZoneRules.text(of: kind.offset)
    case "Z": return kind.abbreviation
    case "n": return "\n"
    case "t": return "\t"
    case "%": return "%"
    default:
      throw AcrError(
        .invalid, "`%\(letter)` is no part of a datetime",
        help: "the letters are \(letters), as in `%Y-%m-%d %H:%M:%S %z`")
    }
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
