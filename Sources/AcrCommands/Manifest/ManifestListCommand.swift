import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

/// `acr manifest list`: the manifests of a repository themselves, as the registry has them.
struct ManifestListCommand: Command {
  let session: CommandContext

  typealias Parameters = ListMetadataCommand.Parameters

  let signature = Signature(
    "acr manifest list", aliases: ["manifest list"],
    summary: "Reads every manifest of a repository",
    description:
      "A request for each manifest. `list-metadata` lists digests, tags, platforms and sizes with one for a hundred.",
    group: .registry,
    examples: [.init("What an index lists", "acr manifest list --registry myregistry --name base/alpine --top 1")]
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let rows = try ListMetadataCommand(session: session).run(call)
    let (store, _) = try ListMetadataCommand(session: session).place(call)
    let run = call.run
    let read = { (row: Value) throws -> Value in
      guard case .record(let record) = row, case .string(let text)? = record["digest"], let digest = try? Digest(text)
      else {
        return .null
      }
      let manifest = try Blocking.wait(run) { try await store.manifest(.digest(digest)) }
      return try ManifestArgument.document(manifest.bytes, "the manifest \(digest)")
    }
    switch rows {
    case .rows(let stream): return .rows(RowStream { try stream.next().map(read) })
    case .value(.list(let items)): return .value(.list(try items.map(read)))
    default: return rows
    }
  }
}

/// `acr manifest list-referrers`: the registry's list of what refers to an image, as it answers.
struct ManifestReferrersCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let artifactType = Flag<String?>("artifact-type", help: "only those of this type")
    let recursive = Switch("recursive", help: "also what refers to them, one level down as the Azure CLI does it")
  }

  let signature = Signature(
    "acr manifest list-referrers", aliases: ["manifest list-referrers"],
    summary: "Lists what refers to an image, as the registry's list has it",
    description:
      "`referrers` looks in the other places too where tools put signatures and SBOMs, and says what they are.",
    group: .registry,
    examples: [
      .init("SBOMs", "acr manifest list-referrers myregistry.azurecr.io/app:1 --artifact-type application/spdx+json")
    ],
    columns: [Column("manifests", .list, help: "descriptors: mediaType, digest, size, artifactType, annotations")]
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let type = call[\.artifactType]
    let isRecursive = call[\.recursive]
    let found = try Blocking.wait(call.run) { () -> [Descriptor] in
      let root = try await artifact.store.manifest(artifact.selector)
      var found = try await artifact.store.referrers(of: root.digest)
      if let type { found = found.filter { $0.artifactType == type } }
      guard isRecursive else { return found }
      for referrer in found { found += try await artifact.store.referrers(of: referrer.digest) }
      return found
    }
    return .value(.record(Record(["manifests": .list(found.map { .record(Self.record($0)) })])))
  }

  private static func record(_ descriptor: Descriptor) -> Record {
    var fields: [(String, Value)] = [
      ("mediaType", .string(descriptor.mediaType)), ("digest", .string(descriptor.digest.description)),
      ("size", .int(descriptor.size.bytes)),
    ]
    if let type = descriptor.artifactType { fields.append(("artifactType", .string(type))) }
    if !descriptor.annotations.isEmpty {
      let members = descriptor.annotations
      fields.append(
        (
          "annotations",
          .record(Record(shape: Shape(members.map(\.name)), values: members.map { AzureResource.value($0.value) }))
        ))
    }
    return Record(shape: Shape(fields.map(\.0)), values: fields.map(\.1))
  }
}
