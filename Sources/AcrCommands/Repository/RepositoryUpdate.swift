import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository update`: sets locks.
struct RepositoryUpdate: Command {
  let session: AcrSession

  let signature = Signature(
    "repository update", aliases: ["acr repository update"],
    summary: "Sets the locks of a repository, a tag or a manifest of an Azure registry",
    group: .registry,
    flags: RepositoryItem.flags + [
      .init("write-enabled", .bool, help: "whether it may be overwritten"),
      .init("delete-enabled", .bool, help: "whether it may be deleted"),
      .init("read-enabled", .bool, help: "whether it may be pulled"),
      .init("list-enabled", .bool, help: "whether lists show it"),
    ],
    examples: [
      .init(
        "Lock an image",
        "repository update --name myregistry --image hello-world:latest --write-enabled false --delete-enabled false")
    ],
    changes: true)

  func run(_ call: Invocation) throws -> Output {
    let place = try RepositoryItem.locate(call, session)
    func lock(_ name: String) -> Bool? { if case .bool(let flag)? = call.arguments[name] { flag } else { nil } }
    let locks = AzureMetadata.Locks(
      deleteEnabled: lock("delete-enabled"), writeEnabled: lock("write-enabled"), readEnabled: lock("read-enabled"),
      listEnabled: lock("list-enabled"))
    guard locks != AzureMetadata.Locks() else {
      throw AcrError(
        .usage, "`repository update` needs a lock to set",
        help: "for example `--write-enabled false`; the others are --delete-enabled, --read-enabled, --list-enabled")
    }
    if call.run.isDryRun {
      _ = try Blocking.wait(call.run) { try await place.metadata.details(of: place.item) }
      return DryRun.output("set the locks of \(place.name)", ["item": .string(place.name)], call)
    }
    return .value(
      AzureDocument.value(try Blocking.wait(call.run) { try await place.metadata.setLocks(locks, of: place.item) }))
  }
}
