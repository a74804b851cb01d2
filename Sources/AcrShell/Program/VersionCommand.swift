import AcrCommands
import AcrLanguage
import AcrRuntime

/// `version`: of acrsh, and of the Azure CLI whose lines it knows.
struct VersionCommand: Command {
  let signature = Signature(
    "version", summary: "Shows the version of acrsh, and of the Azure CLI whose lines it takes", group: .session,
    examples: [.init("Its own", "version | get acrsh")],
    columns: [
      Column("acrsh", help: "this program's version"),
      Column("azure-cli", help: "the Azure CLI whose commands and flags are known here"),
      Column("azure-cli-core", help: "the same, as `az version` has it"),
      Column("extensions", .record, help: "none, as `az version` has it without extensions"),
    ])

  func run(_ call: Call<NoParameters>) throws -> Output {
    .value(
      .record(
        Record([
          "acrsh": .string(Program.version), "azure-cli": .string(AzureCLI.version),
          "azure-cli-core": .string(AzureCLI.version), "extensions": .record(Record([:])),
        ])))
  }
}
