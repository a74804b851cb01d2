import AcrCore
import AcrLanguage
import AcrText
import Testing

@testable import AcrRuntime

@Suite("Tables for people")
struct TableLayoutTests {
  private static let now = Timestamp(seconds: 1_000_000)
  private static let digest = "sha256:1f3c" + String(repeating: "0", count: 56) + "9ab2"
  private static let other = "sha256:1f3c" + String(repeating: "1", count: 60)

  private static let shape = Shape([
    Column("digest", help: "").key, Column("tags", .list, help: "").key, Column("mediaType", help: "").detail,
    Column("imageSize", .size, help: ""), Column("lastUpdateTime", .datetime, help: ""),
    Column("artifactType", help: "").detail,
  ])

  private static func row(_ digest: String, _ tags: [String], _ size: Int64, daysAgo: Int64) -> Value {
    .record(
      Record(
        shape: shape,
        values: [
          .string(digest), .list(tags.map(Value.string)), .string("application/vnd.oci.image.manifest.v1+json"),
          .size(size), .datetime(Timestamp(seconds: 1_000_000 - daysAgo * 86_400)), .null,
        ]))
  }

  private static let rows = Value.list([
    row(digest, ["v1", "latest"], 12_345_678, daysAgo: 3), row(other, [], 1_000, daysAgo: 0),
  ])

  private func lines(_ value: Value, _ width: Int?, _ form: TableLayout.Form = .table) -> [TerminalText] {
    TableLayout(width: width, now: Self.now, form: form).lines(value)
  }

  private func expectFits(_ lines: [TerminalText], _ width: Int) {
    for line in lines { #expect(DisplayWidth.of(line.rendered) <= width, "\(line.rendered)") }
  }

  @Test("Digests are short on a terminal, and columns without values go; numbers stand at the right")
  func terminal() {
    #expect(
      lines(Self.rows, 200) == [
        "digest           tags        mediaType                                   imageSize  lastUpdateTime",
        "sha256:1f3c0000  v1, latest  application/vnd.oci.image.manifest.v1+json    12.3 MB          3d ago",
        "sha256:1f3c1111              application/vnd.oci.image.manifest.v1+json    1.00 kB             now",
      ])
  }

  @Test("Digests are as long as it takes to tell them apart")
  func uniqueDigests() {
    let close = "sha256:1f3c" + String(repeating: "0", count: 8) + String(repeating: "2", count: 52)
    let shown = lines(.list([Self.row(Self.digest, [], 1, daysAgo: 0), Self.row(close, [], 1, daysAgo: 0)]), 200)
    #expect(shown[1].rendered.hasPrefix("sha256:1f3c000000000  "))
    #expect(shown[2].rendered.hasPrefix("sha256:1f3c000000002  "))
  }

  @Test("A narrow table leaves out the details first, and says which", arguments: [60, 80, 90])
  func details(_ width: Int) {
    let shown = lines(Self.rows, width)
    expectFits(shown, width)
    #expect(shown.first == "digest           tags        imageSize  lastUpdateTime")
    #expect(shown.last?.rendered.hasPrefix("hidden: mediaType (-o wide") == true)
    #expect(shown.contains { $0.rendered.hasPrefix("sha256:1f3c0000") })
  }

