import AcrCore
import AzureRegistry
import OCIRegistry

/// What the settings of the two registries mean for an import by the service. No requests are sent for it.
struct AzureRules {
  let target: AzureRegistryInfo
  let parameters: ServiceImportParameters
  /// The source's registry; nil where it is none of Azure's, or is not visible to the account.
  let source: AzureRegistryInfo?
  let targetTenant: String?
  let sourceTenant: String?

  private var isByID: Bool { if case .registry = parameters.source { true } else { false } }

  /// True where the tenants of both are known to differ.
  private var crossesTenants: Bool {
    guard let sourceTenant, let targetTenant else { return false }
    return sourceTenant.lowercased() != targetTenant.lowercased()
  }

  /// All checks.
  /// - Parameter isAzure: whether the source's host can be one of Azure's.
  func checks(isAzure: Bool) -> [PreflightCheck] {
    [tier, state(of: target, .targetState), targetNetwork] + sourceChecks(isAzure: isAzure)
  }

  // MARK: The target

  private var tier: PreflightCheck {
    guard target.sku.lowercased() != "classic" else {
      return .failed(
        .targetTier,
        AcrError(
          .usage, "the registry `\(target.name)` is a classic one, which cannot import",
          help: "import to a registry of the tier Basic, Standard or Premium", target: target.loginServer.name))
    }
    return .passed(.targetTier, target.sku.isEmpty ? "the tier can import" : "the tier \(target.sku) can import")
  }

  private func state(of registry: AzureRegistryInfo, _ name: PreflightCheck.Name) -> PreflightCheck {
    switch registry.provisioningState.lowercased() {
    case "", "succeeded": return .passed(name, "`\(registry.name)` is ready")
    case "creating", "deleting":
      let isNew = registry.provisioningState.lowercased() == "creating"
      return .failed(
        name,
        AcrError(
          .conflict, "the registry `\(registry.name)` is being \(isNew ? "made" : "deleted")",
          help: isNew ? "wait until it is ready" : "import to or from another registry",
          target: registry.loginServer.name))
    default:
      return .warning(
        name, "the registry `\(registry.name)` is in the state `\(registry.provisioningState)`",
        cure: "where the import fails, wait until its last change is done")
    }
  }

  private var targetNetwork: PreflightCheck {
    guard target.isNetworkRestricted else { return .passed(.targetNetwork, "`\(target.name)` is open to the network") }
    guard target.trustedServicesMayPass else {
      return .failed(.targetNetwork, closed(target, "write to it"))
    }
    return .passed(.targetNetwork, "trusted services pass the network rules of `\(target.name)`")
  }

  private func closed(_ registry: AzureRegistryInfo, _ purpose: String) -> AcrError {
    let what =
      registry.isPublicNetworkAccessEnabled ? "`\(registry.name)` has network rules" : "`\(registry.name)` is private"
    return AcrError(
      .denied, "\(what) and lets no trusted services pass, so the service cannot \(purpose)",
      help: "let trusted services pass: set `networkRuleBypassOptions` of `\(registry.name)` to `AzureServices`",
      target: registry.loginServer.name)
  }

  // MARK: The source

  private func sourceChecks(isAzure: Bool) -> [PreflightCheck] {
    guard let source else {
      let reason =
        isAzure || isByID
        ? "the source's registry is not visible to this account" : "the source is not an Azure registry"
      return [.sourceState, .sourceNetwork, .sourceTenant, .sourceExport].map { .skipped($0, reason) }
    }
    return [state(of: source, .sourceState), sourceNetwork(source), tenants(source), export(source)]
  }

  private func sourceNetwork(_ source: AzureRegistryInfo) -> PreflightCheck {
    guard source.isNetworkRestricted else { return .passed(.sourceNetwork, "`\(source.name)` is open to the network") }
    if isByID {
      guard source.trustedServicesMayPass else { return .failed(.sourceNetwork, closed(source, "read from it")) }
      return .passed(.sourceNetwork, "trusted services pass the network rules of `\(source.name)`")
    }
    let cure = "name it by its id, and without credentials: --registry \(source.id)"
    if !source.isPublicNetworkAccessEnabled {
      return .failed(
        .sourceNetwork,
        AcrError(
          .denied, "public access to `\(source.name)` is disabled, so the service cannot reach it by its host",
          help: crossesTenants ? nil : cure, target: source.loginServer.name))
    }
    if source.hasNetworkRules {
      return .warning(
        .sourceNetwork,
        "the firewall of `\(source.name)` lets only its list of addresses in, and the service's may not be "
          + "on it", cure: crossesTenants ? "allow the service's addresses" : cure)
    }
    return .failed(
      .sourceNetwork,
      AcrError(
        .denied, "the firewall of `\(source.name)` lets no address in, so the service cannot reach it by its host",
        help: crossesTenants ? "allow the service's addresses" : cure, target: source.loginServer.name))
  }

  private func tenants(_ source: AzureRegistryInfo) -> PreflightCheck {
    guard sourceTenant != nil, targetTenant != nil else {
      return .skipped(.sourceTenant, "the tenant of `\(source.name)` is not known")
    }
    guard crossesTenants else { return .passed(.sourceTenant, "both registries are in one tenant") }
    if !source.isPublicNetworkAccessEnabled {
      return .failed(
        .sourceTenant,
        AcrError(
          .denied,
          "`\(source.name)` is in another tenant and public access to it is disabled, which imports do not support",
          help: "enable public access for the import, or import with --engine direct from a network that reaches it",
          target: source.loginServer.name))
    }
    if isByID {
      return .failed(
        .sourceTenant,
        AcrError(
          .denied, "`\(source.name)` is in another tenant, where an id means nothing to the service",
          help: "name it by its host, with credentials of its tenant: --source \(source.loginServer)/"
            + "\(parameters.image) --username USER --password PASSWORD", target: source.loginServer.name))
    }
    return .passed(.sourceTenant, "`\(source.name)` is in another tenant, and named by its host")
  }

  /// The policy forbids exports, and imports within one registry are none.
  private func export(_ source: AzureRegistryInfo) -> PreflightCheck {
    if source.isExportAllowed || source.id == target.id {
      return .passed(.sourceExport, "images may leave `\(source.name)`")
    }
    return .failed(
      .sourceExport,
      AcrError(
        .denied, "the export policy of `\(source.name)` does not let images out",
        help: "have its owner enable `exportPolicy`, which needs public network access",
        target: source.loginServer.name))
  }
}
