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

  /// What an Azure registry tells of a tag and of a manifest alike.
  static let attributeColumns = [
    Column("digest", help: "the manifest").key, Column("createdTime", .datetime, help: "when it was made"),
    Column("lastUpdateTime", .datetime, help: "when it last changed"),
    Column("changeableAttributes", .record, help: "the locks"),
  ]

  /// What an Azure registry tells of a repository, a tag or a manifest.
  static let columns = OutputColumns.open([
    Column("registry", help: "the registry's host").only("where the registry tells"),
    Column("imageName", help: "the repository's name").only("where the registry tells"),
    Column("createdTime", .datetime, help: "when it was made").only("for repositories"),
    Column("lastUpdateTime", .datetime, help: "when it last changed").only("for repositories"),
    Column("manifestCount", .int, help: "how many manifests it has").only("for repositories"),
    Column("tagCount", .int, help: "how many tags it has").only("for repositories"),
    Column("tag", .record, help: "name, digest, times and locks").only("for tags"),
    Column("manifest", .record, help: "digest, size, times and locks").only("for manifests"),
    Column("changeableAttributes", .record, help: "the locks").only("for repositories"),
  ])

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the registry: a name or a host", completer: .registry)
    let repository = Flag<String?>("repository", help: "the whole repository", completer: .repository(of: "name"))
    let image = Flag<String?>("image", short: "t", help: "one image: repository:tag or repository@digest")
  }

  static func locate(_ call: Call<Parameters>, _ session: CommandContext) throws -> Place {
    let host = try session.registryHost(call, \.name)
    let azure = session.azure
    guard try Blocking.wait(call.run, { try await azure.isAzure(host) }) else {
      throw ArgumentError(
        call.parameters.name,
        AcrError(
          .usage, "`\(host)` is not an Azure registry; only Azure registries have these attributes",
          help: "images of any registry are deleted with `manifest delete`"))
    }
    let metadata = AzureMetadata(session.client(host))
    switch (call[\.repository], call[\.image]) {
    case (let name?, nil):
      return try AcrCommands.locate(call.parameters.repository) {
        let repository = try RepositoryName(name)
        let store = session.store(.registry(host), repository, .pull).store
        return Place(metadata: metadata, store: store, item: .repository(repository), name: "\(host)/\(repository)")
      }
    case (nil, let image?):
      return try AcrCommands.locate(call.parameters.image) { try place(of: image, at: host, session) }
    case (nil, nil):
      throw AcrError(.usage, "this needs `--repository` or `--image`", help: "--image REPOSITORY:TAG is one image")
    default:
      throw ArgumentError(
        call.parameters.image, AcrError(.usage, "`--repository` and `--image` cannot be combined", help: "give one"))
    }
  }

  /// The place of one image in an Azure registry.
  static func place(of image: String, at host: RegistryHost, _ session: CommandContext) throws -> Place {
    let reference = try RepositoryReference(image)
    let item: AzureMetadata.Item =
      reference.digest.map { .manifest(reference.repository, $0) }
      ?? .tag(reference.repository, reference.tag ?? .latest)
    return Place(
      metadata: AzureMetadata(session.client(host)),
      store: session.store(.registry(host), reference.repository, .pull).store, item: item,
      name: "\(host)/\(reference)")
  }
}
