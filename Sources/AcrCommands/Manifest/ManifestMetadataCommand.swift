import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `acr manifest show-metadata` and `update-metadata`: what an Azure registry knows of a tag or a manifest, and its locks.
struct ManifestMetadataCommand: Command {
  let session: CommandContext
  /// True for `update-metadata`.
  let isUpdate: Bool

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let locks: LockFlags

    init() { self.init(isUpdate: false) }
    init(isUpdate: Bool) { locks = LockFlags(isOffered: isUpdate) }
  }

  var parameters: Parameters { Parameters(isUpdate: isUpdate) }

  var signature: Signature {
    let verb = isUpdate ? "update" : "show"
    return Signature(
      "acr manifest \(verb)-metadata", aliases: ["manifest \(verb)-metadata", "acr manifest metadata \(verb)"],
      summary: isUpdate
        ? "Sets the locks of a tag or a manifest of an Azure registry"
        : "Shows times and locks of a tag or a manifest of an Azure registry",
      group: .registry,
      examples: [
        .init(
          isUpdate ? "Lock a tag" : "A tag",
          isUpdate
            ? "acr manifest update-metadata myregistry.azurecr.io/app:latest --write-enabled false"
            : "acr manifest show-metadata --registry myregistry --name app:latest")
      ],
      changes: isUpdate,
      cmdlet: isUpdate
        ? .init(
          "Update-AzContainerRegistryTag",
          parameters: [
            .init("RegistryName", .flag("registry")), .init("RepositoryName", .part(of: "name", order: 0)),
            .init("Name", .part(of: "name", order: 1)), .init("DeleteEnabled", .flag("delete-enabled")),
            .init("ListEnabled", .flag("list-enabled")),
            .init("ReadEnabled", .flag("read-enabled")), .init("WriteEnabled", .flag("write-enabled")),
          ] + PowerShell.common, joint: ":") : nil,
      columns: .open(RepositoryItem.attributeColumns)
    ).with(azure: .sortedFields).with(cmdlets: isUpdate ? [Self.manifestCmdlet] : [])
  }

  private static let manifestCmdlet = Signature.Cmdlet(
    "Update-AzContainerRegistryManifest",
    parameters: [
      .init("RegistryName", .flag("registry")), .init("RepositoryName", .part(of: "name", order: 0)),
      .init("Manifest", .part(of: "name", order: 1)), .init("DeleteEnabled", .flag("delete-enabled")),
      .init("ListEnabled", .flag("list-enabled")), .init("ReadEnabled", .flag("read-enabled")),
      .init("WriteEnabled", .flag("write-enabled")),
    ] + PowerShell.common, joint: "@")

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    guard let location = artifact.location else {
      throw AcrError(.usage, "this is a folder, and registries have these attributes")
    }
    let azure = session.azure
    guard try Blocking.wait(call.run, { try await azure.isAzure(location.registry) }) else {
      throw AcrError(
        .usage, "`\(location.registry)` is not an Azure registry; only Azure registries have these attributes")
    }
    let metadata = AzureMetadata(session.client(location.registry))
    let item: AzureMetadata.Item =
      switch artifact.selector {
      case .digest(let digest): .manifest(location.repository, digest)
      case .tag(let tag): .tag(location.repository, tag)
      }
    let locks = isUpdate ? LockFlags.locks(call[\.locks]) : AzureMetadata.Locks()
    guard locks != AzureMetadata.Locks() else {
      return .value(AzureDocument.value(try Blocking.wait(call.run) { try await metadata.details(of: item) }))
    }
    let name = artifact.selector.appended(to: artifact.store.displayName)
    if call.run.isDryRun { return DryRun.output("set the locks of \(name)", ["item": .string(name)], call.run) }
    return .value(AzureDocument.value(try Blocking.wait(call.run) { try await metadata.setLocks(locks, of: item) }))
  }
}

/// The flags that set locks.
struct LockFlags: ParameterSet {
  let writeEnabled = Flag<Bool?>("write-enabled", help: "whether it may be overwritten")
  let deleteEnabled = Flag<Bool?>("delete-enabled", help: "whether it may be deleted")
  let readEnabled = Flag<Bool?>("read-enabled", help: "whether it may be pulled")
  let listEnabled = Flag<Bool?>("list-enabled", help: "whether lists show it")
  private let isOffered: Bool

  init() { self.init(isOffered: true) }
  init(isOffered: Bool) { self.isOffered = isOffered }

  var declarations: [any DeclaredParameter] {
    isOffered ? [writeEnabled, deleteEnabled, readEnabled, listEnabled] : []
  }

  /// The locks that were given.
  static func locks(_ call: Call<LockFlags>) -> AzureMetadata.Locks {
    AzureMetadata.Locks(
      deleteEnabled: call[\.deleteEnabled], writeEnabled: call[\.writeEnabled], readEnabled: call[\.readEnabled],
      listEnabled: call[\.listEnabled])
  }
}
