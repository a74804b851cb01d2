import AcrCore

/// Who is trusted for which repositories: the `trustpolicy.json` of Notary Project (trust-store-trust-policy.md).
public struct NotaryPolicy: Sendable {
  /// The checks, in their order.
  public enum Step: String, Sendable, CaseIterable {
    /// Form, algorithm, certificates by themselves, and the signature.
    case integrity
    /// A certificate of a trust store, and the wanted identity.
    case authenticity
    /// The time until which the signature counts.
    case expiry
    /// Whether the certificates were valid when it was signed.
    case authenticTimestamp
    /// Whether certificates were taken back.
    case revocation
    /// Whether the signature is about this artifact.
    case target
  }

  /// What a failed check does.
  public enum Action: String, Sendable {
    /// The signature is refused.
    case enforce
    /// It is told.
    case log
    /// The check is not made.
    case skip
  }

  /// When a timestamp is needed.
  public enum TimestampUse: String, Sendable {
    case always
    case afterCertExpiry
  }

  /// One statement: the repositories it is for, and what has to hold there.
  public struct Statement: Sendable {
    /// The name.
    public let name: String
    /// `*`, or whole names of repositories.
    public let scopes: [String]
    /// True for the level `skip`: nothing is checked.
    public let skips: Bool
    /// What each check does.
    public let actions: [Step: Action]
    /// When a timestamp is needed, where a store of timestamp authorities is named.
    public let timestampUse: TimestampUse
    /// The stores: their types and names.
    public let stores: [NotaryStoreName]
    /// The signers; nil for everybody below the stores' certificates.
    public let identities: [NamePattern]?

    /// Creates a statement.
    public init(
      name: String, scopes: [String] = ["*"], skips: Bool = false, actions: [Step: Action],
      timestampUse: TimestampUse = .always, stores: [NotaryStoreName], identities: [NamePattern]? = nil
    ) {
      self.name = name
      self.scopes = scopes
      self.skips = skips
      self.actions = actions
      self.timestampUse = timestampUse
      self.stores = stores
      self.identities = identities
    }
  }

  /// How long a policy may be, in bytes.
  public static let mostBytes = 4 << 20

  /// The statements.
  public let statements: [Statement]

  /// Reads the JSON text.
  /// - Throws: ``TrustFailure`` of the checks `format` and `policy` that names the member.
  public init(parsing bytes: [UInt8]) throws(TrustFailure) {
    let json = try StrictJSON.parse(bytes, "the trust policy", mostBytes: Self.mostBytes)
    let document = try StrictMembers(json, "the trust policy")
    guard try document.string("version") == "1.0" else { throw document.failure("version", "is not `1.0`") }
    var statements: [Statement] = []
    for object in try document.objects("trustPolicies", limit: 1000) {
      statements.append(try Self.statement(object))
    }
    guard !statements.isEmpty else { throw document.failure("trustPolicies", "has no statement") }
    var names: Set<String> = []
    var scopes: Set<String> = []
    for statement in statements {
      guard names.insert(statement.name).inserted else {
        throw TrustFailure(.policy, "two statements of the trust policy have the name `\(statement.name)`")
      }
      for scope in statement.scopes where !scopes.insert(scope).inserted {
        throw TrustFailure(.policy, "the trust policy has the scope `\(scope)` in two statements")
      }
    }
    self.statements = statements
  }

  /// The statement for a repository: the one that names it, else the one for `*`.
  /// - Parameter repository: `registry/repository`.
  /// - Throws: ``TrustFailure`` of the check `policy` where there is none: nothing is trusted then.
  public func statement(for repository: String) throws(TrustFailure) -> Statement {
    guard
      let found = statements.first(where: { $0.scopes.contains(repository) })
        ?? statements.first(where: { $0.scopes == ["*"] })
    else { throw TrustFailure(.policy, "no statement of the trust policy is for `\(repository)`") }
    return found
  }

  /// The actions of a level (the table of the specification); nil for one that is not known.
  public static func actions(level: String) -> [Step: Action]? {
    var actions: [Step: Action] = [:]
    for step in Step.allCases { actions[step] = .enforce }
    switch level {
    case "strict": break
    case "permissive": for step in [Step.authenticTimestamp, .expiry, .revocation] { actions[step] = .log }
    case "audit": for step in [Step.authenticity, .authenticTimestamp, .expiry, .revocation] { actions[step] = .log }
    default: return nil
    }
    return actions
  }

