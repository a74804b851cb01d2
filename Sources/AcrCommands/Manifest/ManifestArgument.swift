import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// The arguments of commands about one manifest: a whole reference, or az's two flags.
enum ManifestArgument {
  struct Parameters: ParameterSet {
    let reference = Positional<String?>(
      "reference", help: "registry/repository:tag, or @digest", completer: .reference)
    let registry = Flag<String?>(
      "registry", short: "r", help: "the registry: a name, a host, or oci:PATH", completer: .registry)
    let name = Flag<String?>(
      "name", short: "n", help: "repository:tag or repository@digest", completer: .image(of: "registry"))
  }

  /// The store and the manifest that are meant.
  static func locate(_ call: Call<Parameters>, _ session: CommandContext) throws -> NamedArtifact {
    if let text = call[\.reference] {
      return try AcrCommands.locate(call.parameters.reference) { try session.store(ArtifactArgument(text), .pull) }
    }
    guard let registryText = try session.registryText(call, \.registry), let name = call[\.name] else {
      throw AcrError(
        .usage, "this needs an image", help: "HOST/REPOSITORY:TAG, or `--registry REGISTRY --name REPOSITORY:TAG`")
    }
    let registry = try AcrCommands.locate(call.parameters.registry) {
      try session.registry(RegistryText(registryText), call.run)
    }
    return try AcrCommands.locate(call.parameters.name) {
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
  static func read(_ call: Call<Parameters>, _ session: CommandContext) throws -> FetchedManifest {
    let artifact = try locate(call, session)
    return try Blocking.wait(call.run) { try await artifact.store.manifest(artifact.selector) }
  }
}
