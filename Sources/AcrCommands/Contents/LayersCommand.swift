import AcrCore
import AcrLanguage
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

/// `layers`: the layers of an image with what made them and what they hold.
struct LayersCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ImageArgument.Parameters()
    let all = Switch("all", help: "also the steps that made no layer")
    let manifestOnly = Switch(
      "manifest-only", help: "reads no layer: `files`, `unpacked` and `wasted` are null")
  }

  let signature = Signature(
    "layers",
    summary: "Lists the layers of an image: command, size, files, wasted bytes",
    description: """
      `wasted` is what a later layer overwrites or deletes: those bytes are sent and stored, and no container sees them. \
      The efficiency that is told at the end is the part of all files' bytes that is left, as dive counts it.
      """,
    group: .registry,
    examples: [
      .init("Where space is wasted", "layers localhost:5000/base/alpine:3.20 | where .wasted > 1MB"),
      .init(
        "The history", "layers localhost:5000/base/alpine:3.20 --all --manifest-only | select created command size"),
    ], columns: OutputColumns(columns))

  private static let columns = [
    Column("layer", .int, null: "for a step that made none", help: "from 1, the base").key,
    Column("size", .size, null: "for a step that made no layer", help: "as it is stored, mostly compressed").key,
    Column(
      "unpacked", .size, null: "with --manifest-only, and for a step that made no layer", help: "the bytes of its files"
    ),
    Column("files", .int, null: "with --manifest-only, and for a step that made no layer", help: "without folders"),
    Column(
      "wasted", .size, null: "with --manifest-only, and for a step that made no layer",
      help: "the bytes that a later layer overwrites or deletes"),
    Column("created", .datetime, null: "where the history does not say", help: "when the step was made").detail,
    Column("command", null: "where the history does not say", help: "the command that made it"),
    Column("digest", null: "for a step that made no layer", help: "the layer's digest").detail,
    Column("mediaType", null: "for a step that made no layer", help: "the layer's media type").detail,
  ]
  private static let shape = Shape(columns)

  /// What a layer holds.
  private struct Contents: Sendable {
    var files = 0
    var bytes: Int64 = 0
    var wasted: Int64 = 0
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    let image = try ImageArgument.read(call[\.image], session)
    let session = session
    let isShort = call[\.manifestOnly]
    let (config, contents, notes) = try Blocking.wait(call.run) {
      () async throws -> (JSONValue?, [Contents], LayerNotes) in
      var config: JSONValue?
      if let descriptor = image.model.config, image.model.kind == .image {
        config = try await ImageConfiguration.read(descriptor, from: image.store)
      }
      var notes = LayerNotes()
      guard !isShort else { return (config, [], notes) }
      var tree = FileTree()
      var contents: [Contents] = []
      try await image.files(session).eachListing { index, listing in
        tree.apply(listing)
        notes.add(index, listing)
        contents.append(Contents(files: listing.totals.files, bytes: listing.totals.bytes))
      }
      for (index, wasted) in tree.wasted.enumerated() { contents[index].wasted = wasted }
      return (config, contents, notes)
    }
    notes.tell(call.run)
    if !isShort { tellEfficiency(contents, call.run) }
    let steps = LayerHistory.steps(config, count: image.model.layers.count)
    let rows = steps.filter { $0.layer != nil || call[\.all] }.map { step in
      Self.row(step, step.layer.map { image.model.layers[$0] }, step.layer.flatMap { isShort ? nil : contents[$0] })
    }
    return .value(.list(rows))
  }

  private func tellEfficiency(_ contents: [Contents], _ run: RunContext) {
    let bytes = contents.map { WireSize(clamping: $0.bytes) }.total
    let wasted = contents.map { WireSize(clamping: $0.wasted) }.total
    guard bytes > 0 else { return }
    let percent = Int((100 * (1 - Double(wasted.bytes) / Double(bytes.bytes))).rounded(.down))
    run.sink.message(
      "efficiency \(percent) %: later layers overwrite or delete \(ByteCount.human(wasted)) of \(ByteCount.human(bytes))"
    )
  }

  private static func row(_ step: LayerHistory.Step, _ layer: Descriptor?, _ contents: Contents?) -> Value {
    .record(
      Record(
        shape: shape,
        values: [
          step.layer.map { .int(Int64($0) + 1) } ?? .null, layer.map { .size($0.size.bytes) } ?? .null,
          contents.map { .size($0.bytes) } ?? .null, contents.map { .int(Int64($0.files)) } ?? .null,
          contents.map { .size($0.wasted) } ?? .null, step.created.map(Value.datetime) ?? .null,
          step.command.map(Value.string) ?? .null, layer.map { .string($0.digest.description) } ?? .null,
          layer.map { .string($0.mediaType) } ?? .null,
        ]))
  }
}

/// The history of a configuration beside the layers (image-spec, config.md, "history").
enum LayerHistory {
  /// One step of a build.
  struct Step {
    /// The layer that it made, from 0.
    let layer: Int?
    let created: Timestamp?
    let command: String?
  }

  /// The steps; a history that does not fit the layers is left out.
  static func steps(_ config: JSONValue?, count: Int) -> [Step] {
    let history = config?["history"]?.array ?? []
    let made = history.count { $0["empty_layer"]?.bool != true }
    guard made == count else { return (0..<count).map { Step(layer: $0, created: nil, command: nil) } }
    var next = 0
    return history.map { item in
      let isEmpty = item["empty_layer"]?.bool == true
      defer { if !isEmpty { next += 1 } }
      return Step(
        layer: isEmpty ? nil : next, created: item["created"]?.string.flatMap(Timestamp.init(rfc3339:)),
        command: item["created_by"]?.string.map(cleaned))
    }
  }

  /// The command without the shell that docker puts in front.
  private static func cleaned(_ command: String) -> String {
    for start in ["/bin/sh -c #(nop) ", "/bin/sh -c "] where command.hasPrefix(start) {
      return String(command.dropFirst(start.count).drop { $0 == " " })
    }
    return command
  }
}
