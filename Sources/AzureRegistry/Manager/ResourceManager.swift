import AcrCore
import AcrHTTP
import AzureIdentity
import HTTPTypes
import OCIRegistry

/// A client of Azure's resource manager, which knows who owns which registry and starts imports.
public struct ResourceManager: Sendable {
  /// The version of the registries' API, the newest stable one (wire facts, 3.2).
  public static let registriesVersion = "2025-11-01"

  /// Who asks.
  public let identity: AccountManager
  private let http: HTTPClient
  private let pace = RequestPace()

  /// Creates a client.
  /// - Parameter http: sends the requests. Requests that may have started something are tried again only where it is
  ///   certain that they have not: after 429 and 503, or where nothing was sent.
  public init(http: HTTPClient, identity: AccountManager) {
    self.http = http
    self.identity = identity
  }

  /// Asks for a resource.
  /// - Parameters:
  ///   - path: from `/subscriptions/` on, without a query.
  ///   - tenant: the tenant of the resource's subscription; nil for that of the current one.
  /// - Throws: ``AcrError`` for every answer that is not a success.
  public func get(
    _ path: String, apiVersion: String = registriesVersion, tenant: String? = nil
  ) async throws -> JSONValue {
    let url = "\(try await endpoint())\(path)?api-version=\(apiVersion)"
    let answer = try await send(TransportRequest(.get, url), tenant: tenant)
    guard answer.isSuccess else { throw answer.failure(path) }
    guard let json = answer.json else { throw answer.malformed(path) }
    return json
  }

  /// Reads a list to its end.
  /// - Throws: as ``get(_:apiVersion:tenant:)``, and `invalid` for a list that goes on at another host or never ends.
  public func list(
    _ path: String, apiVersion: String = registriesVersion, tenant: String? = nil
  ) async throws -> [JSONValue] {
    let first = "\(try await endpoint())\(path)?api-version=\(apiVersion)"
    var url = first
    var items: [JSONValue] = []
    let host = URLReference(first).hostAndPort ?? ""
    let budget = WireBudget(http.limits, for: "the list `\(path)` of `\(host)`", target: host)
    while true {
      let answer = try await send(TransportRequest(.get, url), tenant: tenant)
      guard answer.isSuccess else { throw answer.failure(path) }
      guard let page = answer.json, let values = page["value"]?.array else { throw answer.malformed(path) }
      try budget.take(1, of: .pages)
      try budget.take(values.count, of: .rows)
      items += values
      guard let next = page["nextLink"]?.string, !next.isEmpty else { return items }
      try ServerAddress.checkLength(next, namedBy: answer.host)
      // The link is the server's to choose, the token is not for any other.
      guard URLReference(next).hasSameOrigin(as: URLReference(first)) else {
        throw AcrError(
          .invalid, "`\(answer.host)` continues its list `\(path)` on another host", target: answer.host)
      }
      url = next
    }
  }

  /// Starts something.
  /// - Parameters:
  ///   - body: JSON; it may hold secrets, so a trace shows no more than its length.
  ///   - secrets: those of the body, which no message may repeat.
  ///   - isPatient: whether the request waits as long as it takes when the service says to try again later.
  /// - Returns: the answer, whatever its status is.
  func post(
    _ path: String, body: [UInt8], secrets: [Secret] = [], apiVersion: String = registriesVersion, tenant: String?,
    isPatient: Bool = false
  ) async throws -> ManagerAnswer {
    let url = "\(try await endpoint())\(path)?api-version=\(apiVersion)"
    var request = TransportRequest(.post, url, body: .bytes(body), isConfidential: true)
    request.headers[.contentType] = "application/json"
    request.secrets = secrets
    return try await send(request, tenant: tenant, isPatient: isPatient)
  }

