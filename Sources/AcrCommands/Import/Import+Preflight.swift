import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

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
  /// - Returns: the plan, what may go wrong, and the digest that source and targets share already.
  func plan(
    _ order: ImportOrder, looksFirst: Bool
  ) async throws -> (plan: ServiceImport.Plan, warnings: [PreflightCheck], presentDigest: Digest?) {
    guard looksFirst else {
      let plan = try await session.azure.signedIn().engine.plan(
        order.request, credentials: order.credentials ?? .anonymous, sourceID: order.sourceID, target: order.target)
      return (plan, [], nil)
    }
    let (plan, report) = try await planned(order)
    if var error = report.error {
      error.activity = "importing \(order.request.source.displayName)"
      throw error
    }
    return (plan, report.checks(.warning), report.presentDigest)
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
