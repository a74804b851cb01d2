import AcrCore
import AcrText
import Testing

@testable import AcrRuntime

@Suite("Data formats and tables")
struct FormatTests {
  @Test("Rows with the same names share one shape; of repeated names the last value counts")
  func shapes() throws {
    let value = try Value(
      json: Array(#"[{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"b": 5, "a": 6}, {"a": 1, "b": 2, "a": 7}]"#.utf8))
    guard case .list(let rows) = value, case .record(let first) = rows[0], case .record(let second) = rows[1],
      case .record(let third) = rows[2], case .record(let fourth) = rows[3]
    else {
      Issue.record("not four records")
      return
    }
    #expect(first.shape === second.shape)
    #expect(first.shape !== third.shape)
    #expect(third.shape.names == ["b", "a"])
    #expect(fourth.shape === first.shape)
    #expect(try Value.record(fourth).json() == #"{"a":7,"b":2}"#)
  }

  @Test("What is shown names the secrets in lists and records, and holds none of them")
  func secretsInWhatIsShown() throws {
    let secret = Value.secret(Secret("hunter2"))
    let value = Value.record(
      Record([
        "name": .string("prod"), "password": secret,
        "accounts": .list([.int(1), .record(Record(["token": secret])), .list([secret])]),
      ]))
    let shown = try #require(value.withoutSecrets)
    let name = Value.string("\(Secret("hunter2"))")
    let expected = Value.record(
      Record([
        "name": .string("prod"), "password": name,
        "accounts": .list([.int(1), .record(Record(["token": name])), .list([name])]),
      ]))
    #expect(try shown.json() == expected.json())
    #expect(try !shown.json().contains("hunter2"))
    // Nothing is made anew where there is none, and one alone stays a secret.
    #expect(Value.list([.int(1), .record(Record(["a": .string("b")]))]).withoutSecrets == nil)
    #expect(Value.string("hunter2").withoutSecrets == nil)
    #expect(secret.withoutSecrets == nil)
  }

  @Test(
    "Durations as text",
    arguments: [
      (0, "0s", "0s"), (250_000_000, "250ms", "250ms"), (1_500_000, "1.5ms", "1ms"),
      (5_400_000_000_000, "1h30m", "1h 30m"),
      (172_800_000_000_000, "2d", "2d"), (-60_000_000_000, "-1m", "-1m"), (1_500_000_000, "1s500ms", "1.5s"),
      (Int64.min, "-106751d23h47m16s854.775808ms", "-106751d"),
    ])
  func durations(_ nanoseconds: Int64, _ exact: String, _ human: String) {
    #expect(DurationText.exact(nanoseconds) == exact)
    #expect(DurationText.human(nanoseconds) == human)
    if nanoseconds != .min { #expect(DurationText.parse(exact) == nanoseconds) }
  }

  @Test("What is no duration", arguments: ["", "5", "s", "1x", "1h-2m", "99999999999d", "1..5s"])
  func noDuration(_ text: String) { #expect(DurationText.parse(text) == nil) }
}
