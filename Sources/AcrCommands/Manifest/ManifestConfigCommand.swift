import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `manifest config`: the configuration of an image.
struct ManifestConfigCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let platform = Flag<String>(
      "platform", default: "linux/amd64", help: "which image of an index, as os/architecture[/variant]")
  }

  let signature = Signature(
    "manifest config",
    summary: "Shows the configuration of an image: platform, entry point, environment, labels",
    group: .registry,
    examples: [
      .init("Labels", "manifest config localhost:5000/base/alpine:3.20 | get config.Labels"),
      .init("Another platform", "manifest config localhost:5000/base/alpine:3.20 --platform linux/arm64"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let wanted = call[\.platform]
    let bytes = try Blocking.wait(call.run) {
      var image = try ImageManifest(
        try await artifact.store.manifest(artifact.selector), name: artifact.store.displayName)
      if !image.manifests.isEmpty {
        let child = try ManifestConfigCommand.choose(wanted, in: image.manifests, of: artifact.store.displayName)
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
