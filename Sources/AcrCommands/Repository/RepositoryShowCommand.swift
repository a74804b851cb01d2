import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository show`: what an Azure registry knows of a repository, an image or a tag.
struct RepositoryShowCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let item = RepositoryItem.Parameters()
  }

  let signature = Signature(
    "repository show", aliases: ["acr repository show"],
    summary: "Shows times, counts and locks of a repository, a tag or a manifest of an Azure registry",
    group: .registry,
    examples: [
      .init("A repository", "repository show --name myregistry --repository app"),
      .init(
        "The locks of a tag", "repository show --name myregistry --image app:latest | get changeableAttributes"),
    ],
    columns: RepositoryItem.columns
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let place = try RepositoryItem.locate(call[\.item], session)
    return .value(
      AzureDocument.value(try Blocking.wait(call.run) { try await place.metadata.details(of: place.item) }))
  }
}
