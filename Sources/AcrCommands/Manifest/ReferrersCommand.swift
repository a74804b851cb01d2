import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `referrers`: what is about an image, wherever tools put it.
struct ReferrersCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let platform = Flag<String?>(
      "platform", help: "only what is about the image for this platform, as os/architecture[/variant]")
    let kind = Flag<[String]>(
      "kind", help: "only these: signature, sbom, provenance, attestation, other",
      completer: .fixed(RelatedArtifact.Kind.allCases.map(\.rawValue)))
  }

  let signature = Signature(
    "referrers",
    summary: "Lists signatures, SBOMs, provenance and other referrers of an image",
    description: """
      Looks in the registry's list of referrers, under its fallback tag, under cosign's tags (`sha256-….sig`, `.att`, \
      `.sbom`), and in the index, where BuildKit puts attestations. For an index, what is about its images is listed \
      too. Nothing is verified but digests: what is listed is what the registry says.
      """,
    group: .registry,
    examples: [
      .init("Everything", "referrers localhost:5000/base/alpine:3.20"),
      .init("Is it signed?", "referrers localhost:5000/base/alpine:3.20 --kind signature | count"),
    ], columns: OutputColumns(columns))

  private static let columns = [
    Column("kind", help: "signature, sbom, provenance, attestation or other").key,
    Column("platform", null: "for what is about an index, or where none is told", help: "the platform it is about"),
    Column("foundIn", help: "referrers API, fallback tag, sig tag, att tag, sbom tag, or index").detail,
    Column("size", .size, help: "of the contents"),
    Column("created", .datetime, null: "where no annotation says", help: "when it was made"),
    Column("artifactType", null: "where the manifest has none", help: "the artifact's type"),
    Column("predicateType", null: "where no annotation says", help: "the type of a statement's predicate").detail,
    Column("mediaType", null: "where it has no contents", help: "the media type of the contents").detail,
    Column("digest", help: "the manifest that carries it").key,
    Column("blob", null: "where it has no single one", help: "the contents, for `blob show`").detail,
    Column("subject", help: "the manifest that it is about").detail,
  ]
  private static let shape = Shape(columns)

  func run(_ call: Call<Parameters>) throws -> Output {
    let kinds = try call[\.kind].map { text in
      guard let kind = RelatedArtifact.Kind(rawValue: text) else {
        throw ArgumentError(
          call.parameters.kind,
          AcrError(
            .usage, "`\(text)` is not a kind of referrer",
            help: "the kinds are \(RelatedArtifact.Kind.allCases.map(\.rawValue).joined(separator: ", "))"))
      }
      return kind
    }
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let platform = try call[\.platform].map { text in
      try locate(call.parameters.platform) { try PlatformChoice.platform(text) }
    }
    let found = try Blocking.wait(call.run) {
      let root = try await artifact.store.manifest(artifact.selector)
      let model = try ImageManifest(root, name: artifact.store.displayName)
      if let platform, model.kind == .index {
        _ = try ImageArgument.choose(platform, among: model.images, of: artifact.store.displayName)
      }
      return try await ArtifactFinder(store: artifact.store).related(toImage: root, platform: platform)
    }
    for note in found.notes.prefix(10) { call.run.sink.message("note: \(note)") }
    let shown = found.items.filter { kinds.isEmpty || kinds.contains($0.kind) }
    return .value(.list(shown.map { .record(Self.row($0)) }))
  }

  private static func row(_ item: RelatedArtifact) -> Record {
    func text(_ value: String?) -> Value { value.map(Value.string) ?? .null }
    return Record(
      shape: shape,
      values: [
        .string(item.kind.rawValue), text(item.platform?.description), .string(item.place.rawValue),
        .size(item.size.bytes), item.created.flatMap(Timestamp.init(rfc3339:)).map(Value.datetime) ?? .null,
        text(item.artifactType), text(item.predicateType), text(item.mediaType), .string(item.digest.description),
        text(item.contents?.digest.description), .string(item.subject.description),
      ])
  }
}
