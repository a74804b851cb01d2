import AcrConcurrency
import AcrCore
import AcrHTTP
import HTTPTypes

/// Speaks the OCI distribution API to one registry: finds its address, signs its requests, explains its errors.
public struct RegistryClient: Sendable {
  /// The registry.
  public let host: RegistryHost
  private let http: HTTPClient
  private let endpoint: RegistryEndpoint
  private let broker: TokenBroker
  private let firstContact = FirstContact()
  /// What turned out about the registry in this session.
  let traits = RegistryTraits()
  /// Changes of fallback tags, which must not overlap.
  /// An index under a tag is read, changed and written back, and two of these at once would lose an entry.
  let fallbackUpdates = Limit(1)

  /// The code of the error for an upload whose token expired under way and was renewed: it can be gone on with.
  public static let newToken = "TOKEN_RENEWED"

  /// What the registry may make this client do.
  public var limits: WireLimits { http.limits }

  /// Creates a client.
  /// - Parameters:
  ///   - isInsecure: true to go on with plain http where https does not work. Loopback addresses need no permission.
  ///   - identity: who is asked for where no credentials are found.
  ///   - credentials: finds the credentials; called when the registry asks for them.
  public init(
    host: RegistryHost, http: HTTPClient, isInsecure: Bool = false, identity: (any RegistryIdentity)? = nil,
    credentials: @escaping @Sendable () async throws -> FoundCredentials
  ) {
    self.host = host
    self.http = http
    endpoint = RegistryEndpoint(host, isInsecure: isInsecure)
    broker = TokenBroker(host: host, http: http, credentials: credentials, identity: identity)
  }

  /// Sends a request, with a token once the registry has asked for one. An answer 401 leads to a new token and one more
  /// try; any other status is a normal return, which ``failure(_:to:)`` turns into an error where it is one.
  /// - Throws: ``AcrError`` of kind `auth` when the registry accepts nothing there is to show, and what the transport throws.
  public func send(_ call: RegistryCall) async throws -> TransportResponse {
    guard try await firstContact.begin() else { return try await sendSigned(call) }
    do {
      let response = try await sendSigned(call)
      firstContact.end(true)
      return response
    } catch {
      firstContact.end(false)
      throw error
    }
  }

  private func sendSigned(_ call: RegistryCall) async throws -> TransportResponse {
    var authorization = try await broker.authorization(for: call.scopes)
    var rounds = 0
    while true {
      let response = try await sendToRegistry(call, authorization)
      guard response.status == 401, isOwn(response.url) else { return response }
      guard rounds < limits.count(.signIns) else {
        var error = limits.exceeded(.signIns, by: call.purpose, target: host.name)
        error.kind = .auth
        error.status = 401
        throw error
      }
      let refused = authorization
      authorization = try await broker.authorization(
        for: call.scopes, after: Challenge.parse(response.headers.all("WWW-Authenticate")), from: response.url,
        refused: refused, isNew: rounds > 0)
      if case .stream = call.body {
        // Its bytes are gone. The next request of the upload has the new token, and can ask how far this one came.
        throw AcrError(
          .auth, "\(host) rejected the token while \(call.purpose)", status: 401, code: RegistryClient.newToken,
          target: host.name)
      }
      rounds += 1
    }
  }

  /// Sends a request and reads the whole answer. One that breaks off is asked for again, where the request is a GET; of
  /// others the status says all.
  /// - Throws: as ``send(_:)``, and ``AcrError`` for any status that is not among `statuses`; `invalid` when the answer is
  ///   longer than any such document may be.
  func answer(
    _ call: RegistryCall, _ statuses: Set<Int> = [200], limit: WireLimit = .document
  ) async throws -> RegistryAnswer {
    let answer = try await document(call, limit: limit)
    guard statuses.contains(answer.status) else { throw await failure(answer, to: call) }
    return answer
  }

  /// Sends a request and reads the whole answer, whatever its status is.
  /// - Throws: as ``answer(_:_:limit:)``, but for statuses.
  func document(_ call: RegistryCall, limit: WireLimit = .document) async throws -> RegistryAnswer {
    guard call.method == .get || call.method == .patch else {
      return await RegistryAnswer(beginningOf: try await send(call))
    }
    let isGet = call.method == .get
    return try await http.document(
      of: "the answer of \(host) to \(call.purpose)", limit: limit, isIdempotent: isGet
    ) {
      try await send(call)
    }
  }

  /// Sends a request and reads its answer as JSON; nil where it is none.
  /// - Throws: as ``answer(_:_:limit:)``.
  package func json(_ call: RegistryCall, _ statuses: Set<Int> = [200]) async throws -> JSONValue? {
    try await answer(call, statuses).document("the answer of \(host) to \(call.purpose)")
  }

  /// The error for an answer that is not the wanted one. Reads the beginning of its body.
  public func failure(_ response: TransportResponse, to call: RegistryCall) async -> AcrError {
    await failure(await RegistryAnswer(beginningOf: response), to: call)
  }

