import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `manifest delete`: deletes a manifest with all its tags, in any registry.
struct ManifestDelete: Command {
  let session: AcrSession

  let signature = Signature(
    "manifest delete", aliases: ["acr manifest delete"],
    summary: "Deletes a manifest with all its tags",
    description: """
      It names every tag that goes, and asks first, unless --yes is given. A tag names the manifest it points at now. A manifest \
      that an index lists, or that is about another manifest (a signature, an SBOM), is not deleted without --force: delete the \
      index first. To find that out it reads the repository; with --yes --force it does not look.
      """,
    group: .registry,
    positionals: ManifestArgument.positionals,
    flags: ManifestArgument.flags + [Deletion.yes, ManifestDeletion.force],
    examples: [.init("By its tag", "manifest delete localhost:5000/base/alpine:3.20 --yes")],
    changes: true)

  func run(_ call: Invocation) throws -> Output {
    let artifact = try ManifestArgument.locate(call, session)
    guard let location = artifact.location else {
      throw AcrError(.usage, "this is a folder, and manifests are deleted in registries")
    }
    let metadata = AzureMetadata(session.registries.client(location.registry))
    let item: AzureMetadata.Item =
      switch artifact.selector {
      case .digest(let digest): .manifest(location.repository, digest)
      case .tag(let tag): .tag(location.repository, tag)
      }
    let name = artifact.selector.appended(to: artifact.store.displayName)
    return try ManifestDeletion.run(
      RepositoryItem.Place(metadata: metadata, store: artifact.store, item: item, name: name), session.limit, call)
  }
}
