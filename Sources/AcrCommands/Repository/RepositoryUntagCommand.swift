import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository untag`: takes a tag away and leaves the image.
struct RepositoryUntagCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the registry: a name or a host", completer: .registry)
    let image = Flag<String>("image", short: "t", help: "repository:tag")
    let confirmation = Deletion.Parameters()
  }

  let signature = Signature(
    "repository untag", aliases: ["acr repository untag"],
    summary: "Removes a tag; the image stays",
    description: """
      Works in Azure registries and in others that delete a tag alone. docker-registry 2 does not. A person at a terminal is \
      asked first, unless --yes is given; a script is not, as with the Azure CLI.
      """,
    group: .registry,
    examples: [.init("A tag", "repository untag --name myregistry --image app:pr-1")],
    changes: true,
    cmdlet: .init(
      "Remove-AzContainerRegistryTag",
      parameters: [
        .init("RegistryName", .flag("name")), .init("RepositoryName", .part(of: "image", order: 0)),
        .init("Name", .part(of: "image", order: 1)),
      ] + PowerShell.common, joint: ":"),
    columns: OutputColumns(Deletion.columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let host = try session.registryHost(call, \.name)
    let azure = session.azure
    guard try Blocking.wait(call.run, { try await azure.isAzure(host) }) else { return try untag(at: host, call) }
    let place = try locate(call.parameters.image) { try RepositoryItem.place(of: call[\.image], at: host, session) }
    guard case .tag = place.item else { throw noTag(call) }
    return try Deletion.run("the tag \(place.name)", place.name, call[\.confirmation], asksOnlyPeople: true) {
      try await place.metadata.delete(place.item)
    }
  }

  private func noTag(_ call: Call<Parameters>) -> ArgumentError {
    ArgumentError(call.parameters.image, AcrError(.usage, "`--image` needs a tag here", help: "REPOSITORY:TAG"))
  }

  /// Takes a tag away by the distribution API (distribution-spec 1.1, "Deleting tags").
  private func untag(at host: RegistryHost, _ call: Call<Parameters>) throws -> Output {
    let image = try locate(call.parameters.image) { try RepositoryReference(call[\.image]) }
    guard image.digest == nil, let tag = image.tag else { throw noTag(call) }
    let repository = RegistryRepository(
      client: session.client(host), name: image.repository, access: .push)
    let name = "\(host)/\(image)"
    return try Deletion.run("the tag \(name)", name, call[\.confirmation], asksOnlyPeople: true) {
      guard let digest = try await repository.digest(of: tag) else {
        throw AcrError(.notFound, "\(name) does not exist")
      }
      guard try await repository.deleteTag(tag) else {
        throw AcrError(
          .denied, "\(host) cannot remove a tag without its image",
          help:
            "it only deletes whole images, with all tags: `manifest delete \(host)/\(image.repository)@\(digest)` names them first",
          target: host.name)
      }
    }
  }
}
