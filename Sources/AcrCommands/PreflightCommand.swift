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
    summary: "Looks at what would make an import by Azure fail, without importing",
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

extension Import {
  /// Plans an import by the service, after a look at what is in its way unless `--no-preflight` forbids it.
  /// - Throws: what planning throws; the first failed check, with the others as notes.
  func plan(_ order: ImportOrder, _ call: Invocation) throws -> ServiceImport.Plan {
    let looksFirst = try looksFirst(call)
    let planned = try Blocking.wait(call.run) { try await self.plan(order, looksFirst: looksFirst) }
    for check in planned.warnings {
      call.run.sink.talk("warning: \(check.detail)\(check.cure.map { " (\($0))" } ?? "")")
    }
    return planned.plan
  }

  /// The same for one of many imports.
  /// - Returns: the plan, and what may go wrong.
  func plan(
    _ order: ImportOrder, looksFirst: Bool
  ) async throws -> (plan: ServiceImport.Plan, warnings: [PreflightCheck]) {
    guard looksFirst else {
      let plan = try await session.azure.signedIn().engine.plan(
        order.request, credentials: order.credentials ?? .anonymous, sourceID: order.sourceID, target: order.target)
      return (plan, [])
    }
    let (plan, report) = try await planned(order)
    if var error = report.error {
      error.activity = "importing \(order.request.source.displayName)"
      throw error
    }
    return (plan, report.checks(.warning))
  }

  /// Plans, and looks at what is in the way.
  func planned(_ order: ImportOrder) async throws -> (plan: ServiceImport.Plan, report: PreflightReport) {
    let services = try await session.azure.signedIn()
    return try await session.preflight(services).plan(
      order.request, with: services.engine, credentials: order.credentials ?? .anonymous, sourceID: order.sourceID,
      target: order.target, start: order.start)
  }

  /// Whether to look first.
  /// - Throws: ``ArgumentError`` for both flags at once.
  func looksFirst(_ call: Invocation) throws -> Bool {
    guard call.isOn("no-preflight") else { return true }
    guard !call.isOn("preflight") else {
      throw ArgumentError(
        "no-preflight", AcrError(.usage, "`--preflight` and `--no-preflight` exclude each other", help: "leave one out")
      )
    }
    return false
  }

  /// Begins to read the source where it is likely that Azure will import: for a registry that is given by its name.
  func startPreflight(
    _ source: ImportSource, _ credentials: Credentials?, _ id: AzureResourceID?, _ call: Invocation
  ) throws -> PreflightStart? {
    guard id == nil, !call.isOn("no-preflight"), call.string("to") == nil, call.string("engine") != "direct",
      let name = try session.registryText(call, "name"), case .azureName? = try? RegistryText(name)
    else { return nil }
    let session = session
    return try Blocking.wait(call.run) {
      let services = try await session.azure.services()
      guard await services.identity.account != nil else { return nil }
      return session.preflight(services).start(source, credentials: credentials ?? .anonymous)
    }
  }
}

extension AcrSession {
  /// The checks before imports by the service.
  func preflight(_ services: AzureSession.Services) -> Preflight {
    Preflight(http: azure.settings.http, registries: registries, finder: services.finder, pulls: hubPulls)
  }
}
