import AcrCore
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOPosix

/// What answers requests.
protocol HTTPService: Sendable {
  /// Answers one request.
  /// - Throws: ``ErrorReply`` for an answer that ends the work early; any other error becomes a status of 500.
  func reply(to call: HTTPCall) async throws -> Reply
}

/// A port of the loopback interface that speaks http and https, whichever the client begins with.
struct Listener: Sendable {
  /// The port.
  let port: Int
  private let server: Server<EitherChannel>
  private let running: Task<Void, any Error>

  /// `127.0.0.1:PORT`
  var authority: String { "127.0.0.1:\(port)" }

  /// Opens a port; 0 lets the system choose one.
  /// - Parameter service: answers the requests; it learns the port as ``HTTPCall/authority`` where a client sends none.
  static func open(
    port: Int, tls: TLSContext, logger: Logger, service: any HTTPService
  ) async throws -> Listener {
    let (ports, announce) = AsyncStream.makeStream(of: Int.self)
    let http = HTTP1Channel(
      responder: { request, writer, channel in
        try await respond(to: request, with: service, writer: writer, channel: channel)
      }, configuration: .init(additionalChannelHandlers: [SchemeHandler()]))
    let server = Server(
      childChannelSetup: EitherChannel(http: http, tls: tls),
      configuration: .init(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { channel in
        announce.yield(channel.localAddress?.port ?? port)
        announce.finish()
      }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    let running = Task {
      defer { announce.finish() }
      try await server.run()
    }
    for await bound in ports { return Listener(port: bound, server: server, running: running) }
    do {
      try await running.value
    } catch {
      throw AcrError(
        .network, "cannot listen on 127.0.0.1:\(port): \(error)", help: "use another port, or 0 for a free one")
    }
    throw AcrError(.network, "the server on 127.0.0.1:\(port) ended at once")
  }

  /// Waits for requests in progress and closes the port.
  func close() async {
    try? await server.shutdownGracefully()
    _ = try? await running.value
  }

  private static func respond(
    to request: Request, with service: any HTTPService, writer: consuming ResponseWriter, channel: any Channel
  ) async throws {
    let local = channel.localAddress?.port.map { "127.0.0.1:\($0)" } ?? "127.0.0.1"
    let call = HTTPCall(
      request, clientAddress: channel.remoteAddress?.ipAddress ?? "127.0.0.1", defaultAuthority: local)
    if call.headers[.expect]?.lowercased() == "100-continue" {
      try await writer.writeInformationalHead(HTTPResponse(status: .continue))
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
    try await reply.send(to: writer, method: call.method)
  }
}

/// A connection that becomes http or https by its first byte.
private struct EitherChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  let http: HTTP1Channel
  let tls: TLSContext

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(ConnectionOpener(tls: tls))
    }.flatMap {
      http.setup(channel: channel, logger: logger)
    }
  }

  func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}

/// Decides by a connection's first bytes what it is, then leaves: TLS when they begin a handshake record (RFC 8446, 5.1),
/// http otherwise. A `CONNECT` (RFC 9110, 9.3.6) is answered and what follows is looked at again: so every port is also a
/// proxy that leads all hosts here, and clients with `HTTPS_PROXY` reach the world by its real names.
private final class ConnectionOpener: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let handshakeRecord: UInt8 = 22
  /// The longest head of a `CONNECT` request.
  private static let headLimit = 8192
  private let tls: TLSContext
  private var received = ByteBuffer()

  init(tls: TLSContext) { self.tls = tls }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var piece = unwrapInboundIn(data)
    received.writeBuffer(&piece)
    let view = received.readableBytesView
    guard let first = view.first else { return }
    if first == ConnectionOpener.handshakeRecord {
      do {
        try context.pipeline.syncOperations.addHandler(TLSHandler(context: tls), position: .after(self))
      } catch {
        context.close(promise: nil)
        return
      }
    } else {
      let start = Array("CONNECT ".utf8)
      if view.starts(with: start) {
        answerConnect(context)
        return
      }
      // Perhaps the rest of the word has not come yet.
      if view.count < start.count, start.starts(with: view) { return }
    }
    context.fireChannelRead(wrapInboundOut(received))
    context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
  }

  private func answerConnect(_ context: ChannelHandlerContext) {
    guard let end = received.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else {
      if received.readableBytes > ConnectionOpener.headLimit { context.close(promise: nil) }
      return
    }
    received.moveReaderIndex(to: end.upperBound)
    let answer = context.channel.allocator.buffer(string: "HTTP/1.1 200 Connection established\r\n\r\n")
    context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    let rest = received
    received = ByteBuffer()
    if rest.readableBytes > 0 { channelRead(context: context, data: wrapInboundOut(rest)) }
  }
}

/// Notes in each request's head whether it came through TLS, so that answers can name addresses of the same scheme.
private final class SchemeHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data) else {
      context.fireChannelRead(data)
      return
    }
    let isSecure = (try? context.pipeline.syncOperations.handler(type: TLSHandler.self)) != nil
    head.scheme = isSecure ? "https" : "http"
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }
}
