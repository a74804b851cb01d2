import AcrCore
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
    ("2024-02-29", 1_709_164_800_000_000_000, "2024-02-29T00:00:00Z"),
    ("2024-05-01T10:20:30.1234567Z", 1_714_558_830_123_456_700, "2024-05-01T10:20:30.1234567Z"),
    ("2024-05-01t10:20:30z", 1_714_558_830_000_000_000, "2024-05-01T10:20:30Z"),
    ("2024-05-01 12:20:30+02:00", 1_714_558_830_000_000_000, "2024-05-01T10:20:30Z"),
    ("2024-05-01T05:50:30-04:30", 1_714_558_830_000_000_000, "2024-05-01T10:20:30Z"),
    ("1969-12-31T23:59:59.5Z", -500_000_000, "1969-12-31T23:59:59.5Z"),
    ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000, "1900-03-01T00:00:00Z"),
    ("9999-12-31T23:59:59Z", .max, "9999-12-31T23:59:59Z"), ("0001-01-01T00:00:00Z", .min, "0001-01-01T00:00:00Z"),
    ("2024-05-01T10:20:30.12345678999Z", 1_714_558_830_123_456_789, "2024-05-01T10:20:30.123456789Z"),
  ])
  func reads(_ text: String, _ nanoseconds: Int64, _ written: String) throws {
    let time = try #require(Timestamp(rfc3339: text))
    #expect(time.nanoseconds == nanoseconds)
    #expect(time.description == written)
    #expect(Timestamp(rfc3339: written) == time)
  }

  @Test(arguments: [
    "", "2024", "2024-13-01", "2024-00-01", "2023-02-29", "1900-02-29", "2024-05-01T24:00:00Z", "2024-05-01T10:20Z",
    "2024-05-01T10:20:30", "2024-05-01T10:20:30.Z", "2024-05-01T10:20:30+0200", "2024-05-01T10:20:30Zx", "2024-5-1",
  ])
  func refuses(_ text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test func countsSecondsDownwards() {
    #expect(Timestamp(nanoseconds: -1).seconds == -1)
    #expect(Timestamp(nanoseconds: 1_999_999_999).seconds == 1)
    #expect(Timestamp(seconds: .max).nanoseconds == .max)
    #expect(Timestamp(seconds: 1) < Timestamp(seconds: 2))
  }

  @Test func differencesAndSums() throws {
    let epoch = Timestamp(nanoseconds: 0)
    for nanoseconds in [Int64.min, .min + 1, -1_000_000_001, -1, 0, 1, 999_999_999, 1_000_000_001, .max] {
      let time = Timestamp(nanoseconds: nanoseconds)
      #expect(time.nanoseconds == nanoseconds)
      #expect(time.nanoseconds(since: epoch) == nanoseconds)
      #expect(epoch.adding(nanoseconds: nanoseconds) == time)
    }
    #expect(Timestamp.latest.nanoseconds(since: .earliest) == nil)
    #expect(Timestamp.latest.adding(nanoseconds: 1) == nil)
    #expect(Timestamp.earliest.adding(nanoseconds: -1) == nil)
    #expect(Timestamp.earliest < Timestamp.latest)
  }
}
