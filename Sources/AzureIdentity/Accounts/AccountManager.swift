import AcrSystem
import AcrCore

/// The signed-in account of a session: what `login`, `logout`, `account` and `token` work with.
public actor AccountManager {
  /// How to sign in, beyond with what.
  public struct Options: Sendable {
    /// The scopes of the first token; the resource manager's where none are given.
    public var scopes: [String] = []
    /// A claims challenge as JSON text, for a step-up.
    public var claims: String?
    /// Whether the subscriptions are looked up.
    public var findsSubscriptions = true
    /// Allows an account without subscriptions (`--allow-no-subscriptions`).
    public var allowsNoSubscriptions = false
    /// Whether the sign-in is kept for later sessions (`--save`).
    public var saves = false

    /// Creates the usual options.
    public init() {}
  }

  private struct Current {
    var signedIn: SignedIn
    var account: Account
    var isSaved: Bool
  }

  /// The cloud that is signed in to.
  public private(set) var cloud: AzureCloud
  /// The subscriptions the account can see, as far as they were looked up.
  public private(set) var subscriptions: [Subscription] = []
  /// The subscription that commands work in.
  public private(set) var currentSubscription: Subscription?
  private let context: IdentityContext
  private let cache: TokenCache
  private let path: String?
  private let warn: @Sendable (String) -> Void
  private var current: Current?

  /// Creates a session without a sign-in.
  /// - Parameters:
  ///   - savePath: the file for ``Options/saves``; nil where nothing may be kept.
  ///   - warn: told what went wrong without being worth an error, one sentence each.
  public init(
    cloud: AzureCloud, context: IdentityContext, savePath: String? = nil,
    warn: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.cloud = cloud
    self.context = context
    self.warn = warn
    path = savePath
    cache = TokenCache(clock: context.clock)
  }

  /// Who is signed in; nil if not signed in.
  public var account: Account? { current?.account }

  /// Chooses another cloud. An account of the cloud before is forgotten here; its saved sign-in stays.
  public func use(_ cloud: AzureCloud) async {
    if cloud != self.cloud { await forget() }
    self.cloud = cloud
  }

  // MARK: Signing in and out

  /// Signs in: gets a token to see that it works, and looks up the subscriptions. The account before stays signed in
  /// when this fails.
  /// - Throws: ``AcrError``, mostly of kind `auth` or `denied`; also `denied` for an account without subscriptions.
  @discardableResult
  public func signIn(_ method: SignInMethod, options: Options = Options()) async throws -> Account {
    let scopes = options.scopes.isEmpty ? [try cloud.resourceManagerScope()] : options.scopes
    let request = TokenRequest(scopes: scopes, claims: options.claims)
    let (signedIn, token) = try await context.signIn(method, to: cloud, for: request)
    let account = signedIn.account(token, cloudName: cloud.name)
    var plain = request
    plain.claims = nil
    let first = TokenCache.Saved(scopes: plain.scopes, tenant: nil, token: token)
    // Tokens of an earlier sign-in of the same name go, so that a new secret or a step-up counts at once.
    let fresh = TokenCache(clock: context.clock)
    await fresh.restore([first], of: signedIn.credential)
    var found: [Subscription] = []
    if options.findsSubscriptions {
      found = try await findSubscriptions(signedIn, account, fresh, anyTenant: method.isForAnyTenant)
      guard !found.isEmpty || options.allowsNoSubscriptions else { throw AccountManager.noSubscriptions(account) }
    }
    await cache.removeAll()
    await cache.restore(await fresh.saved(of: signedIn.credential), of: signedIn.credential)
    // Who chose a subscription and signs in again works on in it, as with az.
    let chosen = currentSubscription?.id
    current = Current(signedIn: signedIn, account: account, isSaved: false)
    subscriptions = found
    currentSubscription =
      found.first { $0.id == chosen && $0.state == "Enabled" } ?? found.first { $0.state == "Enabled" } ?? found.first
    if options.saves { try await save() }
    return account
  }

  /// Takes up the sign-in that an earlier session saved for this cloud. A file that cannot be used is reported and left
  /// alone; the next save replaces it.
  /// - Returns: the account; nil where there is none.
  @discardableResult
  public func restore() async -> Account? {
    guard let path else { return nil }
    do {
      guard let bytes = try FileSystem.readIfPresent(path) else { return nil }
      guard let saved = SavedSignIn(bytes) else {
        warn("the saved sign-in `\(path)` is damaged or of another version, and is not used: sign in again")
        return nil
      }
      guard saved.account.cloudName == cloud.name else { return nil }
      var signedIn = try context.credential(for: saved.method, in: cloud)
      signedIn.tenant = saved.account.tenant ?? signedIn.tenant
      await cache.removeAll()
      await cache.restore(saved.tokens, of: signedIn.credential)
      current = Current(signedIn: signedIn, account: saved.account, isSaved: true)
      subscriptions = saved.subscriptions
      currentSubscription = saved.subscriptions.first { $0.id == saved.currentSubscription }
      watchRefreshToken()
      return saved.account
    } catch {
      warn("the saved sign-in `\(path)` is not used: \(error.message)")
      return nil
    }
  }

  /// Forgets the account, and removes what was saved of it.
  /// - Throws: ``AcrError`` where the file cannot be removed.
  public func signOut() async throws {
    await forget()
    if let path { try FileSystem.remove(path) }
  }

  private func forget() async {
    (current?.signedIn.credential as? RefreshTokenCredential)?.whenReplaced(nil)
    current = nil
    subscriptions = []
    currentSubscription = nil
    await cache.removeAll()
  }

  // MARK: Tokens

  /// A token of the account.
  /// - Parameters:
  ///   - scopes: what it is for, for example ``AzureCloud/registryScope``.
  ///   - tenant: a tenant other than the current subscription's.
  ///   - claims: a claims challenge as JSON text; a new token is got then.
  /// - Throws: ``AcrError`` of kind `auth` if not signed in or Entra refuses, `usage` for a tenant that a managed
  ///   identity cannot be asked for, and what the way to sign in throws.
  public func token(scopes: [String], tenant: String? = nil, claims: String? = nil) async throws -> AccessToken {
    guard let current else {
      throw AcrError(.auth, "not signed in to `\(cloud.name)`", help: "sign in first: login")
    }
    let own = current.account.tenant
    let wanted = tenant ?? currentSubscription?.tenantID
    if current.account.isManagedIdentity, let tenant, let own, tenant.lowercased() != own.lowercased() {
      throw AcrError(
        .usage, "a managed identity gives tokens only for its own tenant `\(own)`, not for `\(tenant)`",
        help: "leave out the tenant")
    }
    // The own tenant goes without a name, so that it has one token however it was asked for.
    let isOwn = wanted == nil || wanted?.lowercased() == own?.lowercased() || current.account.isManagedIdentity
    let request = TokenRequest(scopes: scopes, tenant: isOwn ? nil : wanted, claims: claims)
    var token = try await cache.token(for: request, from: current.signedIn.credential)
    if token.tenant == nil { token.tenant = wanted ?? own }
    // As with az: a token for a tenant is not one for a subscription.
    token.subscription = tenant == nil ? currentSubscription?.id ?? token.subscription : nil
    return token
  }

  // MARK: Subscriptions

  /// Sets the default subscription.
  /// - Parameter nameOrID: its name, in any case, or its id.
  /// - Throws: as ``subscription(named:)``.
  @discardableResult
  public func selectSubscription(_ nameOrID: String) async throws -> Subscription {
    let match = try subscription(named: nameOrID)
    currentSubscription = match
    if current?.isSaved == true { try await save() }
    return match
  }

  /// One of the account's subscriptions.
  /// - Parameter nameOrID: its name, in any case, or its id.
  /// - Throws: ``AcrError`` of kind `not-found`; `usage` for a name that several have.
  public func subscription(named nameOrID: String) throws -> Subscription {
    let wanted = nameOrID.lowercased()
    let matches = subscriptions.filter { $0.id.lowercased() == wanted || $0.name.lowercased() == wanted }
    guard let match = matches.first else {
      throw AcrError(
        .notFound, "the account has no subscription `\(nameOrID)`", help: "list them: account list")
    }
    guard matches.count == 1 else {
      throw AcrError(
        .usage, "\(matches.count) subscriptions are called `\(nameOrID)`",
        help: "give the id: \(matches.map(\.id).joined(separator: ", "))")
    }
    return match
  }

  private func findSubscriptions(
    _ signedIn: SignedIn, _ account: Account, _ cache: TokenCache, anyTenant: Bool
  ) async throws -> [Subscription] {
    let scope = try cloud.resourceManagerScope()
    let directory = SubscriptionDirectory(context: context, endpoint: try cloud.resourceManager()) { tenant in
      let isOwn = tenant == nil || tenant?.lowercased() == account.tenant?.lowercased()
      let request = TokenRequest(scopes: [scope], tenant: isOwn ? nil : tenant)
      return try await cache.token(for: request, from: signedIn.credential)
    }
    return try await anyTenant
      ? directory.subscriptionsOfAllTenants(warn: warn) : directory.subscriptions()
  }

  private static func noSubscriptions(_ account: Account) -> AcrError {
    AcrError(
      .denied, "no subscription is visible to `\(account.userName)`",
      help: "give the account a role in one, or sign in for the tenant alone: login … --allow-no-subscriptions")
  }
}

