import AcrCore

/// Who is signed in, in the words of `az account show`.
public struct Account: Sendable, Hashable {
  /// The kind of an account.
  public enum Kind: String, Sendable {
    /// A person.
    case user
    /// An application, or a managed identity, which az counts among them.
    case servicePrincipal
  }

  /// The kind.
  public let kind: Kind
  /// The name: a user's, a client id, `systemAssignedIdentity` or `userAssignedIdentity`.
  public let userName: String
  /// az's `assignedIdentityInfo`; nil for all but managed identities.
  public let assignedIdentityInfo: String?
  /// The id of the account's own tenant, where it is known.
  public internal(set) var tenant: String?
  /// The name of the cloud.
  public let cloudName: String
  /// How it was signed in, in a few words, for example `a client secret`.
  public let method: String

  init(
    _ kind: Kind, userName: String, assignedIdentityInfo: String? = nil, tenant: String?, cloudName: String,
    method: String
  ) {
    self.kind = kind
    self.userName = userName
    self.assignedIdentityInfo = assignedIdentityInfo
    self.tenant = tenant
    self.cloudName = cloudName
    self.method = method
  }

  /// True for managed identities, which give tokens of one tenant only.
  public var isManagedIdentity: Bool { assignedIdentityInfo != nil }
}

/// A subscription the account can see.
public struct Subscription: Sendable, Hashable {
  /// The id.
  public let id: String
  /// The name.
  public let name: String
  /// `Enabled`, `Disabled`, `Warned`, ….
  public let state: String
  /// The tenant whose tokens open it.
  public let tenantID: String
  /// The tenant it belongs to.
  public let homeTenantID: String
  /// The tenants that manage it for its owner (Azure Lighthouse).
  public let managedByTenants: [String]
  /// The domain of the tenant, where a person's tenants were listed.
  public var tenantDefaultDomain: String?
  /// The name of the tenant, where a person's tenants were listed.
  public var tenantDisplayName: String?
}

/// A way to sign in.
public enum SignInMethod: Sendable {
  /// A service principal with a secret.
  case clientSecret(tenant: String, clientID: String, secret: Secret)
  /// A service principal with a certificate file (PEM or PFX); `sendsChain` is `--use-cert-sn-issuer`.
  case clientCertificate(tenant: String, clientID: String, path: String, password: Secret?, sendsChain: Bool)
  /// A service principal with a token of another issuer.
  case federatedToken(tenant: String, clientID: String, assertion: Secret)
  /// A service principal with a token of another issuer that is kept fresh in a file.
  case federatedTokenFile(tenant: String, clientID: String, path: String)
  /// A user who enters a code in a browser elsewhere; nil for whatever tenant the user belongs to.
  case deviceCode(tenant: String?, prompt: @Sendable (DeviceCodePrompt) async -> Void)
  /// A user who signed in earlier.
  case refreshToken(tenant: String, clientID: String, account: String, token: Secret)
  /// An identity of the host.
  case managedIdentity(ManagedIdentityID)
  /// The account of the Azure CLI.
  case azureCLI(tenant: String?, subscription: String?)
  /// What the environment variables of azure-identity say: a secret, a certificate, or a workload identity's file.
  case environment
  /// The first of several that is there, see ``DefaultCredentialChain``.
  case defaultChain
}
