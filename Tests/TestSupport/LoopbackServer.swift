import Foundation

/// A scripted HTTP/1.1 server on 127.0.0.1 that can answer well and badly. It records what it was asked.
///
/// Each connection has a thread; the handler runs there, on several threads at once. Connections stay open between requests
/// unless the client or the answer says otherwise.
public final class LoopbackServer: Sendable {
  /// Makes the answer to a request. An error it throws becomes a 500 with the error's text.
  public typealias Handler = @Sendable (Request) throws -> Reply
  /// Looks at a request before its body was read. An answer is sent at once; the body is then read and dropped if the answer
  /// keeps the connection, and left unread if it closes it. nil goes on to the body and the ``Handler``.
  public typealias EarlyHandler = @Sendable (Request) throws -> Reply?

  /// What becomes of the bodies of requests.
  public enum BodyPolicy: Sendable {
    /// They are kept; one with more bytes than this is answered with 413.
    case keep(upTo: Int)
    /// They are read, counted and dropped.
    case discard
  }

  /// The port the system chose.
  public let port: UInt16
  private let listener: Socket
  private let bodies: BodyPolicy
  private let early: EarlyHandler?
  private let handler: Handler
  private let state = Monitor(State())

  private struct State: Sendable {
    var requests: [Request] = []
    var disconnects: [Disconnect] = []
    var connections: [Int: Socket] = [:]
    var connectionCount = 0
    var threads = 0
    var isStopped = false
  }

  /// Starts to listen.
  public init(
    bodies: BodyPolicy = .keep(upTo: 64 << 20), early: EarlyHandler? = nil, handler: @escaping Handler
  ) throws {
    self.bodies = bodies
    self.early = early
    self.handler = handler
    listener = try Socket.listen()
    port = try listener.localPort()
    state.update { $0.threads += 1 }
    Thread.detachNewThread { [self] in
      acceptConnections()
      state.update { $0.threads -= 1 }
    }
  }

  /// `127.0.0.1:port`
  public var authority: String { "127.0.0.1:\(port)" }
  /// `http://127.0.0.1:port`
  public var url: String { "http://\(authority)" }
  /// Every request so far, in the order in which they were complete.
  public var requests: [Request] { state.current.requests }
  /// Every client that went away by itself so far.
  public var disconnects: [Disconnect] { state.current.disconnects }
  /// How many connections were accepted so far.
  public var connectionCount: Int { state.current.connectionCount }

  /// How many requests so far satisfy a condition.
  public func count(where isCounted: (Request) -> Bool) -> Int { requests.count(where: isCounted) }

  /// Waits until the requests and disconnects so far satisfy a condition.
  /// - Returns: false when the time was over first.
  public func wait(
    within duration: Duration = .seconds(10),
    until isSatisfied: @escaping @Sendable ([Request], [Disconnect]) -> Bool
  ) async throws -> Bool {
    try await onThread { [state] in
      state.wait(until: Date() + duration.seconds) { isSatisfied($0.requests, $0.disconnects) }
    }
  }

  /// Ends every connection and waits for the threads. A second call does nothing.
  public func stop() {
    let isFirst = state.update { state in
      defer { state.isStopped = true }
      // With the lock held, because a thread takes its socket off the list before it closes it.
      for socket in state.connections.values { socket.shutdown() }
      return !state.isStopped
    }
    guard isFirst else { return }
    listener.shutdown()
    _ = state.wait(until: Date() + 10) { $0.threads == 0 }
    listener.close()
  }

  private func acceptConnections() {
    while let socket = listener.accept() {
      let number = state.update { state -> Int? in
        if state.isStopped { return nil }
        state.connectionCount += 1
        state.threads += 1
        state.connections[state.connectionCount] = socket
        return state.connectionCount
      }
      guard let number else {
        socket.close()
        return
      }
      Thread.detachNewThread { [self] in
        serve(socket, number)
        state.update { $0.connections[number] = nil }
        socket.close()
        state.update { $0.threads -= 1 }
      }
    }
  }

