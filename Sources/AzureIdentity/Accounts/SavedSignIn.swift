import AcrCore

/// What `login --save` keeps: the account, what is needed to get new tokens for it, and the tokens that still hold.
struct SavedSignIn: Sendable {
  var account: Account
  var method: SignInMethod
  var subscriptions: [Subscription]
  /// The id of the chosen subscription.
  var currentSubscription: String?
  var tokens: [TokenCache.Saved]

  private static let version: Int64 = 1

  /// The file's content; nil for a way to sign in that cannot be kept.
  var json: JSONValue? {
    guard let method = method.json else { return nil }
    return [
      "version": .integer(SavedSignIn.version),
      "account": [
        "kind": .string(account.kind.rawValue), "userName": .string(account.userName),
        "assignedIdentityInfo": .optional(account.assignedIdentityInfo), "tenant": .optional(account.tenant),
        "cloudName": .string(account.cloudName), "method": .string(account.method),
      ],
      "signIn": method,
      "subscriptions": .array(
        subscriptions.map { subscription in
          [
            "id": .string(subscription.id), "name": .string(subscription.name), "state": .string(subscription.state),
            "tenantId": .string(subscription.tenantID), "homeTenantId": .string(subscription.homeTenantID),
            "managedByTenants": .array(subscription.managedByTenants.map(JSONValue.string)),
            "tenantDefaultDomain": .optional(subscription.tenantDefaultDomain),
            "tenantDisplayName": .optional(subscription.tenantDisplayName),
          ]
        }),
      "currentSubscription": .optional(currentSubscription),
      "tokens": .array(
        tokens.map { item in
          [
            "scopes": .array(item.scopes.map(JSONValue.string)), "tenant": .optional(item.tenant),
            "token": .string(item.token.token.reveal()), "tokenType": .string(item.token.tokenType),
            "expiresOn": .integer(item.token.expiresOn.seconds),
            "refreshOn": item.token.refreshOn.map { .integer($0.seconds) } ?? .null,
            "tokenTenant": .optional(item.token.tenant),
          ]
        }),
    ]
  }

  init(
    account: Account, method: SignInMethod, subscriptions: [Subscription], currentSubscription: String?,
    tokens: [TokenCache.Saved]
  ) {
    self.account = account
    self.method = method
    self.subscriptions = subscriptions
    self.currentSubscription = currentSubscription
    self.tokens = tokens
  }

  /// Reads a file; nil where it is not one of this program, of this version, or is damaged.
  init?(_ bytes: [UInt8]) {
    guard let json = try? JSONValue(parsing: bytes), json["version"]?.integer == SavedSignIn.version,
      let account = json["account"], let kind = account["kind"]?.string.flatMap(Account.Kind.init(rawValue:)),
      let userName = account["userName"]?.string, let cloudName = account["cloudName"]?.string,
      let methodName = account["method"]?.string, let method = json["signIn"].flatMap(SignInMethod.init(json:))
    else { return nil }
    self.account = Account(
      kind, userName: userName, assignedIdentityInfo: account["assignedIdentityInfo"]?.string,
      tenant: account["tenant"]?.string, cloudName: cloudName, method: methodName)
    self.method = method
    subscriptions = (json["subscriptions"]?.array ?? []).compactMap(SavedSignIn.subscription)
    currentSubscription = json["currentSubscription"]?.string
    tokens = (json["tokens"]?.array ?? []).compactMap(SavedSignIn.token)
  }

  private static func subscription(_ json: JSONValue) -> Subscription? {
    guard let id = json["id"]?.string, let tenant = json["tenantId"]?.string else { return nil }
    return Subscription(
      id: id, name: json["name"]?.string ?? id, state: json["state"]?.string ?? "", tenantID: tenant,
      homeTenantID: json["homeTenantId"]?.string ?? tenant,
      managedByTenants: (json["managedByTenants"]?.array ?? []).compactMap(\.string),
      tenantDefaultDomain: json["tenantDefaultDomain"]?.string, tenantDisplayName: json["tenantDisplayName"]?.string)
  }

  private static func token(_ json: JSONValue) -> TokenCache.Saved? {
    guard let token = json["token"]?.string, let end = Timestamp(epochSeconds: json["expiresOn"]),
      let scopes = json["scopes"]?.array
    else { return nil }
    return TokenCache.Saved(
      scopes: scopes.compactMap(\.string), tenant: json["tenant"]?.string,
      token: AccessToken(
        token: Secret(token), expiresOn: end,
        refreshOn: Timestamp(epochSeconds: json["refreshOn"]),
        tokenType: json["tokenType"]?.string ?? "Bearer", tenant: json["tokenTenant"]?.string))
  }
}

