import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository delete`: deletes a repository, or an image with all its tags.
struct RepositoryDeleteCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let item = RepositoryItem.Parameters()
    let deletion = ManifestDeletion.Parameters()
  }

  let signature = Signature(
    "repository delete", aliases: ["acr repository delete"],
    summary: "Deletes a repository of an Azure registry, or an image with all its tags",
    description: "It asks first, unless --yes is given. To remove only a tag, use `repository untag`.",
    group: .registry,
    examples: [.init("An image", "repository delete --name myregistry --image app:latest --yes")],
    changes: true,
    cmdlet: .init(
      "Remove-AzContainerRegistryRepository",
      parameters: [
        .init("RegistryName", .flag("name")), .init("Name", .flag("repository")), .init("Force", .flag("yes")),
      ] + PowerShell.common),
    columns: OutputColumns(
      ManifestDeletion.columns.map {
        ["status", "item"].contains($0.name) ? $0 : $0.only("for images")
      }))

  func run(_ call: Call<Parameters>) throws -> Output {
    let place = try RepositoryItem.locate(call[\.item], session)
    if case .repository = place.item {
      let details = try Blocking.wait(call.run) { try await place.metadata.details(of: place.item) }
      let manifests = details["manifestCount"]?.integer ?? 0
      let tags = details["tagCount"]?.integer ?? 0
      let what = "the repository \(place.name) with \(manifests) manifests and \(tags) tags"
      return try Deletion.run(what, place.name, call[\.deletion][\.confirmation]) {
        try await place.metadata.delete(place.item)
      }
    }
    return try ManifestDeletion.run(place, session.limit, call[\.deletion])
  }
}
