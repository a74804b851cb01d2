import AcrCore
import AcrHTTP
import HTTPTypes

/// Every sentence of this module about a registry that refuses, fails or answers nonsense.
enum RegistryFailure {
  /// Turns an answer that is not the wanted one into an error.
  /// - Parameters:
  ///   - call: what was asked.
  ///   - identity: who asked.
  static func answer(
    _ answer: RegistryAnswer, to call: RegistryCall, _ host: RegistryHost, _ identity: FoundCredentials
  ) -> AcrError {
    let text = ServerErrorText(answer)
    let said = text.message.map { ": \($0)" } ?? ""
    var error: AcrError
    switch answer.status {
    case 401 where other(than: host, answer) != nil, 403 where other(than: host, answer) != nil:
      // Storage behind a registry knows no users of it: its signed address has expired, or a firewall stands before it.
      let place = other(than: host, answer) ?? ""
      error = AcrError(.denied, "\(host) sent \(call.purpose) on to \(place), which refused it\(said)")
    case 401:
      error = refused(host, identity)
    case 403 where text.message?.lowercased().contains("client with ip") == true:
      // Azure's firewall: nobody's rights have anything to do with it.
      error = AcrError(
        .denied, "the firewall of \(host) does not let this machine in\(said)",
        help: "let its owner allow this address, or come from a network that is allowed; for an import, "
          + "`--engine service` lets Azure come as a trusted service")
    case 403:
      error = AcrError(.denied, "\(host) does not allow \(call.purpose)\(said)", help: rightsHelp(host, identity))
    case 404:
      error = AcrError(.notFound, "\(call.subject) does not exist")
    case 409:
      error = AcrError(.conflict, "\(host) reported a conflict while \(call.purpose)\(said)")
    case 429:
      error = AcrError(.throttled, "\(host) rate-limited \(call.purpose)\(said)")
      error.help = throttledHelp(host, identity, RetryAfter.lifetime(in: answer.headers))
    case 500...:
      error = AcrError(.server, "\(host) failed with status \(answer.status) while \(call.purpose)\(said)")
    default:
      let code = text.code.map { " (\($0))" } ?? ""
      error = AcrError(.invalid, "\(host) answered \(call.purpose) with status \(answer.status)\(code)\(said)")
    }
    if answer.isWebPage {
      error.message =
        "\(host) answered \(call.purpose) with a web page (HTML) and status \(answer.status), not as a registry"
      error.help = "check the registry's name; a proxy or a sign-in page may stand in between"
    }
    error.notes = text.notes + error.notes
    return adding(answer, code: text.code, host, to: error)
  }

  /// An answer 2xx that is not what the specification says.
  static func malformed(_ answer: RegistryAnswer, to call: RegistryCall, _ host: RegistryHost, _ what: String)
    -> AcrError
  {
    let text = ServerErrorText(answer)
    var error = AcrError(.invalid, "\(host) answered \(call.purpose) with \(what)")
    if answer.isWebPage {
      error.message = "\(host) answered \(call.purpose) with a web page (HTML), not as a registry"
      error.help = "check the registry's name; a proxy or a sign-in page may stand in between"
      error.notes = text.notes
    }
    return adding(answer, code: nil, host, to: error)
  }

  /// Adds what every error about an answer carries.
  static func adding(_ answer: RegistryAnswer, code: String?, _ host: RegistryHost, to error: AcrError) -> AcrError {
    var error = error
    error.status = answer.status
    error.code = code
    error.target = host.name
    error.requestID =
      ["x-ms-correlation-request-id", "x-ms-request-id", "x-request-id"].lazy
      .compactMap { answer.headers.first($0).map { ServerText.cleaned($0, limit: 100, without: answer.sent) } }.first
    error.retryAfter = RetryAfter.lifetime(in: answer.headers)?.duration
    if answer.tries > 1 { error.notes.append("tried \(answer.tries) times") }
    // Blobs are often answered by a storage host behind the registry, which is then the one to look at.
    if let answering = other(than: host, answer) { error.notes.append("the answer came from \(answering)") }
    return error
  }

  /// The host that answered, when it is not the registry itself.
  private static func other(than host: RegistryHost, _ answer: RegistryAnswer) -> String? {
    let url = URLReference(answer.url)
    let isOwn = ["https", "http"].contains { url.hasSameOrigin(as: URLReference("\($0)://\(host.apiHost)")) }
    return isOwn ? nil : url.hostAndPort
  }

  // MARK: - Signing in

  /// The registry does not accept who asks.
  static func refused(_ host: RegistryHost, _ found: FoundCredentials) -> AcrError {
    switch found.credentials {
    case .anonymous where found.origin != nil:
      return AcrError(
        .auth, "\(host) does not accept \(found.origin ?? "")", help: found.help, status: 401, target: host.name)
    case .anonymous:
      return AcrError(
        .auth, "\(host) requires a sign-in, and no credentials were found",
        help: "sign in with `acr login --name \(host)`", status: 401, target: host.name)
    default:
      return AcrError(
        .auth, "\(host) refused \(describe(found))",
        help: found.help
          ?? "sign in again with `acr login --name \(host)`; the repository may also be one that \(owner(found)) may not use",
        status: 401, target: host.name)
    }
  }

