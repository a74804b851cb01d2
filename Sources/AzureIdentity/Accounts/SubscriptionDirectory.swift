import AcrCore
import AcrHTTP
import HTTPTypes

/// Asks the resource manager which subscriptions an account can see.
struct SubscriptionDirectory: Sendable {
  let context: IdentityContext
  /// The resource manager's address without a slash at the end.
  let endpoint: String
  /// Gets a token for the resource manager, of the account's own tenant for nil.
  let token: @Sendable (_ tenant: String?) async throws -> AccessToken

  /// What az 2.91 asks with.
  private static let apiVersion = "2022-12-01"

  /// The subscriptions of one tenant.
  /// - Parameter tenant: nil for the account's own.
  func subscriptions(tenant: String? = nil) async throws -> [Subscription] {
    let token = try await token(tenant)
    var found: [Subscription] = []
    for item in try await list("/subscriptions", token) {
      guard let id = item["subscriptionId"]?.string else { continue }
      let home = item["tenantId"]?.string ?? token.tenant ?? ""
      found.append(
        Subscription(
          id: id, name: item["displayName"]?.string ?? id, state: item["state"]?.string ?? "",
          tenantID: token.tenant ?? tenant ?? home, homeTenantID: home,
          managedByTenants: (item["managedByTenants"]?.array ?? []).compactMap { $0["tenantId"]?.string }))
    }
    return found
  }

  /// The subscriptions of every tenant a user belongs to. A tenant may ask for more than the sign-in has shown; it is then
  /// left out and reported.
  func subscriptionsOfAllTenants(warn: @Sendable (String) -> Void) async throws -> [Subscription] {
    let tenants = try await list("/tenants", try await token(nil))
    var found: [Subscription] = []
    var seen: Set<String> = []
    for document in tenants {
      guard let tenant = document["tenantId"]?.string else { continue }
      do {
        // A subscription can be visible from several tenants; the first one opens it.
        let visible = try await subscriptions(tenant: tenant).filter { seen.insert($0.id).inserted }
        found += visible.map { subscription in
          var subscription = subscription
          subscription.tenantDefaultDomain = document["defaultDomain"]?.string
          subscription.tenantDisplayName = document["displayName"]?.string
          return subscription
        }
      } catch let error as AcrError where error.kind == .auth || error.kind == .denied {
        warn("the subscriptions of the tenant `\(tenant)` cannot be listed: \(error.message)")
      }
    }
    return found
  }

  private func list(_ path: String, _ token: AccessToken) async throws -> [JSONValue] {
    let first = "\(endpoint)\(path)?api-version=\(SubscriptionDirectory.apiVersion)"
    var url = first
    var items: [JSONValue] = []
    let budget = WireBudget(context.limits, for: "the list `\(path)` of `\(host)`", target: host)
    while true {
      var headers = HTTPFields()
      headers[.accept] = "application/json"
      let answer = try await context.sendPatiently(
        TransportRequest(.get, url, headers: headers, authorization: token.authorization))
      guard answer.isSuccess else { throw failure(answer, path) }
      guard let page = answer.json, let values = page["value"]?.array else {
        throw AcrError(.invalid, "`\(host)` answered `GET \(path)` with something that is not a list", target: host)
      }
      try budget.take(1, of: .pages)
      try budget.take(values.count, of: .rows)
      items += values
      guard let next = page["nextLink"]?.string, !next.isEmpty else { return items }
      try ServerAddress.checkLength(next, namedBy: host)
      // The link is the server's to choose, the token is not for any other.
      guard URLReference(next).hasSameOrigin(as: URLReference(first)) else {
        throw AcrError(.invalid, "`\(host)` continues its list `\(path)` on another host", target: host)
      }
      url = next
    }
  }

  private var host: String { URLReference(endpoint).hostAndPort ?? endpoint }

  private func failure(_ answer: IdentityAnswer, _ path: String) -> AcrError {
    let error = answer.json?["error"]
    let said = error?["message"]?.string.map { ErrorText.cleaned(answer.sent.redacted($0)) } ?? "HTTP \(answer.status)"
    let kind: ErrorKind =
      switch answer.status {
      case 401: .auth
      case 403: .denied
      case 404: .notFound
      case 429: .throttled
      case 500...: .server
      default: .invalid
      }
    let requestID = answer.headers.first { $0.name.canonicalName == "x-ms-request-id" }.map(\.value)
      .map { ErrorText.cleaned(answer.sent.redacted($0), limit: 100) }
    return AcrError(
      kind, "`\(host)` refused to list `\(path)`: \(said)", status: answer.status,
      code: error?["code"]?.string.map { ErrorText.cleaned(answer.sent.redacted($0), limit: 60) },
      target: host, requestID: requestID, retryAfter: answer.retryAfter)
  }
}
