import AcrCore

extension IdentityContext {
  /// Gets the first token, and with it whatever only signing in brings to light.
  /// - Throws: what the method throws where there is no token to be had.
  func signIn(
    _ method: SignInMethod, to cloud: AzureCloud, for request: TokenRequest
  ) async throws -> (SignedIn, AccessToken) {
    switch method {
    case .deviceCode(let tenant, let prompt):
      let flow = DeviceCodeFlow(tenant: tenant ?? DeviceCodeFlow.anyTenant, entra: try entra(for: cloud))
      let (credential, token) = try await flow.signIn(scopes: request.scopes, claims: request.claims, prompt: prompt)
      let signedIn = SignedIn.user(
        credential, tenant: credential.tenant, clientID: credential.clientID, account: credential.account)
      return (signedIn, token)
    case .defaultChain:
      let chosen = try await DefaultCredentialChain(cloud: cloud, context: self).choose(for: request)
      return (chosen.signedIn, chosen.token)
    case .managedIdentity(.clientOrObjectID(let id)):
      let asClient = SignedIn.managedIdentity(.clientID(id), context: self)
      do {
        return (asClient, try await asClient.credential.token(for: request))
      } catch let error as AcrError where error.status == 400 {
        let asObject = SignedIn.managedIdentity(.objectID(id), context: self)
        return (asObject, try await asObject.credential.token(for: request))
      }
    default:
      let signedIn = try credential(for: method, in: cloud)
      return (signedIn, try await signedIn.credential.token(for: request))
    }
  }

  /// The credential of a method that needs no user.
  /// - Throws: ``AcrError``: `auth` for the others and for an environment without a credential; what reading a
  ///   certificate throws.
  func credential(for method: SignInMethod, in cloud: AzureCloud) throws(AcrError) -> SignedIn {
    switch method {
    case .clientSecret(let tenant, let clientID, let secret):
      return .clientSecret(tenant: tenant, clientID: clientID, secret: secret, entra: try entra(for: cloud))
    case .clientCertificate(let tenant, let clientID, let path, let password, let sendsChain):
      return try .clientCertificate(
        tenant: tenant, clientID: clientID, path: path, password: password, sendsChain: sendsChain,
        entra: try entra(for: cloud))
    case .federatedToken(let tenant, let clientID, let assertion):
      return .federatedToken(tenant: tenant, clientID: clientID, assertion: assertion, entra: try entra(for: cloud))
    case .federatedTokenFile(let tenant, let clientID, let path):
      return .federatedTokenFile(tenant: tenant, clientID: clientID, path: path, entra: try entra(for: cloud))
    case .refreshToken(let tenant, let clientID, let account, let token):
      let credential = RefreshTokenCredential(
        tenant: tenant, clientID: clientID, account: account, refreshToken: token, entra: try entra(for: cloud))
      return .user(credential, tenant: tenant, clientID: clientID, account: account)
    case .managedIdentity(let id): return .managedIdentity(id, context: self)
    case .azureCLI(let tenant, let subscription):
      return .azureCLI(tenant: tenant, subscription: subscription, context: self)
    case .environment: return try environmentCredential(in: cloud)
    case .deviceCode, .defaultChain:
      throw AcrError(.auth, "this kind of sign-in cannot be renewed", help: "sign in again: login")
    }
  }

  private func environmentCredential(in cloud: AzureCloud) throws(AcrError) -> SignedIn {
    var reasons: [String] = []
    for found in [try EnvironmentCredential.find(self, cloud: cloud), try WorkloadIdentity.find(self, cloud: cloud)] {
      switch found {
      case .available(let signedIn): return signedIn
      case .unavailable(let reason): reasons.append(reason)
      }
    }
    throw AcrError(
      .auth, "the environment holds no credential",
      help: "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or sign in another way", notes: reasons)
  }
}
