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
    description: "Works in Azure registries and in others that delete a tag alone. docker-registry 2 does not.",
    group: .registry,
    flags: [
      .init("name", short: "n", .string, help: "the registry: a name or a host", completer: .registry),
      .init("image", short: "t", .string, isRequired: true, help: "repository:tag"), Deletion.yes,
    ],
    examples: [.init("A tag", "repository untag --name myregistry --image hello-world:old")],
    changes: true)

  func run(_ call: Invocation) throws -> Output {
    let host = try session.registryHost(call, "name")
    let azure = session.azure
    guard try Blocking.wait(call.run, { try await azure.isAzure(host) }) else { return try untag(at: host, call) }
    let place = try RepositoryItem.locate(call, session)
    guard case .tag = place.item else { throw RepositoryUntag.noTag }
    return try Deletion.run("the tag \(place.name)", place.name, call) { try await place.metadata.delete(place.item) }
  }

  private static let noTag = ArgumentError(
    "image", AcrError(.usage, "`--image` needs a tag here", help: "REPOSITORY:TAG"))

  /// Takes a tag away by the distribution API (distribution-spec 1.1, "Deleting tags").
  private func untag(at host: RegistryHost, _ call: Invocation) throws -> Output {
    let image = try locate("image") { try RepositoryReference(call.string("image") ?? "") }
    guard image.digest == nil, let tag = image.tag else { throw RepositoryUntag.noTag }
    let repository = RegistryRepository(
      client: session.registries.client(host), name: image.repository, access: .push)
    let name = "\(host)/\(image)"
    return try Deletion.run("the tag \(name)", name, call) {
      guard let digest = try await repository.digest(of: tag) else {
        throw AcrError(.notFound, "\(name) does not exist")
      }
      guard try await repository.deleteTag(tag) else {
        throw AcrError(
          .denied, "\(host) cannot take a tag away and leave the image",
          help:
            "it deletes whole images only, with every tag: `manifest delete \(host)/\(image.repository)@\(digest)` names them first",
          target: host.name)
      }
    }
  }
}
