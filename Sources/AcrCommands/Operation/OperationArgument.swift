import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// The operation that a command is about, and operations as records.
enum OperationArgument {
  struct Parameters: ParameterSet {
    let operation = Positional<Value?>("operation", help: "the record of `import --no-wait`, or its id")
  }

  /// The columns of operations.
  static let columns = [
    Column("id", null: "for an import that ended at once", help: "the operation's id"),
    Column("status", help: "Accepted, Running, Succeeded or Failed"),
    Column("source", help: "the source"),
    Column("targets", .list, help: "the targets"),
    Column("registry", help: "the registry that imports"),
    Column("artifacts", .list, help: "the parts, each with its status").only("while it runs"),
    Column("error", .record, help: "why it failed").only("when it failed"),
  ]
  private static let names = columns.map(\.name)

  /// The columns of some names.
  static func columns(_ names: [String]) -> [Column] { columns.filter { names.contains($0.name) } }

  /// Reads the argument, or what came through the pipe.
  static func read(_ call: Call<Parameters>, _ session: CommandContext) throws -> ImportOperation {
    let given = try call[\.operation] ?? call.input?.collected()
    let id: String
    switch given {
    case .string(let text)?: id = text
    case .record(let record)?:
      guard case .string(let text)? = record["id"] else {
        throw AcrError(.usage, "this record has no operation `id`", help: "give what `import --no-wait` returned")
      }
      id = text
    default:
      throw AcrError(
        .usage, "this needs one operation", help: "give the record of `import --no-wait`, or its id; several: `each`")
    }
    guard let operation = try session.operations.operation(id) else {
      throw AcrError(
        .notFound, "no operation `\(id)` is known here",
        help: "`operation list` shows the pending operations of this account on this machine")
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
