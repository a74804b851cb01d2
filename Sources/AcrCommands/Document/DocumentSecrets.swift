import AcrLanguage

/// Finds what a YAML text spells out that is secret, by its keys, also where the text is not YAML yet.
enum DocumentSecrets {
  /// Keys whose values are secret, and what starts like them: a misspelled key has a secret behind it, too.
  private static let keys = ["pass", "token", "secret"]

  /// The values, each to the end of its line.
  static func find(_ source: Source) -> [Span] {
    var spans: [Span] = []
    for (index, start) in source.lineStarts.enumerated() {
      let end = index + 1 < source.lineStarts.count ? Int(source.lineStarts[index + 1]) - 1 : source.bytes.count
      guard Int(start) < end else { continue }
      let line = Array(source.bytes[Int(start)..<end])
      guard let value = value(line) else { continue }
      spans.append(Span(start + Int32(value), Int32(end)))
    }
    return spans
  }

  /// Where the value of the first secret key of a line starts; nil where there is none.
  private static func value(_ line: [UInt8]) -> Int? {
    var word = 0
    for (index, byte) in line.enumerated() {
      switch byte {
      case UInt8(ascii: ":"):
        let key = String(decoding: line[word..<index], as: UTF8.self).lowercased()
        var start = index + 1
        while start < line.count, line[start] == 0x20 { start += 1 }
        if start < line.count, keys.contains(where: { key.hasPrefix($0) }) { return start }
      case 0x20, UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "\""), UInt8(ascii: "'"):
        word = index + 1
      default: break
      }
    }
    return nil
  }
}
