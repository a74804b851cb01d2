import CTLS
import NIOCore

/// Encrypts and decrypts one connection.
final class TLSHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// The most bytes of a TLS record (RFC 8446, 5.1).
  private static let pieceSize = 16 << 10

  private let session: OpaquePointer
  /// Answers that were written before the handshake was done.
  private var waiting: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
  private var isOpen = false
  private var isFailed = false

  /// Creates the handler of one connection.
  /// - Throws: ``TLSFailure`` when memory is short.
  init(context: TLSContext) throws {
    guard let session = context.makeSession() else { throw TLSFailure() }
    self.session = session
  }

  deinit { acr_tls_session_free(session) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isFailed else { return }
    let piece = unwrapInboundIn(data)
    let fed = piece.readableBytesView.withUnsafeBytes { acr_tls_feed(session, $0.baseAddress, $0.count) }
    guard fed == 1 else { return fail(context) }
    if !isOpen {
      let result = acr_tls_handshake(session)
      send(context, promise: nil)
      context.flush()
      guard result != Int32(ACR_TLS_FAILED) else { return fail(context) }
      guard result == 1 else { return }
      isOpen = true
      sendWaiting(context)
    }
    receive(context)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let piece = unwrapOutboundIn(data)
    guard isOpen, !isFailed else {
      if isFailed { promise?.fail(TLSFailure()) } else { waiting.append((piece, promise)) }
      return
    }
    encrypt(piece, context, promise)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if isOpen, !isFailed {
      acr_tls_shutdown(session)
      send(context, promise: nil)
      context.flush()
    }
    context.close(mode: mode, promise: promise)
  }

  func channelInactive(context: ChannelHandlerContext) {
    giveUpWaiting()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { giveUpWaiting() }

  // MARK: Parts

  private func receive(_ context: ChannelHandlerContext) {
    while true {
      var piece = context.channel.allocator.buffer(capacity: TLSHandler.pieceSize)
      var result = Int(ACR_TLS_WAIT)
      piece.writeWithUnsafeMutableBytes(minimumWritableBytes: TLSHandler.pieceSize) { buffer in
        let count = acr_tls_read(session, buffer.baseAddress, Int32(clamping: buffer.count))
        result = Int(count)
        return max(0, Int(count))
      }
      if result > 0 {
        context.fireChannelRead(wrapInboundOut(piece))
        continue
      }
      // Reading may have made an answer: a key update, an alert.
      send(context, promise: nil)
      context.flush()
      if result == ACR_TLS_FAILED { return fail(context) }
      if result == ACR_TLS_CLOSED { context.close(promise: nil) }
      return
    }
  }

  private func encrypt(_ piece: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    var isWritten = true
    piece.readableBytesView.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty, isWritten {
        let part = UnsafeRawBufferPointer(rebasing: rest.prefix(TLSHandler.pieceSize))
        isWritten = acr_tls_write(session, part.baseAddress, Int32(clamping: part.count)) == 1
        rest = rest.dropFirst(part.count)
      }
    }
    guard isWritten else {
      promise?.fail(TLSFailure())
      return fail(context)
    }
    send(context, promise: promise)
  }

  /// Writes what OpenSSL has made for the peer.
  private func send(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    let count = acr_tls_pending(session)
    guard count > 0 else {
      promise?.succeed(())
      return
    }
    var piece = context.channel.allocator.buffer(capacity: count)
    piece.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { buffer in
      Int(acr_tls_drain(session, buffer.baseAddress, Int32(clamping: buffer.count)))
    }
    context.write(wrapOutboundOut(piece), promise: promise)
  }

  private func sendWaiting(_ context: ChannelHandlerContext) {
    let pieces = waiting
    waiting = []
    for piece in pieces { encrypt(piece.bytes, context, piece.promise) }
    if !pieces.isEmpty { context.flush() }
  }

  private func fail(_ context: ChannelHandlerContext) {
    guard !isFailed else { return }
    isFailed = true
    giveUpWaiting()
    context.close(promise: nil)
  }

  private func giveUpWaiting() {
    let pieces = waiting
    waiting = []
    for piece in pieces { piece.promise?.fail(TLSFailure()) }
  }
}

/// A connection whose TLS failed.
struct TLSFailure: Error {}
