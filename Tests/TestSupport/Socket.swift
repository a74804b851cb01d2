import Foundation

/// A connected or listening TCP socket of the loopback interface, with blocking calls.
///
/// ``shutdown()`` may be called from any thread and wakes a thread blocked in a call; ``close()`` belongs to the owner, once
/// no other thread uses the socket.
final class Socket: Sendable {
  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  private static func make() throws -> Socket {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw TestSupportError.system("socket") }
    return Socket(descriptor: descriptor)
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// A socket that listens on 127.0.0.1; port 0 lets the system choose.
  static func listen(port: UInt16 = 0) throws -> Socket {
    let made = try make()
    made.setOption(SO_REUSEADDR, 1)
    var address = loopback(port)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(made.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, Glibc.listen(made.descriptor, 128) == 0 else {
      defer { made.close() }
      throw TestSupportError.system("listen on 127.0.0.1:\(port)")
    }
    return made
  }

  /// A socket connected to a port of 127.0.0.1.
  static func connect(port: UInt16) throws -> Socket {
    let made = try make()
    var address = loopback(port)
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(made.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      defer { made.close() }
      throw TestSupportError.system("connect to 127.0.0.1:\(port)")
    }
    made.disableDelay()
    return made
  }

  /// The next connection, or nil once the listening socket was shut down.
  func accept() -> Socket? {
    while true {
      let accepted = Glibc.accept(descriptor, nil, nil)
      if accepted >= 0 {
        // Not accept4, which Swift's Glibc module does not have.
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        let socket = Socket(descriptor: accepted)
        socket.disableDelay()
        return socket
      }
      if errno != EINTR && errno != ECONNABORTED { return nil }
    }
  }

  /// The port this end is bound to.
  func localPort() throws -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard result == 0 else { throw TestSupportError.system("getsockname") }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Up to `count` bytes, empty at the end of the stream, or nil when the connection broke.
  func read(_ count: Int = 65536) -> [UInt8]? {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      var received = recv(descriptor, buffer.baseAddress, count, 0)
      while received < 0 && errno == EINTR { received = recv(descriptor, buffer.baseAddress, count, 0) }
      failed = received < 0
      filled = max(received, 0)
    }
    return failed ? nil : bytes
  }

  /// Writes all the bytes.
  /// - Returns: false when the other end is gone.
  func write(_ bytes: some Collection<UInt8>) -> Bool {
    let done = bytes.withContiguousStorageIfAvailable { writeAll($0) }
    return done ?? Array(bytes).withUnsafeBufferPointer { writeAll($0) }
  }

  private func writeAll(_ buffer: UnsafeBufferPointer<UInt8>) -> Bool {
    var offset = 0
    while offset < buffer.count {
      guard let base = buffer.baseAddress else { return true }
      let sent = send(descriptor, base + offset, buffer.count - offset, Int32(MSG_NOSIGNAL))
      if sent < 0 {
        if errno == EINTR { continue }
        return false
      }
      offset += sent
    }
    return true
  }

  /// Waits for the other end to close or reset the connection.
  /// - Returns: true when it did, false when the time is over first.
  func waitForHangup(_ duration: Duration) -> Bool {
    var entry = pollfd(fd: descriptor, events: Socket.hangupEvent, revents: 0)
    return poll(&entry, 1, duration.milliseconds) > 0
  }

  /// `POLLRDHUP` of poll(2), which Swift's Glibc module does not have: the other end has closed.
  private static let hangupEvent: Int16 = 0x2000

  /// Ends both directions: the other end sees FIN, and threads blocked on this socket wake up.
  func shutdown() { _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Ends the sending direction only.
  func finishWriting() { _ = Glibc.shutdown(descriptor, Int32(SHUT_WR)) }

  /// Ends the receiving direction, which the other end does not notice; a thread blocked in ``read(_:)`` wakes up.
  func finishReading() { _ = Glibc.shutdown(descriptor, Int32(SHUT_RD)) }

  /// Makes the coming ``close()`` send RST instead of FIN and drop what is unsent.
  func resetOnClose() {
    var value = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
  }

  /// Releases the descriptor.
  func close() { _ = Glibc.close(descriptor) }

  private func disableDelay() {
    var value: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  private func setOption(_ name: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, SOL_SOCKET, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
