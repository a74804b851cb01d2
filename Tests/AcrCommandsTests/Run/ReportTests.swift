import AcrCore
import AcrRuntime
import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import AcrCommands

@Suite("Reports of runs")
struct ReportTests {
  private static let hostile = "<script>alert(1)</script>\"'&|`*\u{202E}\u{1B}[31m\nend"

  private static func row(
    _ name: String, _ action: String, bytes: Int64 = 0, reason: String = "", kind: String? = nil
  ) -> Record {
    Record([
      "repository": .string("host/app"), "tag": .string(name), "action": .string(action), "bytes": .size(bytes),
      "reason": .string(reason), "kind": kind.map(Value.string) ?? .null,
    ])
  }

  private static func report(_ rows: [Record], shard: String? = nil) -> Report {
    var report = Report(command: "mirror", facts: [.init(name: "source", text: "a.example.com/app")])
    report.host = "build-1"
    report.shard = shard
    report.started = "2026-11-30T02:00:00Z"
    report.ended = "2026-11-30T03:00:00Z"
    report.rows = rows
    return report
  }

  private static let mixed = [
    row("1.0", "copied", bytes: 12_000_000), row("1.1", "updated", bytes: 500), row("old", "unchanged"),
    row("bad", "failed", reason: hostile, kind: "not-found"),
    row("no", "refused", reason: "unsigned", kind: "rejected"),
  ]

  @Test(
    "the form is told by the name, or named",
    arguments: [
      ("a.json", "json"), ("a.ndjson", "jsonl"), ("a.CSV", "csv"), ("a.md", "md"), ("a.xml", "junit"),
      ("a.htm", "html"),
    ])
  func formats(_ path: String, _ format: String) throws {
    #expect(try ReportFormat(nil, path: path).rawValue == format)
    #expect(try ReportFormat("md", path: path) == .md)
    #expect(throws: AcrError.self) { try ReportFormat(nil, path: "a.txt") }
    #expect(throws: AcrError.self) { try ReportFormat("pdf", path: path) }
  }

  @Test("nothing of a server is markup in a page, in Markdown or in XML")
  func escapes() throws {
    let report = Self.report(Self.mixed)
    let page = try report.text(.html)
    #expect(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;"))
    #expect(page.contains("default-src 'none'") && !page.contains("http://") && !page.contains("https://"))
    for text in [page, try report.text(.md), try report.text(.junit)] {
      for unsafe in ["\u{202E}", "\u{1B}", "\u{1}"] { #expect(!text.contains(unsafe)) }
      #expect(text.contains("\\u{202E}") || text.contains("\\\\u{202E}"), "what was taken out can be seen")
    }
    #expect(!(try report.text(.md)).contains("<script"))
    let document = try JUnitDocument.checked(try report.text(.junit))
    #expect(document.failures == 2 && document.tests == 5 && document.errors == 0)
  }

  @Test("a page shows sizes as bars, and the largest is whole")
  func bars() throws {
    let page = try Self.report(Self.mixed).text(.html)
    #expect(page.contains("style=\"width:100%\"") && page.contains("style=\"width:1%\""))
    #expect(page.contains("2 failed, 2 changed, 1 unchanged") && page.contains("12.0 MB"))
    let empty = try Self.report([]).text(.html)
    #expect(empty.contains("No rows.") && !empty.contains("style="))
  }

  @Test("a run that is not over, or was stopped, is no success in any form")
  func incomplete() throws {
    var report = Self.report([Self.row("1.0", "copied")])
    report.ended = nil
    #expect(try JSONValue(parsing: Array(report.text(.json).utf8))["complete"]?.bool == false)
    #expect(try JUnitDocument.checked(try report.text(.junit)).errors == 1)
    #expect(try report.text(.md).contains("has not ended, or was killed"))
    report.ended = "2026-11-30T03:00:00Z"
    report.error = Report.Failure(AcrError(.deadline, "the run was not done within 3h", help: "give it more"))
    report.left = 7
    let json = try JSONValue(parsing: Array(report.text(.json).utf8))
    #expect(json["complete"]?.bool == false && json["error"]?["kind"]?.string == "deadline")
    #expect(json["left"]?.integer == 7 && json["rows"]?.array?.count == 1)
    #expect(try report.text(.html).contains("The deadline was reached: 0 failed, 1 changed, 0 unchanged, 7 not done."))
  }

  @Test("what was written is read again", arguments: [ReportFormat.json, .jsonl, .csv])
  func roundTrip(_ format: ReportFormat) throws {
    let report = Self.report(Self.mixed, shard: "2/3")
    let text = try report.text(format)
    let data: DataFormat = format == .json ? .json : format == .jsonl ? .jsonl : .csv
    let found = try ReportReader.read(Array(text.utf8), data, name: "x")
    #expect(found.tellsEnd == (format == .json))
    var (before, after) = (ReportTotals(), ReportTotals())
    for item in report.items { before.add(item) }
    for item in found.report.items { after.add(item) }
    #expect(before.counts == after.counts && before.failures == after.failures && before.bytes == after.bytes)
    if format == .json {
      #expect(found.report.shard == "2/3" && found.report.command == "mirror")
      #expect(try found.report.text(.html) == report.text(.html))
    }
  }

  @Test("rows of imports are read by their own names, also from CSV")
  func imports() {
    let error = Record(["kind": .string("denied"), "message": .string("no rights")])
    let failed = ReportItem(
      Record([
        "status": .string("failed"), "targets": .list([.string("h/a:1"), .string("h/b:1")]), "error": .record(error),
      ]))
    #expect(failed.outcome == .failed && failed.kind == "denied" && failed.reason == "no rights")
    #expect(failed.fullName == "h/a:1, h/b:1")
    let cell = ReportItem(
      Record(["status": .string("imported"), "targets": .string("[\"h/a:1\"]"), "bytesCopied": .string("120")]))
    #expect(cell.outcome == .changed && cell.bytes == 120)
    let text = ReportItem(
      Record(["status": .string("failed"), "error": .string("{\"kind\":\"auth\",\"message\":\"m\"}")]))
    #expect(text.kind == "auth" && text.reason == "m")
  }

  // MARK: Merging

  private static func found(_ report: Report, _ name: String) -> ReportReader.Found {
    ReportReader.Found(name: name, report: report, tellsEnd: true)
  }

  @Test("parts become one report, with the first start and the last end")
  func merge() throws {
    var second = Self.report([Self.row("2.0", "copied", bytes: 5)], shard: "2/2")
    second.started = "2026-11-30T01:00:00Z"
    second.ended = "2026-11-30T05:00:00Z"
    let merge = try ReportMerge([
      Self.found(Self.report(Self.mixed, shard: "1/2"), "one"), Self.found(second, "two"),
    ])
    #expect(merge.report.started == "2026-11-30T01:00:00Z" && merge.report.ended == "2026-11-30T05:00:00Z")
    #expect(merge.report.rows.count == 6 && merge.totals.failed == 2 && merge.totals.bytes.bytes == 12_000_505)
    #expect(merge.report.error == nil && merge.report.isComplete)
    #expect(merge.report.facts.map(\.text) == ["a.example.com/app"])
    #expect(try merge.report.text(.html).contains("<h2>Parts</h2>"))
  }

  @Test("a part that is missing, was killed or failed makes the whole fail, and the gravest counts")
  func worst() throws {
    let whole = Self.report([], shard: "1/3")
    let missing = try ReportMerge([Self.found(whole, "one")])
    #expect(missing.report.error?.kind == "not-found")
    #expect(missing.report.error?.message.contains("2/3, 3/3") == true)
    var killed = Self.report([], shard: "2/3")
    killed.ended = nil
    var late = Self.report([], shard: "3/3")
    late.error = Report.Failure(AcrError(.deadline, "late"))
    let both = try ReportMerge([whole, killed, late].map { Self.found($0, "x") })
    #expect(both.report.error?.kind == "cancelled" && both.report.ended == nil && !both.report.isComplete)
    late.error = Report.Failure(AcrError(.auth, "signed out"))
    let auth = try ReportMerge([whole, killed, late].map { Self.found($0, "x") })
    #expect(auth.report.error?.kind == "auth")
  }

  @Test("of two reports of a part the later counts; parts of different runs are refused")
  func tries() throws {
    var first = Self.report([Self.row("a", "failed", kind: "network")], shard: "1/1")
    first.started = "2026-11-30T01:00:00Z"
    let again = Self.report([Self.row("a", "copied")], shard: "1/1")
    for order in [[first, again], [again, first]] {
      let merge = try ReportMerge(order.map { Self.found($0, "x") })
      #expect(merge.totals.failed == 0 && merge.totals.changed == 1 && merge.notes.count == 1)
    }
    #expect(throws: AcrError.self) {
      try ReportMerge([Self.found(again, "x"), Self.found(Self.report([], shard: "1/2"), "y")])
    }
  }