  private func serve(_ socket: Socket, _ number: Int) {
    var reader = MessageReader(socket)
    while true {
      guard let head = reader.head() else { return noteDisconnect(number, .idle, nil) }
      let parts = head.startLine.split(separator: " ")
      guard parts.count == 3, parts[2].hasPrefix("HTTP/1.") else {
        _ = socket.write(Array(Reply(400, text: "not an HTTP/1.1 request: \(head.startLine)\n").head.utf8))
        return
      }
      var request = Request(
        method: String(parts[0]), target: String(parts[1]), headers: head.headers, connection: number)
      let staysOpen = head.headers["connection"]?.lowercased() != "close" && parts[2] != "HTTP/1.0"

      if let early, let reply = answer({ try early(request) }) {
        record(request)
        guard send(reply, to: request, over: socket) else { return }
        guard staysOpen, !reply.closes else { return lingerUnread(socket) }
        guard reader.body(head.requestFraming, { _ in true }) else { return }
        continue
      }
      if head.headers["expect"]?.lowercased() == "100-continue" {
        _ = socket.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      }
      var isTooLarge = false
      let isComplete = reader.body(head.requestFraming) { bytes in
        request.bodyCount += bytes.count
        guard case .keep(let limit) = bodies else { return true }
        isTooLarge = request.bodyCount > limit
        if !isTooLarge { request.body += bytes }
        return !isTooLarge
      }
      guard isComplete || isTooLarge else { return noteDisconnect(number, .duringRequest, request.target) }
      record(request)
      let complete = request
      var reply = isTooLarge ? Reply(413, text: "the body is too large\n") : answer { try handler(complete) }
      if isTooLarge { reply?.closes = true }
      guard let reply, send(reply, to: request, over: socket) else { return }
      if isTooLarge { lingerUnread(socket) }
      if !staysOpen || reply.closes { return }
    }
  }

  /// Ends the answer's direction only, and gives the client time to read the answer and leave: closing a socket with unread
  /// bytes sends RST, which destroys an answer on its way.
  private func lingerUnread(_ socket: Socket) {
    socket.finishWriting()
    _ = socket.waitForHangup(.seconds(5))
  }

  private func answer(_ make: () throws -> Reply?) -> Reply? {
    do {
      return try make()
    } catch {
      return Reply(500, text: "\(error)\n")
    }
  }

  private func record(_ request: Request) { state.update { $0.requests.append(request) } }

  private func noteDisconnect(_ number: Int, _ moment: Disconnect.Moment, _ target: String?) {
    state.update { state in
      if state.isStopped { return }
      state.disconnects.append(Disconnect(connection: number, moment: moment, target: target))
    }
  }

  /// Sends an answer.
  /// - Returns: whether the connection is good for another request.
  private func send(_ reply: Reply, to request: Request, over socket: Socket) -> Bool {
    let isLost = !write(reply, hasBody: request.method != "HEAD" || reply.framing == .raw, over: socket)
    if isLost { noteDisconnect(request.connection, .duringReply, request.target) }
    let endsConnection = reply.steps.contains { step in
      switch step {
      case .close, .reset, .stall: true
      default: false
      }
    }
    return !isLost && !endsConnection && reply.framing != .untilClose && reply.framing != .raw
  }

  /// - Returns: false when the client left before the script was at its end.
  private func write(_ reply: Reply, hasBody: Bool, over socket: Socket) -> Bool {
    guard socket.write(Array(reply.head.utf8)) else { return false }
    for step in reply.steps {
      switch step {
      case .bytes(let bytes):
        if hasBody && !writePart(bytes, reply.framing, socket) { return false }
      case .zeros(let count):
        var left = hasBody ? count : 0
        let block = [UInt8](repeating: 0, count: min(left, 256 << 10))
        while left > 0 {
          let part = block.prefix(left)
          guard writePart(part, reply.framing, socket) else { return false }
          left -= part.count
        }
      case .repeated(let bytes, let times):
        var left = hasBody ? times : 0
        while left > 0 {
          guard writePart(bytes, reply.framing, socket) else { return false }
          left -= 1
        }
      case .pause(let duration):
        if socket.waitForHangup(duration) { return false }
      case .stall:
        while !state.current.isStopped {
          if socket.waitForHangup(.seconds(1)) { return false }
        }
      case .close:
        return true
      case .reset:
        socket.resetOnClose()
        return true
      }
    }
    if hasBody && reply.framing == .chunked { return socket.write(Array("0\r\n\r\n".utf8)) }
    return true
  }

  private func writePart(_ bytes: some Collection<UInt8>, _ framing: Reply.Framing, _ socket: Socket) -> Bool {
    if bytes.isEmpty { return true }
    if framing != .chunked { return socket.write(bytes) }
    let size = Array("\(String(bytes.count, radix: 16))\r\n".utf8)
    return socket.write(size + bytes + [13, 10])
  }
}

/// Runs `body` with a ``LoopbackServer`` and stops it afterwards, also when `body` throws.
public func withLoopbackServer<Result>(
  bodies: LoopbackServer.BodyPolicy = .keep(upTo: 64 << 20), early: LoopbackServer.EarlyHandler? = nil,
  handler: @escaping LoopbackServer.Handler, isolation: isolated (any Actor)? = #isolation,
  _ body: (LoopbackServer) async throws -> Result
) async throws -> Result {
  let server = try LoopbackServer(bodies: bodies, early: early, handler: handler)
  defer { server.stop() }
  return try await body(server)
}
