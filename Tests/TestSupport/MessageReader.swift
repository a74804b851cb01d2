import Foundation

/// Reads HTTP/1.1 messages (RFC 9112) from a socket: heads, bodies with a length, chunked bodies.
struct MessageReader {
  /// The start line and the fields of a message.
  struct Head {
    let startLine: String
    let headers: HeaderFields
    /// The bytes as they came, with the empty line.
    let bytes: [UInt8]
  }

  /// How a message's body ends (RFC 9112, section 6).
  enum Framing: Equatable {
    case length(Int)
    case chunked
    case untilClose
  }

  let socket: Socket
  private var buffer: [UInt8]
  private var position = 0
  /// Heads above this size end the connection.
  private let headLimit = 256 << 10

  /// - Parameter initial: bytes that were read from the socket already.
  init(_ socket: Socket, initial: [UInt8] = []) {
    self.socket = socket
    buffer = initial
  }

  /// Reads a start line and fields.
  /// - Returns: nil when the stream ends before the head does, or what comes is no head.
  mutating func head() -> Head? {
    var bytes: [UInt8] = []
    while true {
      guard let line = rawLine(limit: headLimit - bytes.count) else { return nil }
      // Empty lines in front of a message are skipped (RFC 9112, section 2.2).
      if bytes.isEmpty && line.allSatisfy({ $0 == 13 || $0 == 10 }) { continue }
      bytes += line
      if line == [13, 10] || line == [10] { break }
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let startLine = lines.first else { return nil }
    var headers = HeaderFields()
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      headers.add(
        String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
    return Head(startLine: String(startLine), headers: headers, bytes: bytes)
  }

  /// Reads a body and hands out its bytes, without the framing of chunks, as they come.
  /// - Parameter take: returns false to stop early.
  /// - Returns: whether the body came to its end.
  mutating func body(_ framing: Framing, _ take: ([UInt8]) -> Bool) -> Bool {
    switch framing {
    case .length(let length): return pass(length, take)
    case .untilClose:
      while true {
        guard let bytes = some(65536) else { return false }
        if bytes.isEmpty { return true }
        if !take(bytes) { return false }
      }
    case .chunked:
      while true {
        guard let line = line(), let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else { return false }
        if size == 0 { break }
        guard pass(size, take), nextLineIsEmpty() else { return false }
      }
      while let line = line() { if line.isEmpty { return true } }
      return false
    }
  }

  private mutating func nextLineIsEmpty() -> Bool { line()?.isEmpty == true }

  private mutating func pass(_ length: Int, _ take: ([UInt8]) -> Bool) -> Bool {
    var left = length
    while left > 0 {
      guard let bytes = some(left), !bytes.isEmpty else { return false }
      left -= bytes.count
      if !take(bytes) { return false }
    }
    return true
  }

  /// Up to `limit` bytes: empty at the end of the stream, nil when it broke.
  private mutating func some(_ limit: Int) -> [UInt8]? {
    if position == buffer.count {
      guard let bytes = socket.read() else { return nil }
      buffer = bytes
      position = 0
    }
    let end = min(buffer.count, position + limit)
    defer { position = end }
    return Array(buffer[position..<end])
  }

  private mutating func line() -> String? {
    guard let bytes = rawLine(limit: headLimit) else { return nil }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  private mutating func rawLine(limit: Int) -> [UInt8]? {
    var line: [UInt8] = []
    while line.count < limit {
      if position == buffer.count {
        guard let bytes = socket.read(), !bytes.isEmpty else { return nil }
        buffer = bytes
        position = 0
      }
      if let newLine = buffer[position...].firstIndex(of: 10) {
        line += buffer[position...newLine]
        position = newLine + 1
        return line
      }
      line += buffer[position...]
      position = buffer.count
    }
    return nil
  }
}

extension MessageReader.Head {
  /// The framing of the body of a request with this head.
  var requestFraming: MessageReader.Framing {
    if headers["transfer-encoding"]?.lowercased().hasSuffix("chunked") == true { return .chunked }
    return .length(max(0, headers["content-length"].flatMap { Int($0) } ?? 0))
  }

  /// The framing of the body of an answer with this head.
  func answerFraming(toMethod method: String) -> MessageReader.Framing {
    let status = Int(startLine.split(separator: " ").dropFirst().first ?? "") ?? 0
    if method == "HEAD" || status == 204 || status == 304 || (100..<200).contains(status) { return .length(0) }
    if headers["transfer-encoding"]?.lowercased().hasSuffix("chunked") == true { return .chunked }
    return headers["content-length"].flatMap { Int($0) }.map { .length($0) } ?? .untilClose
  }
}
