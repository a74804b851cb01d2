import AcrCore
import AcrRuntime
import AcrText

/// A report as a page of HTML that needs nothing else: what came, what changed, what failed and why, with sizes as bars.
///
/// It has no script, and forbids everything but its own styles. Names and messages of servers are texts in it, never markup.
struct ReportPage {
  private let report: Report
  private let items: [ReportItem]
  private let totals: ReportTotals

  /// So many rows of each kind are listed.
  private static let mostListed = 2_000
  /// So many bars are drawn in a picture.
  private static let mostBars = 20

  init(_ report: Report) {
    self.report = report
    items = report.items
    var totals = ReportTotals()
    for item in items { totals.add(item) }
    self.totals = totals
  }

  var text: String {
    let title = escaped(ReportWords.title(report))
    let state = report.error != nil || report.ended == nil || totals.failed > 0 ? "bad" : "good"
    var page = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(title)</title>
      <style>
      \(ReportPage.style)
      </style>
      </head>
      <body>
      <header class="\(state)">
      <h1>\(title)</h1>
      <p>\(escaped(ReportWords.verdict(report, totals)))</p>
      </header>
      <main>

      """
    if let error = report.error {
      page += "<p class=\"error\"><strong>\(escaped(error.kind))</strong> \(escaped(error.message))"
      page += error.help.map { "<br>\(escaped($0))" } ?? ""
      page += "</p>\n"
    }
    page += "<dl>\n"
    for fact in ReportWords.facts(report) {
      page += "<div><dt>\(escaped(fact.name))</dt><dd>\(escaped(fact.text))</dd></div>\n"
    }
    page += "<div><dt>bytes</dt><dd>\(escaped(ByteCount.human(totals.bytes)))</dd></div>\n</dl>\n"
    page += actions
    if !report.parts.isEmpty {
      page += "<h2>Parts</h2>\n"
      page += table(ReportWords.partHeads, report.parts.map { ReportWords.cells($0).map(escaped) })
    }
    page += failures
    page += largest
    page += changes
    page += same
    return page + "</main>\n</body>\n</html>\n"
  }

  // MARK: Sections

  /// How many rows had each action.
  private var actions: String {
    guard !totals.counts.isEmpty else { return "<p>No rows.</p>\n" }
    let most = totals.counts.values.max() ?? 1
    let rows = totals.counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.map {
      name, count in
      [
        escaped(name), "\(count)",
        bar(Int64(count), of: Int64(most), ["failed", "refused"].contains(name) ? "bad" : ""),
      ]
    }
    return "<h2>What was done</h2>\n" + table(["action", "rows", ""], rows, numbers: [1])
  }

  private var failures: String {
    let failed = items.filter { $0.outcome == .failed }
    guard !failed.isEmpty else { return "" }
    let rows = failed.prefix(Self.mostListed).map { item in
      [escaped(item.fullName), escaped(item.kind ?? item.action), escaped(item.reason ?? "")]
    }
    return "<h2>What failed, and why</h2>\n" + table(["item", "kind", "reason"], rows) + more(failed.count)
  }

  /// The repositories that took the most bytes.
  private var largest: String {
    var sums: [String: WireSize] = [:]
    for item in items where item.outcome == .changed && item.bytes > 0 {
      sums[item.group.isEmpty ? item.name : item.group, default: .zero] += WireSize(clamping: item.bytes)
    }
    let order = sums.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
    guard let most = order.first?.value.bytes, order.count > 1 else { return "" }
    let rows = order.prefix(Self.mostBars).map { name, size in
      [escaped(name), escaped(ByteCount.human(size)), bar(size.bytes, of: most)]
    }
    let rest = order.count > Self.mostBars ? "<p>and \(order.count - Self.mostBars) more</p>\n" : ""
    return "<h2>Where the bytes are</h2>\n" + table(["repository", "size", ""], rows, numbers: [1]) + rest
  }

  private var changes: String {
    let changed = items.filter { $0.outcome == .changed }
    guard !changed.isEmpty else { return "" }
    let most = changed.map(\.bytes).max() ?? 0
    let rows = changed.prefix(Self.mostListed).map { item in
      [
        escaped(item.fullName), escaped(item.action), escaped(ByteCount.human(item.bytes)), bar(item.bytes, of: most),
        item.digest.map { "<code title=\"\(escaped($0))\">\(escaped(ReportPage.short($0)))</code>" } ?? "",
      ]
    }
    return "<h2>What came, and what changed</h2>\n"
      + table(["item", "action", "size", "", "digest"], rows, numbers: [2]) + more(changed.count)
  }

  private var same: String {
    let same = items.filter { $0.outcome == .same }
    guard !same.isEmpty else { return "" }
    let rows = same.prefix(Self.mostListed).map {
      [escaped($0.fullName), escaped($0.action), escaped($0.reason ?? "")]
    }
    return "<details>\n<summary>\(same.count) unchanged</summary>\n" + table(["item", "action", "reason"], rows)
      + more(same.count) + "</details>\n"
  }

  private func more(_ count: Int) -> String {
    count > Self.mostListed ? "<p>and \(count - Self.mostListed) more, which the JSON report lists</p>\n" : ""
  }

  // MARK: Parts

  /// - Parameters:
  ///   - rows: cells that are markup already.
  ///   - numbers: the columns whose texts stand on the right.
  private func table(_ heads: [String], _ rows: [[String]], numbers: Set<Int> = []) -> String {
    func attribute(_ index: Int) -> String {
      if numbers.contains(index) { return " class=\"number\"" }
      return ReportPage.longColumns.contains(heads[index]) ? " class=\"long\"" : ""
    }
    var text = "<div class=\"wide\"><table>\n<thead><tr>"
    for (index, head) in heads.enumerated() { text += "<th\(attribute(index))>\(escaped(head))</th>" }
    text += "</tr></thead>\n<tbody>\n"
    for row in rows {
      text += "<tr>"
      for (index, cell) in row.enumerated() { text += "<td\(attribute(index))>\(cell)</td>" }
      text += "</tr>\n"
    }
    return text + "</tbody>\n</table></div>\n"
  }

  /// The columns whose texts may take several lines.
  private static let longColumns = ["item", "reason", "error", "report", "repository"]

  /// A bar of the share that a number has of the largest one.
  private func bar(_ number: Int64, of most: Int64, _ kind: String = "") -> String {
    guard number > 0, most > 0 else { return "" }
    let percent = max(1, Int((Double(number) / Double(most) * 100).rounded()))
    return "<span class=\"bar \(kind)\" style=\"width:\(min(percent, 100))%\"></span>"
  }

  /// The algorithm and the first twelve digits; the page shows the rest when it is pointed at.
  private static func short(_ digest: String) -> String {
    let parts = digest.split(separator: ":", maxSplits: 1)
    return parts.count == 2 ? "\(parts[0]):\(parts[1].prefix(12))" : digest
  }

  /// A text from anywhere: no markup, and nothing that hides or turns what is beside it.
  private func escaped(_ text: String) -> String { Markup.html(TerminalText.visible(text)) }

  private static let style = """
    :root { color-scheme: light dark; --text: #1b1f24; --back: #fff; --soft: #57606a; --line: #d8dee4; --bar: #2f6fd0;
      --good: #1a7f37; --bad: #b42318; --head: #f6f8fa }
    @media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --back: #0d1117; --soft: #9aa4af; --line: #30363d;
      --bar: #4d8df0; --good: #3fb950; --bad: #ff7b72; --head: #161b22 } }
    * { box-sizing: border-box }
    body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
    header { padding: 1.2rem 1.5rem; background: var(--head); border-left: .5rem solid var(--good) }
    header.bad { border-color: var(--bad) }
    header h1 { margin: 0; font-size: 1.4rem }
    header p { margin: .2rem 0 0 }
    main { padding: 0 1.5rem 3rem; max-width: 80rem }
    h2 { margin: 2rem 0 .6rem; font-size: 1.1rem }
    dl { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 1.2rem 0 0 }
    dt { color: var(--soft); font-size: .85rem }
    dd { margin: 0; overflow-wrap: anywhere }
    .wide { overflow-x: auto }
    table { border-collapse: collapse; width: 100% }
    th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
    th { color: var(--soft); font-weight: 500; font-size: .85rem }
    td { white-space: nowrap }
    .long { white-space: normal; overflow-wrap: anywhere; min-width: 11rem }
    td:has(.bar) { width: 30%; min-width: 6rem }
    .number { text-align: right }
    .bar { display: block; height: .8rem; margin-top: .35rem; border-radius: .2rem; background: var(--bar) }
    .bar.bad { background: var(--bad) }
    code { font-size: .8rem; color: var(--soft) }
    .error { padding: .7rem 1rem; border: 1px solid var(--bad); border-radius: .4rem }
    details { margin-top: 2rem }
    summary { cursor: pointer; font-weight: 600 }
    @media (max-width: 40rem) {
      .wide thead { display: none }
      .wide tr { display: flex; flex-wrap: wrap; gap: 0 .8rem; padding: .4rem 0; border-bottom: 1px solid var(--line) }
      .wide td { border: 0; padding: .1rem 0 }
      .wide td:empty { display: none }
      .wide .long { flex: 1 0 100%; min-width: 0 }
      td:has(.bar) { flex: 1 }
    }
    """
}
