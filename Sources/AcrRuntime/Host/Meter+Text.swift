import AcrCore

extension Meter {
  /// Counts the parts of a text between separators (its characters, where the separator is empty), before they are made.
  func chargeParts(of text: String, at separator: String) throws(AcrError) {
    guard isCounting else { return }
    let parts = separator.isEmpty ? text.count : occurrences(of: separator, in: text) + 1
    // A part of the text is made first, then its copy; each may take a block of its own.
    try charge(
      parts * (HeapSize.value + MemoryLayout<Substring>.stride) + text.utf8.count + parts
        * Meter.partHeader(text, parts))
  }

  /// What the storage of each part takes besides its bytes: nothing where they are short.
  private static func partHeader(_ text: String, _ parts: Int) -> Int {
    text.utf8.count / max(1, parts) <= 15 ? 0 : HeapSize.header
  }

  /// How often a part occurs in a text, without overlaps.
  func occurrences(of part: String, in text: String) -> Int {
    var count = 0
    var rest = text[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
