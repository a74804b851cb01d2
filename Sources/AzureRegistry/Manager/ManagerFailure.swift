import AcrCore
import AcrHTTP
import OCIRegistry

/// What the resource manager's refusals mean, in sentences: the ordinary rows of the wire facts, 3.6.
struct ManagerFailure {
  /// The error.
  let error: AcrError

  init(_ answer: ManagerAnswer, path: String) {
    let said = ManagerError(answer.json, sent: answer.sent)
    var error = ManagerFailure.known(said, answer, path) ?? ManagerFailure.byStatus(said, answer, path)
    error.status = answer.status
    error.code = said.code
    error.target = answer.host
    error.requestID = answer.requestID
    error.retryAfter = answer.retryAfter
    error.notes += said.details
    self.error = error
  }

  /// Refusals whose code says what is wrong.
  private static func known(_ said: ManagerError, _ answer: ManagerAnswer, _ path: String) -> AcrError? {
    let place = Place(path)
    switch said.code?.lowercased() {
    case "invalidauthenticationtokentenant":
      return AcrError(
        .auth, "the token is of another tenant than the subscription `\(place.subscription)`",
        help: "sign in to the subscription's own tenant: login --tenant TENANT")
    case "expiredauthenticationtoken":
      return AcrError(.auth, "`\(answer.host)` says that the token has expired", help: "sign in again: login")
    case "authorizationfailed": return authorization(said, answer)
    case "requestdisallowedbypolicy":
      return AcrError(
        .denied, "a policy of the subscription forbids this: \(said.message)",
        help: "ask the subscription's owner for an exemption, or do it as the policy says")
    case "subscriptionnotfound", "invalidsubscriptionid":
      return AcrError(
        .notFound, "there is no subscription `\(place.subscription)` that this account can see",
        help: "list them: account list")
    case "resourcegroupnotfound":
      return AcrError(
        .notFound, "there is no resource group `\(place.group)` in the subscription `\(place.subscription)`")
    case "resourcenotfound", "parentresourcenotfound": return missingResource(said, place)
    case "missingsubscriptionregistration":
      return AcrError(
        .denied, "the subscription `\(place.subscription)` is not registered for container registries",
        help: "register the provider Microsoft.ContainerRegistry there")
    case "readonlydisabledsubscription":
      return AcrError(
        .denied, "the subscription `\(place.subscription)` is disabled, and can only be read",
        help: "its owner must enable it again")
    case "scopelocked":
      return AcrError(
        .conflict, "a lock forbids changes to the registry `\(place.name)`", help: "remove the lock first")
    default: return nil
    }
  }

  /// A registry that is not there, or something of a registry, such as a token.
  private static func missingResource(_ said: ManagerError, _ place: Place) -> AcrError {
    // The service names what it misses. Its sentence counts, since an action at a token has no path of its own.
    let isParent = said.code?.lowercased() == "parentresourcenotfound"
    guard !isParent, let child = Place.child(in: said.raw) ?? place.child else {
      return AcrError(
        .notFound, "there is no registry `\(place.name)` in the resource group `\(place.group)`",
        help: "list them: acr list")
    }
    let kinds: [String: (String, String?)] = [
      "tokens": ("token", "acr token list"), "scopemaps": ("scope map", "acr scope-map list"),
      "webhooks": ("webhook", "run az acr webhook list"),
      "replications": ("replication", "run az acr replication list"),
    ]
    let (kind, list) = kinds[child.kind.lowercased()] ?? ("\(child.kind) resource", nil)
    return AcrError(
      .notFound, "the registry `\(place.name)` has no \(kind) `\(child.name)`",
      help: list.map { "list them: \($0) --registry \(place.name)" })
  }

  private static func authorization(_ said: ManagerError, _ answer: ManagerAnswer) -> AcrError {
    let client = said.quoted(after: "client ").map { "`\($0)`" } ?? "this account"
    let action = said.quoted(after: "perform action ")
    let scope = said.quoted(after: "over scope ")
    var error = AcrError(
      .denied, "\(client) may not do `\(action ?? "this")`\(scope.map { " on `\($0)`" } ?? "")",
      help: "ask the owner for a role that allows it; a new role takes effect after some minutes")
    if let role = action.flatMap(AzureRole.allowing) {
      error.help =
        "ask the owner for the role `\(role)`\(scope.map { " on `\($0)`" } ?? ""); a new role takes effect after some minutes"
    }
    return error
  }

