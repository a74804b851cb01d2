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
    var outcome: Result<[[Int]], AcrError>?
    var quick = backtracking ?? BacktrackMatcher(program)
    backtracking = nil
    defer { backtracking = quick }
    if quick.takes(text.utf8.count) {
      text.utf8.withContiguousStorageIfAvailable { bytes in
        do throws(AcrError) {
          outcome = .success(
            try TextExpression.places(bytes, meter) { position throws(AcrError) in
              try quick.match(in: bytes, from: position, meter)
            })
        } catch {
          outcome = .failure(error)
        }
      }
    } else {
      guard try automaton.matches(text, meter) else { return [] }
      var threads = self.threads ?? PatternThreads(program)
      self.threads = nil
      defer { self.threads = threads }
      text.utf8.withContiguousStorageIfAvailable { bytes in
        do throws(AcrError) {
          outcome = .success(
            try TextExpression.places(bytes, meter) { position throws(AcrError) in
              try threads.match(in: bytes, from: position, meter)
            })
        } catch {
          outcome = .failure(error)
        }
      }
    }
    var matches: [Match] = []
    for places in try outcome?.get() ?? [] {
      let parts = Swift.stride(from: 0, to: places.count, by: 2).map { index -> Substring? in
        guard places[index] >= 0, places[index + 1] >= 0 else { return nil }
        let start = text.utf8.index(text.utf8.startIndex, offsetBy: places[index])
        let end = text.utf8.index(text.utf8.startIndex, offsetBy: places[index + 1])
        return text[start..<end]
      }
      matches.append(Match(text: parts[0] ?? "", groups: Array(parts.dropFirst())))
    }
    return matches
  }

  private static func places(
    _ bytes: UnsafeBufferPointer<UInt8>, _ meter: Meter?, _ next: (Int) throws(AcrError) -> [Int]?
  ) throws(AcrError) -> [[Int]] {
    var found: [[Int]] = []
    var position = 0
    while position <= bytes.count, let match = try next(position) {
      // The places, the match made of them, and the list of its groups' texts.
      try meter?.take(2 * (HeapSize.header + 16 * match.count) + 2 * HeapSize.list(match.count / 2) + 96)
      found.append(match)
      position = match[1]
      guard match[0] == match[1] else { continue }
      position += position < bytes.count ? PatternText.scalar(bytes, position).1 : 1
    }
    return found
  }
}
