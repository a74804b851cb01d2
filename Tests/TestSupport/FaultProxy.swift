import Foundation

/// A TCP proxy on 127.0.0.1 between an HTTP client and a server that adds delays and faults.
///
/// It reads the requests of plain HTTP, so that patterns see every request line, also on connections that stay open. Other
/// traffic, such as TLS, passes unread: only ``Fault/latency(_:)`` and ``Fault/cut(afterServerBytes:times:)`` work on it.
public final class FaultProxy: Sendable {
  /// What goes wrong. Patterns are regular expressions (ICU) searched for in the request line, `GET /v2/ HTTP/1.1`.
  public enum Fault: Sendable {
    /// Everything that is read is sent on this much later, in each direction.
    case latency(Duration)
    /// Connections break (RST) once they have carried this many bytes from the server, so many times in all.
    case cut(afterServerBytes: Int, times: Int = 1)
    /// Connections break (RST) once they have carried this many bytes of request bodies, so many times in all. Those bytes
    /// reach the server.
    case cutRequest(afterBodyBytes: Int, times: Int = 1)
    /// Connections carry nothing more to the client once they have carried this many bytes from the server, and stay open.
    case stall(afterServerBytes: Int, times: Int = 1)
    /// Requests break their connection (RST) and never reach the server, so many times in all.
    case reset(matching: String, times: Int = 1)
    /// Requests are answered with this status and never reach the server, so many times in all.
    case answer(matching: String, status: Int, retryAfter: Int? = nil, times: Int = 1)
  }

  /// The port the system chose.
  public let port: UInt16
  private let target: UInt16
  private let listener: Socket
  private let state: Monitor<State>

  private struct State: Sendable {
    var faults: [Fault]
    var requestLines: [String] = []
    var faultCount = 0
    var connections: [Int: ProxyConnection] = [:]
    var connectionCount = 0
    var threads = 0
    var isStopped = false
  }

  /// What to do with a request.
  enum Verdict {
    case forward, reset
    case answer(LoopbackServer.Reply)
  }

  /// Starts to listen.
  /// - Parameter port: the port of 127.0.0.1 that the server listens on.
  /// - Throws: an error for a pattern that is no regular expression.
  public init(to port: UInt16, faults: [Fault] = []) throws {
    for fault in faults { try Self.check(fault) }
    target = port
    state = Monitor(State(faults: faults))
    listener = try Socket.listen()
    self.port = try listener.localPort()
    startThread { $0.acceptConnections() }
  }

