import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository untag`: takes a tag away and leaves the image.
struct RepositoryUntag: Command {
  let session: AcrSession

  let signature = Signature(
    "repository untag", aliases: ["acr repository untag"],
    summary: "Removes a tag; the image stays",
    group: .registry,
    flags: [
      .init("name", short: "n", .string, help: "the registry: a name or a host", completer: .registry),
      .init("image", short: "t", .string, isRequired: true, help: "repository:tag"), Deletion.yes,
    ],
    examples: [.init("A tag", "repository untag --name myregistry --image hello-world:old")],
    changes: true)

  func run(_ call: Invocation) throws -> Output {
    let place = try RepositoryItem.locate(call, session)
    guard case .tag = place.item else {
      throw ArgumentError("image", AcrError(.usage, "`--image` needs a tag here", help: "REPOSITORY:TAG"))
    }
    return try Deletion.run("the tag \(place.name)", place.name, call) { try await place.metadata.delete(place.item) }
  }
}
