import AcrCore
import AcrHTTP
import HTTPTypes

/// An identity that Azure itself gives to the machine or service this program runs on.
public struct ManagedIdentityCredential: TokenCredential {
  /// Which identity.
  public let id: ManagedIdentityID
  let source: ManagedIdentitySource
  private let context: IdentityContext

  /// IMDS must be tried again this often after an answer that may be gone later (Azure's guidance for clients of IMDS).
  private static let retries = 5
  /// A life from this on is refreshed at its half (MSAL).
  private static let longLife = Lifetime(seconds: 7200)

  /// Creates a credential for the host this program runs on.
  public init(id: ManagedIdentityID = .systemAssigned, context: IdentityContext) {
    self.id = id
    self.context = context
    source = ManagedIdentitySource.detect(in: context)
  }

  public var cacheName: String { "managed \(id.assignedIdentityInfo)" }

  public func token(for request: TokenRequest) async throws -> AccessToken {
    let resource = try request.resource()
    if request.claims != nil {
      throw AcrError(
        .auth, "a managed identity cannot answer a claims challenge",
        help: "sign in with an account that can, or change the policy that requires it")
    }
    let prepared = try await prepare(resource: resource)
    let answer = try await sendUntilAnswered(prepared)
    guard answer.isSuccess else { throw refusal(answer) }
    return try token(from: answer)
  }

  /// Asks the metadata service once, in a form that it refuses, which is answer enough.
  /// - Returns: why there is no managed identity; nil where there may be one.
  /// - Throws: ``AcrError`` of kind `cancelled`.
  func unavailability() async throws(AcrError) -> String? {
    guard source == .imds else { return nil }
    var request = TransportRequest(.get, "\(imdsHost)/metadata/identity/oauth2/token?api-version=2018-02-01")
    request.isIdempotent = false
    request.mayReachOwnLink = true
    let probe = request
    do {
      let answered = try await withTimeLimit(context.endpoints.probeTimeout) { _ = try await context.send(probe) }
      if answered { return nil }
      return "no metadata service answered within \(context.endpoints.probeTimeout.components.seconds) s"
    } catch {
      if Task.isCancelled { throw AcrError(.cancelled, "signing in was stopped") }
      return "no metadata service answers here"
    }
  }

  // MARK: Requests

  private func prepare(resource: String) async throws -> TransportRequest {
    var query = FormBody()
    switch source {
    case .imds:
      query.add("api-version", "2018-02-01")
      query.add("resource", resource)
      addID(to: &query, resourceName: "msi_res_id")
      return get("\(imdsHost)/metadata/identity/oauth2/token", query, ["Metadata": "true"])
    case .appService:
      query.add("api-version", "2019-08-01")
      query.add("resource", resource)
      addID(to: &query, resourceName: "mi_res_id")
      // Azure Automation wants `Metadata` too, the others do not mind.
      return get(
        variable("IDENTITY_ENDPOINT"), query,
        ["X-IDENTITY-HEADER": variable("IDENTITY_HEADER"), "Metadata": "true"])
    case .azureML:
      query.add("api-version", "2017-09-01")
      query.add("resource", resource)
      switch id {
      case .systemAssigned: break
      case .clientID(let value), .clientOrObjectID(let value): query.add("clientid", value)
      case .objectID, .resourceID: throw unsupportedID("knows identities by their client ids only")
      }
      return get(variable("MSI_ENDPOINT"), query, ["secret": variable("MSI_SECRET")])
    case .serviceFabric:
      guard id == .systemAssigned else { throw unsupportedID("chooses the identity when the application is deployed") }
      query.add("api-version", "2019-07-01-preview")
      query.add("resource", resource)
      return get(variable("IDENTITY_ENDPOINT"), query, ["Secret": variable("IDENTITY_HEADER")])
    case .cloudShell:
      guard id == .systemAssigned else { throw unsupportedID("gives tokens of the signed-in user only") }
      query.add("resource", resource)
      var headers = HTTPFields()
      headers.set("Metadata", "true")
      headers[.contentType] = "application/x-www-form-urlencoded"
      let url = context.variable("MSI_ENDPOINT") ?? context.endpoints.cloudShell
      var request = TransportRequest(.post, url, headers: headers, body: .bytes(query.encoded), isConfidential: true)
      request.isIdempotent = true
      request.mayReachOwnLink = true
      return request
    case .arc:
      guard id == .systemAssigned else { throw unsupportedID("has a system-assigned identity only") }
      query.add("api-version", "2020-06-01")
      query.add("resource", resource)
      let url = context.variable("IDENTITY_ENDPOINT") ?? context.endpoints.arc
      let challenge = get(url, query, ["Metadata": "true"])
      var request = challenge
      request.authorization = try await ArcChallenge(context: context).authorization(for: challenge)
      return request
    }
  }

  private func addID(to query: inout FormBody, resourceName: String) {
    switch id {
    case .systemAssigned: break
    case .clientID(let value), .clientOrObjectID(let value): query.add("client_id", value)
    case .objectID(let value): query.add("object_id", value)
    case .resourceID(let value): query.add(resourceName, value)
    }
  }

