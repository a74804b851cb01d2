import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository update`: sets locks.
struct RepositoryUpdateCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let item = RepositoryItem.Parameters()
    let writeEnabled = Flag<Bool?>("write-enabled", help: "whether it may be overwritten")
    let deleteEnabled = Flag<Bool?>("delete-enabled", help: "whether it may be deleted")
    let readEnabled = Flag<Bool?>("read-enabled", help: "whether it may be pulled")
    let listEnabled = Flag<Bool?>("list-enabled", help: "whether lists show it")
  }

  let signature = Signature(
    "repository update", aliases: ["acr repository update"],
    summary: "Sets the locks of a repository, a tag or a manifest of an Azure registry",
    group: .registry,
    examples: [
      .init(
        "Lock an image",
        "repository update --name myregistry --image app:latest --write-enabled false --delete-enabled false")
    ],
    changes: true,
    cmdlet: .init(
      "Update-AzContainerRegistryRepository",
      parameters: [
        .init("RegistryName", .flag("name")), .init("Name", .flag("repository")),
        .init("DeleteEnabled", .flag("delete-enabled")), .init("ListEnabled", .flag("list-enabled")),
        .init("ReadEnabled", .flag("read-enabled")), .init("WriteEnabled", .flag("write-enabled")),
      ] + PowerShell.common),
    columns: RepositoryItem.columns
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let place = try RepositoryItem.locate(call[\.item], session)
    let locks = AzureMetadata.Locks(
      deleteEnabled: call[\.deleteEnabled], writeEnabled: call[\.writeEnabled], readEnabled: call[\.readEnabled],
      listEnabled: call[\.listEnabled])
    guard locks != AzureMetadata.Locks() else {
      throw AcrError(
        .usage, "`repository update` needs a lock to set",
        help: "for example `--write-enabled false`; the others are --delete-enabled, --read-enabled, --list-enabled")
    }
    if call.run.isDryRun {
      _ = try Blocking.wait(call.run) { try await place.metadata.details(of: place.item) }
      return DryRun.output("set the locks of \(place.name)", ["item": .string(place.name)], call.run)
    }
    return .value(
      AzureDocument.value(try Blocking.wait(call.run) { try await place.metadata.setLocks(locks, of: place.item) }))
  }
}
