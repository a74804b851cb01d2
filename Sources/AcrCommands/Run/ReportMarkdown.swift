import AcrCore
import AcrRuntime
import AcrText

/// A report as Markdown, for the summary of a pipeline or an issue.
struct ReportMarkdown {
  private let report: Report

  /// So many rows of each kind are listed.
  private static let mostListed = 500

  init(_ report: Report) { self.report = report }

  var text: String {
    let items = report.items
    var totals = ReportTotals()
    for item in items { totals.add(item) }
    var text = "# \(cell(ReportWords.title(report)))\n\n\(cell(ReportWords.verdict(report, totals)))\n\n"
    text += table(["", ""], ReportWords.facts(report).map { [$0.name, $0.text] })
    if let error = report.error {
      text += "\n**\(cell(error.message))** (\(cell(error.kind)))\n"
      if let help = error.help { text += "\n\(cell(help))\n" }
    }
    if !report.parts.isEmpty {
      text += "\n## Parts\n\n" + table(ReportWords.partHeads, report.parts.map(ReportWords.cells))
    }
    text += "\n## What was done\n\n"
    text += table(["action", "rows"], totals.counts.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] })
    text += section(
      "Failed", items.filter { $0.outcome == .failed }, ["item", "kind", "reason"]
    ) { [$0.fullName, $0.kind ?? "", $0.reason ?? ""] }
    text += section(
      "Changed", items.filter { $0.outcome == .changed }, ["item", "action", "size", "digest"]
    ) { [$0.fullName, $0.action, ByteCount.human($0.bytes), $0.digest ?? ""] }
    return text
  }

  private func section(
    _ title: String, _ items: [ReportItem], _ heads: [String], _ cells: (ReportItem) -> [String]
  ) -> String {
    guard !items.isEmpty else { return "" }
    var text = "\n## \(title)\n\n" + table(heads, items.prefix(Self.mostListed).map(cells))
    if items.count > Self.mostListed { text += "\nand \(items.count - Self.mostListed) more\n" }
    return text
  }

  private func table(_ heads: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    return line(heads) + line(heads.map { _ in "---" }) + rows.map { line($0.map(cell)) }.joined()
  }

  private func cell(_ text: String) -> String { Markup.markdown(TerminalText.visible(text)) }
}

/// The words that all pages of a report share.
enum ReportWords {
  /// `acrsh mirror, part 2/8`.
  static func title(_ report: Report) -> String {
    "acrsh \(report.command)\(report.shard.map { ", part \($0)" } ?? "")\(report.isDryRun ? " (dry run)" : "")"
  }

  /// What came of it, in a sentence.
  static func verdict(_ report: Report, _ totals: ReportTotals) -> String {
    let numbers = "\(totals.failed) failed, \(totals.changed) changed, \(totals.same) unchanged"
    let end =
      if let error = report.error {
        error.kind == ErrorKind.deadline.name ? "The deadline was reached" : "The run ended with an error"
      } else if report.ended == nil {
        "The run has not ended, or was killed"
      } else {
        totals.failed > 0 ? "Some rows failed" : "Done"
      }
    return "\(end): \(numbers)\(report.left > 0 ? ", \(report.left) not done" : "")."
  }

  /// When and where it ran.
  static func facts(_ report: Report) -> [Report.Fact] {
    var facts = report.facts
    for (name, text) in [
      ("part", report.shard), ("machine", report.host), ("started", report.started), ("ended", report.ended),
    ] {
      if let text { facts.append(.init(name: name, text: text)) }
    }
    return facts
  }

  static let partHeads = ["report", "part", "machine", "started", "ended", "rows", "failed", "error"]

  static func cells(_ part: Report.Part) -> [String] {
    [
      part.name, part.shard ?? "", part.host ?? "", part.started ?? "", part.ended ?? "not ended", "\(part.rows)",
      "\(part.failed)", part.error?.message ?? "",
    ]
  }
}
