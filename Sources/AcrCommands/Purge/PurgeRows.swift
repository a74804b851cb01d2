import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// The rows of a plan, and of what came of it.
enum PurgeRows {
  static let columns = [
    Column("repository", help: "the repository").key,
    Column("tag", null: "for a manifest without a tag", help: "the tag").key,
    Column("digest", null: "for a repository that was left alone", help: "the manifest"),
    Column(
      "action",
      help: "delete, untag (the manifest stays) or keep; afterwards deleted, untagged, kept or failed"
    ).key,
    Column("rule", null: "where no rule fits", help: "the rule that decided"),
    Column("age", .duration, null: "where nothing tells", help: "how long ago it was changed"),
    Column("bytes", .size, help: "what its deletion frees; what rows share counts for the first"),
    Column("reason", null: "where the rule says it all", help: "why"),
  ]
  private static let shape = Shape(columns)

  static func record(_ row: PurgeRow, now: Timestamp) -> Record {
    Record(
      shape: shape,
      values: [
        .string(row.repository.name), row.tag.map { .string($0.name) } ?? .null,
        row.digest.map { .string($0.description) } ?? .null, .string(row.action.rawValue),
        row.rule.map(Value.string) ?? .null,
        row.time.map { .duration(max(0, now.duration(since: $0).nanoseconds)) } ?? .null, .size(row.bytes.bytes),
        row.reason.isEmpty ? .null : .string(row.reason),
      ])
  }

  private static let reportShape = shape.adding(["kind"])

  /// The row for a report, which names the kind of a failure too.
  static func reported(_ row: PurgeRow, now: Timestamp) -> Record {
    Record(
      shape: reportShape, values: record(row, now: now).values + [row.error.map { .string($0.kind.name) } ?? .null])
  }

  /// A row for the journal.
  static func json(_ row: PurgeRow) -> JSONValue {
    [
      "repository": .string(row.repository.name), "tag": row.tag.map { .string($0.name) } ?? .null,
      "digest": row.digest.map { .string($0.description) } ?? .null, "action": .string(row.action.rawValue),
      "rule": row.rule.map { .string($0) } ?? .null, "bytes": .integer(row.bytes.bytes),
    ]
  }

  /// A row of the journal of an earlier run.
  static func record(_ json: JSONValue) -> Record {
    func text(_ name: String) -> Value { json[name]?.string.map(Value.string) ?? .null }
    let isTagOnly = ["untag", "untagged"].contains(json["action"]?.string)
    return Record(
      shape: shape,
      values: [
        text("repository"), text("tag"), text("digest"), .string(isTagOnly ? "untagged" : "deleted"), text("rule"),
        .null,
        .size(max(0, json["bytes"]?.integer ?? 0)), .string("by an earlier run"),
      ])
  }
}
