import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `repository show`: what an Azure registry knows of a repository, an image or a tag.
struct RepositoryShow: Command {
  let session: AcrSession

  let signature = Signature(
    "repository show", aliases: ["acr repository show"],
    summary: "Shows times, counts and locks of a repository, a tag or a manifest of an Azure registry",
    group: .registry,
    flags: RepositoryItem.flags,
    examples: [
      .init("A repository", "repository show --name myregistry --repository hello-world"),
      .init(
        "The locks of a tag", "repository show --name myregistry --image hello-world:latest | get changeableAttributes"),
    ])

  func run(_ call: Invocation) throws -> Output {
    let place = try RepositoryItem.locate(call, session)
    return .value(
      AzureDocument.value(try Blocking.wait(call.run) { try await place.metadata.details(of: place.item) }))
  }
}

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

/// `repository delete`: deletes a repository, or an image with all its tags.
struct RepositoryDelete: Command {
  let session: AcrSession

  let signature = Signature(
    "repository delete", aliases: ["acr repository delete"],
    summary: "Deletes a repository of an Azure registry, or an image with all its tags",
    description: "It asks first, unless --yes is given. A tag alone is taken away with `repository untag`.",
    group: .registry,
    flags: RepositoryItem.flags + [Deletion.yes],
    examples: [.init("An image", "repository delete --name myregistry --image hello-world:latest --yes")],
    changes: true,
    cmdlet: .init(
      "Remove-AzContainerRegistryRepository",
      parameters: [.init("RegistryName", .flag("name")), .init("Name", .flag("repository"))]))

  func run(_ call: Invocation) throws -> Output {
    let place = try RepositoryItem.locate(call, session)
    if case .repository = place.item {
      let details = try Blocking.wait(call.run) { try await place.metadata.details(of: place.item) }
      let manifests = details["manifestCount"]?.integer ?? 0
      let tags = details["tagCount"]?.integer ?? 0
      let what = "the repository \(place.name) with \(manifests) manifests and \(tags) tags"
      return try Deletion.run(what, place.name, call) { try await place.metadata.delete(place.item) }
    }
    return try ManifestDeletion.run(place, call)
  }
}

/// `repository untag`: takes a tag away and leaves the image.
struct RepositoryUntag: Command {
  let session: AcrSession

  let signature = Signature(
    "repository untag", aliases: ["acr repository untag"],
    summary: "Takes a tag away in an Azure registry; the image stays",
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

/// `manifest delete`: deletes a manifest with all its tags, in any registry.
struct ManifestDelete: Command {
  let session: AcrSession

  let signature = Signature(
    "manifest delete", aliases: ["acr manifest delete"],
    summary: "Deletes a manifest with all its tags",
    description: "It asks first, unless --yes is given. A tag names the manifest it points at now.",
    group: .registry,
    positionals: ManifestArgument.positionals,
    flags: ManifestArgument.flags + [Deletion.yes],
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
      RepositoryItem.Place(metadata: metadata, store: artifact.store, item: item, name: name), call)
  }
}

/// Deletes the manifest that a place names by its digest, or by a tag that points at it.
private enum ManifestDeletion {
  static func run(_ place: RepositoryItem.Place, _ call: Invocation) throws -> Output {
    var item = place.item
    if case .tag(let repository, let tag) = item {
      let digest = try Blocking.wait(call.run) { try await place.store.digest(of: tag) }
      guard let digest else { throw AcrError(.notFound, "\(place.name) does not exist") }
      item = .manifest(repository, digest)
    }
    return try Deletion.run("the image \(place.name) with all its tags", place.name, call) { [item] in
      try await place.metadata.delete(item)
    }
  }
}

/// What az's `--repository` and `--image` name.
private enum RepositoryItem {
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

/// Deletions: announced in a dry run, asked about otherwise.
enum Deletion {
  /// The flag that answers the question.
  static let yes = Signature.Flag("yes", short: "y", help: "do not ask")

  /// Asks, and deletes.
  /// - Parameters:
  ///   - what: what is deleted, for the question.
  ///   - item: its name, for the result.
  /// - Throws: ``AcrError`` of kind `cancelled` for the answer no, `usage` where nobody can be asked.
  static func run(
    _ what: String, _ item: String, _ call: Invocation, _ delete: @escaping @Sendable () async throws -> Void
  ) throws -> Output {
    if call.run.isDryRun { return DryRun.output("delete \(what)", ["item": .string(item)], call) }
    if !call.isOn("yes") {
      guard call.run.isInteractive, let prompter = call.run.prompter else {
        throw AcrError(
          .usage, "nobody is there to be asked whether to delete \(what)", help: "`--yes` deletes without asking")
      }
      guard try prompter.confirm("Delete \(what)?") else {
        throw AcrError(.cancelled, "nothing was deleted: the answer was no")
      }
    }
    try Blocking.wait(call.run, delete)
    return .value(.record(Record(["status": .string("deleted"), "item": .string(item)])))
  }
}

/// What changing commands say and return in a dry run.
enum DryRun {
  static func output(_ what: String, _ fields: KeyValuePairs<String, Value>, _ call: Invocation) -> Output {
    call.run.sink.talk("dry run: would \(what)")
    let names = ["dry_run", "status"] + fields.map(\.key)
    return .value(
      .record(Record(shape: Shape(names), values: [.bool(true), .string("would \(what)")] + fields.map(\.value))))
  }
}