  @Test(
    "what is no report is refused", arguments: ["[1]", "{}", "{\"command\":\"x\",\"rows\":[1]}", "[{\"a\":1}]", "3"])
  func refused(_ text: String) {
    #expect(throws: AcrError.self) { try ReportReader.read(Array(text.utf8), .json, name: "x") }
  }

  @Test("report merge writes one report, and ends as the whole run did")
  func command() async throws {
    try await withTemporaryDirectory { directory in
      let runner = CommandRunner()
      defer { runner.shutDown() }
      for (index, rows) in [Self.mixed, [Self.row("z", "copied", bytes: 7)]].enumerated() {
        try directory.write(try Self.report(rows, shard: "\(index + 1)/2").text(.json), to: "r\(index + 1).json")
      }
      let all = "glob \"\(directory.path)/r*.json\" | report merge --report \(directory.path("all.html"))"
      guard case .record(let record) = try await runner.run(all) else { throw TestSupportError("no record") }
      #expect(try Value.record(record).json().contains("\"rows\":6,\"failed\":2,\"changed\":3,\"unchanged\":1"))
      #expect(String(decoding: try directory.read("all.html"), as: UTF8.self).contains("host/app:z"))
      await #expect(throws: TestSupportError.self) {
        _ = try await runner.run("report merge \(directory.path("r1.json"))")
      }
      await #expect(throws: TestSupportError.self) {
        _ = try await runner.run("report merge \(directory.path("all.html"))")
      }
      await #expect(throws: TestSupportError.self) { _ = try await runner.run("report merge") }
    }
  }
}

/// What a report in XML says, read by a parser that refuses what is not XML.
private final class JUnitDocument: NSObject, XMLParserDelegate {
  private(set) var tests = 0
  private(set) var failures = 0
  private(set) var errors = 0

  static func checked(_ text: String) throws -> JUnitDocument {
    let document = JUnitDocument()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = document
    guard parser.parse() else { throw TestSupportError("not XML: \(String(describing: parser.parserError))") }
    return document
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    switch name {
    case "testcase": tests += 1
    case "failure": failures += 1
    case "error": errors += 1
    default: break
    }
  }
}