extension SignInMethod {
  /// The method with its secrets, for the private file; nil for device codes, which become refresh tokens.
  var json: JSONValue? {
    switch self {
    case .clientSecret(let tenant, let clientID, let secret):
      [
        "kind": "clientSecret", "tenant": .string(tenant), "clientId": .string(clientID),
        "secret": .string(secret.reveal()),
      ]
    case .clientCertificate(let tenant, let clientID, let path, let password, let sendsChain):
      [
        "kind": "clientCertificate", "tenant": .string(tenant), "clientId": .string(clientID), "path": .string(path),
        "password": .optional(password?.reveal()), "sendsChain": .bool(sendsChain),
      ]
    case .federatedToken(let tenant, let clientID, let assertion):
      [
        "kind": "federatedToken", "tenant": .string(tenant), "clientId": .string(clientID),
        "assertion": .string(assertion.reveal()),
      ]
    case .federatedTokenFile(let tenant, let clientID, let path):
      [
        "kind": "federatedTokenFile", "tenant": .string(tenant), "clientId": .string(clientID), "path": .string(path),
      ]
    case .deviceCode: nil
    case .refreshToken(let tenant, let clientID, let account, let token):
      [
        "kind": "refreshToken", "tenant": .string(tenant), "clientId": .string(clientID), "account": .string(account),
        "token": .string(token.reveal()),
      ]
    case .managedIdentity(let id): ["kind": "managedIdentity", "id": id.json]
    case .azureCLI(let tenant, let subscription):
      ["kind": "azureCLI", "tenant": .optional(tenant), "subscription": .optional(subscription)]
    case .environment: ["kind": "environment"]
    case .defaultChain: ["kind": "defaultChain"]
    }
  }

  /// Reads what ``json`` wrote.
  init?(json: JSONValue) {
    let tenant = json["tenant"]?.string
    let clientID = json["clientId"]?.string
    let path = json["path"]?.string
    func secret(_ name: String) -> Secret? { json[name]?.string.map(Secret.init) }
    switch json["kind"]?.string {
    case "clientSecret":
      guard let tenant, let clientID, let secret = secret("secret") else { return nil }
      self = .clientSecret(tenant: tenant, clientID: clientID, secret: secret)
    case "clientCertificate":
      guard let tenant, let clientID, let path else { return nil }
      self = .clientCertificate(
        tenant: tenant, clientID: clientID, path: path, password: secret("password"),
        sendsChain: json["sendsChain"]?.bool ?? false)
    case "federatedToken":
      guard let tenant, let clientID, let assertion = secret("assertion") else { return nil }
      self = .federatedToken(tenant: tenant, clientID: clientID, assertion: assertion)
    case "federatedTokenFile":
      guard let tenant, let clientID, let path else { return nil }
      self = .federatedTokenFile(tenant: tenant, clientID: clientID, path: path)
    case "refreshToken":
      guard let tenant, let clientID, let account = json["account"]?.string, let token = secret("token") else {
        return nil
      }
      self = .refreshToken(tenant: tenant, clientID: clientID, account: account, token: token)
    case "managedIdentity":
      guard let id = json["id"].flatMap(ManagedIdentityID.init(json:)) else { return nil }
      self = .managedIdentity(id)
    case "azureCLI": self = .azureCLI(tenant: tenant, subscription: json["subscription"]?.string)
    case "environment": self = .environment
    case "defaultChain": self = .defaultChain
    default: return nil
    }
  }
}

extension ManagedIdentityID {
  fileprivate var json: JSONValue {
    switch self {
    case .systemAssigned: ["form": "system"]
    case .clientID(let id): ["form": "client", "id": .string(id)]
    case .objectID(let id): ["form": "object", "id": .string(id)]
    case .resourceID(let id): ["form": "resource", "id": .string(id)]
    case .clientOrObjectID(let id): ["form": "clientOrObject", "id": .string(id)]
    }
  }

  fileprivate init?(json: JSONValue) {
    let id = json["id"]?.string
    switch (json["form"]?.string, id) {
    case ("system", _): self = .systemAssigned
    case ("client", let id?): self = .clientID(id)
    case ("object", let id?): self = .objectID(id)
    case ("resource", let id?): self = .resourceID(id)
    case ("clientOrObject", let id?): self = .clientOrObjectID(id)
    default: return nil
    }
  }
}

extension JSONValue {
  /// A string, or `null`.
  static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}
