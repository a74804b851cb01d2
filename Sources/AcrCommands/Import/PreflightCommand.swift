import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

/// `preflight`: what would make an import by Azure fail.
struct PreflightCommand: Command {
  let session: AcrSession

  let signature = Signature(
    "preflight", aliases: ["acr preflight"],
    summary: "Checks whether Azure can import an image, without importing it",
    description: """
      Each row is a check, its result (passed, warning, failed or skipped), what was found and the cure. `import` does \
      the same before it asks Azure, and stops at a failed check; `--no-preflight` leaves it out there.

      Looked at are: the tier, state and network rules of the target, and its tags; whether the source can be read as Azure \
      will read it, its network rules, tenant and export policy; the number of manifests (50 at most); whether the source \
      answers ranges (RFC 7233); and Docker Hub's limit of pulls. A source that only Azure reaches is skipped.
      """,
    group: .registry,
    positionals: [
      .init("from", isRequired: false, help: "the image, as a whole reference", completer: .reference),
      .init("to", isRequired: false, help: "what it becomes, as a whole reference", completer: .reference),
    ],
    flags: [
      .init("name", short: "n", .string, help: "the registry to import into", completer: .registry),
      .init(
        "source", .string, help: "the image to import, with its registry unless --registry names it",
        completer: .reference),
      .init(
        "image", short: "t", .string, isRepeatable: true, default: "as in the source",
        help: "the image's repository:tag in the target"),
      .init(
        "repository", .string, isRepeatable: true, help: "a repository that gets the manifests without a tag",
        completer: .repository(of: "name")),
      .init(
        "registry", short: "r", .string, help: "the source's registry: a name, a host or a resource id",
        completer: .registry),
      .init("username", short: "u", .string, help: "the user for the source's registry"),
      .init("password", short: "p", .secret, help: "the password or token for the source's registry"),
      .init("force", help: "tags that point at another image may be moved"),
      .init("resource-group", short: "g", .string, help: "the resource group of the registry to import into"),
      .init(
        "subscription", short: "s", .string, help: "the subscription of the registry to import into, by name or id"),
    ],
    examples: [
      .init(
        "Before an import",
        "preflight --name myregistry --source docker.io/library/hello-world:latest --image hello-world:latest"),
      .init(
        "What stands in the way",
        "preflight mcr.microsoft.com/hello-world:latest myregistry.azurecr.io/hello:1 | where .result == \"failed\""),
    ])

  func run(_ call: Invocation) throws -> Output {
    let command = Import(session: session)
    let order = try command.order(call)
    let report = try Blocking.wait(call.run) { try await command.planned(order).report }
    return .value(.list(report.checks.map { .record(PreflightCommand.record($0)) }))
  }

  private static let shape = Shape(["check", "result", "detail", "cure"])

  private static func record(_ check: PreflightCheck) -> Record {
    Record(
      shape: shape,
      values: [
        .string(check.name.rawValue), .string(check.result.rawValue), .string(check.detail),
        check.cure.map(Value.string) ?? .null,
      ])
  }
}
