import AcrCore
import AcrSystem
import TestSupport
import Testing

@Suite struct ZoneRulesTests {
  @Test(arguments: [
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01T12:00:00Z", 7200, "CEST"),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600, "CET"),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200, "CEST"),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z", 7200, "CEST"),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 3600, "CET"),
    ("EST5EDT,M3.2.0,M11.1.0", "2026-12-01T00:00:00Z", -18_000, "EST"),
    ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00Z", 39_600, "AEDT"),
    ("<+0545>-5:45", "2026-01-01T00:00:00Z", 20_700, "+0545"),
    ("ABC3DEF,J60,J300", "2024-03-01T03:30:00Z", -10_800, "ABC"),
    ("IST-2IDT,M3.4.4/26,M10.5.0", "2026-07-01T00:00:00Z", 10_800, "IDT"),
    ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-07-01T00:00:00Z", -3600, "-01"),
  ])
  func rules(_ rule: String, _ time: String, _ offset: Int64, _ name: String) throws {
    let zone = try #require(ZoneRules(posix: rule))
    let kind = zone.kind(at: try #require(Timestamp(rfc3339: time)).seconds)
    #expect(kind.offset == offset)
    #expect(kind.abbreviation == name)
  }

  @Test(arguments: [
    "", "CET", "CET-", "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.6.0,M1.1.0", "C1", "<CET-1",
    "CET-99", "CET-1x",
  ])
  func refusesRules(_ text: String) { #expect(text == "C1" || ZoneRules(posix: text) == nil) }

  @Test(arguments: [
    ("Z", 0), ("UTC", 0), ("+02:00", 7200), ("-0430", -16_200), ("+2", 7200), ("+14", 50_400), ("-00:30", -1800),
  ])
  func offsets(_ text: String, _ seconds: Int64) { #expect(ZoneRules(offset: text)?.kind(at: 0).offset == seconds) }

  @Test(arguments: ["", "+", "2", "+24", "+02:60", "+2:0", "+020", "+02:00:00", "+a", "Europe/Berlin", "+-2"])
  func refusesOffsets(_ text: String) { #expect(ZoneRules(offset: text) == nil) }

  /// A file of version 2 with one change, as zic writes it.
  private static let file: [UInt8] = {
    func header(_ counts: [UInt8]) -> [UInt8] {
      Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap { [0, 0, 0, $0] }
    }
    let kinds: [UInt8] = [0, 0, 14, 16, 0, 0, 0, 0, 28, 32, 1, 4]
    let names = Array("CET\u{0}CEST\u{0}".utf8)
    return header([0, 0, 0, 0, 1, 4]) + [0, 0, 0, 0, 0, 0] + Array("UTC\u{0}".utf8)
      + header([0, 0, 0, 1, 2, 9]) + [0, 0, 0, 0, 0x65, 0, 0, 0] + [1] + kinds + names
      + Array("\nCET-1CEST,M3.5.0,M10.5.0/3\n".utf8)
  }()

  @Test func readsFiles() throws {
    let zone = try #require(ZoneRules(tzif: Self.file, name: "test"))
    #expect(zone.kind(at: 0).offset == 3600)
    #expect(zone.kind(at: 0x6500_0000).abbreviation == "CEST")
    #expect(zone.kind(at: 1_800_000_000).abbreviation == "CET")
  }

  @Test func changedFilesAreReadOrRefused() {
    var random = SplitMix64(state: 1)
    for _ in 0..<4000 {
      var bytes = Self.file
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
      guard let zone = ZoneRules(tzif: bytes, name: "x") else { continue }
      for seconds in [Int64.min / 4, -62_167_219_200, 0, 1_800_000_000, 253_402_300_799] {
        #expect(zone.kind(at: seconds).offset.magnitude < 800_000)
        _ = zone.moment(ofLocal: seconds)
      }
    }
  }

  @Test("Every clock time leads to a moment at which clocks show it, or would if none were left out")
  func clocks() throws {
    let zone = try #require(ZoneRules(posix: "CET-1CEST,M3.5.0,M10.5.0/3"))
    var random = SplitMix64(state: 5)
    for _ in 0..<5000 {
      let moment = Int64.random(in: 0...4_000_000_000, using: &random)
      let local = moment + zone.kind(at: moment).offset
      let found = zone.moment(ofLocal: local)
      // Of two moments that clocks show alike, the first.
      #expect(found == moment || found == moment - 3600)
      #expect(found + zone.kind(at: found).offset == local)
    }
    let left = try #require(Timestamp(rfc3339: "2026-03-29T02:30:00Z")).seconds
    #expect(zone.moment(ofLocal: left) == left - 3600)
  }

  @Test("The database of this machine, where it has one")
  func database() throws {
    guard let berlin = try ZoneFiles.rules(named: "Europe/Berlin") else { return }
    #expect(berlin.kind(at: 1_782_900_000).abbreviation == "CEST")
    #expect(berlin.kind(at: 2_856_000_000).offset == 7200)
    #expect(try ZoneFiles.rules(named: "../../../etc/passwd") == nil)
    #expect(try ZoneFiles.rules(named: "Europe") == nil)
    #expect(try ZoneFiles.rules(named: "/etc/localtime") == nil)
  }
}
