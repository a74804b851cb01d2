import AcrCore
import AcrSystem

/// Messages of the Language Server Protocol's base protocol: a header with `Content-Length`, an empty line, JSON.
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
  /// Bytes of a message that is too long, which are still to come.
  private var bytesToSkip = 0
  private var isAtEnd = false

  init(input: Int32 = FileDescriptor.input, output: StandardStream = .output) {
    self.input = input
    self.output = output
  }

  /// Waits for the next message.
  func receive() -> Received {
    while true {
      if let next = takeNext() { return next }
      guard fill() else { return .end }
    }
  }

  /// The next message if all of it has arrived; nil where it has not.
  func receiveIfThere() -> Received? {
    while true {
      if let next = takeNext() { return next }
      guard !isAtEnd, FileDescriptor.wait(forAnyOf: [input], milliseconds: 0)?.first == true, fill() else { return nil }
    }
  }

  /// Writes a message.
  /// - Throws: ``AcrError`` when the reader is gone.
  func send(_ message: JSONValue) throws(AcrError) {
    let body = Array(message.text.utf8)
    try output.write(Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
  }

  /// Takes a message from what was read; nil when more has to be read first.
  private func takeNext() -> Received? {
    if bytesToSkip > 0 {
      let count = min(bytesToSkip, buffer.count - position)
      position += count
      bytesToSkip -= count
      if bytesToSkip > 0 { return nil }
    }
    var length: Int?
    var isMalformed = false
    var line = position
    while true {
      guard let end = buffer[line...].firstIndex(of: 0x0A) else {
        return buffer.count - position > Self.headerLimit ? .end : nil
      }
      let text = buffer[line..<(end > line && buffer[end - 1] == 0x0D ? end - 1 : end)]
      line = end + 1
      if text.isEmpty { break }
      let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        isMalformed = true
        continue
      }
      guard String(decoding: parts[0], as: UTF8.self).lowercased() == "content-length" else { continue }
      length = Int(String(decoding: parts[1].filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self))
      if length.map({ $0 < 0 }) ?? true { isMalformed = true }
    }
    guard let length, !isMalformed else {
      position = line
      return .garbage("a header without a right Content-Length")
    }
    guard length <= Self.sizeLimit else {
      position = line
      bytesToSkip = length
      return .garbage("a message of \(length) bytes is too long")
    }
    guard buffer.count - line >= length else { return nil }
    position = line + length
    return .message(Array(buffer[line..<position]))
  }

  /// Reads more; what was used up is forgotten.
  private func fill() -> Bool {
    if position > 0 {
      buffer.removeFirst(position)
      position = 0
    }
    guard !isAtEnd, case .bytes(let chunk) = FileDescriptor.read(input) else {
      isAtEnd = true
      return false
    }
    buffer += chunk
    return true
  }
}
