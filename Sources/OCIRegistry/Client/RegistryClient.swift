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
  let fallbackUpdates = SerialWork()

  /// The code of the error for an upload whose token expired under way and was renewed: it can be gone on with.
  public static let newToken = "TOKEN_RENEWED"

  /// Lists and manifests longer than this are refused: registries themselves stop at 4 MiB.
  static let documentLimit = 8 << 20

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
    guard await firstContact.begin() else { return try await sendSigned(call) }
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
    var isNew = false
    while true {
      let response = try await sendToRegistry(call, authorization)
      guard response.status == 401, isOwn(response.url) else { return response }
      let refused = authorization
      authorization = try await broker.authorization(
        for: call.scopes, after: Challenge.parse(response.headers.all("WWW-Authenticate")), from: response.url,
        refused: refused, isNew: isNew)
      if case .stream = call.body {
        // Its bytes are gone. The next request of the upload has the new token, and can ask how far this one came.
        throw AcrError(
          .auth, "\(host) no longer accepted the token at \(call.purpose)", status: 401, code: RegistryClient.newToken,
          target: host.name)
      }
      isNew = true
    }
  }

  /// Sends a request and reads the whole answer.
  /// - Throws: as ``send(_:)``, and ``AcrError`` for any status that is not among `statuses`.
  func answer(_ call: RegistryCall, _ statuses: Set<Int> = [200]) async throws -> RegistryAnswer {
    let response = try await send(call)
    guard statuses.contains(response.status) else { throw await failure(response, to: call) }
    return try await read(response, to: call)
  }

  /// Reads the rest of an answer that is a document.
  /// - Throws: ``AcrError`` of kind `invalid` when it is longer than any such document may be.
  func read(_ response: TransportResponse, to call: RegistryCall) async throws -> RegistryAnswer {
    do {
      return try await RegistryAnswer(response, upTo: Self.documentLimit)
    } catch let error as AcrError where error.kind == .invalid {
      throw AcrError(.invalid, "\(host) answered \(call.purpose) with too much: \(error.message)", target: host.name)
    }
  }

  /// The error for an answer that is not the wanted one. Reads the beginning of its body.
  public func failure(_ response: TransportResponse, to call: RegistryCall) async -> AcrError {
    do {
      return await failure(try await RegistryAnswer(response), to: call)
    } catch {
      return error as? AcrError
        ?? AcrError(.network, "\(host) broke off its answer to \(call.purpose)", target: host.name)
    }
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

  /// The repositories of the registry, page by page. Names outside the specification's grammar are left out.
  public func catalog(pageSize: Int = 1000) -> PageReader<RepositoryName> {
    let call = RegistryCall(
      .get, .path("/v2/_catalog?n=\(pageSize)"), scopes: [.catalog], purpose: "listing the repositories",
      subject: "the list of repositories of \(host)")
    return pages(call, member: "repositories") { try? RepositoryName($0) }
  }

  /// Reads a list that goes on where `Link` says (distribution-spec, "Listing Tags").
  func pages<Element: Sendable>(
    _ first: RegistryCall, member: String, element: @escaping @Sendable (String) -> Element?
  ) -> PageReader<Element> {
    documentPages(first) { document in
      // Some registries write `null` for an empty list.
      guard let items = document[member] else { return nil }
      return items.isNull ? [] : items.array?.compactMap { $0.string.flatMap(element) }
    }
  }

  /// Reads a document that goes on where `Link` says.
  /// - Parameter elements: takes a page apart; nil when it is not such a page.
  package func documentPages<Element: Sendable>(
    _ first: RegistryCall, elements: @escaping @Sendable (JSONValue) throws -> [Element]?
  ) -> PageReader<Element> {
    let cursor = PageCursor(first)
    return PageReader {
      guard let call = await cursor.next else { return nil }
      let answer = try await self.answer(call)
      guard let document = answer.json, let page = try elements(document) else {
        throw RegistryFailure.malformed(answer, to: call, host, "something that is not such a list")
      }
      let link = LinkHeader.next(answer.headers.all("Link"))
      let target = link.map { URLReference.resolve(base: answer.url, reference: $0) }
      guard await cursor.advance(from: answer.url, to: target) else {
        throw RegistryFailure.malformed(answer, to: call, host, "pages that lead back to themselves")
      }
      return page
    }
  }

  /// True for a registry that says that its tokens come from its own `/oauth2/token`, as those of Azure do (wire facts 4).
  /// Known after the first answer that asked for a sign-in; false before.
  public var hasAzureTokens: Bool {
    get async {
      await broker.realm.map { URLReference($0) }.map { $0.path == "/oauth2/token" && isOwn($0.text) } ?? false
    }
  }

  // MARK: - Addresses

  /// True for an address of the registry itself. Tokens go nowhere else.
  private func isOwn(_ url: String) -> Bool {
    let url = URLReference(url)
    return endpoint.bases.contains { URLReference($0).hasSameOrigin(as: url) }
  }

  private func sendToRegistry(_ call: RegistryCall, _ authorization: Secret?) async throws -> TransportResponse {
    let path: String
    switch call.address {
    case .url(let written):
      let url = keepingEncryption(written)
      return try await http.send(request(call, url, isOwn(url) ? authorization : nil))
    case .path(let text): path = text
    }
    let bases = endpoint.bases
    if bases.count > 1, let response = try await findAddress(bases, call, path, authorization) { return response }
    return try await http.send(request(call, endpoint.bases[0] + path, authorization))
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
          let answer = try await RegistryAnswer(response)
          // The answer to a HEAD has no text that could tell, so it is taken for that too.
          if call.method == .head || Self.wantsTLS(answer) {
            wantsTLS = Self.wantsTLS(answer)
            continue
          }
          endpoint.decide(base)
          return answer.response
        }
        endpoint.decide(base)
        return response.status == 429 || response.status >= 500 ? nil : response
      } catch let error as AcrError where error.kind == .network && !wantsTLS {
        // The next address may do. If none does, the first one is tried again and its error is the one to tell.
      }
    }
    return nil
  }

  private func request(_ call: RegistryCall, _ url: String, _ authorization: Secret?) -> TransportRequest {
    var request = TransportRequest(
      call.method, url, headers: call.headers, authorization: authorization, body: call.body)
    // The only POST of the API opens an upload, and one that is opened twice is one that expires.
    if call.method == .post { request.isIdempotent = true }
    return request
  }

  /// A registry behind a proxy that ends TLS often names itself with `http:`. What began encrypted stays so.
  private func keepingEncryption(_ url: String) -> String {
    let base = endpoint.bases.first.map { URLReference($0) }
    var target = URLReference(url)
    guard target.scheme == "http", base?.scheme == "https", target.host == base?.host else { return url }
    let hasOwnPort = target.port == 80 && target.hostAndPort == target.host
    guard hasOwnPort ? base?.port == 443 : target.port == base?.port else { return url }
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

/// Where a list goes on.
private actor PageCursor {
  private(set) var next: RegistryCall?
  private var visited: Set<String> = []

  init(_ first: RegistryCall) { next = first }

  /// Goes on to the next page; false when it was read already.
  func advance(from url: String, to target: String?) -> Bool {
    visited.insert(url)
    guard let target else {
      next = nil
      return true
    }
    next?.address = .url(target)
    return !visited.contains(target)
  }
}
