import AcrCore
import AcrLanguage
import AcrRuntime

/// `acrsh --lsp`: the Language Server Protocol 3.17 on standard input and output. It checks, explains, completes and lays
/// out texts; it runs nothing and opens no connection.
final class LanguageServer {
  /// An error of JSON-RPC 2.0, section 5.1, or of the protocol.
  struct ResponseError: Error {
    let code: Int64
    let message: String

    static func parse(_ text: String) -> ResponseError { ResponseError(code: -32700, message: text) }
    static func invalidRequest(_ text: String) -> ResponseError { ResponseError(code: -32600, message: text) }
    static func unknownMethod(_ name: String) -> ResponseError {
      ResponseError(code: -32601, message: "the method `\(name)` is unknown")
    }
    static func invalidParameters(_ text: String) -> ResponseError { ResponseError(code: -32602, message: text) }
    static let notInitialized = ResponseError(code: -32002, message: "`initialize` has to come first")
  }

  private enum Phase { case started, running, shutDown }

  let catalog: Catalog
  let environment: Set<String>
  private let stream: MessageStream
  private var phase = Phase.started
  private(set) var encoding = PositionEncoding.utf16
  /// The open texts by URI.
  var documents: [String: OpenDocument] = [:]

  init(_ context: ProgramContext, stream: MessageStream = MessageStream()) {
    catalog = context.session.catalog
    environment = Set(context.environment.keys)
    self.stream = stream
  }

  /// Answers messages until `exit` or the end of the input.
  /// - Returns: 0 when the client said goodbye with `shutdown`, 1 otherwise.
  func run() -> Int32 {
    while true {
      do {
        switch stream.receive() {
        case .end: return phase == .shutDown ? 0 : 1
        case .garbage(let reason): try respond(to: .null, error: .parse(reason))
        case .message(let bytes):
          guard try handle(bytes) else { return phase == .shutDown ? 0 : 1 }
        }
      } catch {
        // The reader of the responses is gone.
        return 1
      }
    }
  }

  /// - Returns: false at `exit`.
  private func handle(_ bytes: [UInt8]) throws(AcrError) -> Bool {
    let message: JSONValue
    do {
      message = try JSONValue(parsing: bytes)
    } catch {
      try respond(to: .null, error: .parse("not JSON at \(error.line):\(error.column): \(error.reason)"))
      return true
    }
    let id = message["id"]
    guard let method = message["method"]?.string, message["jsonrpc"]?.string == "2.0", Self.isIdentifier(id) else {
      // An answer to a request of ours would have no method; we send none.
      let isAnswer = message["method"] == nil && (message["result"] != nil || message["error"] != nil)
      if !isAnswer {
        let known = Self.isIdentifier(id) ? id : nil
        try respond(to: known ?? .null, error: .invalidRequest("this is no JSON-RPC 2.0 request"))
      }
      return true
    }
    let parameters = message["params"] ?? .null
    guard let id else {
      if method == "exit" { return false }
      if phase == .running { try notify(method, parameters) }
      return true
    }
    let result: JSONValue
    do throws(ResponseError) {
      result = try answer(method, parameters)
    } catch {
      try respond(to: id, error: error)
      return true
    }
    try stream.send(["jsonrpc": "2.0", "id": id, "result": result])
    return true
  }

  private static func isIdentifier(_ id: JSONValue?) -> Bool {
    switch id {
    case nil, .string, .integer, .number: true
    default: false
    }
  }

  private func respond(to id: JSONValue, error: ResponseError) throws(AcrError) {
    try stream.send([
      "jsonrpc": "2.0", "id": id, "error": ["code": .integer(error.code), "message": .string(error.message)],
    ])
  }

  func send(notification method: String, _ parameters: JSONValue) throws(AcrError) {
    try stream.send(["jsonrpc": "2.0", "method": .string(method), "params": parameters])
  }

  // MARK: Methods

  private func answer(_ method: String, _ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    switch phase {
    case .started:
      guard method == "initialize" else { throw .notInitialized }
      return initialize(parameters)
    case .shutDown: throw .invalidRequest("the server has been shut down")
    case .running: break
    }
    switch method {
    case "initialize": throw .invalidRequest("`initialize` comes only once")
    case "shutdown":
      phase = .shutDown
      return .null
    case "textDocument/hover": return try hover(parameters)
    case "textDocument/completion": return try completion(parameters)
    case "textDocument/definition": return try definition(parameters)
    case "textDocument/formatting": return try formatting(parameters)
    case "textDocument/documentSymbol": return try documentSymbols(parameters)
    default: throw .unknownMethod(method)
    }
  }

  private func initialize(_ parameters: JSONValue) -> JSONValue {
    phase = .running
    let offered = parameters["capabilities"]?["general"]?["positionEncodings"]?.array?.compactMap(\.string) ?? []
    encoding = offered.contains(PositionEncoding.utf8.rawValue) ? .utf8 : .utf16
    return [
      "capabilities": [
        "positionEncoding": .string(encoding.rawValue),
        "textDocumentSync": ["openClose": true, "change": 2],
        "hoverProvider": true,
        "completionProvider": ["triggerCharacters": ["$", "-", "|", "/"]],
        "definitionProvider": true,
        "documentFormattingProvider": true,
        "documentSymbolProvider": true,
      ],
      "serverInfo": ["name": "acrsh", "version": .string(Program.version)],
    ]
  }

  /// The open text a request is about.
  func document(_ parameters: JSONValue) throws(ResponseError) -> OpenDocument {
    guard let uri = parameters["textDocument"]?["uri"]?.string else {
      throw .invalidParameters("`textDocument.uri` is missing")
    }
    guard let document = documents[uri] else { throw .invalidParameters("`\(uri)` is not open") }
    return document
  }

  /// The open text and the byte offset a request is about.
  func place(_ parameters: JSONValue) throws(ResponseError) -> (document: OpenDocument, offset: Int) {
    let document = try document(parameters)
    guard let position = parameters["position"], let offset = document.source.offset(position, encoding) else {
      throw .invalidParameters("`position` is not a line and a character")
    }
    return (document, offset)
  }
}
