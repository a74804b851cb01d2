import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `cloud show`: one cloud.
struct CloudShow: Command {
  let session: AcrSession

  let signature = Signature(
    "cloud show",
    summary: "Shows the addresses of a cloud",
    group: .session,
    flags: [.init("name", short: "n", .string, help: "the cloud; without it the chosen one")],
    examples: [.init("The chosen one", "cloud show | get name")])

  func run(_ call: Invocation) throws -> Output {
    try session.azure.withClouds { clouds in
      let cloud = try call.string("name").map { name in try locate("name") { try clouds.cloud(named: name) } }
      return .value(
        .record(CloudRecord.record(cloud ?? clouds.active, isActive: (cloud ?? clouds.active) == clouds.active)))
    }
  }
}
