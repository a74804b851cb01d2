import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `manifest digest`: the digest behind a tag.
struct ManifestDigestCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let platform = Flag<String?>("platform", help: "the image of an index, as os/architecture[/variant]")
  }

  let signature = Signature(
    "manifest digest",
    summary: "Gives the digest of a manifest",
    description: """
      For a tag, the registry is asked with a HEAD request, which Docker Hub does not count as a pull. With \
      --platform, the index is read, and the digest is that of the image in it.
      """,
    group: .registry,
    examples: [
      .init("A tag", "manifest digest localhost:5000/base/alpine:3.20"),
      .init("One platform", "manifest digest localhost:5000/base/alpine:3.20 --platform linux/arm64"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let platform = try call[\.platform].map { text in
      try locate(call.parameters.platform) { try PlatformChoice.platform(text) }
    }
    let digest = try Blocking.wait(call.run) { () async throws -> Digest in
      if platform == nil, case .tag(let tag) = artifact.selector, let found = try await artifact.store.digest(of: tag) {
        return found
      }
      // A digest, a tag that is not there, whose error has help, or an index.
      let root = try await artifact.store.manifest(artifact.selector)
      let model = try ImageManifest(root, name: artifact.store.displayName)
      guard let platform, model.kind == .index else { return root.digest }
      return try ImageArgument.choose(platform, among: model.images, of: artifact.store.displayName).digest
    }
    return .value(.string(digest.description))
  }
}
