import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

/// `… | manifest delete`: several manifests of one repository together.
extension ManifestDeletion {
  private static let shape = Shape(["status", "digest", "tags"])

  static func run(
    rows input: Output, in repository: RepositoryName, _ place: RepositoryItem.Place, _ limit: TransferLimit,
    _ call: Call<Parameters>
  ) throws -> Output {
    if call[\.force] {
      throw ArgumentError(
        call.parameters.force,
        AcrError(.usage, "rows are never forced", help: "`manifest delete --force` deletes one manifest"))
    }
    let digests = try digests(input)
    guard !digests.isEmpty else { return .value(.list([])) }
    let plan = try Blocking.wait(call.run) {
      try await GraphReader(store: place.store, limit: limit).repository().planDeletion(ofManifests: digests)
    }
    let tags = plan.items.flatMap(\.tags).map { "`\($0)`" }
    let count = plan.items.count == 1 ? "one manifest" : "\(plan.items.count) manifests"
    let named = tags.isEmpty ? "" : " with the tags \(tags.joined(separator: ", "))"
    let what = "\(count) of \(place.name)\(named), which frees \(ByteCount.human(plan.freedBytes))"
    if call.run.isDryRun {
      call.run.sink.message("dry run: would delete \(what)")
      return .value(.list(plan.items.map { .record(record($0, "would delete")) }))
    }
    try Deletion.ask(what, call[\.confirmation])
    let metadata = place.metadata
    var deleted: [Value] = []
    for item in plan.items {
      do {
        try Blocking.wait(call.run) { try await metadata.delete(.manifest(repository, item.digest)) }
      } catch let error as AcrError where error.kind == .notFound {
        // Azure's registries delete what is about a manifest with it.
      } catch var error as AcrError {
        error.notes.append("\(deleted.count) of \(plan.items.count) manifests were deleted, each before its parts")
        throw error
      }
      deleted.append(.record(record(item, "deleted")))
    }
    return .value(.list(deleted))
  }

  private static func record(_ item: DeletionPlan.Item, _ status: String) -> Record {
    Record(
      shape: shape,
      values: [
        .string(status), .string(item.digest.description), .list(item.tags.map { .string($0.name) }),
      ])
  }

  /// The digests of rows, or a list of digests.
  private static func digests(_ input: Output) throws -> [Digest] {
    let rows: [Value]
    switch input {
    case .value(.list(let items)): rows = items
    case .value, .bytes: rows = [try input.collected()]
    case .rows(let stream):
      var items: [Value] = []
      while let item = try stream.next() { items.append(item) }
      rows = items
    }
    return try rows.enumerated().map { number, row in
      switch row {
      case .string(let text): return try Digest(text)
      case .record(let record):
        guard case .string(let text)? = record["digest"] else {
          throw AcrError(.usage, "row \(number + 1) has no column `digest`")
        }
        return try Digest(text)
      default: throw AcrError(.invalid, "row \(number + 1) is \(row.typePhrase), and this needs a digest")
      }
    }
  }
}
