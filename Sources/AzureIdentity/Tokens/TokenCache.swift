import AcrConcurrency
import AcrCore

/// Keeps tokens as long as they hold, renews them in time, and asks for each only once however many want it.
public actor TokenCache {
  /// Less left than this counts as ended, since a request with the token takes a while itself (MSAL).
  static let margin: Int64 = 300
  /// After a failed renewal in advance, the old token is used this long before the next one is tried.
  private static let renewalPause: Int64 = 60

  private struct Key: Hashable {
    let credential: String
    let scopes: [String]
    let tenant: String?
  }

  /// What is under way: requests with a claims challenge are not answered by those without.
  private struct Work: Hashable {
    let key: Key
    let claims: String?
  }

  private let clock: IdentityClock
  private var tokens: [Key: AccessToken] = [:]
  private var pausedUntil: [Key: Timestamp] = [:]
  private let requests = SingleFlight<Work, AccessToken>()
  /// Counts how often everything was forgotten: a request that began before must not bring a token back.
  private var generation = 0

  /// Creates an empty cache.
  public init(clock: IdentityClock = .system) { self.clock = clock }

  /// A token of a credential, from memory where it holds for at least five more minutes. A request with claims always
  /// asks for a new one, which replaces the old.
  /// - Throws: what the credential throws; ``AcrError`` of kind `cancelled` when the calling task is.
  public func token(for request: TokenRequest, from credential: any TokenCredential) async throws -> AccessToken {
    let key = Key(credential: credential.cacheName, scopes: request.scopes.sorted(), tenant: request.tenant)
    let work = Work(key: key, claims: request.claims)
    let now = clock.now()
    guard request.claims == nil, let token = tokens[key], holds(token, at: now) else {
      return try await fly(work, request, credential)
    }
    let isDue = token.refreshOn.map { $0 <= now } ?? false
    let isPaused = pausedUntil[key].map { now < $0 } ?? false
    // Whoever comes while another renews it takes the old token, which still holds.
    guard isDue, !isPaused, !requests.isUnderWay(work) else { return token }
    do {
      return try await fly(work, request, credential)
    } catch let error as AcrError where error.kind != .cancelled {
      pausedUntil[key] = clock.now().adding(seconds: TokenCache.renewalPause)
      return token
    }
  }

  /// Forgets everything.
  public func removeAll() {
    tokens = [:]
    pausedUntil = [:]
    generation += 1
    requests.forgetAll()
  }

  private func holds(_ token: AccessToken, at now: Timestamp) -> Bool {
    token.expiresOn.seconds(since: now) >= TokenCache.margin
  }

  // MARK: One request for many

  /// Starts the request, or joins the one that is under way. It goes on as long as anybody waits for it.
  private func fly(
    _ work: Work, _ request: TokenRequest, _ credential: any TokenCredential
  ) async throws -> AccessToken {
    let generation = generation
    do {
      return try await requests.value(for: work) {
        let token = try await credential.token(for: request)
        await self.keep(token, work.key, generation)
        return token
      }
    } catch is CancellationError {
      throw TokenCache.cancelled
    }
  }

  private func keep(_ token: AccessToken, _ key: Key, _ generation: Int) {
    guard generation == self.generation else { return }
    tokens[key] = token
    pausedUntil[key] = nil
  }

  private static let cancelled = AcrError(.cancelled, "signing in was stopped")

  // MARK: Saving

  /// A token with the words it is kept under.
  struct Saved: Sendable {
    var scopes: [String]
    var tenant: String?
    var token: AccessToken
  }

  /// The tokens of a credential that still hold.
  func saved(of credential: any TokenCredential) -> [Saved] {
    let now = clock.now()
    let name = credential.cacheName
    return tokens.filter { $0.key.credential == name && holds($0.value, at: now) }
      .map { Saved(scopes: $0.key.scopes, tenant: $0.key.tenant, token: $0.value) }
      .sorted { ($0.scopes.joined(), $0.tenant ?? "") < ($1.scopes.joined(), $1.tenant ?? "") }
  }

  /// Takes tokens of an earlier process; those that have ended are dropped.
  func restore(_ saved: [Saved], of credential: any TokenCredential) {
    let now = clock.now()
    for item in saved where holds(item.token, at: now) {
      tokens[Key(credential: credential.cacheName, scopes: item.scopes.sorted(), tenant: item.tenant)] = item.token
    }
  }
}

extension TokenCache {
  /// How many callers wait for requests that are under way.
  var waitingCount: Int { requests.waitingCount }
}
