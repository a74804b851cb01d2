import AcrCore
import AcrSystem

/// Searching in texts by their bytes, which is many times quicker than by characters. It gives the same where all characters
/// are one byte: in ASCII, where only CR LF is a character of two.
enum ByteText {
  /// Where a part stands in a text, from left to right and without overlaps, as offsets of bytes; nil where only a search by
  /// characters is right.
  static func places(of part: String, in text: String) -> [Int]? {
    guard !part.isEmpty else { return nil }
    var places: [Int]? = nil
    let hasBytes: Void? = text.utf8.withContiguousStorageIfAvailable { text in
      part.utf8.withContiguousStorageIfAvailable { part in
        guard isPlain(part, in: text) else { return }
        var found: [Int] = []
        var position = 0
        while let next = first(part, in: text, from: position) {
          found.append(next)
          position = next + part.count
        }
        places = found
      }
    }
    return hasBytes == nil ? nil : places
  }

  /// Whether a part stands in a text; nil where only a search by characters is right.
  static func contains(_ part: String, in text: String) -> Bool? {
    guard !part.isEmpty else { return nil }
    var result: Bool?
    _ = text.utf8.withContiguousStorageIfAvailable { text in
      part.utf8.withContiguousStorageIfAvailable { part in
        if isPlain(part, in: text) { result = first(part, in: text, from: 0) != nil }
      }
    }
    return result
  }

  /// The parts of a text between separators; nil where only a search by characters is right.
  static func split(_ text: String, at separator: String) -> [Value]? {
    guard let places = places(of: separator, in: text) else { return nil }
    var values: [Value] = []
    values.reserveCapacity(places.count + 1)
    let width = separator.utf8.count
    _ = text.utf8.withContiguousStorageIfAvailable { bytes in
      var start = 0
      for place in places {
        values.append(.string(ascii(bytes, start..<place)))
        start = place + width
      }
      values.append(.string(ascii(bytes, start..<bytes.count)))
    }
    return values
  }

  /// The lines of a text, which end in LF or CR LF, without empty ones at the end. A line feed is never a part of a character
  /// but in CR LF, so bytes tell where lines end, whatever the text.
  static func lines(_ text: String) -> [Value] {
    var text = text
    return text.withUTF8 { bytes -> [Value] in
      var lines: [Value] = []
      var start = 0
      var empty = 0
      while start < bytes.count {
        let lineFeed = ByteSearch.first(0x0A, in: bytes, from: start) ?? bytes.count
        let isAfterReturn = lineFeed < bytes.count && lineFeed > start && bytes[lineFeed - 1] == 0x0D
        let end = isAfterReturn ? lineFeed - 1 : lineFeed
        if end == start {
          empty += 1
        } else {
          // Empty lines count only when another one follows.
          for _ in 0..<empty { lines.append(.string("")) }
          empty = 0
          lines.append(.string(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)))
        }
        start = lineFeed + 1
      }
      return lines
    }
  }

  /// A text with every occurrence of a part replaced; nil where only a search by characters is right.
  static func replacing(_ part: String, with new: String, in text: String) -> String? {
    guard let places = places(of: part, in: text) else { return nil }
    guard !places.isEmpty else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count + places.count * max(0, new.utf8.count - part.utf8.count))
    _ = text.utf8.withContiguousStorageIfAvailable { bytes in
      var start = 0
      for place in places {
        result += bytes[start..<place]
        result += new.utf8
        start = place + part.utf8.count
      }
      result += bytes[start...]
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func ascii(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
    String(unsafeUninitializedCapacity: range.count) { buffer in
      guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return 0 }
      target.update(from: source + range.lowerBound, count: range.count)
      return range.count
    }
  }

  private static func isPlain(_ part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    var mask: UInt8 = 0
    for byte in text { mask |= byte }
    for byte in part { mask |= byte }
    guard mask < 0x80 else { return false }
    // A line feed behind a CR is a part of one character.
    let touchesLineEnds = part.contains { $0 == 0x0A || $0 == 0x0D }
    return !touchesLineEnds || !text.contains(0x0D)
  }

  private static func first(
    _ part: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    var position = start
    while position + part.count <= text.count {
      guard let place = ByteSearch.first(part[0], in: text, from: position), place + part.count <= text.count else {
        return nil
      }
      if part.count == 1 || ByteSearch.stands(part, in: text, at: place) { return place }
      position = place + 1
    }
    return nil
  }
}
