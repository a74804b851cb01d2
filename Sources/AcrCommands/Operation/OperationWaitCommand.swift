import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `operation wait`: follows an import by the service to its end.
struct OperationWaitCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let operation = OperationArgument.Parameters()
    let timeout = Flag<Duration?>("timeout", help: "how long to wait at most")
  }

  let signature = Signature(
    "operation wait",
    summary: "Waits for a pending Azure import, and fails if it failed",
    group: .registry,
    examples: [
      .init(
        "Start several, then wait",
        "let started = import docker.io/library/alpine:3.20 myregistry.azurecr.io/alpine:3.20 --no-wait\n"
          + "operation wait $started")
    ],
    input: .optional,
    columns: OutputColumns(OperationArgument.columns(["id", "status", "source", "targets", "registry"])))

  func run(_ call: Call<Parameters>) throws -> Output {
    let operation = try OperationArgument.read(call[\.operation], session)
    let timeout = call[\.timeout]
    let session = session
    let line = session.progress.start("\(operation.sourceName) → \(operation.targetNames.joined(separator: ", "))")
    defer { line.finish(nil) }
    do {
      try Blocking.wait(call.run) {
        try await session.azure.services().imports.follow(operation, timeout: timeout)
      }
    } catch let error as AcrError {
      if error.kind != .cancelled, error.kind != .timeout, let id = operation.id { session.operations.remove(id) }
      throw error
    }
    if let id = operation.id { session.operations.remove(id) }
    var fields = OperationArgument.fields(operation)
    fields["status"] = .string("Succeeded")
    return .value(.record(OperationArgument.record(fields)))
  }
}
