import AcrCore
import AcrHTTP
import HTTPTypes
import Synchronization

/// An answer of a registry with its body in memory.
typealias RegistryAnswer = HTTPDocument

extension HTTPDocument {
  /// True for an answer meant for a browser.
  var isWebPage: Bool { ServerText.isWebPage(contentType: headers.first(.contentType), bytes: bytes) }

  /// The answer as it was before its body was read.
  var response: TransportResponse {
    let pieces = Mutex([bytes])
    return TransportResponse(
      status: status, headers: headers, url: url,
      body: ResponseBody { pieces.withLock { $0.popLast() }.flatMap { $0.isEmpty ? nil : $0 } }, tries: tries,
      sent: sent)
  }
}

/// What a registry says about its error (distribution-spec, "Error Codes"; Docker Hub's own forms). The secrets of the
/// request do not occur in it, though the server may have repeated them.
struct ServerErrorText: Sendable {
  /// The code of the first error, for example `MANIFEST_UNKNOWN`.
  let code: String?
  /// One line for people; nil when the body was empty.
  let message: String?
  /// Further errors and details, one line each.
  let notes: [String]

  init(_ answer: RegistryAnswer) {
    let sent = answer.sent
    guard !answer.isWebPage else {
      let text = ServerText.cleanedPage(String(decoding: answer.bytes, as: UTF8.self), without: sent)
      self.init(code: nil, message: nil, notes: text.isEmpty ? [] : ["the page says: \(text)"])
      return
    }
    guard let json = answer.json else {
      // Storage behind a registry explains itself in XML.
      let body = String(decoding: answer.bytes, as: UTF8.self)
      let isXML = body.hasPrefix("<")
      let text = isXML ? ServerText.cleanedPage(body, without: sent) : ServerText.cleaned(body, without: sent)
      self.init(code: nil, message: text.isEmpty ? nil : text, notes: [])
      return
    }
    guard let errors = json["errors"]?.array, let first = errors.first else {
      let text = ["message", "details", "error_description", "error"].lazy.compactMap { json[$0]?.string }.first
      self.init(code: nil, message: text.map { ServerText.cleaned($0, without: sent) }, notes: [])
      return
    }
    let others = errors.dropFirst().prefix(9).map { error in
      let code = error["code"]?.string ?? "error"
      return ServerText.cleaned("\(code): \(error["message"]?.string ?? "")", without: sent)
    }
    self.init(
      code: first["code"]?.string.map { ServerText.cleaned($0, limit: 60, without: sent) },
      message: first["message"]?.string.map { ServerText.cleaned($0, without: sent) },
      notes: (Self.detail(of: first, sent).map { [$0] } ?? []) + others)
  }

  private init(code: String?, message: String?, notes: [String]) {
    self.code = code
    self.message = message
    self.notes = notes
  }

  private static func detail(of error: JSONValue, _ sent: SentSecrets) -> String? {
    guard let detail = error["detail"], !detail.isNull, detail != .object([]), detail != .array([]) else { return nil }
    return "detail: \(ServerText.cleaned(detail.string ?? detail.text, without: sent))"
  }
}
