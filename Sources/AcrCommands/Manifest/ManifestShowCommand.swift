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
    let raw = Switch("raw", help: "gives the exact text instead of a record")
  }

  let signature = Signature(
    "manifest show", aliases: ["acr manifest show"],
    summary: "Shows a manifest as a record",
    group: .registry,
    examples: [
      .init("A tag", "manifest show localhost:5000/base/alpine:3.20"),
      .init(
        "The platforms of an index", "manifest show localhost:5000/base/alpine:3.20 | get manifests | get platform"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let manifest = try ManifestArgument.read(call[\.image], session)
    let text = String(decoding: manifest.bytes, as: UTF8.self)
    if call[\.raw] { return .value(.string(text)) }
    return .value(try ManifestArgument.document(manifest.bytes, "the manifest \(manifest.digest)"))
  }
}
