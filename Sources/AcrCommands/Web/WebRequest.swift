import AcrCore
import AcrHTTP
import AcrLanguage
import AcrRuntime
import HTTPTypes

/// What the commands `http get` and `http post` share: the header fields, and what becomes of an answer.
struct WebParameters: ParameterSet {
  let url = Positional<String>("url", help: "an https address")
  let headers = Flag<Record?>("headers", help: "header fields as a record; a value may be a secret")
  let bearer = Flag<Secret?>("bearer", help: "a token for `Authorization: Bearer`")
  let raw = Switch("raw", help: "give the text of the answer, whatever its type")
  let full = Switch("full", help: "give `{status, headers, body}`, whatever the status")
}

/// A request to any server, with no credentials but those that are given.
struct WebRequest: Sendable {
  let method: HTTPRequest.Method
  let url: String
  var headers: HTTPFields = [:]
  var authorization: Secret?
  var secrets: [Secret] = []
  var body: [UInt8]?

  /// The address without a query, which may hold a key.
  var shownAddress: String { URLReference(url).publicText }

  /// - Throws: ``ArgumentError`` for an address or a header field that cannot be sent.
  init(_ method: HTTPRequest.Method, _ call: Call<WebParameters>) throws {
    self.method = method
    url = call[\.url]
    let reference = URLReference(url)
    guard reference.scheme == "https" || reference.scheme == "http", reference.host != nil else {
      throw ArgumentError(
        call.parameters.url,
        AcrError(.usage, "this is not an http or https address", help: "as in `https://host/path`"))
    }
    guard !reference.hasUserInfo else {
      throw ArgumentError(
        call.parameters.url,
        AcrError(.usage, "an address holds no password", help: "`--headers {Authorization: …}` or `--bearer`"))
    }
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw ArgumentError(
        call.parameters.url,
        AcrError(.usage, "an address has no spaces and only ASCII characters", help: "percent-encode them: `%20`"))
    }
    if let token = call[\.bearer] { authorization = Secret("Bearer " + token.reveal()) }
    guard let fields = call[\.headers] else { return }
    for (name, value) in zip(fields.shape.names, fields.values) { try add(name, value, call) }
  }

  private mutating func add(_ name: String, _ value: Value, _ call: Call<WebParameters>) throws {
    guard let field = HTTPField.Name(name) else {
      throw ArgumentError(call.parameters.headers, AcrError(.usage, "`\(name)` is not the name of a header field"))
    }
    let text: String
    if case .secret(let secret) = value {
      text = secret.reveal()
      secrets.append(secret)
    } else if let plain = value.text, !value.isNull {
      text = plain
    } else {
      throw ArgumentError(
        call.parameters.headers,
        AcrError(.usage, "the header field `\(name)` is \(value.typePhrase)", help: "a text or a secret"))
    }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw ArgumentError(
        call.parameters.headers, AcrError(.usage, "the header field `\(name)` holds a line end or a control character"))
    }
    if field == .authorization {
      guard authorization == nil else {
        throw ArgumentError(
          call.parameters.headers, AcrError(.usage, "`Authorization` and `--bearer` say the same twice"))
      }
      authorization = Secret(text)
    } else {
      headers[field] = text
    }
  }

  /// Sends it and gives what the command gives.
  func send(_ session: CommandContext, _ call: Call<WebParameters>) throws -> Output {
    var request = TransportRequest(
      method, url, headers: headers, authorization: authorization, body: body.map(RequestBody.bytes) ?? .empty)
    request.secrets = secrets
    // What is meant for one server goes to no other.
    request.redirects = authorization == nil && headers.isEmpty && body == nil ? .content : .sameOrigin
    if request.headers[.accept] == nil { request.headers[.accept] = "application/json, */*;q=0.5" }
    let prepared = request
    let http = session.azure.settings.http
    let place = "the answer of `\(shownAddress)`"
    let document = try Blocking.wait(call.run) { try await http.document(prepared, of: place) }
    if call[\.full] { return .value(try full(document, call)) }
    guard document.isSuccess else { throw failure(document) }
    return .value(try body(document, call))
  }

  /// The answer's body: data of JSON, otherwise a text.
  private func body(_ document: HTTPDocument, _ call: Call<WebParameters>) throws -> Value {
    if document.bytes.isEmpty { return .null }
    let type = document.headers[.contentType]?.lowercased() ?? ""
    let isJSON = type.contains("json")
    if isJSON, !call[\.raw] {
      do throws(JSONError) {
        return try Value(json: document.bytes)
      } catch {
        throw AcrError(
          .invalid,
          "the answer of `\(shownAddress)` is not JSON: line \(error.line), column \(error.column): \(error.reason)",
          help: "`--raw` gives its text")
      }
    }
    guard let text = String(validating: document.bytes, as: UTF8.self) else {
      throw AcrError(.invalid, "the answer of `\(shownAddress)` is not text (UTF-8)")
    }
    return .string(text)
  }

  private func full(_ document: HTTPDocument, _ call: Call<WebParameters>) throws -> Value {
    var names: [String] = []
    var values: [Value] = []
    for field in document.headers {
      let name = field.name.canonicalName
      let text = document.sent.withoutSecrets(field.value)
      // A field that occurs several times is one, with its values joined (RFC 9110, 5.3).
      if let index = names.firstIndex(of: name), case .string(let present) = values[index] {
        values[index] = .string("\(present), \(text)")
      } else {
        names.append(name)
        values.append(.string(text))
      }
    }
    return .record(
      Record(
        shape: WebRequest.shape,
        values: [
          .int(Int64(document.status)), .record(Record(shape: Shape(names), values: values)), try body(document, call),
        ]))
  }

  /// The columns with `--full`.
  static let columns = [
    Column("status", .int, help: "the status, for example 200").only("with --full"),
    Column("headers", .record, help: "the header fields, their names in small letters").only("with --full"),
    Column("body", .any, null: "for an empty answer", help: "the answer").only("with --full"),
  ]
  private static let shape = Shape(columns)

  /// The error for a status that reports a failure.
  private func failure(_ document: HTTPDocument) -> AcrError {
    let kind: ErrorKind =
      switch document.status {
      case 401: .auth
      case 403: .denied
      case 404, 410: .notFound
      case 409, 412: .conflict
      case 408: .timeout
      case 429: .throttled
      case 500...599: .server
      default: .invalid
      }
    let text = String(decoding: document.bytes.prefix(2000), as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline).first.map { document.sent.redacted(String($0.prefix(200))) }
    var error = AcrError(
      kind, "`\(shownAddress)` answered \(document.status)" + (line.map { ": \($0)" } ?? ""),
      help: "`--full` gives the answer whatever its status")
    error.status = document.status
    error.target = URLReference(url).hostAndPort
    error.retryAfter = RetryAfter.lifetime(in: document.headers)?.duration
    return error
  }
}
