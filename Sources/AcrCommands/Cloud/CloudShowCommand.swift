import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `cloud show`: one cloud.
struct CloudShowCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String?>("name", short: "n", help: "the cloud; without it the chosen one")
  }

  let signature = Signature(
    "cloud show",
    summary: "Shows the addresses of a cloud",
    group: .session,
    examples: [.init("The chosen one", "cloud show | get name")],
    columns: OutputColumns(CloudRecord.columns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<Parameters>) throws -> Output {
    try session.azure.withClouds { clouds in
      let cloud = try call[\.name].map { name in try locate(call.parameters.name) { try clouds.cloud(named: name) } }
      return .value(
        .record(CloudRecord.record(cloud ?? clouds.active, isActive: (cloud ?? clouds.active) == clouds.active)))
    }
  }
}
