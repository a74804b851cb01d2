import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// `operation show`: asks once what became of an import by the service.
struct OperationShow: Command {
  let session: AcrSession

  let signature = Signature(
    "operation show",
    summary: "Shows what became of an import that Azure was asked for",
    description: """
      Takes the record that `import --no-wait` gave, or its id. Imports that were left running by ^C, a timeout or --no-wait \
      are found in later sessions, too.
      """,
    group: .registry,
    positionals: [OperationArgument.positional],
    examples: [
      .init(
        "One that was started before",
        "let started = import docker.io/library/alpine:3.20 prod.azurecr.io/alpine:3.20 --no-wait\n"
          + "operation show $started")
    ],
    input: .optional)

  func run(_ call: Invocation) throws -> Output {
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

/// `operation wait`: follows an import by the service to its end.
struct OperationWait: Command {
  let session: AcrSession

  let signature = Signature(
    "operation wait",
    summary: "Waits for the end of an import that Azure was asked for, and fails when it failed",
    group: .registry,
    positionals: [OperationArgument.positional],
    flags: [.init("timeout", .duration, help: "how long to wait at most")],
    examples: [
      .init(
        "Start several, then wait",
        "let started = import docker.io/library/alpine:3.20 prod.azurecr.io/alpine:3.20 --no-wait\n"
          + "operation wait $started")
    ],
    input: .optional)

  func run(_ call: Invocation) throws -> Output {
    let operation = try OperationArgument.read(call, session)
    let timeout = call.duration("timeout").map { Duration.nanoseconds($0) }
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

/// `operation list`: the imports that may still run.
struct OperationList: Command {
  let session: AcrSession

  let signature = Signature(
    "operation list",
    summary: "Lists the imports that Azure was asked for and nobody has seen the end of",
    group: .registry,
    examples: [.init("See what became of them", "operation list | each { |o| operation show $o }")])

  func run(_ call: Invocation) throws -> Output {
    .value(
      .list(try session.operations.all().map { .record(OperationArgument.record(OperationArgument.fields($0))) }))
  }
}

/// The operation that a command is about, and operations as records.
enum OperationArgument {
  static let positional = Signature.Positional(
    "operation", .any, isRequired: false, help: "the record of `import --no-wait`, or its id")

  private static let names = ["id", "status", "source", "targets", "registry", "artifacts", "error"]

  /// Reads the argument, or what came through the pipe.
  static func read(_ call: Invocation, _ session: AcrSession) throws -> ImportOperation {
    var given = call.arguments["operation"]
    if given == nil || given?.isNull == true { given = try call.input?.collected() }
    let id: String
    switch given {
    case .string(let text)?: id = text
    case .record(let record)?:
      guard case .string(let text)? = record["id"] else {
        throw AcrError(.usage, "this record has no `id` of an operation", help: "give what `import --no-wait` returned")
      }
      id = text
    default:
      throw AcrError(
        .usage, "this needs one operation", help: "give the record of `import --no-wait`, or its id; several: `each`")
    }
    guard let operation = try session.operations.operation(id) else {
      throw AcrError(
        .notFound, "no operation `\(id)` is known here",
        help: "`operation list` shows those that this account of the machine started and did not see the end of")
    }
    return operation
  }

  static func fields(_ operation: ImportOperation) -> [String: Value] {
    [
      "id": operation.id.map(Value.string) ?? .null, "source": .string(operation.sourceName),
      "targets": .list(operation.targetNames.map(Value.string)), "registry": .string(operation.target.loginServer.name),
    ]
  }

  /// The fields that are there, in their order.
  static func record(_ fields: [String: Value]) -> Record {
    let names = names.filter { fields[$0] != nil }
    return Record(shape: Shape(names), values: names.compactMap { fields[$0] })
  }
}
