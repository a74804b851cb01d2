import AcrSystem
import AcrCore

/// Reads lines when standard input is not a terminal: no prompt, no echo, no history.
public final class PlainEditor: LineEditor {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false

  /// - Parameter descriptor: what to read from; it stays open.
  public init(descriptor: Int32 = FileDescriptor.input) { self.descriptor = descriptor }

  public func readLine(_ prompt: Prompt, pending: String) throws -> LineResult {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { position = end + 1 }
        return .line(text(position..<end))
      }
      searched = buffer.count
      if isAtEnd {
        guard position < buffer.count else { return .endOfInput }
        defer { position = buffer.count }
        return .line(text(position..<buffer.count))
      }
      buffer.removeFirst(position)
      searched -= position
      position = 0
      try fill()
    }
  }

  /// Everything that is left, for a script that is checked as a whole before it runs.
  /// - Throws: ``AcrError`` when the input cannot be read.
  public func readAll() throws -> [UInt8] {
    while !isAtEnd { try fill() }
    defer { position = buffer.count }
    return Array(buffer[position...])
  }

  public func remember(_ entry: String) {}

  private func text(_ range: Range<Int>) -> String {
    let hasReturn = !range.isEmpty && buffer[range.upperBound - 1] == 0x0D
    return String(decoding: buffer[range.lowerBound..<range.upperBound - (hasReturn ? 1 : 0)], as: UTF8.self)
  }

  private func fill() throws {
    while true {
      switch FileDescriptor.read(descriptor) {
      case .bytes(let chunk):
        buffer += chunk
        return
      case .end:
        isAtEnd = true
        return
      case .nothing: _ = FileDescriptor.wait(forAnyOf: [descriptor])
      case .failed(let error): throw error.acrError("cannot read the input")
      }
    }
  }
}
