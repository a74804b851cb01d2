import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `import`: brings one image or artifact to a registry.
struct Import: Command {
  let session: AcrSession

  let signature = Signature(
    "import", aliases: ["acr import"],
    summary: "Copies an image or any other artifact into a registry, without Docker",
    description: """
      Everything the source names is copied: all platforms of a multi-architecture image, and any OCI artifact (Helm 3 charts \
      are one). What the target has already is not sent again. Tags are written last, so nobody who pulls meanwhile sees \
      half an image.

      A tag that exists and points at another image is a conflict, found before anything is copied; --force moves it. The \
      same image under that tag is a success and sends nothing.
      """,
    group: .registry,
    positionals: [
      .init("from", isRequired: false, help: "the image, as a whole reference", completer: .reference),
      .init("to", isRequired: false, help: "what it becomes, as a whole reference", completer: .reference),
    ],
    flags: [
      .init(
        "name", short: "n", .string, help: "the registry to import into: a name, a host, or oci:PATH",
        completer: .registry),
      .init(
        "source", .string, help: "the image to import, with its registry unless --registry names it",
        completer: .reference),
      .init(
        "image", short: "t", .string, isRepeatable: true, default: "as in the source",
        help: "the image's repository:tag in the target", completer: .image(of: "name")),
      .init(
        "repository", .string, isRepeatable: true, help: "a repository that gets the manifests without a tag",
        completer: .repository(of: "name")),
      .init("registry", short: "r", .string, help: "the source's registry", completer: .registry),
      .init("username", short: "u", .string, help: "the user for the source's registry"),
      .init("password", short: "p", .secret, help: "the password or token for the source's registry"),
      .init("force", help: "moves tags that point at another image"),
    ],
    examples: [
      .init("One image, whole references", "import docker.io/library/alpine:3.20 localhost:5000/base/alpine:3.20"),
      .init(
        "As the Azure CLI writes it",
        "az acr import --name myregistry --source docker.io/library/hello-world:latest --image hello-world:latest"),
      .init("Into a folder", "import mcr.microsoft.com/hello-world:latest oci:./images:hello"),
    ],
    changes: true)

  func run(_ call: Invocation) throws -> Output {
    let request = try request(call)
    if call.run.isDryRun { return try dryRun(request, call) }
    let name = "\(request.source.displayName) → \(request.targets.map(\.displayName).joined(separator: ", "))"
    let line = session.progress.start(name)
    do {
      let engine = session.engine
      let result = try Blocking.wait(call.run) { try await engine.run(request) { line.report($0) } }
      line.finish(result)
      return .value(.record(Import.record(result)))
    } catch {
      line.finish(nil)
      throw error
    }
  }

  /// Everything is read and checked, and nothing is written.
  private func dryRun(_ request: ImportRequest, _ call: Invocation) throws -> Output {
    let engine = session.engine
    let plan = try Blocking.wait(call.run) { try await engine.plan(request) }
    let targets = request.targets.map(\.displayName)
    call.run.sink.talk(
      plan.isUnchanged
        ? "dry run: \(targets.joined(separator: ", ")) has \(request.source.displayName) already"
        : "dry run: would import \(request.source.displayName) to \(targets.joined(separator: ", "))")
    let fields: KeyValuePairs<String, Value> = [
      "dry_run": .bool(true), "status": .string(plan.isUnchanged ? "unchanged" : "would import"),
      "source": .string(request.source.displayName), "targets": .list(targets.map(Value.string)),
      "digest": .string(plan.root.digest.description),
      "manifests": .int(plan.isUnchanged ? 0 : Int64(plan.children.count + 1)), "blobs": .int(Int64(plan.blobs.count)),
      "bytes": .size(plan.totalBytes),
    ]
    return .value(.record(Record(fields)))
  }

  // MARK: The request

  private func request(_ call: Invocation) throws -> ImportRequest {
    let source = try source(call)
    return ImportRequest(
      source: ImportSource(store: source.store, selector: source.selector, location: source.location),
      targets: try targets(call, source: source), isForced: call.isOn("force"))
  }

  private func source(_ call: Invocation) throws -> NamedArtifact {
    let parameter = call.string("from") == nil ? "source" : "from"
    guard let text = call.string(parameter) else {
      throw AcrError(
        .usage, "`import` needs a source",
        help: "`import FROM TO`, or `import --name REGISTRY --source SOURCE --image REPOSITORY:TAG`")
    }
    if parameter == "from", call.string("source") != nil {
      throw ArgumentError("from", AcrError(.usage, "the source is given twice: as `\(text)`, and by `--source`"))
    }
    let credentials = try credentials(call)
    if let registryText = call.string("registry") {
      let registry = try locate("registry") { () throws(AcrError) in try RegistryArgument(registryText) }
      return try sourceIn(registry, text, parameter, credentials, call)
    }
    return try locate(parameter) {
      guard text.hasPrefix("oci:") || text.contains("/") || call.string("name") == nil else {
        throw AcrError(
          .usage, "`\(text)` does not say which registry it is in",
          help: "write it whole, for example `docker.io/library/\(text)`, or name the registry with --registry")
      }
      let artifact = try ArtifactArgument(text)
      guard case .image(let image) = artifact, let credentials else { return try session.store(artifact, .pull) }
      let found = session.store(.registry(image.registry), image.repository, .pull, credentials: credentials)
      return NamedArtifact(store: found.store, location: found.location, tag: image.tag, digest: image.digest)
    }
  }

