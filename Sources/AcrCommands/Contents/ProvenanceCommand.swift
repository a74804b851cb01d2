import AcrCore
import AcrLanguage
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

/// `provenance`: how an image was built, as its provenance says.
struct ProvenanceCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ImageArgument.Parameters()
    let from = Flag<String?>("from", help: "which of several: the digest of the referrer, or of its blob")
  }

  let signature = Signature(
    "provenance",
    summary: "Shows how an image was built: builder, source, commit, materials",
    description: """
      Reads SLSA provenance 0.2 and 1: of BuildKit, cosign and GitHub. It is what the statement says: `signed` tells \
      whether a signature is around it, and it is not checked here.
      """,
    group: .registry,
    examples: [
      .init("Everything", "provenance localhost:5000/base/alpine:3.20"),
      .init("The base images", "provenance localhost:5000/base/alpine:3.20 | get materials"),
    ], columns: OutputColumns(columns))

  private static let columns = [
    Column("builder", null: "where the statement leaves it empty", help: "who built it"),
    Column("source", null: "for a build of local files", help: "the source repository"),
    Column("commit", null: "where none is told", help: "the commit that was built"),
    Column("workflow", null: "where none is told", help: "the workflow or file that says how"),
    Column("started", .datetime, null: "where it is not told", help: "when the build began"),
    Column("finished", .datetime, null: "where it is not told", help: "when it ended"),
    Column("materials", .list, help: "what went into it: records of uri and digest"),
    Column("buildType", null: "where it is not told", help: "how it was built, as an address"),
    Column("invocation", null: "where it is not told", help: "the builder's number of the build"),
    Column("predicateType", help: "the version of the statement"),
    Column("signed", .bool, help: "whether a signature is around it; it is not checked here"),
    Column("foundIn", help: "referrers API, fallback tag, att tag, or index"),
    Column("subject", help: "the manifest that it is about"),
    Column("digest", help: "the statement's blob"),
  ]
  private static let shape = Shape(columns)
  private static let materialShape = Shape(["uri", "digest"])

  func run(_ call: Call<Parameters>) throws -> Output {
    let image = try ImageArgument.read(call[\.image], session)
    let digest = call[\.from]
    let context = session
    let (provenance, statement) = try Blocking.wait(call.run) {
      try await StatementReader(image, context).provenance(digest)
    }
    if !statement.isSigned { call.run.sink.message("note: \(statement.note)") }
    func text(_ value: String?) -> Value { value.map(Value.string) ?? .null }
    func time(_ value: String?) -> Value { value.flatMap(Timestamp.init(rfc3339:)).map(Value.datetime) ?? .null }
    let materials = provenance.materials.map { material in
      Value.record(Record(shape: Self.materialShape, values: [.string(material.uri), text(material.digest)]))
    }
    return .value(
      .record(
        Record(
          shape: Self.shape,
          values: [
            text(provenance.builder), text(provenance.source), text(provenance.commit), text(provenance.workflow),
            time(provenance.started), time(provenance.finished), .list(materials), text(provenance.buildType),
            text(provenance.invocation), text(statement.predicateType), .bool(statement.isSigned),
            .string(statement.artifact.place.rawValue), .string(statement.artifact.subject.description),
            .string((statement.artifact.contents?.digest ?? statement.artifact.digest).description),
          ])))
  }
}
