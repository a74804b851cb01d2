import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

/// Deletes the manifest that a place names by its digest, or by a tag that points at it. What goes with it is said before,
/// and nothing that stays is broken unless `--force` asks for it.
enum ManifestDeletion {
  /// The flags that answer the question, and that break what needs the manifest.
  struct Parameters: ParameterSet {
    let confirmation = Deletion.Parameters()
    let force = Switch(
      "force", help: "deletes it even if an index or its subject needs it (with --yes, without checking)")
  }

  /// The columns of the result for one image.
  static let columns =
    Deletion.columns + [
      Column("digest", help: "the manifest's digest"),
      Column("tags", .list, null: "with --yes --force, which does not look", help: "the tags that went with it"),
      Column(
        "freedBytes", .size, null: "with --yes --force, which does not look", help: "what garbage collection can free"),
    ]

  static func run(_ place: RepositoryItem.Place, _ limit: TransferLimit, _ call: Call<Parameters>) throws -> Output {
    let (repository, digest) = try target(place, call)
    let item = AzureMetadata.Item.manifest(repository, digest)
    let impact = try impact(digest, place, limit, call)
    let tags = impact?.tags.map { Value.string($0.name) }
    var fields: [(String, Value)] = [
      ("item", .string(place.name)), ("digest", .string(digest.description)), ("tags", tags.map(Value.list) ?? .null),
      ("freedBytes", impact.map { .size($0.freedBytes.bytes) } ?? .null),
    ]
    let what = question(place.name, impact)
    for text in impact?.consequences ?? [] { call.run.sink.message(text) }
    if call.run.isDryRun {
      let names = ["dry_run", "status"] + fields.map(\.0)
      call.run.sink.message("dry run: would delete \(what)")
      return .value(
        .record(
          Record(shape: Shape(names), values: [.bool(true), .string("would delete \(what)")] + fields.map(\.1))))
    }
    try Deletion.ask(what, call[\.confirmation])
    let metadata = place.metadata
    try Blocking.wait(call.run) { try await metadata.delete(item) }
    fields.insert(("status", .string("deleted")), at: 0)
    return .value(.record(Record(shape: Shape(fields.map(\.0)), values: fields.map(\.1))))
  }

  private static func target(
    _ place: RepositoryItem.Place, _ call: Call<Parameters>
  ) throws -> (RepositoryName, Digest) {
    switch place.item {
    case .manifest(let repository, let digest): return (repository, digest)
    case .tag(let repository, let tag):
      let digest = try Blocking.wait(call.run) { try await place.store.digest(of: tag) }
      guard let digest else { throw AcrError(.notFound, "\(place.name) does not exist") }
      return (repository, digest)
    case .repository: throw AcrError(.usage, "\(place.name) is a whole repository")
    }
  }

  /// What goes and what breaks; nil where it was not looked for.
  /// - Throws: ``AcrError`` of kind `conflict` where something that stays needs the manifest.
  private static func impact(
    _ digest: Digest, _ place: RepositoryItem.Place, _ limit: TransferLimit, _ call: Call<Parameters>
  ) throws -> DeletionImpact? {
    let isForced = call[\.force]
    if isForced, call[\.confirmation][\.yes], !call.run.isDryRun { return nil }
    do {
      let remover = ManifestRemover(store: place.store, limit: limit)
      let impact = try Blocking.wait(call.run) { try await remover.impact(of: digest) }
      if !isForced { try impact.requireUnneeded("`\(place.name)`") }
      return impact
    } catch let error as AcrError where isForced && error.kind == .conflict {
      call.run.sink.message(error.message)
      return nil
    }
  }

  /// What is deleted, for the question: all tags by their names.
  private static func question(_ name: String, _ impact: DeletionImpact?) -> String {
    guard let impact else { return "the image \(name) with all its tags" }
    let names = impact.tags.map { "`\($0)`" }
    switch names.count {
    case 0: return "the image \(name)"
    case 1: return "the image \(name) with its tag \(names[0])"
    default: return "the image \(name) with its \(names.count) tags \(names.joined(separator: ", "))"
    }
  }
}
