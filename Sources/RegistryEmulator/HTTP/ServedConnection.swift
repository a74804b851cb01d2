import AcrCore
import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization

/// One connection of a client: its requests are answered one after the other.
struct ServedConnection: Sendable {
  typealias Channel = NIOAsyncChannel<RequestPiece, HTTPServerResponsePart>

  let channel: Channel
  let service: any HTTPService
  let connections: OpenConnections

  /// Lays the layers of a new connection: TLS or none, HTTP/1.1, then the stream that ``serve()`` reads.
  static func setUp(_ channel: any NIOCore.Channel, tls: TLSContext) throws -> Channel {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(ConnectionOpener(tls: tls))
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: true)
    try pipeline.addHandler(SchemeHandler())
    do {
      return try NIOAsyncChannel(
        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    } catch {
      channel.close(promise: nil)
      throw error
    }
  }

  /// Answers requests until the client or the emulator ends the connection.
  func serve() async {
    // A client that goes away, and a body that a test wanted cut, end the connection and nothing else.
    try? await channel.executeThenClose { inbound, outbound in
      let pieces = RequestPieces(inbound.makeAsyncIterator())
      while connections.rest(channel.channel), case .head(let head, let isSecure)? = try await pieces.next() {
        guard connections.work(channel.channel) else { return }
        let body = RequestBody(pieces)
        try await respond(to: head, isSecure: isSecure, body: body, outbound)
        // What the service did not want to read stands before the next request.
        for try await _ in body {}
        guard head.isKeepAlive else { break }
      }
      outbound.finish()
      try await waitForEnd(pieces)
    }
    connections.ended(channel.channel)
  }

  /// Lets the client take what it has not taken yet: closing at once would drop that. It hears of the end behind the last
  /// byte, and closes its side.
  private func waitForEnd(_ pieces: RequestPieces) async throws {
    let limit = Duration.seconds(connections.rest(channel.channel) ? 30 : 1)
    let closing = Task { [channel = channel.channel] in
      try await Task.sleep(for: limit)
      channel.close(promise: nil)
    }
    defer { closing.cancel() }
    while try await pieces.next() != nil {}
  }

  private func respond(
    to head: HTTPRequestHead, isSecure: Bool, body: RequestBody,
    _ writer: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
  ) async throws {
    let local = channel.channel.localAddress?.port.map { "127.0.0.1:\($0)" } ?? "127.0.0.1"
    let call = HTTPCall(
      head, isSecure: isSecure, body: body, clientAddress: channel.channel.remoteAddress?.ipAddress ?? "127.0.0.1",
      defaultAuthority: local)
    if call.headers[.expect]?.lowercased() == "100-continue" {
      try await writer.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
    }
    var reply: Reply
    do {
      reply = try await service.reply(to: call)
    } catch let error as ErrorReply {
      reply = error.reply
    } catch {
      reply = Reply(
        status: .internalServerError,
        json: ["errors": [["code": "INTERNAL_ERROR", "message": .string("\(error)"), "detail": nil]]])
    }
    reply.set("x-ms-request-id", call.id)
    reply.set("x-ms-correlation-request-id", call.header("x-ms-correlation-request-id") ?? call.id)
    if !head.isKeepAlive { reply.set("Connection", "close") }
    try await reply.send(to: writer, method: call.method)
  }
}

/// A part of a request as it arrives.
enum RequestPiece: Sendable {
  case head(HTTPRequestHead, isSecure: Bool)
  case body(ByteBuffer)
  case end
}

/// The parts of all requests of a connection.
///
/// It is unchecked since one task reads it at a time: the connection's own, which lends it to the service that answers.
final class RequestPieces: @unchecked Sendable {
  private var iterator: NIOAsyncChannelInboundStream<RequestPiece>.AsyncIterator

  init(_ iterator: NIOAsyncChannelInboundStream<RequestPiece>.AsyncIterator) { self.iterator = iterator }

  func next() async throws -> RequestPiece? { try await iterator.next() }
}

/// The bytes of one request's body. They can be read once.
final class RequestBody: AsyncSequence, Sendable {
  private let pieces: RequestPieces
  private let isRead = Atomic(false)

  init(_ pieces: RequestPieces) { self.pieces = pieces }

  /// The next bytes; nil behind the last ones.
  /// - Throws: an ``AcrError`` where the client goes away before.
  func next() async throws -> ByteBuffer? {
    if isRead.load(ordering: .relaxed) { return nil }
    switch try await pieces.next() {
    case .body(let bytes)?: return bytes
    case .end?:
      isRead.store(true, ordering: .relaxed)
      return nil
    case .head?, nil: throw AcrError(.network, "the client closed the connection before the end of its request")
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(body: self) }

  struct Iterator: AsyncIteratorProtocol {
    let body: RequestBody

    func next() async throws -> ByteBuffer? { try await body.next() }
  }
}

/// The connections of a listener, so that closing it ends those that wait for a next request at once, and the others
/// behind their answer.
final class OpenConnections: Sendable {
  private struct State {
    var isClosing = false
    var idle: [ObjectIdentifier: any Channel] = [:]
  }

  private let state = Mutex(State())

  /// Notes that a connection waits for a request. False when it is to end instead.
  func rest(_ channel: any Channel) -> Bool {
    state.withLock { state in
      if !state.isClosing { state.idle[ObjectIdentifier(channel)] = channel }
      return !state.isClosing
    }
  }

  /// Notes that a request came. False when the connection was told to end before.
  func work(_ channel: any Channel) -> Bool {
    state.withLock { $0.idle.removeValue(forKey: ObjectIdentifier(channel)) != nil }
  }

  /// Notes that a connection ended.
  func ended(_ channel: any Channel) {
    state.withLock { _ = $0.idle.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// Ends the connections that wait, and lets no other wait any more.
  func closeWhenIdle() {
    let idle = state.withLock { state in
      state.isClosing = true
      defer { state.idle = [:] }
      return Array(state.idle.values)
    }
    for channel in idle { channel.close(promise: nil) }
  }
}

/// Adds to each request's head whether it came through TLS, so that answers can name addresses of the same scheme.
private final class SchemeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = RequestPiece

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let piece: RequestPiece =
      switch unwrapInboundIn(data) {
      case .head(let head):
        .head(head, isSecure: (try? context.pipeline.syncOperations.handler(type: TLSHandler.self)) != nil)
      case .body(let bytes): .body(bytes)
      case .end: .end
      }
    context.fireChannelRead(wrapInboundOut(piece))
  }
}
