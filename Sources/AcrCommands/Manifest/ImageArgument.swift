import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// The arguments of commands about one image: a reference, and the platform where it leads to an index.
enum ImageArgument {
  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let platform = PlatformArgument()
  }

  /// Which image of an index.
  struct PlatformArgument: ParameterSet {
    let platform = Flag<String?>(
      "platform", defaultText: "linux/amd64, or the only one",
      help: "which image of an index, as os/architecture[/variant]")
  }

  /// An image that was read.
  struct Chosen: Sendable {
    let store: any ArtifactTarget
    /// The manifest that the reference leads to: an index, or the image's own.
    let root: FetchedManifest
    /// The image's manifest.
    let manifest: FetchedManifest
    let model: ImageManifest
    /// The platform, where an index told it.
    let platform: Platform?

    /// How it is called in messages.
    var name: String { "\(store.displayName)@\(manifest.digest.short)" }
  }

  /// The platform that was asked for.
  /// - Throws: ``ArgumentError`` for a text that is none.
  static func platform(_ call: Call<PlatformArgument>) throws -> Platform? {
    guard let text = call[\.platform] else { return nil }
    return try AcrCommands.locate(call.parameters.platform) { try PlatformChoice.platform(text) }
  }

  /// Reads the image that is meant. Of an index without `--platform`, it is the only image, or that for linux/amd64.
  static func read(_ call: Call<Parameters>, _ session: CommandContext) throws -> Chosen {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let platform = try platform(call[\.platform])
    return try Blocking.wait(call.run) { try await read(artifact, platform) }
  }

  /// The same for a reference that was found.
  static func read(_ artifact: NamedArtifact, _ platform: Platform?) async throws -> Chosen {
    let store = artifact.store
    let root = try await store.manifest(artifact.selector)
    let model = try ImageManifest(root, name: store.displayName)
    guard model.kind == .index else {
      return Chosen(store: store, root: root, manifest: root, model: model, platform: nil)
    }
    let entry = try choose(platform, among: model.images, of: store.displayName)
    let manifest = try await store.manifest(.digest(entry.digest))
    return Chosen(
      store: store, root: root, manifest: manifest, model: try ImageManifest(manifest, name: store.displayName),
      platform: entry.platform)
  }

  /// Chooses an image of an index: the exact platform, or else the first that it includes.
  static func choose(_ wanted: Platform?, among images: [Descriptor], of store: String) throws -> Descriptor {
    if wanted == nil, images.count == 1 { return images[0] }
    let platform = wanted ?? Platform(os: "linux", architecture: "amd64")
    let known = images.compactMap { image in image.platform.map { ($0, image) } }
    let exact = known.first { $0.0.description == platform.description }
    guard let found = exact ?? known.first(where: { platform.includes($0.0) }) else {
      let list = known.map(\.0.description).joined(separator: ", ")
      throw AcrError(
        .notFound, "\(store) has no image for the platform `\(platform)`",
        help: list.isEmpty ? nil : wanted == nil ? "choose one with --platform: \(list)" : "it has: \(list)")
    }
    return found.1
  }
}
