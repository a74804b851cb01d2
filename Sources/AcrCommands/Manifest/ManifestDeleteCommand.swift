import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `manifest delete`: deletes a manifest with all its tags, in any registry.
struct ManifestDeleteCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let deletion = ManifestDeletion.Parameters()
  }

  let signature = Signature(
    "manifest delete", aliases: ["acr manifest delete"],
    summary: "Deletes a manifest with all its tags",
    description: """
      Lists every tag that is deleted, and asks first unless --yes is given. A tag means the manifest it points at \
      now. A manifest that an index lists, or that refers to another one (a signature, an SBOM), is not deleted \
      without --force: delete the index first. To check this, it reads the repository; with --yes --force it does \
      not check.

      Rows with a column `digest` are deleted together, in a safe order: the repository is read once, and nothing is \
      deleted if a manifest outside the rows needs one of them.
      """,
    group: .registry,
    examples: [
      .init("By its tag", "manifest delete localhost:5000/base/alpine:3.20 --yes"),
      .init(
        "All garbage",
        "list-metadata myregistry.azurecr.io/base/alpine --orphaned | manifest delete myregistry.azurecr.io/base/alpine"
      ),
    ],
    input: .optional, changes: true,
    cmdlet: .init(
      "Remove-AzContainerRegistryManifest",
      parameters: [
        .init("RegistryName", .flag("registry")), .init("RepositoryName", .part(of: "name", order: 0)),
        .init("Manifest", .part(of: "name", order: 1)), .init("Force", .flag("yes")),
      ] + PowerShell.common, joint: "@"),
    columns: OutputColumns(
      ManifestDeletion.columns.map {
        ["item", "freedBytes"].contains($0.name) ? $0.only("for one manifest") : $0
      }))

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    guard let location = artifact.location else {
      throw AcrError(.usage, "this is a folder, and manifests are deleted in registries")
    }
    let metadata = AzureMetadata(session.client(location.registry))
    if let input = call.input {
      guard artifact.tag == nil, artifact.digest == nil else {
        throw AcrError(.usage, "rows say which manifests are deleted", help: "name the repository alone")
      }
      let place = RepositoryItem.Place(
        metadata: metadata, store: artifact.store, item: .repository(location.repository),
        name: artifact.store.displayName)
      return try ManifestDeletion.run(rows: input, in: location.repository, place, session.limit, call[\.deletion])
    }
    let item: AzureMetadata.Item =
      switch artifact.selector {
      case .digest(let digest): .manifest(location.repository, digest)
      case .tag(let tag): .tag(location.repository, tag)
      }
    let name = artifact.selector.appended(to: artifact.store.displayName)
    return try ManifestDeletion.run(
      RepositoryItem.Place(metadata: metadata, store: artifact.store, item: item, name: name), session.limit,
      call[\.deletion])
  }
}