  /// The admin user of a registry (wire facts, 3.8).
  public struct AdminCredentials: Sendable {
    /// The user's name, which is the registry's.
    public let userName: String
    /// Two passwords, so that one can be replaced while the other is in use.
    public let passwords: [(name: String, value: Secret)]
  }

  /// Asks for a registry's admin user.
  /// - Throws: ``AcrError``: `denied` where the admin user is switched off or the account may not see it.
  public func adminCredentials(of registry: AzureRegistryInfo) async throws -> AdminCredentials {
    guard registry.isAdminUserEnabled else {
      throw AcrError(
        .denied, "the admin user of `\(registry.name)` is disabled",
        help: "sign in with the account instead, or enable it: az acr update --name \(registry.name) "
          + "--admin-enabled true", target: registry.loginServer.name)
    }
    let path = "\(registry.id.path)/listCredentials"
    let subscription = registry.id.subscription.lowercased()
    let tenant = await identity.subscriptions.first { $0.id.lowercased() == subscription }?.tenantID
    let answer = try await post(path, body: [], tenant: tenant)
    guard answer.isSuccess else { throw answer.failure(path) }
    guard let json = answer.json, let userName = json["username"]?.string, let passwords = json["passwords"]?.array
    else { throw answer.malformed(path) }
    return AdminCredentials(
      userName: userName,
      passwords: passwords.compactMap { item in
        guard let name = item["name"]?.string, let value = item["value"]?.string else { return nil }
        return (name, Secret(value))
      })
  }

  /// Asks what became of an operation.
  /// - Parameters:
  ///   - location: the address as the service gave it: its query is signed, so it is sent back unchanged.
  ///   - isPatient: as for ``post(_:body:secrets:apiVersion:tenant:isPatient:)``.
  /// - Returns: the answer, whatever its status is.
  func operation(at location: Secret, tenant: String?, isPatient: Bool = false) async throws -> ManagerAnswer {
    let endpoint = try await endpoint()
    let url = location.reveal()
    guard URLReference(url).hasSameOrigin(as: URLReference(endpoint)) else {
      let host = URLReference(endpoint).hostAndPort ?? endpoint
      throw AcrError(.invalid, "`\(host)` directs status requests to another host", target: host)
    }
    return try await send(TransportRequest(.get, url), tenant: tenant, isPatient: isPatient)
  }

  /// The resource manager's address without a slash at the end.
  func endpoint() async throws -> String { try await identity.cloud.resourceManager() }

  /// Sends a request with a token. Where the answer says that the token lacks something, it is sent once more with one
  /// that has it (claims challenge, Continuous Access Evaluation).
  func send(
    _ request: TransportRequest, tenant: String?, isPatient: Bool = false
  ) async throws -> ManagerAnswer {
    let scope = try await identity.cloud.resourceManagerScope()
    var request = request
    request.headers[.accept] = "application/json"
    request.authorization = try await identity.token(scopes: [scope], tenant: tenant).authorization
    let first = try await pacedAnswer(to: request, isPatient: isPatient)
    guard first.status == 401, let claims = first.claims else { return first }
    request.authorization = try await identity.token(scopes: [scope], tenant: tenant, claims: claims).authorization
    return try await pacedAnswer(to: request, isPatient: isPatient)
  }

  /// Sends a request when the service's limit lets it. A patient one is sent again until it gets through, as long as the
  /// service says when to come back.
  private func pacedAnswer(to request: TransportRequest, isPatient: Bool) async throws -> ManagerAnswer {
    let kind: RequestPace.Kind = request.method == .get ? .read : .write
    let subscription = ResourceManager.subscription(in: request.url)
    var paced = request
    if isPatient { paced.finalStatuses.insert(429) }
    while true {
      // Only imports come in such numbers. A list of many pages is not slowed down.
      if isPatient {
        do { try await pace.enter(subscription, kind) } catch { throw AcrError(.cancelled, "interrupted") }
      }
      let answer = try await answer(to: paced)
      guard answer.status == 429 else {
        pace.answered(subscription, kind, remaining: answer.remaining(kind))
        return answer
      }
      // Without a time, the usual tries are all there is.
      guard isPatient, let asked = answer.retryAfter else {
        if paced.finalStatuses == request.finalStatuses { return answer }
        paced = request
        continue
      }
      let wait = max(asked, .milliseconds(200))
      pace.throttled(subscription, kind, wait: wait)
      http.report(RetryEvent(host: answer.host, reason: "HTTP 429", wait: wait, tries: 1))
    }
  }

