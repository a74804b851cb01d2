import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `manifest tree`: what a manifest consists of, down to the layers.
struct ManifestTreeCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let platform = Flag<String?>("platform", help: "only the image of an index, as os/architecture[/variant]")
    let flat = Switch("flat", help: "a row for each part, with its depth, instead of records in records")
  }

  let signature = Signature(
    "manifest tree",
    summary:
      "Shows the parts of an image as a tree: index, platforms, configurations, layers and referrers",
    description: """
      Gives a record whose `parts` are records of the same kind; a terminal shows them as a tree. The size of a \
      manifest is the sum of the blobs below it, each counted once. `share` is its part of the whole image, drawn as \
      a bar in tables. Platforms that share layers add up to more than the whole. A manifest that occurs again is \
      there without its parts. Signatures, SBOMs and other referrers are listed below what they are about, and so are \
      BuildKit's attestations, whose `platform` is that of their image.
      """,
    group: .registry,
    examples: [
      .init("All parts with their sizes", "manifest tree localhost:5000/base/alpine:3.20"),
      .init(
        "The largest layers",
        "manifest tree localhost:5000/base/alpine:3.20 --flat | where .part == \"layer\" | sort-by size --desc | first 5"
      ),
    ], columns: OutputColumns(columns))

  static let columns = [
    Column(
      "part", help: "index, manifest, config, layer, signature, sbom, provenance, attestation or referrer"
    ).key,
    Column("size", .size, help: "of a manifest, all blobs below it, each counted once"),
    Column("share", .number, unit: "parts of 1", null: "for referrers", help: "its part of the whole image"),
    Column("platform", null: "where the index names none", help: "os/architecture of it, or of the image it is about"),
    Column("digest", help: "its digest").key,
    Column("mediaType", help: "its media type, or what an artifact says of itself").detail,
    Column("parts", .list, help: "what is below it: records of the same kind").only("without --flat"),
    Column("depth", .int, help: "0 for the manifest itself").detail.only("with --flat"),
  ]

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let limit = session.limit
    let platform = try call[\.platform].map { text in
      try locate(call.parameters.platform) { try PlatformChoice.platform(text) }
    }
    let (graph, root) = try Blocking.wait(call.run) {
      let root =
        platform == nil
        ? try await artifact.store.manifest(artifact.selector)
        : try await ImageArgument.read(artifact, platform).manifest
      return (try await GraphReader(store: artifact.store, limit: limit).tree(root), root.digest)
    }
    for gap in graph.gaps.prefix(10) { call.run.sink.message("incomplete: \(gap.message)") }
    var tree = ManifestTree(graph)
    guard let top = tree.part(of: root) else { return .nothing }
    return .value(call[\.flat] ? .list(top.rows) : top.value)
  }
}
