import AcrSystem
import AcrCore

/// Messages with a `Content-Length` header (Language Server Protocol 3.17, "Base Protocol") on two file descriptors.
final class MessageStream {
  /// What came in.
  enum Received {
    case message([UInt8])
    /// Bytes that are no message, and why; the next message can be read.
    case garbage(String)
    case end
  }

  /// Longer messages are refused: no script is that long.
  static let sizeLimit = 128 << 20
  /// A header longer than this is none.
  private static let headerLimit = 8 << 10

  private let input: Int32
  private let output: StandardStream
  private var buffer: [UInt8] = []
  private var position = 0

  init(input: Int32 = FileDescriptor.input, output: StandardStream = .output) {
    self.input = input
    self.output = output
  }

  /// Waits for the next message.
  func receive() -> Received {
    var length: Int?
    var isMalformed = false
    while true {
      guard let line = readLine() else { return .end }
      if line.isEmpty { break }
      let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(decoding: parts[0], as: UTF8.self).lowercased()
      guard parts.count == 2 else {
        isMalformed = true
        continue
      }
      guard name == "content-length" else { continue }
      let value = String(decoding: parts[1].filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self)
      length = Int(value)
      if length.map({ $0 < 0 }) ?? true { isMalformed = true }
    }
    guard let length, !isMalformed else { return .garbage("a header without a right Content-Length") }
    guard length <= Self.sizeLimit else {
      return skip(length) ? .garbage("a message of \(length) bytes is too long") : .end
    }
    while buffer.count - position < length {
      guard fill() else { return .end }
    }
    defer { position += length }
    return .message(Array(buffer[position..<position + length]))
  }

  /// Writes a message.
  /// - Throws: ``AcrError`` when the reader is gone.
  func send(_ message: JSONValue) throws(AcrError) {
    let body = Array(message.text.utf8)
    try output.write(Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
  }

  /// A header line without its end; nil at the end of the input.
  private func readLine() -> [UInt8]? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { position = end + 1 }
        return Array(buffer[position..<(end > position && buffer[end - 1] == 0x0D ? end - 1 : end)])
      }
      guard buffer.count - position < Self.headerLimit else { return nil }
      searched = buffer.count - position
      guard fill() else { return nil }
    }
  }

  private func skip(_ count: Int) -> Bool {
    var left = count
    while true {
      let available = min(left, buffer.count - position)
      position += available
      left -= available
      if left == 0 { return true }
      guard fill() else { return false }
    }
  }

  /// Reads more; what was used up is forgotten.
  private func fill() -> Bool {
    buffer.removeFirst(position)
    position = 0
    guard case .bytes(let chunk) = FileDescriptor.read(input) else { return false }
    buffer += chunk
    return true
  }
}
