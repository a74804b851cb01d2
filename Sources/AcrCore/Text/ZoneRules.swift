/// When the clocks of a zone show what: its offsets from UTC, with those of summer time.
///
/// Read from a file of the IANA time zone database (TZif, RFC 9636): a table of the changes, and for the time behind its end
/// a rule as in POSIX `TZ`. Leap seconds are not counted.
public struct ZoneRules: Sendable {
  /// How messages name it: `Europe/Berlin`, `+02:00`.
  public let name: String
  /// Moments, in seconds since 1970, from which on another kind of time counts.
  private var transitions: [Int64] = []
  private var indices: [UInt8] = []
  private var kinds: [Kind]
  private var tail: ZoneTail?

  /// A kind of time of a zone.
  public struct Kind: Sendable, Equatable {
    /// Seconds east of UTC.
    public var offset: Int64
    /// True for summer time.
    public var isDaylight: Bool
    /// For example `CEST`.
    public var abbreviation: String
  }

  /// UTC.
  public static let utc = ZoneRules(name: "UTC", offset: 0, abbreviation: "UTC")

  /// A zone that never changes.
  /// - Parameter offset: seconds east of UTC.
  public init(name: String, offset: Int64, abbreviation: String) {
    self.name = name
    kinds = [Kind(offset: offset, isDaylight: false, abbreviation: abbreviation)]
  }

