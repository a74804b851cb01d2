import AcrSystem
import AcrCore
import Testing

/// Numbers that servers choose never trap.
@Suite struct WireNumberTests {
  @Test func sizesSaturate() throws {
    let largest = try #require(WireSize(exactly: .max))
    #expect([largest, largest].total == .max)
    #expect(largest + WireSize(clamping: 1) == .max)
    #expect(WireSize(clamping: 3) - 5 == .zero)
    #expect(largest - WireSize(clamping: 1) == Int64.max - 1)
    #expect(WireSize(exactly: -1) == nil)
    #expect(WireSize(clamping: Int64.min) == .zero)
    #expect(WireSize(clamping: UInt64.max) == .max)
    #expect(ByteCount.human(largest) == "9.22 EB")
  }

  @Test func sizesAreDecimalDigits() {
    #expect(WireSize(digits: "0")?.bytes == 0)
    #expect(WireSize(digits: "9223372036854775807") == .max)
    for refused in ["9223372036854775808", "-1", "+1", "", " 1", "1e3", "١"] {
      #expect(WireSize(digits: refused) == nil, "\(refused)")
    }
  }

  @Test func descriptorsOfAnySizeAddUp() throws {
    let digest = try Digest("sha256:\(String(repeating: "a", count: 64))")
    func descriptor(_ size: JSONValue) throws -> Descriptor {
      try Descriptor(json: ["digest": .string(digest.description), "size": size], in: "a manifest")
    }
    let layers = [try descriptor(.integer(.max)), try descriptor(.integer(.max))]
    #expect(layers.totalSize == .max)
    for refused in [JSONValue.integer(-1), .number(1e30), "5", .null] {
      #expect(throws: AcrError.self) { try descriptor(refused) }
    }
  }

  @Test func lifetimesAreRead() {
    let cases: [(JSONValue, Int64)] = [
      (.integer(60), 60), (.integer(.min), 0), (.integer(-1), 0), (.string("3600"), 3600), (.number(59.9), 59),
      (.number(-1e300), 0),
    ]
    for (json, seconds) in cases { #expect(Lifetime(json)?.seconds == seconds, "\(json)") }
  }

  @Test func lifetimesFitEveryClock() throws {
    for json in [JSONValue.integer(.max), .number(1e300), .string("99999999999999999999999")] {
      let life = try #require(Lifetime(json))
      #expect(life == .longest)
      #expect(ContinuousClock.now + life.duration > .now)
      #expect(Timestamp.now().adding(life) > .now())
    }
    #expect(Lifetime(.number(.nan)) == nil)
    #expect(Lifetime(.string("-5")) == nil)
    #expect(Lifetime(nil) == nil)
    // `exp` at the end of time and `iat` before its beginning.
    let (first, last) = (Timestamp(seconds: .min), Timestamp(seconds: .max))
    #expect(Lifetime(from: first, until: last) == .longest)
    #expect(Lifetime(from: last, until: first) == .zero)
    #expect(Lifetime(seconds: 5) - Lifetime(seconds: 9) == .zero)
  }

  @Test func timesSaturate() throws {
    #expect(Timestamp(rfc3339: "2262-04-11T23:47:16.854775807Z")?.nanoseconds == .max)
    #expect(Timestamp(rfc3339: "2262-04-11T23:47:16.9Z")?.nanoseconds == .max)
    #expect(Timestamp(rfc3339: "1677-09-21T00:12:43Z")?.nanoseconds == .min)
    #expect(Timestamp(rfc3339: "9999-12-31T23:59:60.999999999-23:59") == nil)
    #expect(Timestamp(rfc3339: "0000-01-01T00:00:00+00:01") == nil)
    let (first, last) = (Timestamp.earliest, Timestamp.latest)
    #expect(first.description == "0000-01-01T00:00:00Z")
    #expect(last.description == "9999-12-31T23:59:59.999999999Z")
    #expect(last.adding(seconds: 1) == last)
    #expect(first.adding(seconds: .min) == first)
    #expect(last.seconds(since: first) == 315_569_520_000)
    #expect(last.duration(since: Timestamp(nanoseconds: -1)) == .nanoseconds(Int64.max))
    #expect(Timestamp(epochSeconds: .integer(.max)) == last)
    #expect(Timestamp(epochSeconds: "12")?.seconds == 12)
    #expect(Timestamp(epochSeconds: .number(.nan)) == nil)
  }

  @Test func rangesAreRead() throws {
    let whole = try #require(WireRange(uploadRange: "0-9223372036854775807"))
    #expect(whole.end == .max)
    #expect(WireRange(uploadRange: "bytes=0-99")?.end.bytes == 100)
    for refused in ["", "-", "5-", "-5", "9-3", "0--1", "0-9223372036854775808", "bytes 0-1", "0-1-2"] {
      #expect(WireRange(uploadRange: refused) == nil, "\(refused)")
    }
    #expect(WireRange(contentRange: "bytes 5-9/10") == WireRange(first: 5, last: 9))
    #expect(WireRange(contentRange: "bytes 5-9/*") == WireRange(first: 5, last: 9))
    for refused in ["bytes 5-9/9", "bytes 5-9", "items 5-9/10", "bytes -1-9/10", "bytes 9-5/10", "bytes */10"] {
      #expect(WireRange(contentRange: refused) == nil, "\(refused)")
    }
  }

  @Test func documentsHaveLimitedNumbersOfValues() throws {
    let list = Array("[[],[],[],[]]".utf8)
    #expect(try JSONValue(parsing: list, mostValues: 10).array?.count == 4)
    #expect(throws: JSONError.self) { try JSONValue(parsing: list, mostValues: 9) }
  }
}

/// Each limit has its message and says how it is raised.
@Suite struct WireBudgetTests {
  @Test(arguments: WireLimit.allCases)
  func limitsSayHowTheyAreRaised(_ limit: WireLimit) throws {
    var limits = WireLimits()
    limits[limit] = 4
    let budget = WireBudget(limits, for: "the list of tags of `r.example/app`", target: "r.example")
    try budget.take(3, of: limit)
    try budget.take(1, of: limit)
    let error = try #require(throws: AcrError.self) { try budget.take(1, of: limit) }
    #expect(error.kind == .invalid)
    #expect(error.message.hasPrefix("the list of tags of `r.example/app` "))
    #expect(error.message.contains(limit.text(4)))
    #expect(error.help?.contains("--limit \(limit.rawValue)=\(limit.text(8))") == true)
    #expect(error.code == WireLimits.code)
    #expect(budget.taken(of: limit) == 4)
    budget.giveBack(2, of: limit)
    try budget.take(2, of: limit)
  }

  @Test func budgetsDoNotOverflow() {
    let budget = WireBudget(for: "an image")
    #expect(throws: AcrError.self) { try budget.take(.max, of: .memory) }
    #expect(throws: AcrError.self) { try budget.take(WireSize.max, of: .memory) }
    budget.giveBack(.max, of: .memory)
    #expect(budget.taken(of: .memory) == 0)
  }

  @Test func valuesAreWrittenAsTheyAreGiven() {
    #expect(WireLimit.memory.text(128 << 20) == "128MiB")
    #expect(WireLimit.headers.text(1000) == "1000B")
    #expect(WireLimit.pages.text(1024) == "1024")
  }
}
