import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `manifest show`: one manifest as it is.
struct ManifestShow: Command {
  let session: AcrSession

  let signature = Signature(
    "manifest show", aliases: ["acr manifest show"],
    summary: "Shows a manifest as a record",
    group: .registry,
    positionals: ManifestArgument.positionals,
    flags: ManifestArgument.flags + [.init("raw", help: "gives the exact text instead of a record")],
    examples: [
      .init("A tag", "manifest show localhost:5000/base/alpine:3.20"),
      .init(
        "The platforms of an index", "manifest show localhost:5000/base/alpine:3.20 | get manifests | get platform"),
    ])

  func run(_ call: Invocation) throws -> Output {
    let manifest = try ManifestArgument.read(call, session)
    let text = String(decoding: manifest.bytes, as: UTF8.self)
    if call.isOn("raw") { return .value(.string(text)) }
    return .value(try ManifestArgument.document(manifest.bytes, "the manifest \(manifest.digest)"))
  }
}

/// `manifest config`: the configuration of an image.
struct ManifestConfig: Command {
  let session: AcrSession

  let signature = Signature(
    "manifest config",
    summary: "Shows the configuration of an image: platform, entry point, environment, labels",
    group: .registry,
    positionals: ManifestArgument.positionals,
    flags: ManifestArgument.flags + [
      .init("platform", .string, default: "linux/amd64", help: "which image of an index, as os/architecture[/variant]")
    ],
    examples: [
      .init("Labels", "manifest config localhost:5000/base/alpine:3.20 | get config.Labels"),
      .init("Another platform", "manifest config localhost:5000/base/alpine:3.20 --platform linux/arm64"),
    ])

  func run(_ call: Invocation) throws -> Output {
    let artifact = try ManifestArgument.locate(call, session)
    let wanted = call.string("platform") ?? "linux/amd64"
    let bytes = try Blocking.wait(call.run) {
      var image = try ImageManifest(
        try await artifact.store.manifest(artifact.selector), name: artifact.store.displayName)
      if !image.manifests.isEmpty {
        let child = try ManifestConfig.choose(wanted, in: image.manifests, of: artifact.store.displayName)
        image = try ImageManifest(
          try await artifact.store.manifest(.digest(child.digest)), name: artifact.store.displayName)
      }
      guard let config = image.config else {
        throw AcrError(.notFound, "this manifest of \(artifact.store.displayName) has no configuration")
      }
      return Array(try await ImageConfiguration.read(config, from: artifact.store).text.utf8)
    }
    return .value(try ManifestArgument.document(bytes, "the configuration"))
  }

  private static func choose(_ wanted: String, in children: [Descriptor], of store: String) throws -> Descriptor {
    let platforms = children.compactMap { child in child.platform.map { ($0, child) } }
    let exact = platforms.first { $0.0.description == wanted }
    guard let found = exact ?? platforms.first(where: { $0.0.description.hasPrefix("\(wanted)/") }) else {
      let list = platforms.map(\.0.description).joined(separator: ", ")
      throw AcrError(.notFound, "\(store) has no image for the platform `\(wanted)`", help: "it has: \(list)")
    }
    return found.1
  }
}

/// The arguments of commands about one manifest: a whole reference, or az's two flags.
enum ManifestArgument {
  static let positionals = [
    Signature.Positional(
      "reference", isRequired: false, help: "registry/repository:tag, or @digest", completer: .reference)
  ]

  static let flags = [
    Signature.Flag(
      "registry", short: "r", .string, help: "the registry: a name, a host, or oci:PATH", completer: .registry),
    Signature.Flag(
      "name", short: "n", .string, help: "repository:tag or repository@digest", completer: .image(of: "registry")),
  ]

  /// The store and the manifest that are meant.
  static func locate(_ call: Invocation, _ session: AcrSession) throws -> NamedArtifact {
    if let text = call.string("reference") {
      return try AcrCommands.locate("reference") { try session.store(ArtifactArgument(text), .pull) }
    }
    guard let registryText = try session.registryText(call, "registry"), let name = call.string("name") else {
      throw AcrError(
        .usage, "this needs an image", help: "HOST/REPOSITORY:TAG, or `--registry REGISTRY --name REPOSITORY:TAG`")
    }
    let registry = try AcrCommands.locate("registry") { try session.registry(RegistryText(registryText), call.run) }
    return try AcrCommands.locate("name") {
      let image = try RepositoryReference(name)
      let found = session.store(registry, image.repository, .pull)
      return NamedArtifact(store: found.store, location: found.location, tag: image.tag, digest: image.digest)
    }
  }

  /// A JSON document of a registry as a value.
  static func document(_ bytes: [UInt8], _ name: String) throws(AcrError) -> Value {
    do throws(JSONError) {
      return try Value(json: bytes)
    } catch {
      throw AcrError(.invalid, "\(name) is not JSON: \(error.reason) (line \(error.line), column \(error.column))")
    }
  }

  /// Reads the manifest that is meant.
  static func read(_ call: Invocation, _ session: AcrSession) throws -> FetchedManifest {
    let artifact = try locate(call, session)
    return try Blocking.wait(call.run) { try await artifact.store.manifest(artifact.selector) }
  }
}
