import AcrCore
import AcrHTTP
import HTTPTypes
import OCIRegistry

/// `POST /oauth2/exchange`: one token of Entra for one refresh token of a registry (wire facts, 4.2).
struct RegistryTokenRequest {
  let token: Secret
  /// The tenant that gave out the token, where it is known; the registry needs no word of it.
  var tenant: String?
  let host: RegistryHost

  /// True where a token server is at the registry itself and has the path of Azure's: a token of Entra goes nowhere else.
  static func isAtRegistry(_ realm: String, _ host: RegistryHost) -> Bool {
    let url = URLReference(realm)
    return url.path.hasSuffix("/oauth2/token") && url.hostAndPort == host.apiHost
  }

  /// Sends it.
  /// - Returns: nil where the registry refuses the token.
  /// - Throws: ``AcrError`` for every other answer without a token, and what the transport throws.
  func send(_ http: HTTPClient, realm: String, service: String?) async throws -> Secret? {
    var url = URLReference(realm)
    url.path = "\(url.path.dropLast("token".count))exchange"
    url.query = nil
    var form = "grant_type=access_token&service=\(PercentEncoding.encode(service ?? host.name))"
    if let tenant { form += "&tenant=\(PercentEncoding.encode(tenant))" }
    form += "&access_token=\(PercentEncoding.encode(token.reveal()))"
    var request = TransportRequest(.post, url.text, body: .bytes(Array(form.utf8)), isConfidential: true)
    request.headers[.contentType] = "application/x-www-form-urlencoded"
    request.headers[.accept] = "application/json"
    request.redirects = .none
    request.secrets = [token]
    // Asking for a token twice does no harm.
    request.isIdempotent = true
    let response = try await http.document(request, of: "the answer of \(host) to the sign-in of the account")
    let json = response.json
    switch response.status {
    case 200:
      guard let text = json?["refresh_token"]?.string, !text.isEmpty else {
        throw AcrError(
          .invalid, "\(host) accepted the account's token and returned no registry token", status: 200,
          target: host.name)
      }
      return Secret(text)
    case 400, 401: return nil
    default: throw failure(response, json)
    }
  }

  private func failure(_ response: HTTPDocument, _ json: JSONValue?) -> AcrError {
    let first = json?["errors"]?.array?.first
    let said = first?["message"]?.string.map { ": \(ServerText.cleaned($0, without: response.sent))" } ?? ""
    var error: AcrError
    switch response.status {
    case 403:
      error = AcrError(
        .denied, "\(host) does not allow access from this machine\(said)",
        help: "check whether its firewall allows this address and public network access is enabled")
    case 429:
      let wait = RetryAfter.lifetime(in: response.headers)
      error = AcrError(
        .throttled, "\(host) is rate-limiting sign-ins\(said)",
        help: wait.map { RetryAfter.advice($0) } ?? "try again in a moment", retryAfter: wait?.duration)
    case 500...:
      error = AcrError(.server, "\(host) failed with status \(response.status) while signing in the account\(said)")
    default:
      error = AcrError(.invalid, "\(host) answered the sign-in of the account with status \(response.status)\(said)")
    }
    error.status = response.status
    error.code = first?["code"]?.string.map { ServerText.cleaned($0, limit: 60, without: response.sent) }
    error.target = host.name
    error.requestID = response.headers.first("x-ms-correlation-request-id")
      .map { ServerText.cleaned($0, limit: 100, without: response.sent) }
    return error
  }
}

/// An identity with only an access token of Entra: the `--password` without a user of an import from another
/// tenant. The service exchanges it at the source's registry, and so does this.
public struct AccessTokenIdentity: RegistryIdentity {
  private let token: Secret
  private let registry: RegistryHost
  private let http: HTTPClient

  /// Creates an identity for one registry: the token goes to no other.
  public init(token: Secret, for registry: RegistryHost, http: HTTPClient) {
    self.token = token
    self.registry = registry
    self.http = http
  }

  /// A refresh token of the registry.
  /// - Returns: nil where it refuses the token, or signs in at another host than its own.
  public func credentials(
    for host: RegistryHost, realm: String, service: String?
  ) async throws -> FoundCredentials? {
    guard host == registry, RegistryTokenRequest.isAtRegistry(realm, host) else { return nil }
    let found = try await RegistryTokenRequest(token: token, host: host).send(http, realm: realm, service: service)
    return found.map { FoundCredentials(.identityToken($0), origin: "`--password`") }
  }
}