  /// Starts to listen, for a server given as `127.0.0.1:port`.
  public convenience init(to authority: String, faults: [Fault] = []) throws {
    guard let port = authority.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      throw TestSupportError("\(authority) has no port")
    }
    try self.init(to: port, faults: faults)
  }

  /// `127.0.0.1:port`
  public var authority: String { "127.0.0.1:\(port)" }
  /// `http://127.0.0.1:port`
  public var url: String { "http://\(authority)" }
  /// Every request line so far, also of requests that were not forwarded.
  public var requestLines: [String] { state.current.requestLines }
  /// How many connections were accepted so far.
  public var connectionCount: Int { state.current.connectionCount }
  /// How many faults but delays happened so far.
  public var faultCount: Int { state.current.faultCount }

  /// How many request lines so far match a regular expression.
  public func count(matching pattern: String) -> Int { requestLines.count { Self.matches($0, pattern) } }

  /// Adds a fault to those that are left.
  /// - Throws: an error for a pattern that is no regular expression.
  public func add(_ fault: Fault) throws {
    try Self.check(fault)
    state.update { $0.faults.append(fault) }
  }

  /// Ends every connection and waits for the threads. A second call does nothing.
  public func stop() {
    let isFirst = state.update { state in
      defer { state.isStopped = true }
      for connection in state.connections.values { connection.shutdown() }
      return !state.isStopped
    }
    guard isFirst else { return }
    listener.shutdown()
    _ = state.wait(until: Date() + 10) { $0.threads == 0 }
    listener.close()
  }

  private func startThread(_ work: @escaping @Sendable (FaultProxy) -> Void) {
    state.update { $0.threads += 1 }
    Thread.detachNewThread { [self] in
      work(self)
      state.update { $0.threads -= 1 }
    }
  }

  private func acceptConnections() {
    while let client = listener.accept() {
      guard let server = try? Socket.connect(port: target) else {
        client.resetOnClose()
        client.close()
        continue
      }
      let connection = ProxyConnection(client: client, server: server, proxy: self)
      let number = state.update { state -> Int? in
        if state.isStopped { return nil }
        state.connectionCount += 1
        state.connections[state.connectionCount] = connection
        return state.connectionCount
      }
      guard let number else {
        connection.close()
        return
      }
      startThread { proxy in
        let upstream = Monitor(false)
        proxy.startThread { _ in
          connection.forwardRequests()
          upstream.update { $0 = true }
        }
        connection.forwardAnswers()
        _ = upstream.wait { $0 }
        // Unlisted first, so that stop() cannot reach a descriptor that someone else has by then.
        proxy.state.update { $0.connections[number] = nil }
        connection.close()
      }
    }
  }

  /// How long what was read has to wait.
  var latency: Duration {
    state.current.faults.reduce(.zero) { sum, fault in
      if case .latency(let duration) = fault { sum + duration } else { sum }
    }
  }

  /// Notes a request and decides about it.
  func judge(_ line: String) -> Verdict {
    state.update { state in
      state.requestLines.append(line)
      for (index, fault) in state.faults.enumerated() {
        switch fault {
        case .reset(let pattern, let times) where times > 0 && Self.matches(line, pattern):
          state.faults[index] = .reset(matching: pattern, times: times - 1)
          state.faultCount += 1
          return .reset
        case .answer(let pattern, let status, let wait, let times) where times > 0 && Self.matches(line, pattern):
          state.faults[index] = .answer(matching: pattern, status: status, retryAfter: wait, times: times - 1)
          state.faultCount += 1
          var headers: HeaderFields = [:]
          if let wait { headers["Retry-After"] = String(wait) }
          let code = status == 429 ? "TOOMANYREQUESTS" : "UNAVAILABLE"
          return .answer(
            .json(#"{"errors":[{"code":"\#(code)","message":"from the proxy"}]}"#, status: status, headers: headers))
        default: continue
        }
      }
      return .forward
    }
  }

  /// How many of the bytes just read may pass before the connection has to break; nil when it does not.
  /// - Parameters:
  ///   - before: how many bytes of the server passed on this connection before.
  ///   - count: how many are there now.
  func cut(before: Int, count: Int) -> Int? {
    state.update { state in
      for (index, fault) in state.faults.enumerated() {
        guard case .cut(let limit, let times) = fault, times > 0, before + count > limit else { continue }
        state.faults[index] = .cut(afterServerBytes: limit, times: times - 1)
        state.faultCount += 1
        return max(0, limit - before)
      }
      return nil
    }
  }

  /// How many of the bytes of a body just read may pass to the server before the connection has to break.
  func cutRequest(before: Int, count: Int) -> Int? {
    state.update { state in
      for (index, fault) in state.faults.enumerated() {
        guard case .cutRequest(let limit, let times) = fault, times > 0, before + count > limit else { continue }
        state.faults[index] = .cutRequest(afterBodyBytes: limit, times: times - 1)
        state.faultCount += 1
        return max(0, limit - before)
      }
      return nil
    }
  }

  /// True when a connection has to carry nothing more to the client.
  func stalls(after passed: Int) -> Bool {
    state.update { state in
      for (index, fault) in state.faults.enumerated() {
        guard case .stall(let limit, let times) = fault, times > 0, passed > limit else { continue }
        state.faults[index] = .stall(afterServerBytes: limit, times: times - 1)
        state.faultCount += 1
        return true
      }
      return false
    }
  }

  private static func check(_ fault: Fault) throws {
    switch fault {
    case .reset(let pattern, _), .answer(let pattern, _, _, _): _ = try NSRegularExpression(pattern: pattern)
    case .latency, .cut, .cutRequest, .stall: break
    }
  }

  private static func matches(_ line: String, _ pattern: String) -> Bool {
    line.range(of: pattern, options: .regularExpression) != nil
  }
}

/// Runs `body` with a ``FaultProxy`` and stops it afterwards, also when `body` throws.
public func withFaultProxy<Result>(
  to authority: String, faults: [FaultProxy.Fault], isolation: isolated (any Actor)? = #isolation,
  _ body: (FaultProxy) async throws -> Result
) async throws -> Result {
  let proxy = try FaultProxy(to: authority, faults: faults)
  defer { proxy.stop() }
  return try await body(proxy)
}
