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
    static func failed(_ text: String) -> ResponseError { ResponseError(code: -32803, message: text) }
    static let cancelled = ResponseError(code: -32800, message: "the request was cancelled")
    static let notInitialized = ResponseError(code: -32002, message: "`initialize` has to come first")
  }

  private enum Phase { case started, running, shutDown }

  /// What came in, read as JSON.
  private enum Incoming {
    case message(JSONValue)
    case wrong(ResponseError)
    case end
  }

  /// Messages that are looked at ahead of their turn, for what cancels an earlier one.
  private static let queueLimit = 500

  let catalog: Catalog
  let environment: Set<String>
  let workspace = Workspace()
  private let stream: MessageStream
  private var phase = Phase.started
  private(set) var encoding = PositionEncoding.utf16
  /// What the client can do with answers.
  private(set) var client = ClientAbilities(.null)
  private var queue: [Incoming] = []

  init(_ context: ProgramContext, stream: MessageStream = MessageStream()) {
    catalog = context.session.catalog
    environment = Set(context.environment.keys)
    self.stream = stream
  }

  /// The open texts by URI.
  var documents: [String: OpenDocument] { workspace.documents }

  /// Answers messages until `exit` or the end of the input.
  /// - Returns: 0 when the client said goodbye with `shutdown`, 1 otherwise.
  func run() -> Int32 {
    while true {
      do {
        switch next() {
        case .end: return phase == .shutDown ? 0 : 1
        case .wrong(let error): try respond(to: .null, error: error)
        case .message(let message):
          guard try handle(message) else { return phase == .shutDown ? 0 : 1 }
        }
      } catch {
        // The reader of the responses is gone.
        return 1
      }
    }
  }

  private func next() -> Incoming {
    if queue.isEmpty { queue.append(Self.read(stream.receive())) }
    while queue.count < Self.queueLimit, let more = stream.receiveIfThere() { queue.append(Self.read(more)) }
    return queue.removeFirst()
  }

  private static func read(_ received: MessageStream.Received) -> Incoming {
    switch received {
    case .end: return .end
    case .garbage(let reason): return .wrong(.parse(reason))
    case .message(let bytes):
      do {
        return .message(try JSONValue(parsing: bytes))
      } catch {
        return .wrong(.parse("not JSON at \(error.line):\(error.column): \(error.reason)"))
      }
    }
  }

  /// True when a message that has arrived already cancels a request.
  private func isCancelled(_ id: JSONValue) -> Bool {
    queue.contains { incoming in
      guard case .message(let message) = incoming, message["method"]?.string == "$/cancelRequest" else { return false }
      return message["params"]?["id"] == id
    }
  }

  /// True when another change of a text has arrived already, after which it will be checked.
  func isAboutToChange(_ uri: String) -> Bool {
    queue.contains { incoming in
      guard case .message(let message) = incoming, message["method"]?.string == "textDocument/didChange" else {
        return false
      }
      return message["params"]?["textDocument"]?["uri"]?.string == uri
    }
  }

  /// - Returns: false at `exit`.
  private func handle(_ message: JSONValue) throws(AcrError) -> Bool {
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
      if isCancelled(id) { throw .cancelled }
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
    case "textDocument/references": return try references(parameters)
    case "textDocument/documentHighlight": return try documentHighlights(parameters)
    case "textDocument/prepareRename": return try prepareRename(parameters)
    case "textDocument/rename": return try rename(parameters)
    case "workspace/symbol": return workspaceSymbols(parameters)
    case "textDocument/codeAction": return try codeActions(parameters)
    case "textDocument/semanticTokens/full", "textDocument/semanticTokens/range":
      return try semanticTokens(parameters)
    case "textDocument/foldingRange": return try foldingRanges(parameters)
    case "textDocument/selectionRange": return try selectionRanges(parameters)
    case "textDocument/documentLink": return try documentLinks(parameters)
    case "textDocument/rangeFormatting": return try rangeFormatting(parameters)
    case "textDocument/signatureHelp": return try signatureHelp(parameters)
    case "textDocument/inlayHint": return try inlayHints(parameters)
    default: throw .unknownMethod(method)
    }
  }

  private func initialize(_ parameters: JSONValue) -> JSONValue {
    phase = .running
    let abilities = parameters["capabilities"] ?? .null
    let offered = abilities["general"]?["positionEncodings"]?.array?.compactMap(\.string) ?? []
    encoding = offered.contains(PositionEncoding.utf8.rawValue) ? .utf8 : .utf16
    client = ClientAbilities(abilities)
    let folders = parameters["workspaceFolders"]?.array?.compactMap { $0["uri"]?.string } ?? []
    let root = parameters["rootUri"]?.string.map { [$0] } ?? []
    workspace.folders = (folders.isEmpty ? root : folders).compactMap(DocumentURI.path(of:))
    return [
      "capabilities": [
        "positionEncoding": .string(encoding.rawValue),
        "textDocumentSync": ["openClose": true, "change": 2],
        "hoverProvider": true,
        "completionProvider": ["triggerCharacters": ["$", "-", "|", "/", ".", "{"]],
        "signatureHelpProvider": ["triggerCharacters": ["(", ",", " "], "retriggerCharacters": [" ", "-"]],
        "definitionProvider": true,
        "referencesProvider": true,
        "documentHighlightProvider": true,
        "documentSymbolProvider": true,
        "workspaceSymbolProvider": true,
        "codeActionProvider": ["codeActionKinds": ["quickfix", "source.fixAll"]],
        "documentLinkProvider": [:],
        "documentFormattingProvider": true,
        "documentRangeFormattingProvider": true,
        "renameProvider": ["prepareProvider": true],
        "foldingRangeProvider": true,
        "selectionRangeProvider": true,
        "inlayHintProvider": true,
        "semanticTokensProvider": [
          "legend": SemanticTokens.legend, "full": true, "range": true,
        ],
        "workspace": ["workspaceFolders": ["supported": true, "changeNotifications": true]],
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

  /// The open text and the stretch a request is about.
  func stretch(_ parameters: JSONValue) throws(ResponseError) -> (document: OpenDocument, span: Span) {
    let document = try document(parameters)
    guard let range = parameters["range"], let span = document.source.span(range, encoding) else {
      throw .invalidParameters("`range` is not two positions")
    }
    return (document, span)
  }
}

/// What a client says it can do with answers.
struct ClientAbilities {
  /// Whether edits may come with the versions of their texts.
  let takesDocumentChanges: Bool

  init(_ capabilities: JSONValue) {
    takesDocumentChanges = capabilities["workspace"]?["workspaceEdit"]?["documentChanges"]?.bool ?? false
  }
}
