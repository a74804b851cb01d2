import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry
import ImportCore
import OCIRegistry

extension ImportCommand {
  /// Plans an import by the service, after a look at what is in its way unless `--no-preflight` forbids it.
  /// - Returns: the plan, and the result where the target has the image already.
  /// - Throws: what planning throws; the first failed check, with the others as notes.
  func plan(
    _ order: ImportOrder, looksFirst: Bool, _ sink: any OutputSink
  ) async throws -> (plan: ServiceImport.Plan, present: ImportResult?) {
    let (plan, report) = try await planned(order, looksFirst: looksFirst) { sink.message("note: \($0)") }
    guard let report else { return (plan, nil) }
    if let digest = report.present { return (plan, ImportResult.unchanged(order.request, digest, report.mediaType)) }
    if var error = report.error {
      error.activity = "importing \(order.request.source.displayName)"
      throw error
    }
    for check in report.checks(.warning) {
      sink.message("warning: \(check.detail)\(check.cure.map { " (\($0))" } ?? "")")
    }
    return (plan, nil)
  }

  /// The same for one of many imports.
  /// - Returns: the plan, and what was found; nil where nothing was looked at.
  func planned(
    _ order: ImportOrder, looksFirst: Bool, slow: @escaping @Sendable (String) -> Void
  ) async throws -> (plan: ServiceImport.Plan, report: PreflightReport?) {
    guard looksFirst else {
      let plan = try await session.azure.signedIn().engine.plan(
        order.request, credentials: order.credentials ?? .anonymous, sourceID: order.sourceID, target: order.target)
      return (plan, nil)
    }
    return try await planned(order, slow: slow)
  }

  /// Plans, and looks at what is in the way. A failed check is in the report.
  func planned(
    _ order: ImportOrder, slow: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> (plan: ServiceImport.Plan, report: PreflightReport) {
    let services = try await session.azure.signedIn()
    let (plan, report) = try await session.preflight(services, slow: slow).plan(
      order.request, with: services.engine, credentials: order.credentials ?? .anonymous, sourceID: order.sourceID,
      target: order.target, start: order.start)
    return (plan, report)
  }

  /// Whether to look first.
  /// - Throws: ``ArgumentError`` for both flags at once.
  func looksFirst(_ given: GivenArguments<Parameters>) throws -> Bool {
    guard given[\.noPreflight] else { return true }
    guard !given[\.preflight] else {
      throw ArgumentError(
        given.parameters.noPreflight,
        AcrError(.usage, "`--preflight` and `--no-preflight` cannot be combined", help: "leave one out")
      )
    }
    return false
  }

  /// Begins to read the source where it is likely that Azure will import: for a registry that is given by its name.
  func startPreflight(
    _ source: ImportSource, _ credentials: Credentials?, _ id: AzureResourceID?,
    _ given: GivenArguments<ImportParameters>
  ) async throws -> PreflightStart? {
    guard id == nil, given[\.to] == nil,
      let name = try session.registryText(given, \.name), case .azureName? = try? RegistryText(name)
    else { return nil }
    let services = try await session.azure.services()
    guard await services.identity.account != nil else { return nil }
    return session.preflight(services).start(source, credentials: credentials ?? .anonymous)
  }
}

extension CommandContext {
  /// The checks before imports by the service.
  func preflight(
    _ services: AzureContext.Services, slow: @escaping @Sendable (String) -> Void = { _ in }
  ) -> Preflight {
    Preflight(
      http: azure.settings.http, registries: registries, finder: services.finder, pulls: hubPulls,
      silent: azure.silentHosts, slow: slow)
  }
}
