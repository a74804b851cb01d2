import AcrCore
import AcrRuntime

/// A row of a report as pages and figures see it, whichever command it is of, and whichever form it was read from.
struct ReportItem: Sendable {
  /// What came of a row.
  enum Outcome: Sendable {
    /// It failed, or was refused.
    case failed
    /// Something was brought, moved or deleted, or in a dry run would be.
    case changed
    /// Nothing had to be done.
    case same
  }

  /// The repository; empty where the row names its targets in full.
  var group: String
  /// The tag, the digest, or the targets.
  var name: String
  /// What was done.
  var action: String
  var outcome: Outcome
  /// What was sent, or freed.
  var bytes: Int64
  var digest: String?
  /// Why.
  var reason: String?
  /// The kind of the failure.
  var kind: String?

  init(_ row: Record) {
    func text(_ name: String) -> String? {
      guard let value = row[name], let text = ReportItem.text(value), !text.isEmpty else { return nil }
      return text
    }
    action = text("action") ?? text("status") ?? "unknown"
    switch action {
    case "failed", "refused": outcome = .failed
    case "unchanged", "keep", "kept": outcome = .same
    default: outcome = .changed
    }
    digest = text("digest")
    group = text("repository") ?? ""
    if group.isEmpty {
      name = text("targets") ?? text("source") ?? ""
    } else {
      name = text("tag") ?? digest ?? ""
    }
    bytes = ReportItem.bytes(row["bytes"]) ?? ReportItem.bytes(row["bytesCopied"]) ?? 0
    reason = text("reason")
    kind = text("kind")
    if case .record(let error)? = row["error"] {
      reason = reason ?? error["message"].flatMap(ReportItem.text)
      kind = kind ?? error["kind"].flatMap(ReportItem.text)
    } else if let error = text("error") {
      // A cell of a table file holds the record as JSON.
      let json = try? JSONValue(parsing: Array(error.utf8))
      reason = reason ?? json?["message"]?.string ?? error
      kind = kind ?? json?["kind"]?.string
    }
  }

  /// The whole name.
  var fullName: String {
    if group.isEmpty { return name }
    if name.isEmpty { return group }
    return name.hasPrefix("sha256:") || name.hasPrefix("sha512:") ? "\(group)@\(name)" : "\(group):\(name)"
  }

  private static func text(_ value: Value) -> String? {
    if value.isNull { return nil }
    guard case .list(let items) = value else { return value.text }
    return items.compactMap(\.text).joined(separator: ", ")
  }

  private static func bytes(_ value: Value?) -> Int64? {
    switch value {
    case .size(let bytes)?, .int(let bytes)?: max(0, bytes)
    case .string(let text)?: Int64(text).map { max(0, $0) }
    default: nil
    }
  }
}

/// What the rows of a report come to.
struct ReportTotals: Sendable {
  private(set) var counts: [String: Int] = [:]
  private(set) var failures: [String: Int] = [:]
  private(set) var bytes = WireSize.zero
  private(set) var failed = 0
  private(set) var changed = 0
  private(set) var same = 0

  /// How many rows there are.
  var rows: Int { failed + changed + same }

  mutating func add(_ item: ReportItem) {
    counts[item.action, default: 0] += 1
    switch item.outcome {
    case .failed:
      failed += 1
      failures[item.kind ?? "unknown", default: 0] += 1
    case .changed:
      changed += 1
      bytes += WireSize(clamping: item.bytes)
    case .same: same += 1
    }
  }

  /// Counts what ended the whole run.
  mutating func add(failure kind: String) { failures[kind, default: 0] += 1 }
}