  private static func statement(_ object: StrictMembers) throws(TrustFailure) -> Statement {
    let name = try object.string("name")
    guard !name.isEmpty else { throw object.failure("name", "is empty") }
    let scopes = try texts("registryScopes", object)
    guard !scopes.isEmpty else { throw object.failure("registryScopes", "has no entry") }
    for scope in scopes where scope != "*" { try check(scope, object) }
    guard !scopes.contains("*") || scopes.count == 1 else {
      throw object.failure("registryScopes", "has `*` beside other scopes")
    }
    let verification = try object.object("signatureVerification")
    let level = try verification.string("level")
    let storeNames = try texts("trustStores", object)
    let identityNames = try texts("trustedIdentities", object)
    if level == "skip" {
      guard storeNames.isEmpty, identityNames.isEmpty, !verification.has("override") else {
        throw object.failure(
          "signatureVerification", "has the level `skip`, which takes no stores, identities or overrides")
      }
      return Statement(name: name, scopes: scopes, skips: true, actions: [:], stores: [])
    }
    guard var actions = actions(level: level) else {
      throw verification.failure("level", "is `\(level)`, not strict, permissive, audit or skip")
    }
    for member in try verification.optionalObject("override")?.json.members ?? [] {
      guard let step = Step(rawValue: member.name), step != .integrity, step != .target,
        let action = member.value.string.flatMap(Action.init(rawValue:)), action != .skip || step == .revocation
      else {
        throw verification.failure(
          "override",
          "cannot set `\(member.name)` so: authenticity, authenticTimestamp, expiry and revocation take "
            + "`enforce` or `log`, revocation also `skip`")
      }
      actions[step] = action
    }
    var use = TimestampUse.always
    if let text = try verification.optionalString("verifyTimestamp") {
      guard let known = TimestampUse(rawValue: text) else {
        throw verification.failure("verifyTimestamp", "is `\(text)`, not `always` or `afterCertExpiry`")
      }
      use = known
    }
    var stores: [NotaryStoreName] = []
    for text in storeNames {
      guard let store = NotaryStoreName(text) else {
        throw object.failure("trustStores", "has `\(text)`, not `ca:NAME`, `signingAuthority:NAME` or `tsa:NAME`")
      }
      stores.append(store)
    }
    guard stores.contains(where: { $0.kind != .tsa }) else {
      throw object.failure("trustStores", "names no store of certificates that sign (`ca:NAME`)")
    }
    return Statement(
      name: name, scopes: scopes, actions: actions, timestampUse: use, stores: stores,
      identities: try identities(identityNames, object))
  }

  private static func identities(
    _ texts: [String], _ object: StrictMembers
  ) throws(TrustFailure) -> [NamePattern]? {
    guard !texts.isEmpty else { throw object.failure("trustedIdentities", "has no entry") }
    if texts.contains("*") {
      guard texts.count == 1 else { throw object.failure("trustedIdentities", "has `*` beside other identities") }
      return nil
    }
    var patterns: [NamePattern] = []
    for text in texts {
      let prefix = "x509.subject:"
      guard text.hasPrefix(prefix) else {
        throw object.failure("trustedIdentities", "has `\(text)`, which does not begin with `\(prefix)`")
      }
      patterns.append(try NamePattern(String(text.dropFirst(prefix.count))))
    }
    for (index, pattern) in patterns.enumerated() {
      for other in patterns[(index + 1)...] where pattern.covers(other) || other.covers(pattern) {
        throw object.failure("trustedIdentities", "has two identities of which one includes the other")
      }
    }
    return patterns
  }

  private static func check(_ scope: String, _ object: StrictMembers) throws(TrustFailure) {
    let parts = scope.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, (try? RegistryHost(parts[0])) != nil, (try? RepositoryName(String(parts[1]))) != nil else {
      throw object.failure(
        "registryScopes", "has `\(scope)`, and a scope is `REGISTRY/REPOSITORY` without tag, digest or wildcard, or `*`"
      )
    }
  }

  private static func texts(_ name: String, _ object: StrictMembers) throws(TrustFailure) -> [String] {
    guard let value = object.value(name) else { return [] }
    guard let items = value.array, items.count <= 1000 else { throw object.failure(name, "is not a list of texts") }
    var texts: [String] = []
    for item in items {
      guard let text = item.string else { throw object.failure(name, "has an entry that is not a text") }
      texts.append(text)
    }
    return texts
  }
}
