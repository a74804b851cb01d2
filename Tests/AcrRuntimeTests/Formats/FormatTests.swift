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

  private static let digest = "sha256:1f3c" + String(repeating: "0", count: 56) + "9ab2"
  private static let rows = Value.list([
    .record(
      Record([
        "digest": .string(digest), "tags": .list([.string("v1"), .string("latest")]), "imageSize": .size(12_345_678),
        "lastUpdateTime": .datetime(Timestamp(seconds: 1_000_000 - 3 * 86_400 - 4 * 3600)), "n": .int(7),
      ])),
    .record(
      Record([
        "digest": .string("日本"), "tags": .list([]), "imageSize": .null,
        "lastUpdateTime": .datetime(Timestamp(seconds: 1_000_000)), "n": .int(123),
      ])),
  ])

  @Test("A table cuts digests, right-aligns numbers, and shows sizes and ages for people")
  func table() {
    let layout = TableLayout(now: Timestamp(seconds: 1_000_000))
    #expect(
      layout.lines(Self.rows) == [
        "digest            tags        imageSize  lastUpdateTime    n",
        "sha256:1f3c…9ab2  v1, latest    12.3 MB       3d 4h ago    7",
        "日本                                  -             now  123",
      ])
  }

  @Test("A narrow table cuts its widest columns, and leaves columns out only when nothing else helps")
  func narrow() {
    let layout = TableLayout(width: 44, now: Timestamp(seconds: 1_000_000))
    let lines = layout.lines(Self.rows)
    #expect(lines.allSatisfy { DisplayWidth.of($0.rendered) <= 44 })
    #expect(lines[0] == "digest    tags      imageSi…  lastUpda…    n")
    #expect(TableLayout(width: 20).lines(Self.rows)[0] == "digest    tags")
  }

  @Test("Control characters of a registry's texts do not reach the terminal")
  func control() {
    let layout = TableLayout()
    #expect(
      layout.lines(.record(Record(["a\u{1B}": .string("x\u{1B}[31m\u{202E}y\nz")]))) == [
        "a\\u{1B}  x\\u{1B}[31m\\u{202E}y⏎z"
      ])
    #expect(layout.lines(.list([.secret(Secret("hush")), .string("a")])) == ["secret(…)", "a"])
  }

  @Test("Colour")
  func colour() {
    let lines = TableLayout(isColored: true).lines(.list([.record(Record(["a": .null]))]))
    #expect(lines == ["\u{1B}[1ma\u{1B}[0m", "\u{1B}[2m-\u{1B}[0m"])
  }
}
