import Foundation

/// One connection through a ``FaultProxy``: a thread for each direction.
final class ProxyConnection: Sendable {
  private let client: Socket
  private let server: Socket
  private let proxy: FaultProxy
  private let isBroken = Monitor(false)

  init(client: Socket, server: Socket, proxy: FaultProxy) {
    self.client = client
    self.server = server
    self.proxy = proxy
  }

  /// Wakes both threads up.
  func shutdown() {
    client.shutdown()
    server.shutdown()
  }

  /// Releases both sockets; after a fault the client sees RST.
  func close() {
    if isBroken.current { client.resetOnClose() }
    client.close()
    server.close()
  }

  /// Carries requests to the server, one after the other, and asks the proxy about each.
  func forwardRequests() {
    defer { server.finishWriting() }
    guard let first = client.read(), !first.isEmpty else { return }
    // A method begins with a capital letter; a TLS record begins with 0x16.
    guard (0x41...0x5A).contains(first[0]) else {
      if send(first, to: server) { copyToServer() }
      return
    }
    var reader = MessageReader(client, initial: first)
    var passed = 0
    var isCut = false
    while let head = reader.head() {
      switch proxy.judge(head.startLine) {
      case .forward:
        guard send(head.bytes, to: server) else { return }
        let isChunked = head.requestFraming == .chunked
        let isComplete = reader.body(head.requestFraming) { bytes in
          if let allowed = proxy.cutRequest(before: passed, count: bytes.count) {
            isCut = true
            _ = send(Array(bytes.prefix(allowed)), to: server)
            return false
          }
          passed += bytes.count
          return isChunked ? send(Self.chunk(bytes), to: server) : send(bytes, to: server)
        }
        if isCut { return breakConnection() }
        guard isComplete, !isChunked || send(Array("0\r\n\r\n".utf8), to: server) else { return }
      case .answer(let reply):
        delay()
        var text = reply.head
        if !head.startLine.hasPrefix("HEAD ") { text += reply.bodyText }
        if head.headers["expect"]?.lowercased() == "100-continue" {
          _ = client.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        // The body is read first: one who is still writing may not see an answer.
        guard reader.body(head.requestFraming, { _ in true }), client.write(Array(text.utf8)) else { return }
      case .reset: return breakConnection()
      }
    }
  }

  /// Carries answers to the client until the server is done or the connection has to break.
  func forwardAnswers() {
    var passed = 0
    var isStalled = false
    while let bytes = server.read(), !bytes.isEmpty {
      if let allowed = proxy.cut(before: passed, count: bytes.count) {
        _ = send(Array(bytes.prefix(allowed)), to: client)
        return breakConnection()
      }
      passed += bytes.count
      if isStalled || proxy.stalls(after: passed) {
        isStalled = true
        continue
      }
      guard send(bytes, to: client) else { break }
    }
    server.shutdown()
    // No FIN where the other thread has decided on RST.
    if isBroken.current { return }
    client.finishWriting()
    // The client may keep its direction open for as long as it likes, and nothing can come back on it.
    client.finishReading()
  }

  private func copyToServer() {
    while let bytes = client.read(), !bytes.isEmpty {
      guard send(bytes, to: server) else { return }
    }
  }

  private func send(_ bytes: [UInt8], to socket: Socket) -> Bool {
    delay()
    return socket.write(bytes)
  }

  private func delay() {
    let latency = proxy.latency
    if latency > .zero { Thread.sleep(forTimeInterval: latency.seconds) }
  }

  /// Ends both threads without telling the client; ``close()`` then sends RST.
  private func breakConnection() {
    isBroken.update { $0 = true }
    client.finishReading()
    server.shutdown()
  }

  private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
    Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10]
  }
}
