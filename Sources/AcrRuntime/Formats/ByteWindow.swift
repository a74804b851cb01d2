import AcrCore
import AcrSystem

/// A text that comes piece by piece: the part of it that is not used up yet, as one buffer. Used by one thread.
final class ByteWindow {
  /// How messages name where the text came from: a path, or nil for a text from a pipe.
  let name: String?
  /// The first byte that is not used up. Readers set it behind what they have read.
  var position = 0
  /// True when nothing comes behind the window any more.
  private(set) var isAtEnd = false

  private var storage: UnsafeMutableRawPointer
  private var capacity: Int
  private var count = 0
  private let pull: () throws -> [UInt8]?
  private let meter: Meter?

  // What was used up and left the window: its lines, the characters of its last line, and whether it ended in a CR.
  private var linesBefore = 0
  private var columnsBefore = 0
  private var endedInReturn = false

  /// How long one row may be.
  static let longestRow = 64 << 20

  /// Creates a window.
  /// - Parameter pull: gives the next piece; nil at the end.
  init(name: String?, _ meter: Meter? = nil, _ pull: @escaping () throws -> [UInt8]?) {
    self.name = name
    self.meter = meter
    self.pull = pull
    capacity = 64 << 10
    storage = .allocate(byteCount: capacity, alignment: 1)
  }

  /// A window on a text that is there as a whole.
  convenience init(_ bytes: [UInt8], name: String?, _ meter: Meter? = nil) {
    var rest: [UInt8]? = bytes
    self.init(name: name, meter) {
      defer { rest = nil }
      return rest
    }
  }

  deinit { storage.deallocate() }

  /// The bytes of the window, used up and not. Valid until more is asked for.
  var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafePointer(storage.assumingMemoryBound(to: UInt8.self)), count: count)
  }

  /// Makes the window longer at its end; what is used up leaves it, and `position` is 0 then.
  /// - Returns: false at the end of the text.
  /// - Throws: what making the piece throws, and ``AcrError`` of kind `invalid` for a row that is too long.
  @discardableResult
  func more(upTo limit: Int = ByteWindow.longestRow) throws -> Bool {
    guard !isAtEnd, let piece = try pull() else {
      isAtEnd = true
      return false
    }
    forget()
    guard count + piece.count <= max(limit, piece.count) else {
      let place = place(of: 0)
      let what = "a row is longer than \(ByteCount.human(Int64(limit)))"
      throw AcrError(
        .invalid, name.map { "\($0):\(place.line): \(what)" } ?? "line \(place.line): \(what)",
        help: "rows are read one by one, and each has to fit the memory")
    }
    if count + piece.count > capacity {
      capacity = max(count + piece.count, 2 * capacity)
      try meter?.charge(capacity)
      let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
      larger.copyMemory(from: storage, byteCount: count)
      storage.deallocate()
      storage = larger
    }
    piece.withUnsafeBytes { source in
      if let base = source.baseAddress { (storage + count).copyMemory(from: base, byteCount: source.count) }
    }
    count += piece.count
    return true
  }

  /// Passes over a byte order mark at the start of the text.
  /// - Throws: ``AcrError`` of kind `invalid` for text in UTF-16, which begins with another mark.
  func skipMark() throws {
    while count < 3, try more() {}
    let bytes = bytes
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    guard bytes.count >= 2, bytes[0] == 0xFF && bytes[1] == 0xFE || bytes[0] == 0xFE && bytes[1] == 0xFF else { return }
    throw AcrError(
      .invalid, "\(name.map { "`\($0)`" } ?? "the text") is UTF-16, and not UTF-8",
      help: "`iconv -f UTF-16 -t UTF-8` converts it")
  }

  /// Reads all that is left into the window.
  func readAll() throws { while try more(upTo: .max) {} }

  /// The place of the first line end (LF) from an offset on; nil when the window has none.
  func lineEnd(from offset: Int) -> Int? {
    ByteSearch.first(0x0A, in: bytes, from: offset)
  }

  /// Line and column, from 1, of an offset in the window. A line ends in LF, in CR LF, or in a CR alone.
  func place(of offset: Int) -> (line: Int, column: Int) {
    var line = linesBefore
    var columns = columnsBefore
    var wasReturn = endedInReturn
    for index in 0..<min(offset, count) { step(bytes[index], &line, &columns, &wasReturn) }
    return (line + 1, columns + 1)
  }

  private func step(_ byte: UInt8, _ line: inout Int, _ columns: inout Int, _ wasReturn: inout Bool) {
    defer { wasReturn = byte == 0x0D }
    switch byte {
    case 0x0A:
      if !wasReturn { line += 1 }
      columns = 0
    case 0x0D:
      line += 1
      columns = 0
    // A mark at the start of the text is no character of its first line.
    case 0xEF where line == 0 && columns == 0: break
    default: if byte & 0xC0 != 0x80 { columns += 1 }
    }
  }

  private func forget() {
    guard position > 0 else { return }
    let used = UnsafeBufferPointer(rebasing: bytes[..<position])
    var lines = 0
    if endedInReturn || used.contains(0x0D) {
      var previous: UInt8 = endedInReturn ? 0x0D : 0
      for byte in used {
        lines += byte == 0x0D || byte == 0x0A && previous != 0x0D ? 1 : 0
        previous = byte
      }
    } else {
      for byte in used { lines += byte == 0x0A ? 1 : 0 }
    }
    let start = used.lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 }
    var columns = start == nil ? columnsBefore : 0
    for byte in used[(start ?? 0)...] { columns += byte & 0xC0 != 0x80 ? 1 : 0 }
    if linesBefore == 0, start == nil, columnsBefore == 0, used.first == 0xEF { columns -= 1 }
    linesBefore += lines
    columnsBefore = columns
    endedInReturn = used.last == 0x0D
    storage.copyMemory(from: storage + position, byteCount: count - position)
    count -= position
    position = 0
  }
}