  /// Reads an offset: `Z`, `UTC`, `+02:00`, `-0430`, `+2`; nil for anything else.
  public init?(offset text: String) {
    if ["Z", "z", "UTC", "utc"].contains(text) {
      self = .utc
      return
    }
    var digits = Substring(text)
    guard let sign = digits.popFirst(), sign == "+" || sign == "-" else { return nil }
    let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, digits.utf8.allSatisfy({ $0 == 0x3A || (0x30...0x39).contains($0) }) else { return nil }
    let hours: Int64?
    var minutes: Int64? = 0
    if parts.count == 2 {
      guard (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2 else { return nil }
      (hours, minutes) = (Int64(parts[0]), Int64(parts[1]))
    } else if digits.utf8.count == 4 {
      (hours, minutes) = (Int64(digits.prefix(2)), Int64(digits.suffix(2)))
    } else {
      guard (1...2).contains(digits.utf8.count) else { return nil }
      hours = Int64(digits)
    }
    guard let hours, let minutes, hours < 24, minutes < 60 else { return nil }
    let seconds = (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
    let spelling = ZoneRules.text(of: seconds)
    self.init(name: spelling, offset: seconds, abbreviation: spelling)
  }

  /// An offset as RFC 3339 writes it: `+02:00`; seconds, which zones had before about 1920, follow where there are some.
  public static func text(of offset: Int64) -> String {
    let amount = offset.magnitude
    func two(_ value: UInt64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let text = "\(offset < 0 ? "-" : "+")\(two(amount / 3600)):\(two(amount / 60 % 60))"
    return amount % 60 == 0 ? text : text + ":\(two(amount % 60))"
  }

  /// Reads a TZif file of any version; nil for what is none.
  public init?(tzif bytes: [UInt8], name: String) {
    var reader = ZoneFileReader(bytes)
    guard let table = reader.table() else { return nil }
    self.name = name
    (transitions, indices, kinds) = (table.transitions, table.indices, table.kinds)
    // A rule that cannot be read is as if there were none: the last kind of time goes on.
    tail = table.rule.flatMap(ZoneTail.init)
  }

  /// Reads a rule as the variable `TZ` can hold one: `CET-1CEST,M3.5.0,M10.5.0/3`; nil for what is none.
  public init?(posix text: String) {
    guard let tail = ZoneTail(text) else { return nil }
    name = text
    kinds = [tail.standard]
    self.tail = tail
  }

  /// The kind of time at a moment, in seconds since 1970.
  public func kind(at seconds: Int64) -> Kind {
    guard let first = transitions.first, seconds >= first else {
      if transitions.isEmpty, let tail { return tail.kind(at: seconds) }
      return kinds.first { !$0.isDaylight } ?? kinds[0]
    }
    if let last = transitions.last, seconds >= last, let tail { return tail.kind(at: seconds) }
    var (low, high) = (0, transitions.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if transitions[middle] <= seconds { low = middle } else { high = middle }
    }
    return kinds[Int(indices[low])]
  }

  /// The moment at which clocks show a time. Of two in the autumn the first; a time that is left out in the spring is one
  /// hour later.
  /// - Parameter local: the seconds since 1970 of a clock of UTC that shows the same.
  /// - Returns: seconds since 1970.
  public func moment(ofLocal local: Int64) -> Int64 {
    let before = kind(at: local - 86_400).offset
    let after = kind(at: local + 86_400).offset
    let candidates = [local - before, local - after].filter { kind(at: $0).offset == local - $0 }
    return candidates.min() ?? local - before
  }
}

/// The rule that counts behind the end of a zone's table.
struct ZoneTail: Sendable {
  let standard: ZoneRules.Kind
  private var daylight: (kind: ZoneRules.Kind, start: Day, end: Day)?

  /// A day of every year, and the time on it, in seconds of the clock there.
  private struct Day: Sendable {
    enum Rule: Sendable {
      /// 1 to 365; 29 February is never counted.
      case julian(Int)
      /// 0 to 365.
      case zeroBased(Int)
      case weekday(month: Int, week: Int, day: Int)
    }
    var rule: Rule
    var time: Int64 = 7200

    /// Seconds since 1970 of a clock of UTC that shows it.
    func seconds(in year: Int) -> Int64 {
      switch rule {
      case .julian(let day):
        let isLeap = CivilTime.daysIn(month: 2, year: year) == 29
        return start(of: year) + Int64(day - 1 + (isLeap && day >= 60 ? 1 : 0)) * 86_400 + time
      case .zeroBased(let day): return start(of: year) + Int64(day) * 86_400 + time
      case .weekday(let month, let week, let day):
        let first = CivilTime(year: year, month: month, day: 1)
        // Days of the week count from Sunday here.
        var date = 1 + (day - first.weekday % 7 + 7) % 7 + (week - 1) * 7
        if date > CivilTime.daysIn(month: month, year: year) { date -= 7 }
        return CivilTime(year: year, month: month, day: date).seconds + time
      }
    }

    private func start(of year: Int) -> Int64 { CivilTime(year: year, month: 1, day: 1).seconds }
  }

  init?(_ text: String) {
    var scanner = RuleScanner(text)
    guard let name = scanner.name(), let west = scanner.time(upTo: 24) else { return nil }
    standard = ZoneRules.Kind(offset: -west, isDaylight: false, abbreviation: name)
    if scanner.isAtEnd { return }
    guard let other = scanner.name() else { return nil }
    var offset = standard.offset + 3600
    if scanner.next != 0x2C {
      guard let west = scanner.time(upTo: 24) else { return nil }
      offset = -west
    }
    guard scanner.take(0x2C), let start = ZoneTail.day(&scanner), scanner.take(0x2C), let end = ZoneTail.day(&scanner),
      scanner.isAtEnd
    else { return nil }
    daylight = (ZoneRules.Kind(offset: offset, isDaylight: true, abbreviation: other), start, end)
  }

  private static func day(_ scanner: inout RuleScanner) -> Day? {
    var day: Day
    if scanner.take(0x4D) {
      guard let month = scanner.number(upTo: 12), month > 0, scanner.take(0x2E), let week = scanner.number(upTo: 5),
        week > 0, scanner.take(0x2E), let weekday = scanner.number(upTo: 6)
      else { return nil }
      day = Day(rule: .weekday(month: month, week: week, day: weekday))
    } else if scanner.take(0x4A) {
      guard let number = scanner.number(upTo: 365), number > 0 else { return nil }
      day = Day(rule: .julian(number))
    } else {
      guard let number = scanner.number(upTo: 365) else { return nil }
      day = Day(rule: .zeroBased(number))
    }
    if scanner.take(0x2F) {
      guard let time = scanner.time(upTo: 167) else { return nil }
      day.time = time
    }
    return day
  }

  func kind(at seconds: Int64) -> ZoneRules.Kind {
    guard let (kind, start, end) = daylight else { return standard }
    let year = CivilTime(seconds: seconds + standard.offset).year
    let first = start.seconds(in: year) - standard.offset
    let last = end.seconds(in: year) - kind.offset
    let isDaylight =
      first < last ? first <= seconds && seconds < last : !(last <= seconds && seconds < first)
    return isDaylight ? kind : standard
  }
}

/// Reads the parts of a rule of POSIX `TZ`.
private struct RuleScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }
  var next: UInt8? { isAtEnd ? nil : bytes[position] }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  /// Letters, or anything between `<` and `>`.
  mutating func name() -> String? {
    let isQuoted = take(0x3C)
    let start = position
    while let byte = next {
      let isLetter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      guard isLetter || isQuoted && ((0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D) else { break }
      position += 1
    }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    guard (1...32).contains(name.utf8.count), !isQuoted || take(0x3E) else { return nil }
    return name
  }

  mutating func number(upTo most: Int) -> Int? {
    var value: Int?
    while let byte = next, (0x30...0x39).contains(byte) {
      value = (value ?? 0) * 10 + Int(byte - 0x30)
      guard let value, value <= most else { return nil }
      position += 1
    }
    return value
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  mutating func time(upTo most: Int) -> Int64? {
    let isNegative = take(0x2D)
    if !isNegative { _ = take(0x2B) }
    guard let hours = number(upTo: most) else { return nil }
    var seconds = hours * 3600
    for unit in [60, 1] where take(0x3A) {
      guard let part = number(upTo: 59) else { return nil }
      seconds += part * unit
    }
    return Int64(isNegative ? -seconds : seconds)
  }
}

/// Reads the table of a TZif file. Nothing in it is trusted.
private struct ZoneFileReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  struct Table {
    var transitions: [Int64] = []
    var indices: [UInt8] = []
    var kinds: [ZoneRules.Kind] = []
    var rule: String?
  }

  private struct Header {
    var version: UInt8
    /// UT indicators, standard indicators, leap seconds, transitions, kinds, characters.
    var counts: [Int]

    func size(_ time: Int) -> Int {
      counts[3] * time + counts[3] + counts[4] * 6 + counts[5] + counts[2] * (time + 4) + counts[1] + counts[0]
    }
  }

  mutating func table() -> Table? {
    guard let first = header() else { return nil }
    if first.version < 0x32 { return table(first, 4) }
    let (size, isTooLong) = position.addingReportingOverflow(first.size(4))
    guard !isTooLong, size <= bytes.count else { return nil }
    position = size
    guard let second = header(), var table = table(second, 8) else { return nil }
    if position < bytes.count, bytes[position] == 0x0A {
      let rule = bytes[(position + 1)...].prefix { $0 != 0x0A }
      if !rule.isEmpty { table.rule = String(decoding: rule, as: UTF8.self) }
    }
    return table
  }

  private mutating func header() -> Header? {
    guard position + 44 <= bytes.count, bytes[position..<position + 4].elementsEqual([0x54, 0x5A, 0x69, 0x66]) else {
      return nil
    }
    let version = bytes[position + 4]
    position += 20
    let counts = (0..<6).map { _ in Int(integer(4)) }
    guard counts.allSatisfy({ (0...bytes.count).contains($0) }) else { return nil }
    return Header(version: version, counts: counts)
  }

  private mutating func table(_ header: Header, _ width: Int) -> Table? {
    guard position + header.size(width) <= bytes.count else { return nil }
    var table = Table()
    let (times, kinds, characters) = (header.counts[3], header.counts[4], header.counts[5])
    for _ in 0..<times { table.transitions.append(integer(width)) }
    guard zip(table.transitions, table.transitions.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    table.indices = Array(bytes[position..<position + times])
    position += times
    let names = position + kinds * 6
    for _ in 0..<kinds {
      let offset = integer(4)
      let (isDaylight, name) = (bytes[position], Int(bytes[position + 1]))
      position += 2
      guard name < characters, (-93_600...93_600).contains(offset) else { return nil }
      let text = bytes[(names + name)..<(names + characters)].prefix { $0 != 0 }
      table.kinds.append(
        ZoneRules.Kind(offset: offset, isDaylight: isDaylight != 0, abbreviation: String(decoding: text, as: UTF8.self))
      )
    }
    position = names + characters + header.counts[2] * (width + 4) + header.counts[1] + header.counts[0]
    guard !table.kinds.isEmpty, table.indices.allSatisfy({ $0 < table.kinds.count }) else { return nil }
    return table
  }

  /// A number of two's complement, the most significant byte first.
  private mutating func integer(_ width: Int) -> Int64 {
    var value: UInt64 = bytes[position] & 0x80 == 0 ? 0 : .max
    for byte in bytes[position..<position + width] { value = value << 8 | UInt64(byte) }
    position += width
    return Int64(bitPattern: value)
  }
}