  private static func byStatus(_ said: ManagerError, _ answer: ManagerAnswer, _ path: String) -> AcrError {
    let text = said.message.isEmpty ? "" : ": \(said.message)"
    switch answer.status {
    case 401:
      return AcrError(.auth, "`\(answer.host)` does not accept the token\(text)", help: "sign in again: login")
    case 403: return AcrError(.denied, "`\(answer.host)` does not allow this\(text)")
    case 404: return AcrError(.notFound, "`\(answer.host)` found nothing at `\(path)`\(text)")
    case 409: return AcrError(.conflict, "`\(answer.host)` reported a conflict\(text)")
    case 429:
      return AcrError(
        .throttled, "`\(answer.host)` is rate-limiting requests for this subscription\(text)",
        help: RetryAfter.lifetime(in: answer.headers).map { RetryAfter.advice($0) } ?? "try again later")
    case 500...: return AcrError(.server, "`\(answer.host)` failed with status \(answer.status)\(text)")
    default:
      let code = said.code.map { " (\($0))" } ?? ""
      return AcrError(.invalid, "`\(answer.host)` answered with status \(answer.status)\(code)\(text)")
    }
  }

  /// The names in a path of the resource manager.
  private struct Place {
    var subscription = ""
    var group = ""
    var name = ""
    /// What the registry lacks: the kind and name behind its own.
    var child: (kind: String, name: String)?

    /// What a sentence such as `The Resource 'Microsoft.ContainerRegistry/registries/first/tokens/t' …` names.
    static func child(in sentence: String) -> (kind: String, name: String)? {
      guard let start = sentence.firstRange(of: "/registries/") else { return nil }
      let resource = sentence[start.upperBound...].prefix { !"'\"` ,".contains($0) }
      let parts = resource.split(separator: "/").map { ServerText.cleaned(String($0), limit: 100) }
      return parts.count > 2 ? (parts[1], parts[2]) : nil
    }

    init(_ path: String) {
      let parts = path.split(separator: "/").map(String.init)
      if parts.count > 1 { subscription = parts[1] }
      if parts.count > 3, parts[2].lowercased() == "resourcegroups" { group = parts[3] }
      if parts.count > 7 { name = parts[7] }
      if parts.count > 9 { child = (parts[8], parts[9]) }
    }
  }
}

/// The error object of the resource manager: `{"error": {"code", "message"}}`.
struct ManagerError: Sendable {
  /// The code, for example `AuthorizationFailed`.
  let code: String?
  /// The message on one line; empty where there is none.
  let message: String
  /// The message as it came.
  let raw: String
  /// What the inner errors say (`details`), a line for each; often only they name what is wrong.
  let details: [String]

  /// How many inner errors are told, and how deep they may be nested.
  private static let mostDetails = (count: 10, levels: 4)

  private static func details(_ error: JSONValue?, _ sent: SentSecrets, level: Int = 0) -> [String] {
    guard level < mostDetails.levels else { return [] }
    return (error?["details"]?.array ?? []).prefix(mostDetails.count).flatMap { inner -> [String] in
      let code = inner["code"]?.string.map { "(\(ServerText.cleaned($0, limit: 80, without: sent))) " } ?? ""
      let text = inner["message"]?.string.map { ServerText.cleaned($0, limit: 400, without: sent) } ?? ""
      let target = inner["target"]?.string.map { " (\(ServerText.cleaned($0, limit: 120, without: sent)))" } ?? ""
      let own = code.isEmpty && text.isEmpty ? [] : ["\(code)\(text)\(target)"]
      return own + details(inner, sent, level: level + 1)
    }
  }

  /// - Parameter sent: the secrets of the request, which the service may have repeated.
  init(_ json: JSONValue?, sent: SentSecrets = SentSecrets([])) {
    let error = json?["error"]
    code = error?["code"]?.string.map { ServerText.cleaned($0, limit: 80, without: sent) }
    raw = sent.withoutSecrets(error?["message"]?.string ?? error?.string ?? json?["message"]?.string ?? "")
    message = ServerText.cleaned(raw, limit: 400)
    details = Array(ManagerError.details(error, sent).prefix(ManagerError.mostDetails.count))
  }

  /// The text in single quotes behind a phrase of the message.
  func quoted(after phrase: String) -> String? {
    guard let start = raw.firstRange(of: "\(phrase)'") else { return nil }
    let rest = raw[start.upperBound...]
    guard let end = rest.firstIndex(of: "'"), end > rest.startIndex else { return nil }
    return ServerText.cleaned(String(rest[..<end]), limit: 300)
  }
}
