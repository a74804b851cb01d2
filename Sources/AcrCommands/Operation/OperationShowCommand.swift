import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `operation show`: asks once what became of an import by the service.
struct OperationShowCommand: Command {
  let session: CommandContext

  typealias Parameters = OperationArgument.Parameters

  let signature = Signature(
    "operation show",
    summary: "Shows the state of an Azure import",
    description: """
      Takes the record that `import --no-wait` returned, or its id. Imports that are still running after ^C, a \
      timeout or --no-wait can be found in later sessions too.
      """,
    group: .registry,
    examples: [
      .init(
        "One that was started before",
        "let started = import docker.io/library/alpine:3.20 myregistry.azurecr.io/alpine:3.20 --no-wait\n"
          + "operation show $started")
    ],
    input: .optional,
    columns: OutputColumns(OperationArgument.columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let operation = try OperationArgument.read(call, session)
    let session = session
    let state = try Blocking.wait(call.run) { try await session.azure.services().imports.state(of: operation) }
    var fields = OperationArgument.fields(operation)
    switch state {
    case .running(let progress):
      fields["status"] = .string(progress.status.isEmpty ? "Running" : progress.status)
      fields["artifacts"] = .list(
        progress.artifacts.map { .record(Record(["name": .string($0.name), "status": .string($0.status)])) })
    case .succeeded: fields["status"] = .string("Succeeded")
    case .failed(let error):
      fields["status"] = .string("Failed")
      fields["error"] = .record(
        Record([
          "kind": .string(error.kind.name), "message": .string(error.message),
          "help": error.help.map(Value.string) ?? .null, "code": error.code.map(Value.string) ?? .null,
        ]))
    }
    return .value(.record(OperationArgument.record(fields)))
  }
}
