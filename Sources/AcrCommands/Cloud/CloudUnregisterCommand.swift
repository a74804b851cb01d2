import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `cloud unregister`: forgets a cloud.
struct CloudUnregisterCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let name = Flag<String>("name", short: "n", help: "the cloud")
  }

  let signature = Signature(
    "cloud unregister",
    summary: "Removes a registered cloud",
    group: .session,
    examples: [
      .init(
        "Forget one",
        "cloud register --name Own --endpoint-resource-manager https://management.example/\ncloud unregister --name Own"
      )
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let name = call[\.name]
    try locate(call.parameters.name) { try session.azure.withClouds { try $0.unregister(name) } }
    return .nothing
  }
}
