import AcrCore

/// A regular expression, ready to match. What it learns of texts stays with it, so one thread at a time uses it.
final class TextExpression {
  private let program: PatternProgram
  private var automaton: LazyAutomaton
  private var backtracking: BacktrackMatcher?
  private var threads: PatternThreads?

  /// Reads a pattern.
  /// - Throws: ``AcrError`` of kind `invalid` with what is wrong with it.
  init(_ text: String) throws(AcrError) {
    do throws(PatternError) {
      program = try PatternProgram(text)
    } catch {
      throw AcrError(.invalid, "`\(text)` is not a regular expression: \(error.message)", help: error.help)
    }
    automaton = LazyAutomaton(program)
  }

  /// True when it matches some part of the text, in time that grows with the text's length only.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  func matches(_ text: String, _ meter: Meter? = nil) throws(AcrError) -> Bool {
    try automaton.matches(text, meter)
  }

  /// How many groups give their text, and the numbers of those that have names.
  var groups: (count: Int, names: [String: Int]) { (program.captureCount, program.captureNames) }

  /// One match.
  struct Match {
    let text: Substring
    /// The texts of the groups; nil for those that took no part.
    let groups: [Substring?]
  }

  /// All matches from left to right that do not overlap.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  func all(in text: String, _ meter: Meter? = nil) throws(AcrError) -> [Match] {
    var text = text
    text.makeContiguousUTF8()
    var places: [[Int]] = []
    try forEachMatch(in: text, meter) { slots, _ in places.append(slots) }
    return places.map { places in
      let parts = Swift.stride(from: 0, to: places.count, by: 2).map { index -> Substring? in
        guard places[index] >= 0, places[index + 1] >= 0 else { return nil }
        let start = text.utf8.index(text.utf8.startIndex, offsetBy: places[index])
        let end = text.utf8.index(text.utf8.startIndex, offsetBy: places[index + 1])
        return text[start..<end]
      }
      return Match(text: parts[0] ?? "", groups: Array(parts.dropFirst()))
    }
  }

  /// All matches as values of the language: the text of each, or with groups in the pattern the list of their texts.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C, of kind `limit` when they would take too much memory.
  func values(in text: String, _ meter: Meter) throws(AcrError) -> [Value] {
    var values: [Value] = []
    try forEachMatch(in: text, meter) { slots, bytes throws(AcrError) in
      func part(_ index: Int) -> Value {
        guard slots[index] >= 0, slots[index + 1] >= 0 else { return .null }
        let range = slots[index]..<slots[index + 1]
        return .string(String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self))
      }
      if meter.isCounting {
        // Matches do not overlap, but groups can hold the same part again.
        var size = 0
        for index in Swift.stride(from: 0, to: slots.count, by: 2) where slots[index] >= 0 {
          size += slots[index + 1] - slots[index]
        }
        try meter.take(size)
      }
      guard slots.count > 2 else { return values.append(part(0)) }
      var groups: [Value] = []
      groups.reserveCapacity(slots.count / 2 - 1)
      for index in Swift.stride(from: 2, to: slots.count, by: 2) { groups.append(part(index)) }
      values.append(.list(groups))
    }
    return values
  }

  /// Passes the places of each match, and the bytes of the text.
  private func forEachMatch(
    in text: String, _ meter: Meter?,
    _ body: (_ slots: [Int], _ bytes: UnsafeBufferPointer<UInt8>) throws(AcrError) -> Void
  ) throws(AcrError) {
    if backtracking == nil { backtracking = BacktrackMatcher(program) }
    let isShort = backtracking?.takes(text.utf8.count) ?? false
    if !isShort {
      guard try automaton.matches(text, meter) else { return }
      if threads == nil { threads = PatternThreads(program) }
    }
    var text = text
    let failure = text.withUTF8 { bytes -> AcrError? in
      do throws(AcrError) {
        var position = 0
        while position <= bytes.count {
          let found: [Int]?
          // They are used where they are: a copy would count references of all their parts.
          if isShort {
            found = try backtracking?.find(in: bytes, from: position, meter) == true ? backtracking?.slots : nil
          } else {
            found = try threads?.match(in: bytes, from: position, meter)
          }
          guard let slots = found else { break }
          // The places, the match made of them, and the list of its groups' texts.
          try meter?.take(2 * (HeapSize.header + 16 * slots.count) + 2 * HeapSize.list(slots.count / 2) + 96)
          try body(slots, bytes)
          position = slots[1]
          guard slots[0] == slots[1] else { continue }
          position += position < bytes.count ? PatternText.scalar(bytes, position).1 : 1
        }
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }
}