// MARK: - Saving

extension AccountManager {
  /// Writes the sign-in, with what it takes to get tokens and nothing else, to a file that only its owner can read.
  private func save() async throws {
    guard var current else { return }
    guard let path else {
      throw AcrError(.usage, "this session has no file to save sign-ins to", help: "sign in without --save")
    }
    var method = current.signedIn.origin
    if case .refreshToken(let tenant, let clientID, let account, _) = method,
      let credential = current.signedIn.credential as? RefreshTokenCredential
    {
      method = .refreshToken(
        tenant: tenant, clientID: clientID, account: account, token: credential.refreshToken)
    }
    let saved = SavedSignIn(
      account: current.account, method: method, subscriptions: subscriptions,
      currentSubscription: currentSubscription?.id, tokens: await cache.saved(of: current.signedIn.credential))
    guard let json = saved.json else { return }
    try FileSystem.replace(path, with: Array("\(json.text)\n".utf8), .ownerOnly)
    current.isSaved = true
    self.current = current
    watchRefreshToken()
  }

  /// Saves again when Entra replaces the refresh token, since the old one may stop working.
  private func watchRefreshToken() {
    (current?.signedIn.credential as? RefreshTokenCredential)?.whenReplaced { [weak self] _ in
      Task { await self?.saveAgain() }
    }
  }

  private func saveAgain() async {
    guard current?.isSaved == true else { return }
    do {
      try await save()
    } catch {
      warn("the sign-in could not be saved again: \((error as? AcrError)?.message ?? "\(error)")")
    }
  }
}

extension SignInMethod {
  /// True for a user who did not name a tenant: then all tenants of the user are looked at.
  fileprivate var isForAnyTenant: Bool {
    if case .deviceCode(tenant: nil, _) = self { true } else { false }
  }
}