  @Test("Then other columns go from the end; digest and tags stay")
  func normalColumns() {
    let shown = lines(Self.rows, 38)
    expectFits(shown, 38)
    #expect(shown[0] == "digest           tags        imageSize")
    #expect(
      shown.suffix(2).map(\.rendered).joined(separator: " ")
        == "hidden: mediaType, lastUpdateTime (-o wide or -o list shows all)")
  }

  @Test("Where even the most important columns do not fit, there is a line for each field")
  func tooNarrow() {
    let shown = lines(Self.rows, 20)
    #expect(shown.contains("digest          \(Self.digest)"))
    #expect(shown.contains("artifactType    -"))
    #expect(shown.filter { $0 == "" }.count == 1)
  }

  @Test("A single row that does not fit is a field to a line, with the digest whole")
  func singleRow() {
    let one = Value.list([Self.row(Self.digest, ["v1"], 1, daysAgo: 0)])
    #expect(lines(one, 80).first == "digest          \(Self.digest)")
    #expect(lines(one, 300)[1].rendered.hasPrefix(Self.digest))
  }

  @Test("Off a terminal and in the wide form nothing is left out, shortened or rounded", arguments: [true, false])
  func whole(_ isWide: Bool) {
    let shown = isWide ? lines(Self.rows, 40, .wide) : lines(Self.rows, nil)
    #expect(shown[0].rendered.split(separator: " ").map(String.init) == Self.shape.names)
    #expect(shown[1].rendered.hasPrefix(Self.digest))
    #expect(shown[1].rendered.contains("1970-01-09T13:46:40Z"))
    #expect(shown[1].rendered.hasSuffix("-"))
    #expect(shown.count == 3)
  }

  @Test("References and errors wrap, and are never cut")
  func wrapping() throws {
    let reference = "registry.example.com/team/a-rather-long-name/service:2026.11.30-rc.1"
    let error = Record(["kind": .string("not-found"), "message": .string("there is no image `\(reference)`")])
    let value = Value.list([
      .record(Record(["item": .string(reference), "ok": .bool(false), "error": .record(error)])),
      .record(Record(["item": .string("short"), "ok": .bool(true), "error": .null])),
    ])
    let shown = lines(value, 60)
    expectFits(shown, 60)
    #expect(!shown.contains { $0.rendered.contains("…") })
    let item = shown.dropFirst().dropLast().map { String($0.rendered.prefix { $0 != " " }) }.joined()
    #expect(item.hasPrefix(reference.prefix(16)))
    let text = shown.map(\.rendered).joined().filter { $0 != " " }
    #expect(text.contains("not-found:there"))
  }

  @Test("The grid has lines between its columns, in ASCII where the locale knows no more")
  func grid() {
    let value = Value.list([.record(Record(["a": .int(1), "b": .string("x")]))])
    #expect(
      lines(value, 80, .grid) == [
        "┌───┬───┐", "│ a │ b │", "├───┼───┤", "│ 1 │ x │", "└───┴───┘",
      ])
    #expect(
      TableLayout(form: .grid, isASCII: true).lines(value) == [
        "+---+---+", "| a | b |", "+---+---+", "| 1 | x |", "+---+---+",
      ])
    expectFits(lines(Self.rows, 60, .grid), 60)
  }

  @Test("A field to a line, rows apart, nested tables below their name")
  func list() {
    let packages = Value.list([
      .record(Record(["name": .string("musl"), "version": .string("1.2.5")])),
      .record(Record(["name": .string("zlib"), "version": .string("1.3.1")])),
    ])
    let value = Value.list([.record(Record(["n": .int(1), "packages": packages])), .record(Record(["n": .int(2)]))])
    #expect(
      lines(value, 80, .list) == [
        "n         1", "packages", "  name  version", "  musl  1.2.5", "  zlib  1.3.1", "", "n         2",
      ])
  }

  @Test("Lists of lists: columns where all are as long, otherwise a line each")
  func lists() {
    func texts(_ items: String...) -> Value { .list(items.map(Value.string)) }
    #expect(lines(.list([texts("a", "b"), texts("c")]), 80) == ["a, b", "c"])
    #expect(lines(.list([texts("a", "bb"), texts("ccc", "d")]), 80) == ["a    bb", "ccc  d"])
    #expect(
      TableLayout(numbersColumns: true).lines(.list([texts("a", "b")])) == ["Column1  Column2", "a        b"])
  }

  @Test("Shares are bars where there is room, and percentages where there is none")
  func shares() {
    let value = Value.list([
      .record(Record(["part": .string("layer"), "share": .number(0.6), "digest": .string(Self.digest)])),
      .record(Record(["part": .string("layer"), "share": .number(0.4), "digest": .string(Self.other)])),
    ])
    #expect(lines(value, 80)[1] == "layer  ██████      60 %  sha256:1f3c0000")
    #expect(lines(value, 32)[1] == "layer    60 %  sha256:1f3c0000")
    #expect(
      TableLayout(width: 80, isASCII: true).lines(value)[1].rendered.hasPrefix("layer  ######      60 %"))
  }

  @Test("A wide character is never cut in half, whatever the width", arguments: 1...30)
  func everyWidth(_ width: Int) {
    let value = Value.list([
      .record(Record(["名前": .string("日本語のとても長いテキスト"), "b": .string(String(repeating: "x", count: 40))])),
      .record(Record(["名前": .string("🏴‍☠️ 👩‍👩‍👧‍👦"), "b": .null])),
    ])
    for form in [TableLayout.Form.table, .grid, .list, .wide] { #expect(!lines(value, width, form).isEmpty) }
    if width >= 24 { expectFits(lines(value, width).filter { !$0.rendered.hasPrefix("b ") }, max(width, 40)) }
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

  @Test("A command's ranks stay with its rows when a column is added")
  func ranksStay() {
    let cache = ShapeCache()
    let shape = cache.shape(Self.shape, adding: "age")
    #expect(shape === cache.shape(Self.shape, adding: "age"))
    #expect(shape.rank(of: 2) == .detail)
    #expect(shape.rank(of: 6) == .key)
  }
}