  private func get(_ url: String, _ query: FormBody, _ fields: [String: String]) -> TransportRequest {
    var headers = HTTPFields()
    for (name, value) in fields { headers.set(name, value) }
    var request = TransportRequest(.get, "\(url)?\(query.encodedText)", headers: headers, isConfidential: true)
    request.mayReachOwnLink = true
    return request
  }

  /// A variable that was seen when the source was found.
  private func variable(_ name: String) -> String { context.variable(name) ?? "" }

  private var imdsHost: String {
    (context.variable("AZURE_POD_IDENTITY_AUTHORITY_HOST") ?? context.endpoints.imds).withoutTrailingSlashes
  }

  private func unsupportedID(_ reason: String) -> AcrError {
    AcrError(
      .usage, "\(source.rawValue) \(reason), so \(id.displayName) cannot be used",
      help: "sign in without an id: login --identity")
  }

  // MARK: Answers

  private func sendUntilAnswered(_ request: TransportRequest) async throws -> IdentityAnswer {
    var retries = 0
    while true {
      let answer: IdentityAnswer
      do {
        answer = try await context.send(request)
      } catch let error as AcrError where error.kind == .network || error.kind == .timeout {
        throw AcrError(
          error.kind, "there is no managed identity here: \(source.rawValue) does not answer",
          help: "run this on an Azure host that has one, or sign in another way", target: error.target,
          notes: [error.message])
      }
      guard isTemporary(answer.status), retries < ManagedIdentityCredential.retries else { return answer }
      var wait = delay(afterRetries: retries, status: answer.status)
      if let asked = answer.retryAfter { wait = max(wait, min(asked, .seconds(60))) }
      retries += 1
      try await context.sleep(for: wait)
    }
  }

  /// IMDS answers 404 and 410 while it is being updated.
  private func isTemporary(_ status: Int) -> Bool {
    status == 429 || status >= 500 || source == .imds && (status == 404 || status == 410)
  }

  /// 0.8 s doubled each time; from 3 s on where IMDS is being upgraded (410), since that takes up to 70 s.
  private func delay(afterRetries retries: Int, status: Int) -> Duration {
    .milliseconds((status == 410 ? 3000 : 800) << retries)
  }

  private func token(from answer: IdentityAnswer) throws(AcrError) -> AccessToken {
    let json = answer.json
    guard let text = json?["access_token"]?.string, !text.isEmpty else {
      throw AcrError(.invalid, "the answer of \(source.rawValue) holds no access token", status: answer.status)
    }
    let now = context.clock.now()
    // Numbers come as numbers or as text, depending on the host.
    let end =
      Timestamp(epochSeconds: json?["expires_on"]) ?? Lifetime(json?["expires_in"]).map(now.adding)
    let token = Secret(text)
    let claims = TokenClaims(peekingInto: token)
    guard let expiresOn = end ?? claims?.expiresOn else {
      throw AcrError(.invalid, "the answer of \(source.rawValue) does not say when its token expires")
    }
    let life = Lifetime(from: now, until: expiresOn)
    var refreshOn = Lifetime(json?["refresh_in"]).map(now.adding)
    if refreshOn == nil, life >= ManagedIdentityCredential.longLife { refreshOn = now.adding(life.half) }
    return AccessToken(
      token: token, expiresOn: expiresOn, refreshOn: refreshOn, tokenType: json?["token_type"]?.string ?? "Bearer",
      tenant: claims?.tenant)
  }

  private func refusal(_ answer: IdentityAnswer) -> AcrError {
    let json = answer.json
    let code = json?["error"]?.string ?? json?["error"]?["code"]?.string
    let said = json?["error_description"]?.string ?? json?["error"]?["message"]?.string ?? json?["message"]?.string
    let secrets = ["IDENTITY_HEADER", "MSI_SECRET"].compactMap { context.variable($0) }.map(Secret.init)
    let reason = said.map { ErrorText.cleaned($0, without: secrets) } ?? ""
    let kind: ErrorKind =
      switch answer.status {
      case 429: .throttled
      case 500...: .server
      case 403: .denied
      default: .auth
      }
    let isMissing = answer.status == 400 || answer.status == 404
    return AcrError(
      kind, "\(source.rawValue) gave no token for \(id.displayName)\(reason.isEmpty ? "" : ": \(reason)")",
      help: isMissing ? "check that this identity is assigned to the host, and its id" : nil, status: answer.status,
      code: code.map { ErrorText.cleaned($0, without: secrets, limit: 60) }, retryAfter: answer.retryAfter)
  }
}

/// Runs something for a limited time.
/// - Returns: false when the time was over first; the work is cancelled then.
func withTimeLimit(_ limit: Duration, _ work: @escaping @Sendable () async throws -> Void) async throws -> Bool {
  try await withThrowingTaskGroup(of: Bool.self) { group in
    group.addTask {
      try await work()
      return true
    }
    group.addTask {
      try await Task.sleep(for: limit)
      return false
    }
    defer { group.cancelAll() }
    return try await group.next() ?? false
  }
}
