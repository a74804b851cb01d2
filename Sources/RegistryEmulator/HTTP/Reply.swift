import AcrSystem
import AcrCore
import HTTPTypes
import NIOCore
import NIOHTTP1

/// The answer to one request.
struct Reply: Sendable {
  /// The status.
  var status: HTTPResponse.Status
  /// Header fields; `Content-Length` is added from the body.
  var headers: HTTPFields
  /// The body.
  var body: Body
  /// With a value, the connection is cut after so many bytes of the body: a fault asked for by a test.
  var cutAfter: Int64?

  /// Where the bytes of an answer are.
  enum Body: Sendable {
    case bytes([UInt8])
    /// `length` bytes of a file from `offset` on, sent as they are read.
    case file(path: String, offset: Int64, length: Int64)
  }

  /// Creates an answer with the bytes of a document, or none.
  init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = .bytes(body)
  }

  /// Creates an answer of plain text.
  init(status: HTTPResponse.Status, text: String) {
    self.init(status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: Array(text.utf8))
  }

  /// Creates an answer of JSON.
  init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], json: JSONValue) {
    self.init(status: status, headers: headers, body: Array(json.text.utf8))
    if self.headers[.contentType] == nil { self.headers[.contentType] = "application/json; charset=utf-8" }
  }

  /// The number of bytes of the body.
  var length: Int64 {
    switch body {
    case .bytes(let bytes): Int64(bytes.count)
    case .file(_, _, let length): length
    }
  }

  /// Adds or replaces a field by its name.
  mutating func set(_ name: String, _ value: String) {
    guard let name = HTTPField.Name(name) else { return }
    headers[name] = value
  }
}

/// An answer that ends the work on a request early.
struct ErrorReply: Error {
  /// What the client gets.
  let reply: Reply

  init(_ reply: Reply) { self.reply = reply }
}

extension Reply {
  /// How much of a file is read at once.
  private static let pieceSize = 64 << 10

  /// The status line and the header fields as they are sent.
  private var head: HTTPResponseHead {
    var fields = HTTPHeaders(headers.map { ($0.name.rawName, $0.value) })
    if status.code >= 200, status != .noContent, headers[.contentLength] == nil {
      fields.add(name: "Content-Length", value: String(length))
    }
    return HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase),
      headers: fields)
  }

  /// Sends the answer. A body that is cut ends with an error, which closes the connection.
  func send(
    to writer: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>, method: HTTPRequest.Method
  ) async throws {
    if method == .head || length == 0 {
      try await writer.write(contentsOf: [.head(head), .end(nil)])
      return
    }
    switch body {
    case .bytes(let bytes):
      let sent = bytes.prefix(Int(clamping: cutAfter ?? .max))
      let piece = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: sent)))
      guard sent.count == bytes.count else {
        try await writer.write(contentsOf: [.head(head), piece])
        throw CutBody()
      }
      try await writer.write(contentsOf: [.head(head), piece, .end(nil)])
    case .file(let path, let offset, let length):
      try await writer.write(.head(head))
      let file = try OpenFile(reading: path)
      let end = offset + min(length, cutAfter ?? .max)
      var position = offset
      while position < end {
        let piece = try file.read(at: position, count: Int(min(Int64(Reply.pieceSize), end - position)))
        guard !piece.isEmpty else { throw AcrError(.server, "the file `\(path)` became shorter while it was sent") }
        try await writer.write(.body(.byteBuffer(ByteBuffer(bytes: piece))))
        position += Int64(piece.count)
      }
      guard end == offset + length else { throw CutBody() }
      try await writer.write(.end(nil))
    }
  }

  /// Ends a connection in the middle of a body, as a test asked.
  private struct CutBody: Error {}
}
