import AcrCore

/// A credential with what is known of the account behind it, before or after its first token.
struct SignedIn: Sendable {
  let credential: any TokenCredential
  let kind: Account.Kind
  /// The account's name; nil where only a token tells.
  let userName: String?
  var assignedIdentityInfo: String?
  var tenant: String?
  /// How it signs in, in a few words.
  let method: String
  /// What would sign in the same account again.
  var origin: SignInMethod

  /// The same account, found in the environment: it is looked for there again rather than kept with its secret.
  var fromEnvironment: SignedIn {
    var result = self
    result.origin = .environment
    return result
  }

  /// The account, once there is a token.
  func account(_ token: AccessToken, cloudName: String) -> Account {
    let claims = token.claims
    let name = userName ?? claims?.userName ?? claims?.applicationID ?? claims?.objectID ?? "unknown"
    // A token of a user has a name in it, those of applications have none.
    let kind = userName == nil && claims?.userName == nil ? Account.Kind.servicePrincipal : self.kind
    return Account(
      kind, userName: name, assignedIdentityInfo: assignedIdentityInfo, tenant: token.tenant ?? tenant,
      cloudName: cloudName, method: method)
  }
}

extension SignedIn {
  static func clientSecret(tenant: String, clientID: String, secret: Secret, entra: EntraClient) -> SignedIn {
    SignedIn(
      credential: ClientSecretCredential(tenant: tenant, clientID: clientID, secret: secret, entra: entra),
      kind: .servicePrincipal, userName: clientID, tenant: tenant, method: "a client secret",
      origin: .clientSecret(tenant: tenant, clientID: clientID, secret: secret))
  }

  static func clientCertificate(
    tenant: String, clientID: String, path: String, password: Secret?, sendsChain: Bool, entra: EntraClient
  ) throws(AcrError) -> SignedIn {
    let certificate = try ClientCertificate(path: path, password: password)
    let credential = ClientCertificateCredential(
      tenant: tenant, clientID: clientID, certificate: certificate, sendsChain: sendsChain, entra: entra)
    return SignedIn(
      credential: credential, kind: .servicePrincipal, userName: clientID, tenant: tenant, method: "a certificate",
      origin: .clientCertificate(
        tenant: tenant, clientID: clientID, path: path, password: password, sendsChain: sendsChain))
  }

  static func federatedToken(tenant: String, clientID: String, assertion: Secret, entra: EntraClient) -> SignedIn {
    SignedIn(
      credential: FederatedTokenCredential(tenant: tenant, clientID: clientID, assertion: assertion, entra: entra),
      kind: .servicePrincipal, userName: clientID, tenant: tenant, method: "a federated token",
      origin: .federatedToken(tenant: tenant, clientID: clientID, assertion: assertion))
  }

  static func federatedTokenFile(tenant: String, clientID: String, path: String, entra: EntraClient) -> SignedIn {
    SignedIn(
      credential: FederatedTokenFileCredential(tenant: tenant, clientID: clientID, path: path, entra: entra),
      kind: .servicePrincipal, userName: clientID, tenant: tenant, method: "a federated token file",
      origin: .federatedTokenFile(tenant: tenant, clientID: clientID, path: path))
  }

  static func user(_ credential: RefreshTokenCredential, tenant: String, clientID: String, account: String) -> SignedIn
  {
    SignedIn(
      credential: credential, kind: .user, userName: account, tenant: tenant, method: "a user's sign-in",
      origin: .refreshToken(tenant: tenant, clientID: clientID, account: account, token: credential.refreshToken))
  }

  static func managedIdentity(_ id: ManagedIdentityID, context: IdentityContext) -> SignedIn {
    let credential = ManagedIdentityCredential(id: id, context: context)
    return SignedIn(
      credential: credential, kind: .servicePrincipal, userName: id.userName,
      assignedIdentityInfo: id.assignedIdentityInfo, method: "a managed identity (\(credential.source.rawValue))",
      origin: .managedIdentity(id))
  }

  static func azureCLI(tenant: String?, subscription: String?, context: IdentityContext) -> SignedIn {
    SignedIn(
      credential: AzureCLICredential(tenant: tenant, subscription: subscription, context: context), kind: .user,
      userName: nil, tenant: tenant, method: "the Azure CLI",
      origin: .azureCLI(tenant: tenant, subscription: subscription))
  }
}

extension IdentityContext {
  /// The authority the environment names, or the cloud's (azure-identity).
  func entra(for cloud: AzureCloud) throws(AcrError) -> EntraClient {
    EntraClient(authority: try cloud.authority(), context: self)
  }

  /// The authority for the credentials of the environment: `AZURE_AUTHORITY_HOST`, else the cloud's.
  func environmentEntra(for cloud: AzureCloud) throws(AcrError) -> EntraClient {
    guard let host = variable("AZURE_AUTHORITY_HOST") else { return try entra(for: cloud) }
    var checked = cloud
    do {
      try checked.set(.activeDirectory, to: host.contains("://") ? host : "https://\(host)")
    } catch {
      throw AcrError(
        .usage, "`\(host)` in AZURE_AUTHORITY_HOST is not an authority",
        help: "it looks like this: https://login.microsoftonline.com/")
    }
    return try entra(for: checked)
  }
}
