import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// Asks the block of `--keep-if`.
enum PurgeKeepIf {
  /// The fields of the record that the block gets, in their order.
  private static let fields = [
    "repository", "tag", "digest", "age", "updated", "bytes", "mediaType", "artifactType", "platforms", "rule",
  ]
  private static let shape = Shape(fields)
  /// The fields as the help names them.
  static let columnNames = fields.joined(separator: ", ")

  /// Whether the block keeps what a rule deletes.
  /// - Throws: what the block throws, and ``AcrError`` of kind `usage` where it gives neither true nor false.
  static func keeps(_ candidate: PurgeCandidate, _ block: BlockValue, _ run: RunContext, now: Timestamp) throws -> Bool
  {
    try run.checkInterrupt()
    let value = try block.call([.record(record(candidate, now: now))])
    if case .bool(let isKept) = value { return isKept }
    let name = candidate.tag.map { "\(candidate.repository):\($0)" } ?? "\(candidate.repository)@\(candidate.digest)"
    throw AcrError(
      .usage, "the block of `--keep-if` gave \(value.typePhrase) for \(name); nothing was deleted",
      help: "its last statement is true to keep it, and false to let it go")
  }

  private static func record(_ candidate: PurgeCandidate, now: Timestamp) -> Record {
    Record(
      shape: shape,
      values: [
        .string(candidate.repository.name), candidate.tag.map { .string($0.name) } ?? .null,
        .string(candidate.digest.description),
        candidate.time.map { .duration(max(0, now.duration(since: $0).nanoseconds)) } ?? .null,
        candidate.time.map(Value.datetime) ?? .null, .size(candidate.bytes.bytes), .string(candidate.mediaType),
        candidate.artifactType.map(Value.string) ?? .null,
        .list(candidate.platforms.map { .string($0.description) }), .string(candidate.rule),
      ])
  }
}
