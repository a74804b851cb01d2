import AcrCore
import HTTPTypes
import NIOCore
import NIOHTTP1

/// One request as a service sees it.
struct HTTPCall: Sendable {
  /// The method.
  let method: HTTPRequest.Method
  /// The path, percent-decoded as a whole: `%2F` and `/` mean the same to Azure's services.
  let path: String
  /// Names and values of the query, decoded, in the order sent.
  let query: FormFields
  /// The query as sent, without `?`.
  let rawQuery: String
  /// Header fields, without `Host`.
  let headers: HTTPFields
  /// `http` or `https`, as the client connected.
  let scheme: String
  /// The `Host` the client named, in lower case: with it services build addresses that the same client can reach.
  let authority: String
  /// The client's IP address.
  let clientAddress: String
  /// The bytes that follow; can be read once.
  let body: RequestBody
  /// An id for this request, sent back as `x-ms-request-id`.
  let id = UUIDText.random()

  /// The longest body that is read into memory: a manifest may have 4 MiB (distribution-spec, "Pushing Manifests").
  static let documentLimit = 4 << 20

  init(
    _ head: HTTPRequestHead, isSecure: Bool, body: RequestBody, clientAddress: String, defaultAuthority: String
  ) {
    // Methods without a name of their own arrive as text that HTTPTypes may refuse; no service has them.
    method = HTTPRequest.Method(rawValue: head.method.rawValue) ?? .trace
    var target = head.uri
    if target.hasPrefix("http://") {
      // The absolute form that clients of a proxy send (RFC 9112, 3.2.2).
      let rest = target.dropFirst("http://".count)
      target = rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }
    let mark = target.firstIndex(of: "?")
    path = PercentEncoding.decode(target[..<(mark ?? target.endIndex)])
    rawQuery = mark.map { String(target[target.index(after: $0)...]) } ?? ""
    query = FormFields(encoded: rawQuery)
    var fields = HTTPFields()
    for (name, value) in head.headers where name.lowercased() != "host" {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    headers = fields
    scheme = isSecure ? "https" : "http"
    authority = (head.headers.first(name: "host") ?? defaultAuthority).lowercased()
    self.clientAddress = clientAddress
    self.body = body
  }

  /// The address of this server as the client knows it, for example `https://127.0.0.1:5001`.
  var origin: String { "\(scheme)://\(authority)" }

  /// The host the client named, without a port.
  var host: String { String(authority.prefix { $0 != ":" }) }

  /// The parts of the path between slashes, empty ones left out.
  var segments: [String] { path.split(separator: "/").map(String.init) }

  /// A header field by its name, nil where it is missing.
  func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

  /// Reads the whole body.
  /// - Throws: ``ErrorReply`` with the status 413 for one above ``documentLimit``.
  func bytes() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await piece in body {
      guard bytes.count + piece.readableBytes <= HTTPCall.documentLimit else {
        throw ErrorReply(
          Reply(status: .contentTooLarge, text: "the body has more than \(HTTPCall.documentLimit) bytes"))
      }
      bytes += piece.readableBytesView
    }
    return bytes
  }

  /// Reads a body of the type `application/x-www-form-urlencoded`.
  func form() async throws -> FormFields {
    FormFields(encoded: String(decoding: try await bytes(), as: UTF8.self))
  }
}

/// Names and values of a query or a form, in order; names may repeat.
struct FormFields: Sendable {
  let all: [(name: String, value: String)]

  /// Reads `name=value&name=value`, percent-encoded, `+` for a space (WHATWG URL, application/x-www-form-urlencoded).
  init(encoded text: some StringProtocol) {
    all = String(text).split(separator: "&").map { pair in
      let equals = pair.firstIndex(of: "=")
      let name = pair[..<(equals ?? pair.endIndex)]
      let value = equals.map { pair[pair.index(after: $0)...] } ?? ""
      return (
        PercentEncoding.decode(String(name).replacing("+", with: " ")),
        PercentEncoding.decode(String(value).replacing("+", with: " "))
      )
    }
  }

  /// The first value of a name.
  subscript(_ name: String) -> String? { all.first { $0.name == name }?.value }

  /// All values of a name.
  func values(_ name: String) -> [String] { all.filter { $0.name == name }.map(\.value) }
}
