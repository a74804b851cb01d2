import AcrCore
import HTTPTypes
import OCIRegistry

/// The API of one registry: OCI distribution, Azure's metadata API, and the tokens for both.
struct RegistryService: HTTPService {
  let registry: EmulatedRegistry
  let world: World

  /// How many repositories or tags a page has when the client names no number (ACR's own default).
  static let pageSize = 100

  func reply(to call: HTTPCall) async throws -> Reply {
    var reply: Reply
    do {
      reply = try await route(call)
    } catch let error as ErrorReply {
      reply = error.reply
    }
    reply.set("Docker-Distribution-Api-Version", "registry/2.0")
    reply.set("X-Content-Type-Options", "nosniff")
    reply.set("Server", registry.configuration.azure == nil ? "acr-emulator" : "AzureContainerRegistry")
    if registry.configuration.azure != nil {
      reply.set("x-ms-ratelimit-remaining-calls-per-second", call.method == .delete ? "8.000000" : "166.650000")
      reply.set(
        "Access-Control-Expose-Headers", "Docker-Content-Digest, WWW-Authenticate, Link, X-Ms-Correlation-Request-Id")
    }
    return reply
  }

  private func route(_ call: HTTPCall) async throws -> Reply {
    if let azure = registry.configuration.azure, !azure.allows(address: call.clientAddress) {
      throw ErrorReply(RegistryService.firewall(call.clientAddress))
    }
    switch call.path {
    case "/oauth2/exchange" where registry.configuration.signIn == .azure: return try await exchange(call)
    case "/oauth2/token" where registry.configuration.signIn == .azure: return try await token(call)
    case "/token" where registry.configuration.signIn == .token: return try await token(call)
    case let path where path.hasPrefix("/storage/") && registry.configuration.redirectsBlobs: return storage(call)
    case "/v2", "/v2/":
      try authorize(call, nil)
      return Reply(json: [:])
    case "/v2/_catalog": return try await catalog(call)
    case "/acr/v1/_catalog" where registry.configuration.azure != nil: return try await catalog(call)
    case let path where path.hasPrefix("/v2/"): return try await distribution(call)
    case let path where path.hasPrefix("/acr/v1/_deleted/") && registry.configuration.azure != nil:
      return try await deleted(call)
    case let path where path.hasPrefix("/acr/v1/") && registry.configuration.azure != nil:
      return try await metadata(call)
    default: return .notFoundText
    }
  }

  /// What a registry with network rules answers to the outside.
  static func firewall(_ address: String) -> Reply {
    .registry(
      .forbidden, "DENIED",
      "client with IP '\(address)' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.")
  }

  // MARK: Distribution

  private func distribution(_ call: HTTPCall) async throws -> Reply {
    guard let target = DistributionPath(call.path.dropFirst("/v2/".count)) else { return .notFoundText }
    guard let name = try? RepositoryName(target.name) else {
      throw ErrorReply(
        registry.configuration.azure != nil
          ? .notFoundText : .registry(.badRequest, "NAME_INVALID", "invalid repository name"))
    }
    switch target.item {
    case .manifest(let reference): return try await manifest(call, name, reference)
    case .tags: return try await tags(call, name)
    case .referrers(let digest): return try await referrers(call, name, digest)
    case .uploads: return try await startUpload(call, name)
    case .upload(let id): return try await upload(call, name, id)
    case .blob(let text):
      guard let digest = try? Digest(text) else {
        throw ErrorReply(.registry(.badRequest, "DIGEST_INVALID", "provided digest did not match uploaded content"))
      }
      return try await blob(call, name, digest)
    }
  }

  // MARK: Small helpers

  /// The repository, or 404.
  func known(_ name: RepositoryName, _ call: HTTPCall) async throws -> RepositoryRecord {
    if let repository = await registry.store.repository(name) { return repository }
    // Docker Hub does not tell a repository that is missing from one that is private.
    if registry.configuration.signIn == .token { throw ErrorReply(challenge(call, name, ["pull"], error: nil)) }
    throw ErrorReply(.unknown(name))
  }

  /// The page that a list's `n` and `last` ask for.
  /// - Parameter isBehind: says whether an item stands behind `last`, where `last` itself is gone from the list. By default
  ///   names are compared.
  /// - Returns: the page, and whether something follows.
  func page<Item>(
    _ list: ServedList<Item>, _ call: HTTPCall, name: (Item) -> String, isBehind: ((Item) -> Bool)? = nil
  ) throws -> (items: [Item], hasMore: Bool) {
    var rest = list.items[...]
    if let last = call.query["last"], !last.isEmpty {
      if let index = list.position(of: last) {
        rest = rest[(index + 1)...]
      } else {
        rest = rest.drop { item in
          !(isBehind?(item) ?? last.utf8.lexicographicallyPrecedes(name(item).utf8))
        }
      }
    }
    guard let text = call.query["n"], !text.isEmpty else {
      return (Array(rest.prefix(RegistryService.pageSize)), rest.count > RegistryService.pageSize)
    }
    guard let count = Int(text), count >= 0 else {
      throw ErrorReply(.registry(.badRequest, "PAGINATION_NUMBER_INVALID", "invalid number of results requested"))
    }
    if count == 0 { return ([], false) }
    return (Array(rest.prefix(count)), rest.count > count)
  }

  /// `Link` to the next page, relative and percent-encoded as recorded.
  func link(_ path: String, last: String, _ call: HTTPCall, withOrder: Bool) -> String {
    let count = call.query["n"].flatMap { $0.isEmpty ? nil : $0 } ?? String(RegistryService.pageSize)
    let order = withOrder ? "&orderby=\(PercentEncoding.encode(call.query["orderby"] ?? ""))" : ""
    return "<\(path)?last=\(PercentEncoding.encode(last))&n=\(count)\(order)>; rel=\"next\""
  }
}