  func failure(_ answer: RegistryAnswer, to call: RegistryCall) async -> AcrError {
    RegistryFailure.answer(answer, to: call, host, await broker.identity())
  }

  /// Asks the registry whether it accepts the credentials (`GET /v2/`).
  /// - Throws: ``AcrError`` of kind `auth` when it does not, `invalid` or `not-found` when this is no registry.
  public func checkLogin() async throws {
    let call = RegistryCall(
      .get, .path("/v2/"), scopes: [], purpose: "the sign-in", subject: "the registry API at `\(host)/v2/`")
    let answer = try await answer(call)
    guard !answer.isWebPage else { throw RegistryFailure.malformed(answer, to: call, host, "a web page") }
  }

  /// True for a registry that says that its tokens come from its own `/oauth2/token`, as those of Azure do (wire facts 4).
  /// Known after the first answer that asked for a sign-in; false before.
  public var hasAzureTokens: Bool {
    get async {
      await broker.realm.map { URLReference($0) }.map { $0.path == "/oauth2/token" && isOwn($0.text) } ?? false
    }
  }

  // MARK: - Addresses

  /// Refuses an address for an upload that no server may name.
  func checkAddress(_ url: String, namedBy source: String) throws(AcrError) {
    try http.checkAddress(keepingEncryption(url), namedBy: source, verb: "sends uploads")
  }

  /// True for an address of the registry itself. Tokens go nowhere else.
  private func isOwn(_ url: String) -> Bool { endpoint.owns(url) }

  private func sendToRegistry(_ call: RegistryCall, _ authorization: Secret?) async throws -> TransportResponse {
    let path: String
    switch call.address {
    case .url(let written):
      let url = keepingEncryption(written)
      return try await http.send(request(call, url, isOwn(url) ? authorization : nil))
    case .path(let text): path = text
    }
    if let base = endpoint.decidedBase { return try await http.send(request(call, base + path, authorization, base)) }
    if let response = try await findAddress(endpoint.bases, call, path, authorization) { return response }
    let base = endpoint.bases[0]
    return try await http.send(request(call, base + path, authorization, base))
  }

  /// Sends a request to each of the addresses that may be the registry's, once, until one answers.
  /// - Returns: the answer; nil when the request is to be sent again in the ordinary way, with its retries.
  private func findAddress(
    _ bases: [String], _ call: RegistryCall, _ path: String, _ authorization: Secret?
  ) async throws -> TransportResponse? {
    let http = http.retrying(.none)
    var wantsTLS = false
    for base in bases {
      do {
        let response = try await http.send(request(call, base + path, authorization))
        if URLText.isPlain(base), response.status == 400 {
          let answer = await RegistryAnswer(beginningOf: response)
          // The answer to a HEAD has no text that could tell, so it is taken for that too.
          if call.method == .head || Self.wantsTLS(answer) {
            wantsTLS = Self.wantsTLS(answer)
            continue
          }
          endpoint.decide(base)
          return answer.response
        }
        endpoint.decide(base)
        let mayPass = response.status == 429 || response.status >= 500
        return mayPass && !call.finalStatuses.contains(response.status) ? nil : response
      } catch let error as AcrError where error.kind == .network && !wantsTLS {
        // The next address may do. If none does, the first one is tried again and its error is the one to tell.
      }
    }
    return nil
  }

  private func request(
    _ call: RegistryCall, _ url: String, _ authorization: Secret?, _ origin: String? = nil
  ) -> TransportRequest {
    var request = TransportRequest(
      call.method, url, headers: call.headers, authorization: authorization, body: call.body)
    request.origin = origin ?? endpoint.decidedBase
    request.redirects = call.redirects
    request.expectsMuch = call.expectsMuch
    request.finalStatuses = call.finalStatuses
    // The only POST of the API opens an upload, and one that is opened twice is one that expires.
    if call.method == .post { request.isIdempotent = true }
    return request
  }

  /// A registry behind a proxy that ends TLS often names itself with `http:`. What began encrypted stays so.
  private func keepingEncryption(_ url: String) -> String {
    guard let first = endpoint.bases.first, first.hasPrefix("https:"), !url.hasPrefix("https:") else { return url }
    let base = URLReference(first)
    var target = URLReference(url)
    guard target.scheme == "http", target.host == base.host else { return url }
    let hasOwnPort = target.port == 80 && target.hostAndPort == target.host
    guard hasOwnPort ? base.port == 443 : target.port == base.port else { return url }
    target.scheme = "https"
    return target.text
  }

  /// True for what servers with TLS answer to plain http (the texts of Go's net/http and of nginx).
  private static func wantsTLS(_ answer: RegistryAnswer) -> Bool {
    let text = String(decoding: answer.bytes, as: UTF8.self)
    return text.contains("HTTP request to an HTTPS server")
      || text.contains("plain HTTP request was sent to HTTPS port")
  }
}
