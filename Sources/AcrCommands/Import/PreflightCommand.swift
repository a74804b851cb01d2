import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

/// `preflight`: what would make an import by Azure fail.
struct PreflightCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let request = ImportParameters(isPreflight: true)
    let policy = PolicyArgument.flag
  }

  let signature = Signature(
    "preflight", aliases: ["acr preflight"],
    summary: "Checks whether Azure can import an image, without importing it",
    description: """
      Each row is a check with its result (passed, warning, failed or skipped), what was found, and the cure. \
      `import` runs the same checks before it asks Azure, and stops at a failed one; `--no-preflight` skips them.

      It checks the target's tier, state, network rules and tags; whether the source can be read the way Azure reads \
      it; the source's network rules, tenant and export policy; the number of manifests (at most 50); whether the \
      source answers ranges (RFC 7233); and Docker Hub's pull limit. With --policy, also what the policy requires. A source that only Azure can reach is skipped.
      """,
    group: .registry,
    examples: [
      .init(
        "Before an import",
        "preflight --name myregistry --source docker.io/library/hello-world:latest --image hello-world:latest"),
      .init(
        "Checks that failed",
        "preflight mcr.microsoft.com/hello-world:latest myregistry.azurecr.io/hello:1 | where .result == \"failed\""),
    ],
    columns: OutputColumns(columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let command = ImportCommand(session: session)
    let given = call[\.request].given
    let sink = call.run.sink
    let gate = try PolicyArgument.gate(call.parameters.policy, call[\.policy], session)
    let (report, policy) = try Blocking.wait(call.run) {
      let order = try await command.order(given, sink)
      let policy = await gate.asyncMap { await PreflightCommand.rows(of: $0, order.request.source) } ?? []
      return (try await command.planned(order).report, policy)
    }
    return .value(.list((report.checks.map(PreflightCommand.record) + policy).map(Value.record)))
  }

  private static let columns = [
    Column("check", help: "what was looked at").key,
    Column("result", help: "passed, warning, failed or skipped").key,
    Column("detail", help: "what was found").key,
    Column("cure", null: "where there is nothing to do", help: "what to do"),
  ]
  private static let shape = Shape(columns)

  /// What a policy says: a row for each requirement.
  private static func rows(of gate: PolicyGate, _ source: ImportSource) async -> [Record] {
    func row(_ result: PreflightCheck.Result, _ detail: String, _ cure: String?) -> Record {
      Record(
        shape: shape,
        values: [.string("policy"), .string(result.rawValue), .string(detail), cure.map(Value.string) ?? .null])
    }
    do {
      let verdict = try await gate.verdict(on: source)
      let rule = verdict.rule.map { "rule `\($0)`, " } ?? ""
      return verdict.findings.map { finding in
        row(
          finding.problem == nil ? .passed : .failed,
          "\(rule)\(finding.requirement)\(finding.problem.map { ": \($0)" } ?? (finding.detail.isEmpty ? "" : ": \(finding.detail)"))",
          finding.help)
      }
    } catch {
      let failure = error as? AcrError ?? AcrError(.cancelled, "interrupted")
      return [row(.failed, "it could not be checked: \(failure.message)", failure.help)]
    }
  }

  private static func record(_ check: PreflightCheck) -> Record {
    Record(
      shape: shape,
      values: [
        .string(check.name.rawValue), .string(check.result.rawValue), .string(check.detail),
        check.cure.map(Value.string) ?? .null,
      ])
  }
}
