import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `operation list`: the imports that may still run.
struct OperationListCommand: Command {
  let session: CommandContext

  let signature = Signature(
    "operation list",
    summary: "Lists pending Azure imports",
    group: .registry,
    examples: [.init("See what became of them", "operation list | each { |o| operation show $o }")],
    columns: OutputColumns(OperationArgument.columns(["id", "source", "targets", "registry"])))

  func run(_ call: Call<NoParameters>) throws -> Output {
    .value(
      .list(try session.operations.all().map { .record(OperationArgument.record(OperationArgument.fields($0))) }))
  }
}
