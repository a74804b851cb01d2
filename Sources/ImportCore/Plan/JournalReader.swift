import AcrCore
import AcrSystem

/// Reads the lines of a journal as they come, and refuses a file that is something else.
struct JournalReader {
  private let name: String

  /// The longest line that counts, in bytes: a name, a digest and a signed address need far less.
  private static let longestLine = 64 << 10

  private init(_ name: String) { self.name = name }

  /// All facts of a text that is whole.
  /// - Parameter name: what messages call it.
  /// - Throws: ``AcrError`` of kind `usage` for a text that is no journal.
  static func read(_ text: [UInt8], name: String) throws(AcrError) -> JournalFacts {
    let reader = JournalReader(name)
    var facts = JournalFacts()
    for line in text.split(separator: 0x0A) {
      try reader.take(line.count <= longestLine ? Array(line) : [], into: &facts)
    }
    return facts
  }

  /// All facts of a file. It is changed only where its end was cut off.
  /// - Throws: ``AcrError`` of kind `usage` for a file that is no journal, or that cannot be read.
  static func read(_ file: OpenFile) throws(AcrError) -> JournalFacts {
    let reader = JournalReader(file.path)
    var facts = JournalFacts()
    var line: [UInt8] = []
    var isTooLong = false
    while let piece = try reader.piece(file) {
      for byte in piece {
        guard byte == 0x0A else {
          if line.count < longestLine { line.append(byte) } else { isTooLong = true }
          continue
        }
        try reader.take(isTooLong ? [] : line, into: &facts)
        line = []
        isTooLong = false
      }
    }
    guard !line.isEmpty else { return facts }
    if facts.isNew {
      // A run that was killed while it wrote the first line.
      guard JournalFacts.header.text.utf8.starts(with: line) else { throw reader.refusal }
      try file.truncate(to: 0)
      return facts
    }
    // A line without an end would swallow the next one.
    try file.write([0x0A])
    return facts
  }

  private func piece(_ file: OpenFile) throws(AcrError) -> [UInt8]? {
    do throws(AcrError) {
      return try file.readPiece()
    } catch {
      throw AcrError(.usage, "the journal `\(file.path)` cannot be read: \(error.message)")
    }
  }

  private func take(_ line: [UInt8], into facts: inout JournalFacts) throws(AcrError) {
    let json = try? JSONValue(parsing: line)
    if facts.isNew {
      guard json?["journal"]?.string == "acrsh" else { throw refusal }
      guard json?["version"]?.integer == JournalFacts.header["version"]?.integer else {
        throw AcrError(
          .usage, "the journal `\(name)` was written by another version of acrsh",
          help: "remove it to start over; what is already at the target is not copied again")
      }
      facts.isNew = false
    } else if let json {
      facts.take(json)
    }
  }

  private var refusal: AcrError {
    AcrError(
      .usage, "`\(name)` is not an acrsh journal and was left unchanged",
      help: "use a separate file for the journal")
  }
}
