import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `cloud set`: chooses the cloud.
struct CloudSetCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String>("name", short: "n", help: "the cloud", completer: .fixed(AzureCloud.builtIn.map(\.name)))
    let profile = Flag<String?>("profile", help: "accepted as the Azure CLI's: there is one, `latest`")
  }

  let signature = Signature(
    "cloud set",
    summary: "Sets the cloud to sign in to, for this and later sessions",
    description: "An account of another cloud is signed out of this session.",
    group: .session,
    examples: [.init("Back to the public cloud", "cloud set --name AzureCloud")])

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.name]
    let cloud = try locate(call.parameters.name) {
      try session.azure.withClouds { clouds in
        try clouds.setActive(name)
        return clouds.active
      }
    }
    try session.use(cloud, call.run)
    return .nothing
  }
}
