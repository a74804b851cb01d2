import AcrConcurrency
import AcrCore
import AcrText
import AzureIdentity
import OCIRegistry

/// Finds registries by name, login server or id, in every subscription the account can see. What was found is kept.
public actor RegistryFinder {
  private let manager: ResourceManager
  /// The registries of each subscription by its id.
  private let lists = SingleFlight<String, [AzureRegistryInfo]>(keeping: 10_000)
  private var byID: [AzureResourceID: AzureRegistryInfo] = [:]

  /// Creates a finder that has found nothing yet.
  public init(_ manager: ResourceManager) { self.manager = manager }

  /// Forgets what was found: for another account, or after a change of settings.
  public func forget() {
    lists.forgetAll()
    byID = [:]
  }

  /// The registry by its name, its login server, or its id.
  /// - Throws: ``AcrError`` of kind `not-found`; `usage` where several have the name; and what the resource manager
  ///   throws.
  public func find(_ text: String) async throws -> AzureRegistryInfo {
    if text.hasPrefix("/") {
      guard let id = AzureResourceID(registry: text) else {
        throw AcrError(
          .usage, "`\(text)` is not the id of a registry",
          help: "give it like this: /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.ContainerRegistry/"
            + "registries/NAME")
      }
      return try await find(id)
    }
    let wanted = text.lowercased()
    let byServer = RegistryHost.looksLikeHost(wanted)
    let (found, skipped) = try await search {
      byServer ? $0.loginServer.name == wanted : $0.name.lowercased() == wanted
    }
    guard let first = found.first else { throw await notFound(text, skipped) }
    guard found.count == 1 else {
      throw AcrError(
        .usage, "\(found.count) registries are called `\(text)`",
        help: "give the login server or the id of the one you mean",
        notes: found.map { "\($0.loginServer): \($0.id)" })
    }
    return first
  }

  /// The registry with a name in a resource group, which needs no search, or in one subscription.
  /// - Parameters:
  ///   - resourceGroup: nil for any.
  ///   - subscription: nil for the current one.
  /// - Throws: as ``find(_:)``.
  public func find(
    _ name: String, resourceGroup: String?, in subscription: Subscription?
  ) async throws -> AzureRegistryInfo {
    var chosen = subscription
    if chosen == nil { chosen = await manager.identity.currentSubscription }
    guard let chosen else { return try await find(name) }
    if let resourceGroup {
      let path =
        "/subscriptions/\(chosen.id)/resourceGroups/\(resourceGroup)/providers/"
        + "Microsoft.ContainerRegistry/registries/\(name)"
      guard let id = AzureResourceID(registry: path) else {
        throw AcrError(.usage, "`\(resourceGroup)` is not the name of a resource group")
      }
      return try await find(id)
    }
    let found = try await registries(of: chosen).first { $0.name.lowercased() == name.lowercased() }
    guard let found else { throw await notFound(name, [], in: chosen) }
    return found
  }

  /// The registry with an id.
  /// - Throws: ``AcrError`` of kind `not-found`, `denied`, and what else the resource manager throws.
  public func find(_ id: AzureResourceID) async throws -> AzureRegistryInfo {
    if let known = byID[id] { return known }
    let tenant = await manager.identity.subscriptions.first { $0.id.lowercased() == id.subscription.lowercased() }
    let json = try await manager.get(id.path, tenant: tenant?.tenantID)
    guard let info = AzureRegistryInfo(json) else {
      throw AcrError(.invalid, "the resource manager describes `\(id)` without a login server")
    }
    byID[id] = info
    return info
  }

  /// The registry that answers at a host; nil where none of those the account can see does.
  /// - Throws: ``AcrError``, where not even one subscription could be searched.
  public func registry(at host: RegistryHost) async throws -> AzureRegistryInfo? {
    try await search { $0.answers(at: host) }.found.first
  }

  /// The tenant of a registry's subscription; nil for a subscription that the account cannot see.
  public func tenant(of id: AzureResourceID) async -> String? {
    let subscription = id.subscription.lowercased()
    return await manager.identity.subscriptions.first { $0.id.lowercased() == subscription }?.tenantID
  }

  /// True for a host that can be a registry of Azure: it ends as those of the cloud do, or is on this machine, as the
  /// emulator's are.
  public func mayBeAzure(_ host: RegistryHost) async -> Bool {
    if host.isLoopback { return true }
    let suffix = await manager.identity.cloud.registrySuffix
    return suffix.map(host.hostWithoutPort.hasSuffix) == true
  }

  /// The registries that the account can see, sorted by name.
  /// - Parameter subscription: nil for all of the account's; those that cannot be searched are left out then.
  /// - Throws: what the resource manager throws, for one subscription or where all could not be searched.
  public func all(in subscription: Subscription? = nil) async throws -> [AzureRegistryInfo] {
    let found: [AzureRegistryInfo]
    if let subscription {
      found = try await registries(of: subscription)
    } else {
      let (all, skipped) = try await searchAll { _ in true }
      if all.isEmpty, let error = skipped.first?.1 { throw error }
      found = all
    }
    return found.sorted { $0.name.lowercased() < $1.name.lowercased() }
  }

  /// How the service should be told of a source's registry: one of Azure that the account can see by its id, so that the
  /// account's own rights count and its firewall lets the service in; any other by its host. Credentials decide for the
  /// host, since the service takes none beside an id (what az sends, too).
  /// - Throws: ``AcrError`` of kind `usage` for credentials that the service cannot use, and as ``find(_:)``.
  public func source(
    at host: RegistryHost, credentials: Credentials
  ) async throws -> ServiceImportParameters.Source {
    if let own = try ServiceImportParameters.SourceCredentials(credentials) { return .host(host, own) }
    // Only hosts that can be one of Azure's are worth a search.
    guard await mayBeAzure(host), let found = try await registry(at: host) else { return .host(host, nil) }
    return .registry(found.id, roles: found.roleAssignmentMode)
  }

  // MARK: Searching

  /// Searches the current subscription, then all others side by side. A subscription that cannot be searched is left
  /// out: a registry elsewhere is found all the same.
  private func search(
    _ isWanted: @escaping @Sendable (AzureRegistryInfo) -> Bool
  ) async throws -> (found: [AzureRegistryInfo], skipped: [(Subscription, AcrError)]) {
    let current = await manager.identity.currentSubscription
    var skipped: [(Subscription, AcrError)] = []
    if let current {
      do {
        let found = try await registries(of: current).filter(isWanted)
        if !found.isEmpty { return (found, []) }
      } catch let error as AcrError where error.kind == .denied || error.kind == .notFound {
        skipped.append((current, error))
      }
    }
    let (found, more) = try await searchAll(except: current, isWanted)
    return (found, skipped + more)
  }

  /// Searches all subscriptions but one side by side.
  private func searchAll(
    except current: Subscription? = nil, _ isWanted: @escaping @Sendable (AzureRegistryInfo) -> Bool
  ) async throws -> (found: [AzureRegistryInfo], skipped: [(Subscription, AcrError)]) {
    var skipped: [(Subscription, AcrError)] = []
    let others = await manager.identity.subscriptions.filter { $0.id != current?.id && $0.state != "Disabled" }
    let answers = await withTaskGroup(
      of: (Int, Result<[AzureRegistryInfo], any Error>).self,
      returning: [(Int, Result<[AzureRegistryInfo], any Error>)].self
    ) { group in
      for (index, subscription) in others.enumerated() {
        group.addTask {
          do { return (index, .success(try await self.registries(of: subscription))) } catch {
            return (index, .failure(error))
          }
        }
      }
      var answers: [(Int, Result<[AzureRegistryInfo], any Error>)] = []
      for await answer in group { answers.append(answer) }
      return answers.sorted { $0.0 < $1.0 }
    }
    var found: [AzureRegistryInfo] = []
    for (index, answer) in answers {
      switch answer {
      case .success(let registries): found += registries.filter(isWanted)
      case .failure(let error as AcrError) where error.kind != .cancelled: skipped.append((others[index], error))
      case .failure(let error): throw error
      }
    }
    return (found, skipped)
  }

  private func registries(of subscription: Subscription) async throws -> [AzureRegistryInfo] {
    let found = try await lists.value(for: subscription.id) { [manager] in
      let path =
        "/subscriptions/\(PercentEncoding.encode(subscription.id))/providers/Microsoft.ContainerRegistry/registries"
      return try await manager.list(path, tenant: subscription.tenantID).compactMap(AzureRegistryInfo.init)
    }
    for registry in found { byID[registry.id] = registry }
    return found
  }

  private func notFound(
    _ text: String, _ skipped: [(Subscription, AcrError)], in subscription: Subscription? = nil
  ) async -> AcrError {
    var all = await manager.identity.subscriptions
    if let subscription { all = [subscription] }
    let place =
      switch all.count {
      case 0: "no subscription is visible to this account, so the registry `\(text)` cannot be found"
      case 1: "there is no registry `\(text)` in the subscription `\(all[0].name)`"
      default: "there is no registry `\(text)` in any of the \(all.count) subscriptions of this account"
      }
    var error = AcrError(.notFound, place)
    let names = Set(byID.values.map(\.name)).sorted()
    // Of a login server the name is what may be misspelt.
    let written = String(text.prefix { $0 != "." })
    if let near = Suggestion.near(written, in: names, limit: 1).first {
      error.help = "did you mean `\(near)`?"
    } else {
      error.help =
        "you see only registries where you have the role `\(AzureRole.reader)`; a resource id works without a search"
    }
    error.notes = skipped.map { "the subscription `\($0.name)` could not be searched: \($1.message)" }
    return error
  }
}
