import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import OCIRegistry

/// Deletions: announced in a dry run, asked about otherwise.
enum Deletion {
  /// The flag that answers the question.
  struct Parameters: ParameterSet {
    let yes = Switch("yes", short: "y", help: "do not ask")
  }

  /// The columns of the result.
  static let columns = [
    Column("status", help: "deleted, or what a dry run would do"), Column("item", help: "what was deleted"),
  ]

  /// Asks, and deletes.
  /// - Parameters:
  ///   - what: what is deleted, for the question.
  ///   - item: its name, for the result.
  ///   - asksOnlyPeople: whether it goes on without a question where nobody can be asked.
  /// - Throws: ``AcrError`` of kind `cancelled` for the answer no, `usage` where nobody can be asked.
  static func run(
    _ what: String, _ item: String, _ call: Call<Parameters>, asksOnlyPeople: Bool = false,
    _ delete: @escaping @Sendable () async throws -> Void
  ) throws -> Output {
    if call.run.isDryRun { return DryRun.output("delete \(what)", ["item": .string(item)], call.run) }
    if !asksOnlyPeople || call.run.isInteractive && call.run.prompter != nil { try ask(what, call) }
    try Blocking.wait(call.run, delete)
    return .value(.record(Record(["status": .string("deleted"), "item": .string(item)])))
  }

  /// Asks, unless `--yes` answers.
  /// - Throws: as ``run(_:_:_:_:)``.
  static func ask(_ what: String, _ call: Call<Parameters>) throws {
    guard !call[\.yes] else { return }
    guard call.run.isInteractive, let prompter = call.run.prompter else {
      throw AcrError(
        .usage, "no terminal to ask whether to delete \(what)", help: "`--yes` deletes without asking")
    }
    guard try prompter.confirm("Delete \(what)?") else {
      throw AcrError(.cancelled, "nothing was deleted: the answer was no")
    }
  }
}
