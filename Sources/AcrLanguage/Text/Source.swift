import Synchronization

/// A piece of acr text with a name: a script file, a `-c` line, or one entry at the prompt.
public final class Source: Sendable {
  /// How diagnostics name it: the path as given, `-c`, or `<prompt>`.
  public let name: String
  /// The text as UTF-8.
  public let bytes: [UInt8]
  /// The byte offset at which each line starts; the first is 0.
  public let lineStarts: [Int32]
  private let secrets = Mutex<(spans: [Span]?, find: (@Sendable (Source) -> [Span])?)>((nil, nil))

  /// Where secrets are written out, in order, as ``SecretFinder`` finds them; diagnostics do not show them.
  public var secretSpans: [Span] {
    let (known, find) = secrets.withLock { $0 }
    if let known { return known }
    let spans = find?(self) ?? []
    secrets.withLock { $0 = (spans, nil) }
    return spans
  }

  /// Says how secrets are found. Most texts have no diagnostics, and then nothing is looked for.
  public func findSecrets(_ find: @escaping @Sendable (Source) -> [Span]) { secrets.withLock { $0 = (nil, find) } }

  /// Creates a source. Lines end in LF or CR LF.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts: [Int32] = [0]
    for (offset, byte) in bytes.enumerated() where byte == 0x0A { starts.append(Int32(offset + 1)) }
    lineStarts = starts
  }

  /// Creates a source from a string.
  public convenience init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

  /// The text of a span.
  public func text(_ span: Span) -> String {
    let start = min(max(0, Int(span.start)), bytes.count)
    let end = min(max(start, Int(span.end)), bytes.count)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The line of an offset, from 1, and its column in characters, from 1.
  public func position(of offset: Int32) -> (line: Int, column: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let start = Int(lineStarts[low])
    let end = min(Int(offset), bytes.count)
    let column = start < end ? bytes[start..<end].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } : 1
    return (low + 1, column)
  }
}

/// A stretch of a ``Source`` in byte offsets, `start` included and `end` not.
public struct Span: Hashable, Sendable {
  /// The first byte.
  public var start: Int32
  /// The byte behind the last.
  public var end: Int32

  /// Creates a span.
  public init(_ start: Int32, _ end: Int32) {
    self.start = start
    self.end = end
  }

  /// The span from the start of this one to the end of the other.
  public func to(_ other: Span) -> Span { Span(min(start, other.start), max(end, other.end)) }
}