  /// The subscription that a path names, in lower case; empty for other paths.
  private static func subscription(in url: String) -> String {
    let parts = URLReference(url).path.split(separator: "/")
    guard parts.count > 1, parts[0].lowercased() == "subscriptions" else { return "" }
    return parts[1].lowercased()
  }

  private func answer(to request: TransportRequest) async throws -> ManagerAnswer {
    let host = URLReference(request.url).hostAndPort ?? ""
    // What was begun has begun, also where the text of the answer breaks off.
    guard request.method == .get else {
      return ManagerAnswer(await HTTPDocument(beginningOf: try await http.send(request)))
    }
    return ManagerAnswer(try await http.document(request, of: "the answer of `\(host)`", limit: .list))
  }
}

/// An answer of the resource manager that was read to its end.
struct ManagerAnswer: Sendable {
  private let document: HTTPDocument

  init(_ document: HTTPDocument) { self.document = document }

  /// Creates an answer from its parts.
  init(status: Int, headers: HTTPFields, url: String, bytes: [UInt8]) {
    let response = TransportResponse(status: status, headers: headers, url: url, body: ResponseBody { nil })
    self.init(HTTPDocument(response, bytes: bytes))
  }

  var status: Int { document.status }
  var headers: HTTPFields { document.headers }
  var url: String { document.url }
  var bytes: [UInt8] { document.bytes }
  /// The secrets of the request.
  var sent: SentSecrets { document.sent }
  /// True for 200 to 299.
  var isSuccess: Bool { document.isSuccess }
  /// The body as JSON; nil where it is none.
  var json: JSONValue? { document.json }
  /// Who answered.
  var host: String { URLReference(url).hostAndPort ?? "the resource manager" }
  /// The id for Microsoft's support.
  var requestID: String? {
    ["x-ms-correlation-request-id", "x-ms-request-id"].lazy.compactMap { headers.first($0) }.first
      .map { ServerText.cleaned($0, limit: 100, without: sent) }
  }
  /// `Retry-After`, an hour at most.
  var retryAfter: Duration? {
    RetryAfter.lifetime(in: headers).map { .seconds(min($0.seconds, 3600)) }
  }

  /// How many requests the service says are left for the subscription.
  func remaining(_ kind: RequestPace.Kind) -> Int? {
    headers.first("x-ms-ratelimit-remaining-subscription-\(kind == .read ? "reads" : "writes")")
      .flatMap { WireSize(digits: $0) }.map { Int(clamping: $0.bytes) }
  }

  /// The claims that a refusal asks for, as JSON text: `Bearer … error="insufficient_claims", claims="BASE64"`.
  var claims: String? {
    let challenges = Challenge.parse(headers.all("WWW-Authenticate"))
    guard let encoded = challenges.lazy.filter({ $0.scheme == "bearer" }).compactMap({ $0.parameters["claims"] }).first,
      let bytes = Base64URL.decode(encoded),
      (try? JSONValue(parsing: bytes)) != nil
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The error for a success without the document that was asked for.
  func malformed(_ path: String) -> AcrError {
    AcrError(
      .invalid, "`\(host)` answered the request for `\(path)` with an unexpected document",
      status: status, target: host, requestID: requestID)
  }

  /// The error for an answer that is not a success.
  func failure(_ path: String) -> AcrError { ManagerFailure(self, path: path).error }
}