  /// The registry wants Basic, and what is known has no user and password.
  static func needsPassword(_ host: RegistryHost, _ found: FoundCredentials) -> AcrError {
    if found.credentials == .anonymous { return refused(host, found) }
    return AcrError(
      .auth, "\(host) requires a user name and password, and cannot use \(describe(found))",
      help: "sign in with `acr login --name \(host) --username USER`", status: 401, target: host.name)
  }

  /// An answer 401 without a way to sign in that this client knows.
  static func noUsableChallenge(_ host: RegistryHost, schemes: [String]) -> AcrError {
    // What stands where a scheme should be may be anything, also a token that the server repeats.
    let named = schemes.map { knownSchemes.contains($0) ? $0 : "something unknown" }
    let offered = schemes.isEmpty ? "without saying how" : "by \(named.joined(separator: ", "))"
    return AcrError(
      .auth, "\(host) requires a sign-in \(offered), and only Basic and Bearer can be used", status: 401,
      target: host.name)
  }

  /// The schemes of the registry of the IANA that this client does not use.
  private static let knownSchemes: Set<String> = [
    "digest", "negotiate", "ntlm", "oauth", "hoba", "mutual", "dpop", "gnap", "scram-sha-1", "scram-sha-256", "vapid",
    "aws4-hmac-sha256", "basic", "bearer",
  ]

  /// A token server that would get credentials in the clear.
  static func plainRealm(_ host: RegistryHost, realmHost: String) -> AcrError {
    AcrError(
      .auth, "\(host) sends sign-ins to \(realmHost) without encryption (http), so no credentials were sent there",
      help: "the registry's configuration names the wrong token server, or another server answers in its place",
      target: host.name)
  }

  /// A token server's refusal.
  static func tokenRequest(_ answer: RegistryAnswer, _ host: RegistryHost, _ found: FoundCredentials) -> AcrError {
    let server = URLText.host(answer.url) ?? host.name
    let text = ServerErrorText(answer)
    let said = text.message.map { ": \($0)" } ?? ""
    var error: AcrError
    switch answer.status {
    case 400, 401, 403:
      error = refused(host, found)
      if let message = text.message { error.notes.append("\(server) said: \(message)") }
    case 429:
      error = AcrError(.throttled, "\(server) rate-limited token requests for \(host)\(said)")
    case 500...:
      error = AcrError(
        .server, "\(server) failed with status \(answer.status) while issuing a token for \(host)\(said)")
    case 404, 405:
      if case .identityToken = found.credentials {
        error = AcrError(.auth, "\(server) issues no tokens for \(describe(found)), which \(host) requires")
        error.help = "sign in with a user and a password: `acr login --name \(host) --username USER`"
      } else {
        fallthrough
      }
    default:
      error = AcrError(
        .invalid, "\(server) answered the token request for \(host) with status \(answer.status)\(said)")
    }
    if answer.isWebPage { error.notes += text.notes }
    error = adding(answer, code: text.code, host, to: error)
    error.target = server
    return error
  }

  /// A token server's success without a token.
  static func noToken(_ answer: RegistryAnswer, _ host: RegistryHost) -> AcrError {
    let server = URLText.host(answer.url) ?? host.name
    return AcrError(
      .invalid,
      "\(server) answered the token request for \(host) with \(answer.isWebPage ? "a web page (HTML)" : "no token")",
      status: answer.status, target: server)
  }

  private static func describe(_ found: FoundCredentials) -> String {
    let from = found.origin.map { " from \($0)" } ?? ""
    return switch found.credentials {
    case .anonymous: "an anonymous request"
    case .user(let name, _): "the password of the user `\(ServerText.cleaned(name, limit: 80))`\(from)"
    case .identityToken: "the identity token\(from)"
    case .accessToken: "the access token\(from)"
    }
  }

  private static func owner(_ found: FoundCredentials) -> String {
    found.credentials.userName.map { "`\(ServerText.cleaned($0, limit: 80))`" } ?? "its owner"
  }

  private static func rightsHelp(_ host: RegistryHost, _ found: FoundCredentials) -> String {
    found.credentials == .anonymous
      ? found.help ?? "sign in with `acr login --name \(host)`"
      : "\(describe(found)) was accepted, but it lacks this right: ask the registry's owner for it"
  }

  private static func throttledHelp(
    _ host: RegistryHost, _ found: FoundCredentials, _ wait: Lifetime?
  ) -> String {
    let advice =
      found.credentials == .anonymous
      ? "sign in for a higher limit: `acr login --name \(host)`"
      : "wait, or reduce the number of parallel transfers"
    return wait.map { "\(RetryAfter.advice($0)); \(advice)" } ?? advice
  }
}
