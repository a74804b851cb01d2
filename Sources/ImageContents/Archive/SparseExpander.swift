/// Turns the stored data of a sparse file into the file: between the parts that are stored are holes of zeros.
struct SparseExpander {
  /// The parts in order; nil until the map at the head of the data (GNU sparse 1.0) was read.
  private var parts: [(offset: Int64, length: Int64)]?
  private let size: Int64
  private var position: Int64 = 0
  private var part = 0
  /// The map at the head of the data, as far as it came.
  private var head: [UInt8] = []
  private static let zeros = [UInt8](repeating: 0, count: 64 << 10)

  /// - Parameter map: offsets and lengths in turn; nil for a map at the head of the data.
  /// - Returns: nil for parts that overlap, go back, or lie outside of the file.
  init?(_ map: [Int64]?, size: Int64) {
    self.size = size
    guard let map else { return }
    guard let parts = SparseExpander.parts(map, size) else { return nil }
    self.parts = parts
  }

  private static func parts(_ map: [Int64], _ size: Int64) -> [(offset: Int64, length: Int64)]? {
    guard map.count.isMultiple(of: 2) else { return nil }
    var parts: [(offset: Int64, length: Int64)] = []
    var end: Int64 = 0
    for index in stride(from: 0, to: map.count, by: 2) {
      let (offset, length) = (map[index], map[index + 1])
      guard offset >= end, length >= 0, size - offset >= length else { return nil }
      end = offset + length
      if length > 0 { parts.append((offset, length)) }
    }
    return parts
  }

  /// Takes stored data.
  /// - Returns: false for a map that makes no sense, and for more data than it has room for.
  mutating func feed(_ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    if parts == nil {
      head += bytes
      guard let (map, used) = SparseExpander.map(atHead: head) else {
        return head.count <= TarReader.mostHeaderBytes * 24
      }
      guard let map, let parts = SparseExpander.parts(map, size) else { return false }
      self.parts = parts
      let rest = Array(head[used...])
      head = []
      return try rest.withUnsafeBytes { try stored($0, take) }
    }
    return try stored(bytes, take)
  }

  private mutating func stored(
    _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Bool {
    var rest = bytes[...]
    let parts = parts ?? []
    while !rest.isEmpty {
      guard part < parts.count else { return false }
      try hole(until: parts[part].offset, take)
      let piece = rest.prefix(Int(clamping: parts[part].offset + parts[part].length - position))
      try take(UnsafeRawBufferPointer(rebasing: piece))
      position += Int64(piece.count)
      rest = rest.dropFirst(piece.count)
      if position == parts[part].offset + parts[part].length { part += 1 }
    }
    return true
  }

  /// The hole at the end.
  mutating func finish(_ take: (UnsafeRawBufferPointer) throws -> Void) throws { try hole(until: size, take) }

  private mutating func hole(until end: Int64, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
    while position < end {
      let count = Int(min(end - position, Int64(SparseExpander.zeros.count)))
      try SparseExpander.zeros.withUnsafeBytes { try take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      position += Int64(count)
    }
  }

  /// The map at the head of the data: its number of parts, then offset and length of each, in decimal lines, filled up to
  /// 512 bytes.
  /// - Returns: nil while it is not complete; the map is nil where it makes no sense.
  private static func map(atHead head: [UInt8]) -> (map: [Int64]?, used: Int)? {
    var numbers: [Int64] = []
    var wanted = 1
    var start = 0
    while numbers.count < wanted {
      guard let end = head[start...].firstIndex(of: 0x0A) else { return head.count - start > 32 ? (nil, 0) : nil }
      guard let number = PaxFields.decimal(head[start..<end]) else { return (nil, 0) }
      numbers.append(number)
      if numbers.count == 1 {
        guard number <= Int64(PaxFields.mostNumbers / 2) else { return (nil, 0) }
        wanted = 1 + 2 * Int(number)
      }
      start = end + 1
    }
    let used = (start + 511) / 512 * 512
    guard head.count >= used else { return nil }
    return (Array(numbers.dropFirst()), used)
  }
}
