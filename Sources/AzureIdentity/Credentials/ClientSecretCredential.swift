import AcrCore

/// A service principal with a client secret (client credentials grant, RFC 6749, 4.4).
public struct ClientSecretCredential: TokenCredential {
  private let entra: EntraClient
  private let tenant: String
  private let clientID: String
  private let secret: Secret

  /// Creates a credential.
  public init(tenant: String, clientID: String, secret: Secret, entra: EntraClient) {
    self.entra = entra
    self.tenant = tenant
    self.clientID = clientID
    self.secret = secret
  }

  public var cacheName: String { "sp \(entra.authority) \(tenant) \(clientID) \(Hexadecimal.fingerprint(of: secret))" }

  public func token(for request: TokenRequest) async throws -> AccessToken {
    try await entra.clientCredentials(request, tenant: tenant, clientID: clientID, account: "") { form, _ in
      form.add("client_secret", secret)
    }
  }
}

extension EntraClient {
  /// The client credentials grant.
  /// - Parameter prove: adds the fields that prove who the client is; it gets the token endpoint's URL.
  nonisolated func clientCredentials(
    _ request: TokenRequest, tenant: String, clientID: String, account: String,
    prove: (inout FormBody, String) throws -> Void
  ) async throws -> AccessToken {
    let tenant = request.tenant ?? tenant
    var form = FormBody()
    form.add("grant_type", "client_credentials")
    form.add("client_id", clientID)
    form.add("scope", request.scopes.joined(separator: " "))
    form.add("claims", try ClaimsParameter.merged(with: request.claims))
    form.add("client_info", "1")
    try prove(&form, try tokenURL(tenant: tenant))
    let subject = "the service principal `\(clientID)` in the tenant `\(tenant)`"
    return try await tokens(tenant: tenant, form: form, subject: subject, account: account).accessToken(tenant: tenant)
  }

  /// The grant with a signed or foreign JWT as proof (RFC 7523, 2.2).
  nonisolated func clientCredentials(
    _ request: TokenRequest, tenant: String, clientID: String, account: String,
    assertion: (_ audience: String) throws -> Secret
  ) async throws -> AccessToken {
    try await clientCredentials(request, tenant: tenant, clientID: clientID, account: account) { form, url in
      form.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
      form.add("client_assertion", try assertion(url))
    }
  }
}
