import AcrCore

/// A token endpoint's refusal (RFC 6749, 5.2, with Entra's own members).
struct EntraRefusal: Sendable {
  /// The HTTP status.
  let status: Int
  /// The OAuth code, for example `invalid_client`; nil where the answer was not a refusal of that form.
  let error: String?
  /// Entra's number, for example 7000215.
  let code: Int64?
  /// The claims challenge that would satisfy it, as JSON text.
  let claims: String?
  private let text: String
  private let traceID: String?
  private let correlationID: String?
  private let retryAfter: Duration?

  /// - Parameter secrets: what was sent, so that a server that repeats it does not get it shown.
  init(_ answer: IdentityAnswer, secrets: [Secret]) {
    let json = answer.json
    status = answer.status
    error = json?["error"]?.string.map { ErrorText.cleaned($0, without: secrets, limit: 60) }
    let description = json?["error_description"]?.string ?? ""
    code = json?["error_codes"]?.array?.first?.integer ?? EntraRefusal.code(in: description)
    claims = json?["claims"]?.string.flatMap { SentSecrets(secrets).occur(in: $0) ? nil : $0 }
    func id(_ name: String) -> String? {
      json?[name]?.string.map { ErrorText.cleaned($0, without: secrets, limit: 60) }
    }
    traceID = id("trace_id")
    correlationID = id("correlation_id")
    // Behind the first line there are only ids and a time, which have members of their own.
    let firstLine = description.prefix { !$0.isNewline }
    text = ErrorText.cleaned(String(firstLine), without: secrets)
    retryAfter = answer.retryAfter
  }

  /// The number in `AADSTS7000215: Invalid client secret provided…`.
  private static func code(in description: String) -> Int64? {
    guard let start = description.firstRange(of: "AADSTS") else { return nil }
    return Int64(description[start.upperBound...].prefix { $0.isASCII && $0.isNumber })
  }

  /// The refusal as an error.
  /// - Parameters:
  ///   - subject: who was to be signed in, for example ``service principal `…` ``.
  ///   - host: the host that answered.
  func acrError(subject: String, host: String) -> AcrError {
    let known = code.flatMap { EntraErrorCode.known[$0] }
    let name = code.map { "AADSTS\($0)" } ?? error
    var message: String
    if let known {
      message = "Entra refused to sign in \(subject): \(known.meaning) (\(name ?? ""))"
    } else if !text.isEmpty || error != nil {
      message = "Entra refused to sign in \(subject): \(text.isEmpty ? error ?? "" : text)"
    } else {
      message = "`\(host)` answered \(status) when signing in \(subject), without a reason"
    }
    while message.hasSuffix(".") { message.removeLast() }
    var result = AcrError(
      known?.kind ?? kindByStatus, message, help: known?.help ?? generalHelp, status: status, code: name, target: host,
      requestID: traceID ?? correlationID, retryAfter: retryAfter)
    if let correlationID, traceID != nil { result.notes.append("correlation id: \(correlationID)") }
    if let claims {
      result.notes.append("claims challenge: \(Base64.encode(Array(claims.utf8)))")
    }
    return result
  }

  private var kindByStatus: ErrorKind {
    switch (status, error) {
    case (429, _): .throttled
    case (500..., _): .server
    case (_, "access_denied"), (_, "consent_required"), (403, _): .denied
    case (404, nil): .notFound
    case (300..<400, _): .invalid
    default: .auth
    }
  }

  private var generalHelp: String? {
    switch error {
    case "invalid_grant", "interaction_required", "login_required": "sign in again: login --use-device-code"
    case "invalid_client", "unauthorized_client": "check the client id, its credential, and the tenant"
    case nil where status == 404 || (300..<400).contains(status): "check the cloud's authority: cloud show"
    default: nil
    }
  }
}
