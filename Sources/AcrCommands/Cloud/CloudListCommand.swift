import AcrCore
import AcrLanguage
import AcrRuntime
import AzureIdentity

/// `cloud list`: the clouds there are.
struct CloudListCommand: Command {
  let session: CommandContext

  let signature = Signature(
    "cloud list",
    summary: "Lists the known clouds, with their addresses",
    group: .session,
    examples: [.init("Their names", "cloud list | get name")],
    cmdlet: .init("Get-AzEnvironment", parameters: []),
    columns: OutputColumns(CloudRecord.columns)
  ).with(azure: .sortedFields)

  func run(_ call: Call<NoParameters>) throws -> Output {
    try session.azure.withClouds { clouds in
      .value(.list(clouds.clouds.map { .record(CloudRecord.record($0, isActive: $0 == clouds.active)) }))
    }
  }
}
