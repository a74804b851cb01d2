import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `manifest show`: one manifest as it is.
struct ManifestShowCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let image = ManifestArgument.Parameters()
    let platform = Flag<String?>("platform", help: "the image of an index, as os/architecture[/variant]")
    let raw = Switch("raw", help: "gives the exact bytes instead of a record")
  }

  let signature = Signature(
    "manifest show", aliases: ["acr manifest show"],
    summary: "Shows a manifest as a record",
    group: .registry,
    examples: [
      .init("A tag", "manifest show localhost:5000/base/alpine:3.20"),
      .init(
        "The platforms of an index", "manifest show localhost:5000/base/alpine:3.20 | get manifests | get platform"),
      .init("The exact bytes, in a file", "manifest show localhost:5000/base/alpine:3.20 --raw | save manifest.json"),
    ]
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try ManifestArgument.locate(call[\.image], session)
    let platform = try call[\.platform].map { text in
      try locate(call.parameters.platform) { try PlatformChoice.platform(text) }
    }
    let manifest = try Blocking.wait(call.run) {
      platform == nil
        ? try await artifact.store.manifest(artifact.selector)
        : try await ImageArgument.read(artifact, platform).manifest
    }
    if call[\.raw] {
      var rest: [UInt8]? = manifest.bytes
      return .bytes(
        ByteStream {
          defer { rest = nil }
          return rest
        })
    }
    return .value(try ManifestArgument.document(manifest.bytes, "the manifest \(manifest.digest)"))
  }
}
