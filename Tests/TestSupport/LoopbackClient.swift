import Foundation

/// A small HTTP/1.1 client for a port of 127.0.0.1, one connection per request: the kit's own way to a registry, independent of
/// the code under test.
public struct LoopbackClient: Sendable {
  /// An answer.
  public struct Answer: Sendable {
    /// The status code.
    public let status: Int
    /// The fields of the head.
    public let headers: HeaderFields
    /// The body.
    public let body: [UInt8]
    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  private let authority: String
  private let port: UInt16

  /// - Parameter authority: `127.0.0.1:port`.
  public init(authority: String) throws {
    guard let port = authority.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      throw TestSupportError("\(authority) has no port")
    }
    self.authority = authority
    self.port = port
  }

  /// Sends a request and reads the whole answer. Redirects are not followed.
  /// - Parameter target: the path with its query, or an absolute URL of the same server.
  public func send(
    _ method: String, _ target: String, headers: HeaderFields = [:], body: [UInt8]? = nil
  ) async throws -> Answer {
    try await onThread { try sendBlocking(method, target, headers, body) }
  }

  private func sendBlocking(
    _ method: String, _ target: String, _ headers: HeaderFields, _ body: [UInt8]?
  ) throws -> Answer {
    let socket = try Socket.connect(port: port)
    defer { socket.close() }
    let prefix = "http://\(authority)"
    let path = target.hasPrefix(prefix) ? String(target.dropFirst(prefix.count)) : target
    var head = "\(method) \(path) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n"
    for (name, value) in headers.all { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    guard socket.write(Array("\(head)\r\n".utf8)), socket.write(body ?? []) else {
      throw TestSupportError("\(method) \(target): the server hung up")
    }
    var reader = MessageReader(socket)
    guard let answer = reader.head(), let status = answer.startLine.split(separator: " ").dropFirst().first else {
      throw TestSupportError("\(method) \(target): no answer")
    }
    var bytes: [UInt8] = []
    let framing = answer.answerFraming(toMethod: method)
    guard
      reader.body(
        framing,
        {
          bytes += $0; return true
        })
    else {
      throw TestSupportError("\(method) \(target): the answer ended too early")
    }
    return Answer(status: Int(status) ?? 0, headers: answer.headers, body: bytes)
  }
}
