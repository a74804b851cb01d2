import AcrCore
import HTTPTypes
import OCIRegistry

extension ResourceManagerService {
  /// `POST …/importImage`: checks what the service checks at once, and starts the rest.
  func startImport(_ context: Context, target: EmulatedRegistry) async throws -> Reply {
    let parameters = try ImportParameters(try await context.call.bytes(), registry: target.name)
    guard let azure = target.configuration.azure, azure.sku != "Classic" else {
      throw ErrorReply(
        .resourceManager(.badRequest, "InvalidParameters", "Imports are only supported for managed registries."))
    }
    let source: @Sendable () async throws -> any ArtifactSource
    if let id = parameters.resourceID {
      source = try linkedSource(id, parameters, context)
    } else {
      source = namedSource(parameters, context.identity)
    }
    let id = await imports.start(target: target, parameters: parameters) {
      guard azure.allowsTrustedServices else {
        throw AcrError(.server, "Access to \(target.loginServer) denied.")
      }
      return try await source()
    }
    var reply = Reply(status: .accepted)
    reply.headers[.location] = await imports.location(
      id, subscription: context.segments[1], version: context.apiVersion, origin: context.call.origin)
    if let seconds = await imports.plan.retryAfter { reply.headers[.retryAfter] = String(seconds) }
    return reply
  }

  /// A source given by its id: the sender's own rights on it count, and trusted services pass its network rules.
  private func linkedSource(
    _ id: String, _ parameters: ImportParameters, _ context: Context
  ) throws -> @Sendable () async throws -> any ArtifactSource {
    let found = world.registries.first {
      $0.configuration.azure != nil && $0.resourceID.lowercased() == id.lowercased()
    }
    guard let registry = found, let azure = registry.configuration.azure else {
      throw ErrorReply(
        .resourceManager(.notFound, "ResourceNotFound", "The source registry '\(id)' could not be found."))
    }
    let roles = azure.roles(of: context.identity)
    let identity = context.identity
    let isAllowed =
      azure.isABAC
      ? roles.contains(where: \.canReadResource)
        || (roles.contains(.repositoryReader) && roles.contains(.catalogLister))
      : azure.actions(of: identity, in: nil).contains("pull")
    guard isAllowed else {
      throw ErrorReply(
        .resourceManager(
          .forbidden, "LinkedAuthorizationFailed",
          "The client '\(identity.clientID)' with object id '\(identity.objectID)' has permission to perform action "
            + "'\(ResourceManagerService.registryType)/importImage/action' on scope "
            + "'/\(context.segments.prefix(8).joined(separator: "/"))'; however, it does not have permission to perform "
            + "action 'read' on the linked scope(s) '\(id)' or the linked scope(s) are invalid."))
    }
    let repository = parameters.sourceImage.repository
    let isOwn = registry.name.lowercased() == context.segments[7].lowercased()
    if !isOwn, !azure.isPolicyEnabled("exportPolicy", true) {
      throw ErrorReply(
        .resourceManager(
          .badRequest, "ExportPolicyDisabled",
          "The export policy of the registry '\(registry.loginServer)' is disabled: its artifacts cannot be imported into "
            + "other registries."))
    }
    return {
      guard azure.allowsTrustedServices else {
        throw ErrorReply(RegistryService.firewall("20.0.0.1"))
      }
      guard azure.actions(of: identity, in: repository.name).contains("pull") else {
        throw ResourceManagerService.unauthorized(repository)
      }
      return StoredRepository(registry: registry, name: repository)
    }
  }

  /// A source given by its host: only what its credentials allow counts, and its public endpoint must answer.
  private func namedSource(
    _ parameters: ImportParameters, _ identity: EntraIdentity
  ) -> @Sendable () async throws -> any ArtifactSource {
    let world = world
    let upstreams = upstreams
    return {
      var text = parameters.registryURI?.lowercased() ?? ""
      var repository = parameters.sourceImage.repository
      if let slash = text.firstIndex(of: "/") {
        // The article's last PowerShell example names `docker.io/sourcerepo` as the registry.
        repository = try RepositoryName("\(text[text.index(after: slash)...])/\(repository)")
        text = String(text[..<slash])
      }
      guard let registry = world.registry(host: text) else {
        let user = parameters.username
        guard
          let source = upstreams.repository(text, repository, username: user, password: parameters.password)
        else { throw AcrError(.server, "The registry '\(text)' could not be reached.") }
        return source
      }
      if let azure = registry.configuration.azure, !azure.allows(address: "20.0.0.1") {
        throw ErrorReply(RegistryService.firewall("20.0.0.1"))
      }
      var principal = Principal.anonymous
      if let password = parameters.password {
        let service = RegistryService(registry: registry, world: world)
        guard let found = service.principal(user: parameters.username, password: password.reveal()) else {
          throw ResourceManagerService.unauthorized(repository)
        }
        principal = found
      }
      let isKnown = await registry.store.repository(repository) != nil
      guard registry.actions(of: principal, in: repository.name).contains("pull"),
        isKnown || registry.configuration.signIn != .token
      else { throw ResourceManagerService.unauthorized(repository) }
      if principal == .anonymous, !registry.takePull() {
        throw AcrError(.throttled, EmulatedRegistry.pullLimitText)
      }
      return StoredRepository(registry: registry, name: repository)
    }
  }

  /// What a source answers to missing or wrong credentials.
  private static func unauthorized(_ repository: RepositoryName) -> ErrorReply {
    ErrorReply(
      .registry(
        .unauthorized, "UNAUTHORIZED", "authentication required",
        [["Type": "repository", "Class": "", "Name": .string(repository.name), "Action": "pull"]]))
  }
}
