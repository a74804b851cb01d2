/// Reads lines from a person or from a pipe. An editor belongs to the thread that created it: libedit is not safe to share,
/// and a read blocks, so that thread must not be one of the cooperative pool.
public protocol LineEditor: AnyObject {
  /// Reads one line. The text may hold line feeds when it was pasted or recalled as a block.
  /// - Parameters:
  ///   - prompt: what stands before the line.
  ///   - pending: the lines of the unfinished statement read before this one, for completion; empty for a first line.
  /// - Throws: ``AcrError`` when the input cannot be read.
  func readLine(_ prompt: Prompt, pending: String) throws -> LineResult

  /// Adds a statement to what ↑ and ^R find. The caller decides what may be kept.
  func remember(_ entry: String)
}

/// What a read gave.
public enum LineResult: Equatable, Sendable {
  /// A line without its line end.
  case line(String)
  /// ^C: the line was dropped.
  case interrupted
  /// ^D on an empty line, or the end of the file.
  case endOfInput
}
