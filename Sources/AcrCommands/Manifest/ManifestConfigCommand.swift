import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `manifest config`: the configuration of an image.
struct ManifestConfigCommand: Command {
  let session: CommandContext

  typealias Parameters = ImageArgument.Parameters

  let signature = Signature(
    "manifest config",
    summary: "Shows the configuration of an image: platform, entry point, environment, labels",
    group: .registry,
    examples: [
      .init("Labels", "manifest config localhost:5000/base/alpine:3.20 | get config.Labels"),
      .init("Another platform", "manifest config localhost:5000/base/alpine:3.20 --platform linux/arm64"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let image = try ImageArgument.read(call, session)
    let bytes = try Blocking.wait(call.run) {
      guard let config = image.model.config else {
        throw AcrError(.notFound, "this manifest of \(image.store.displayName) has no configuration")
      }
      return Array(try await ImageConfiguration.read(config, from: image.store).text.utf8)
    }
    return .value(try ManifestArgument.document(bytes, "the configuration"))
  }
}
