import AcrCore
import AcrHTTP
import HTTPTypes
import Synchronization

/// An answer with its body in memory: an error, a list, a token.
struct RegistryAnswer: Sendable {
  let status: Int
  let headers: HTTPFields
  let url: String
  let bytes: [UInt8]
  /// How often the request was sent.
  let tries: Int

  /// How much of an error's text is read. Pages of errors can be long, and only their first words are shown.
  private static let errorLimit = 64 << 10

  /// Reads the rest of an answer: a successful one whole, of a failed one no more than is worth showing.
  /// - Throws: ``AcrError`` of kind `network` when the connection breaks, `invalid` when it is longer than `limit`.
  init(_ response: TransportResponse, upTo limit: Int = 8 << 20) async throws {
    status = response.status
    headers = response.headers
    url = response.url
    tries = response.tries
    if (200..<300).contains(response.status) {
      bytes = try await response.body.collect(upTo: limit)
    } else {
      bytes = await Self.beginning(of: response.body)
    }
  }

  /// True for an answer meant for a browser.
  var isWebPage: Bool { ServerText.isWebPage(contentType: headers.first("Content-Type"), bytes: bytes) }

  /// The answer as JSON; nil when it is none.
  var json: JSONValue? { try? JSONValue(parsing: bytes) }

  /// An error's body may break off; what came of it is still worth showing.
  private static func beginning(of body: ResponseBody) async -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < errorLimit, let piece = try? await body.next() { bytes += piece }
    return Array(bytes.prefix(errorLimit))
  }
}

/// What a registry says about its error (distribution-spec, "Error Codes"; Docker Hub's own forms).
struct ServerErrorText: Sendable {
  /// The code of the first error, for example `MANIFEST_UNKNOWN`.
  let code: String?
  /// One line for people; nil when the body was empty.
  let message: String?
  /// Further errors and details, one line each.
  let notes: [String]

  init(_ answer: RegistryAnswer) {
    guard !answer.isWebPage else {
      let text = ServerText.cleanedPage(String(decoding: answer.bytes, as: UTF8.self))
      self.init(code: nil, message: nil, notes: text.isEmpty ? [] : ["the page says: \(text)"])
      return
    }
    guard let json = answer.json else {
      // Storage behind a registry explains itself in XML.
      let body = String(decoding: answer.bytes, as: UTF8.self)
      let text = body.hasPrefix("<") ? ServerText.cleanedPage(body) : ServerText.cleaned(body)
      self.init(code: nil, message: text.isEmpty ? nil : text, notes: [])
      return
    }
    guard let errors = json["errors"]?.array, let first = errors.first else {
      let text = ["message", "details", "error_description", "error"].lazy.compactMap { json[$0]?.string }.first
      self.init(code: nil, message: text.map { ServerText.cleaned($0) }, notes: [])
      return
    }
    let others = errors.dropFirst().prefix(9).map { error in
      let code = error["code"]?.string ?? "error"
      return ServerText.cleaned("\(code): \(error["message"]?.string ?? "")")
    }
    self.init(
      code: first["code"]?.string.map { ServerText.cleaned($0, limit: 60) },
      message: first["message"]?.string.map { ServerText.cleaned($0) },
      notes: (Self.detail(of: first).map { [$0] } ?? []) + others)
  }

  private init(code: String?, message: String?, notes: [String]) {
    self.code = code
    self.message = message
    self.notes = notes
  }

  private static func detail(of error: JSONValue) -> String? {
    guard let detail = error["detail"], !detail.isNull, detail != .object([]), detail != .array([]) else { return nil }
    return "detail: \(ServerText.cleaned(detail.string ?? detail.text))"
  }
}

extension RegistryAnswer {
  /// The answer as it was before its body was read.
  var response: TransportResponse {
    let pieces = Mutex([bytes])
    return TransportResponse(
      status: status, headers: headers, url: url,
      body: ResponseBody { pieces.withLock { $0.popLast() }.flatMap { $0.isEmpty ? nil : $0 } }, tries: tries)
  }
}
