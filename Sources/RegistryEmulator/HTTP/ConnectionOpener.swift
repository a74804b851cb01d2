import NIOCore

/// Decides by a connection's first bytes what it is, then leaves: TLS when they begin a handshake record (RFC 8446, 5.1),
/// http otherwise. A `CONNECT` (RFC 9110, 9.3.6) is answered and what follows is looked at again: so every port is also a
/// proxy that leads all hosts here, and clients with `HTTPS_PROXY` reach the world by its real names.
final class ConnectionOpener: ChannelInboundHandler, RemovableChannelHandler {
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
