import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// `acr manifest list-deleted` and `list-deleted-tags`: what soft delete of an Azure registry still has.
struct DeletedListCommand: Command {
  let session: CommandContext
  /// True for tags.
  let listsTags: Bool

  struct Parameters: ParameterSet {
    let reference = Positional<String?>(
      "repository", help: "registry/repository, instead of the two flags", completer: .repositoryReference)
    let registry = Flag<String?>(
      "registry", short: "r", help: "the registry: a name or a host", completer: .registry)
    let name = Flag<String?>("name", short: "n", help: "the repository", completer: .repository(of: "registry"))
  }

  var signature: Signature {
    let what = listsTags ? "tags" : "manifests"
    return Signature(
      listsTags ? "acr manifest list-deleted-tags" : "acr manifest list-deleted",
      aliases: [listsTags ? "manifest list-deleted-tags" : "manifest list-deleted"],
      summary: "Lists deleted \(what) that an Azure registry still has",
      description: "The registry keeps what is deleted for some days where its policy for soft delete is enabled.",
      group: .registry,
      examples: [
        .init(
          "One repository",
          "acr manifest list-deleted\(listsTags ? "-tags" : "") --registry myregistry --name app")
      ],
      columns: .open([
        Column("digest", help: "the manifest").key,
        Column("deletedAt", help: "when it was deleted").only("where the registry tells"),
        Column("expiresAfter", help: "when it is gone").only("where the registry's policy is known"),
      ])
    ).with(azure: .sortedFields)
  }

  func run(_ call: Call<Parameters>) throws -> Output {
    let named = try place(call)
    let (session, listsTags) = (session, listsTags)
    let rows = try Blocking.wait(call.run) { () -> [Value] in
      let metadata = AzureMetadata(session.client(named.host))
      let found =
        listsTags
        ? try await metadata.deletedTags(of: named.repository)
        : try await metadata.deletedManifests(of: named.repository)
      let days = try? await session.softDeleteDays(of: named.host)
      return found.compactMap { item in
        if let tag = named.tag, item["tag"]?.string != tag { return nil }
        guard case .record(var record) = AzureResource.value(item) else { return nil }
        if let days, let text = item["deletedAt"]?.string, let end = Self.end(text, days: days) {
          record = Record(shape: Shape(record.shape.names + ["expiresAfter"]), values: record.values + [.string(end)])
        }
        return .record(record)
      }
    }
    return .value(.list(rows))
  }

  /// The same time of day so many days later, as az counts it.
  static func end(_ text: String, days: Int) -> String? {
    guard let time = Timestamp(rfc3339: text) else { return nil }
    let later = Timestamp(nanoseconds: (time.seconds + Int64(days) * 86_400) * 1_000_000_000).description
    guard let date = later.split(separator: "T").first, let rest = text.split(separator: "T").last else { return nil }
    return "\(date)T\(rest)"
  }

  private func place(
    _ call: Call<Parameters>
  ) throws -> (host: RegistryHost, repository: RepositoryName, tag: String?) {
    if let text = call[\.reference] {
      return try locate(call.parameters.reference) {
        let image = try ImageReference(String(RegistryText.withoutScheme(text)))
        return (image.registry, image.repository, image.tag?.name)
      }
    }
    let host = try session.registryHost(call, \.registry)
    guard let name = call[\.name] else {
      throw AcrError(.usage, "this needs `--name REPOSITORY` beside `--registry`")
    }
    return try locate(call.parameters.name) {
      let reference = try RepositoryReference(name)
      return (host, reference.repository, reference.tag?.name)
    }
  }
}

/// `acr repository list-deleted`
struct DeletedRepositoriesCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the registry: a name or a host", completer: .registry)
  }

  let signature = Signature(
    "acr repository list-deleted", aliases: ["repository list-deleted"],
    summary: "Lists the repositories in which an Azure registry has deleted manifests",
    group: .registry,
    examples: [.init("All of them", "acr repository list-deleted --name myregistry")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let host = try session.registryHost(call, \.name)
    let session = session
    return .value(
      .list(
        try Blocking.wait(call.run) { try await AzureMetadata(session.client(host)).deletedRepositories() }.map(
          Value.string)))
  }
}

/// `acr manifest restore`: brings back what soft delete still has.
struct ManifestRestoreCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let digest = Flag<String?>("digest", short: "d", help: "which deleted manifest; without it the last one of the tag")
    let force = Switch("force", short: "f", help: "moves the tag if it points at another manifest")
    let confirmation = Deletion.Parameters()
  }

  let signature = Signature(
    "acr manifest restore", aliases: ["manifest restore"],
    summary: "Restores a deleted manifest of an Azure registry under a tag",
    group: .registry,
    examples: [
      .init(
        "A tag",
        "repository delete --name myregistry --image app:pr-1 --yes\n"
          + "acr manifest restore --registry myregistry --name app:pr-1 --yes")
    ],
    changes: true, columns: .open([Column("digest", help: "the manifest").only("where the registry tells")]))

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    guard let location = artifact.location, artifact.digest == nil else {
      throw AcrError(.usage, "this needs a tag in an Azure registry", help: "REGISTRY/REPOSITORY:TAG")
    }
    let tag = artifact.tag ?? .latest
    let metadata = AzureMetadata(session.client(location.registry))
    let repository = location.repository
    var digest = try call[\.digest].map { text in
      try locate(call.parameters.digest) { () throws(AcrError) in try Digest(text) }
    }
    if digest == nil {
      let deleted = try Blocking.wait(call.run) { try await metadata.deletedTags(of: repository) }
      let known = deleted.filter { $0["tag"]?.string == tag.name }.compactMap { $0["digest"]?.string }
      guard let last = known.last, let found = try? Digest(last) else {
        throw AcrError(
          .notFound, "no deleted manifest had the tag `\(tag)` in `\(location)`",
          help: "acr manifest list-deleted-tags \(location.registry)/\(repository) lists those that there are")
      }
      if known.count > 1, !call[\.confirmation][\.yes] {
        guard call.run.isInteractive, let prompter = call.run.prompter else {
          throw AcrError(
            .usage, "\(known.count) deleted manifests had the tag `\(tag)`",
            help: "name one with --digest, or take the last one, \(last), with --yes")
        }
        guard try prompter.confirm("Restore the last of \(known.count), \(found.short)?") else {
          throw AcrError(.cancelled, "nothing was restored: the answer was no")
        }
      }
      digest = found
    }
    guard let digest else { return .nothing }
    let name = "\(location):\(tag)"
    if call.run.isDryRun {
      return DryRun.output("restore \(digest) as \(name)", ["digest": .string(digest.description)], call.run)
    }
    let isForced = call[\.force]
    let json = try Blocking.wait(call.run) {
      try await metadata.restore(digest, in: repository, as: tag, isForced: isForced)
    }
    return json.isNull ? .nothing : .value(AzureResource.value(json))
  }
}

extension CommandContext {
  /// For how many days a registry keeps what is deleted.
  func softDeleteDays(of host: RegistryHost) async throws -> Int? {
    try await azure.signedIn().finder.registry(at: host)?.softDeleteDays
  }
}
