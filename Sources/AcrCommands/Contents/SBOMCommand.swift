import AcrCore
import AcrLanguage
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

/// `sbom`: the packages that an image's SBOM lists.
struct SBOMCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ImageArgument.Parameters()
    let from = Flag<String?>("from", help: "which of several: the digest of the referrer, or of its blob")
  }

  let signature = Signature(
    "sbom",
    summary: "Lists the packages of an image from its SBOM",
    description: """
      Reads SPDX 2 and 3, CycloneDX and syft documents in JSON: from BuildKit's attestations, from attestations of \
      cosign and GitHub, and from plain SBOM artifacts. A message says where it was found, which tool made it, and \
      whether it is signed. Signatures are not checked here. Of several SBOMs the first is read; `referrers --kind sbom` \
      lists them, and --from chooses.
      """,
    group: .registry,
    examples: [
      .init("Packages by license", "sbom localhost:5000/base/alpine:3.20 | group-by license"),
      .init("Is it in there?", "sbom localhost:5000/base/alpine:3.20 | where .name =~ \"openssl\""),
    ], columns: OutputColumns(columns))

  private static let columns = [
    Column("name", help: "the package's name").key,
    Column("version", null: "where the SBOM has none", help: "its version").key,
    Column("type", null: "where the SBOM does not say", help: "apk, deb, npm and so on"),
    Column("license", null: "where it is unknown", help: "its license"),
    Column("purl", null: "where the SBOM has none", help: "its package URL").detail,
  ]
  private static let shape = Shape(columns)

  func run(_ call: Call<Parameters>) throws -> Output {
    let image = try ImageArgument.read(call[\.image], session)
    let digest = call[\.from]
    let context = session
    let sbom = try Blocking.wait(call.run) { try await StatementReader(image, context).sbom(digest) }
    call.run.sink.message(sbom.note)
    func text(_ value: String?) -> Value { value.map(Value.string) ?? .null }
    return .value(
      .list(
        sbom.list.packages.map { package in
          .record(
            Record(
              shape: Self.shape,
              values: [
                .string(package.name), text(package.version), text(package.type), text(package.license),
                text(package.purl),
              ]))
        }))
  }
}
