import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// What az's `--repository` and `--image` name.
enum RepositoryItem {
  struct Place: Sendable {
    let metadata: AzureMetadata
    let store: any ArtifactSource
    let item: AzureMetadata.Item
    /// As people write it.
    let name: String
  }

  static let flags: [Signature.Flag] = [
    .init("name", short: "n", .string, help: "the registry: a name or a host", completer: .registry),
    .init("repository", .string, help: "the whole repository", completer: .repository(of: "name")),
    .init("image", short: "t", .string, help: "one image: repository:tag or repository@digest"),
  ]

  static func locate(_ call: Invocation, _ session: AcrSession) throws -> Place {
    let host = try session.registryHost(call, "name")
    let azure = session.azure
    guard try Blocking.wait(call.run, { try await azure.isAzure(host) }) else {
      throw ArgumentError(
        "name",
        AcrError(
          .usage, "`\(host)` is no Azure registry, and no other has such attributes",
          help: "images of any registry are deleted with `manifest delete`"))
    }
    let metadata = AzureMetadata(session.registries.client(host))
    switch (call.string("repository"), call.string("image")) {
    case (let name?, nil):
      return try AcrCommands.locate("repository") {
        let repository = try RepositoryName(name)
        let store = session.store(.registry(host), repository, .pull).store
        return Place(metadata: metadata, store: store, item: .repository(repository), name: "\(host)/\(repository)")
      }
    case (nil, let image?):
      return try AcrCommands.locate("image") {
        let reference = try RepositoryReference(image)
        let store = session.store(.registry(host), reference.repository, .pull).store
        let item: AzureMetadata.Item =
          reference.digest.map { .manifest(reference.repository, $0) }
          ?? .tag(reference.repository, reference.tag ?? .latest)
        return Place(metadata: metadata, store: store, item: item, name: "\(host)/\(reference)")
      }
    case (nil, nil):
      throw AcrError(.usage, "this needs `--repository` or `--image`", help: "--image REPOSITORY:TAG is one image")
    default:
      throw ArgumentError("image", AcrError(.usage, "`--repository` and `--image` name two things", help: "give one"))
    }
  }
}