  /// A source in the registry that `--registry` names: the source is then written without it, as with az.
  private func sourceIn(
    _ registry: RegistryArgument, _ text: String, _ parameter: String, _ credentials: Credentials?, _ call: Invocation
  ) throws -> NamedArtifact {
    var path = Substring(text)
    if case .registry(let host) = registry, path.lowercased().hasPrefix("\(host.name)/") {
      path = path.dropFirst(host.name.count + 1)
      call.run.sink.talk("note: with `--registry`, give the source without the registry's name: `--source \(path)`")
    }
    return try locate(parameter) {
      let image = try RepositoryReference(path)
      let found = session.store(registry, image.repository, .pull, credentials: credentials)
      return NamedArtifact(store: found.store, location: found.location, tag: image.tag, digest: image.digest)
    }
  }

  private func credentials(_ call: Invocation) throws -> Credentials? {
    guard let password = call.secret("password") else {
      guard call.string("username") == nil else {
        throw ArgumentError(
          "username",
          AcrError(
            .usage, "`--username` needs `--password` beside it", help: "`--password (secret prompt \"Password\")`"))
      }
      return nil
    }
    guard let user = call.string("username") else { return .accessToken(password) }
    return .user(user, password: password)
  }

  private func targets(_ call: Invocation, source: NamedArtifact) throws -> [ImportTarget] {
    let images = call.strings("image")
    let repositories = call.strings("repository")
    if let text = call.string("to") {
      guard call.string("name") == nil, images.isEmpty, repositories.isEmpty else {
        throw ArgumentError(
          "to",
          AcrError(.usage, "the target is given twice: as `\(text)`, and by `--name`, `--image` or `--repository`"))
      }
      return [try target(whole: text, source: source)]
    }
    guard let name = call.string("name") else {
      throw AcrError(
        .usage, "`import` needs a target",
        help: "a second whole reference (`import FROM TO`), or `--name REGISTRY`")
    }
    let registry = try locate("name") { () throws(AcrError) in try RegistryArgument(name) }
    if images.isEmpty, repositories.isEmpty { return [try targetAsSource(registry, source, call)] }
    let tagged = try locate("image") {
      try images.map { text in
        let image = try RepositoryReference(text)
        if let digest = image.digest {
          throw AcrError(
            .usage, "`--image \(text)` has a digest, and a target cannot choose its own (\(digest.short))",
            help: "`--repository \(image.repository)` brings the image by its digest, without a tag")
        }
        return target(registry, image.repository, tag: image.tag ?? source.tag ?? .latest)
      }
    }
    let untagged = try locate("repository") {
      try repositories.map { text in
        if text.contains(":") || text.contains("@") {
          throw AcrError(
            .usage, "`--repository \(text)` has a tag or digest, and names a repository that gets none",
            help: "`--image \(text)` gives it a tag")
        }
        return target(registry, try RepositoryName(text), tag: nil)
      }
    }
    return tagged + untagged
  }

  /// Without a word about the target, it is named as the source is. A digest alone has no tag to take over, so the tag is
  /// `latest`, as the service does it; that is said aloud since nobody wrote it.
  private func targetAsSource(
    _ registry: RegistryArgument, _ source: NamedArtifact, _ call: Invocation
  ) throws -> ImportTarget {
    guard let repository = source.location?.repository else {
      throw AcrError(
        .usage, "a source in a folder has no repository's name to take over", help: "name it: `--image REPOSITORY:TAG`")
    }
    let target = target(registry, repository, tag: source.tag ?? .latest)
    if source.tag == nil { call.run.sink.talk("note: no tag was given, so the target is \(target.displayName)") }
    return target
  }

  private func target(whole text: String, source: NamedArtifact) throws -> ImportTarget {
    try locate("to") {
      let artifact = try ArtifactArgument(text)
      if case .image(let image) = artifact, !text.lowercased().hasPrefix(image.registry.name),
        image.registry == .dockerHub
      {
        throw AcrError(
          .usage, "the target `\(text)` does not say which registry it is for",
          help: "write it whole, for example `myregistry.azurecr.io/\(text)`")
      }
      let named = try session.store(artifact, .push)
      if let digest = named.digest {
        throw AcrError(
          .usage, "the target `\(text)` has a digest, and a target cannot choose its own (\(digest.short))",
          help: "leave out `@\(digest.short)…`")
      }
      let tag = named.tag ?? source.tag ?? .latest
      return ImportTarget(store: named.store, tag: tag, location: named.location)
    }
  }

  private func target(_ registry: RegistryArgument, _ repository: RepositoryName, tag: TagName?) -> ImportTarget {
    let found = session.store(registry, repository, .push)
    return ImportTarget(store: found.store, tag: tag, location: found.location)
  }

  // MARK: The result

  private static let shape = Shape([
    "status", "source", "targets", "digest", "mediaType", "manifests", "blobsCopied", "bytesCopied", "blobsPresent",
  ])

  static func record(_ result: ImportResult) -> Record {
    Record(
      shape: shape,
      values: [
        .string(result.isUnchanged ? "unchanged" : "imported"), .string(result.source),
        .list(result.targets.map(Value.string)), .string(result.digest.description), .string(result.mediaType),
        .int(Int64(result.manifests)), .int(Int64(result.blobs.copied)), .size(result.blobs.copiedBytes),
        .int(Int64(result.blobs.present)),
      ])
  }
}

/// Gives an error the place of an argument.
func locate<Result>(_ parameter: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as AcrError {
    throw ArgumentError(parameter, error)
  }
}
