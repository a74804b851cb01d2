import AcrLanguage
/// Column names shared by all rows of a table: a row is a shape and its values, not a dictionary of its own.
///
/// A shape does not change once something else may hold it; only ``Record`` and the reader of JSON add names to one that
/// they alone hold.
public final class Shape: @unchecked Sendable {
  /// The names, in the order they are shown.
  public private(set) var names: [String]
  /// Finds a name among many: places in `names`, by hash with open addressing; -1 is free. Empty for few names, where a
  /// scan is quicker.
  private var table: [Int32] = []
  /// How much each column matters in a narrow table, where a command declared it; names added later are `normal`.
  private let ranks: [Column.Rank]?

  /// Up to so many names a scan beats hashing.
  private static let mostScanned = 16
  /// A shape with more names is a record's own.
  static let mostShared = 32
  /// A longer name is not remembered for other records.
  static let longestShared = 64

  /// Creates a shape. Names are expected to be distinct.
  public init(_ names: [String], ranks: [Column.Rank]? = nil) {
    self.names = names
    self.ranks = ranks
    if names.count > Shape.mostScanned { index() }
  }

  /// True when a command declared the columns.
  var isDeclared: Bool { ranks != nil }

  /// How much a column matters in a narrow table.
  func rank(of index: Int) -> Column.Rank {
    guard let ranks, index < ranks.count else { return .normal }
    return ranks[index]
  }

  /// A shape with more names, which are `key` where somebody asked for them.
  public func adding(_ more: [String], rank: Column.Rank = .key) -> Shape {
    Shape(names + more, ranks: ranks.map { $0 + Array(repeating: rank, count: names.count + more.count - $0.count) })
  }

  /// A shape without one of the names.
  func without(_ place: Int) -> Shape {
    var names = names
    var ranks = ranks
    names.remove(at: place)
    if ranks.map({ place < $0.count }) == true { ranks?.remove(at: place) }
    return Shape(names, ranks: ranks)
  }

  /// The same names in a shape of its own.
  func copy() -> Shape { Shape(names, ranks: ranks) }

  /// The position of a name.
  public func index(of name: String) -> Int? {
    guard !table.isEmpty else { return names.firstIndex(of: name) }
    var place = Shape.hash(name) & (table.count - 1)
    while table[place] >= 0 {
      let index = Int(table[place])
      if names[index] == name { return index }
      place = (place + 1) & (table.count - 1)
    }
    return nil
  }

  /// Adds a name that is not there yet. Only whoever alone holds the shape may call it.
  func append(_ name: String) {
    names.append(name)
    guard names.count > Shape.mostScanned else { return }
    if names.count * 2 > table.count { index() } else { enter(names.count - 1) }
  }

  /// Numbers that nobody outside knows, so that no data can be made whose names all meet in one place.
  private static let secrets = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max) | 1)

  /// A hash of a name: of ASCII by its bytes, eight at a time, with products of 128 bits; of other texts Swift's, for which
  /// it does not matter how a character is composed.
  private static func hash(_ name: String) -> Int {
    let quick = name.utf8.withContiguousStorageIfAvailable { bytes -> Int? in
      let (seed, factor) = secrets
      var hash = seed ^ UInt64(truncatingIfNeeded: bytes.count)
      var mask: UInt64 = 0
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        var word: UInt64 = 0
        if rest.count >= 8 {
          word = rest.loadUnaligned(as: UInt64.self)
          rest = UnsafeRawBufferPointer(rebasing: rest[8...])
        } else {
          for byte in rest { word = word << 8 | UInt64(byte) }
          rest = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        mask |= word
        let product = (hash ^ word).multipliedFullWidth(by: factor)
        hash = product.high ^ product.low
      }
      guard mask & 0x8080_8080_8080_8080 == 0 else { return nil }
      let product = (hash ^ factor).multipliedFullWidth(by: seed | 1)
      return Int(truncatingIfNeeded: product.high ^ product.low)
    }
    return (quick ?? nil) ?? name.hashValue
  }

  private func index() {
    var count = 64
    while count < names.count * 2 { count *= 2 }
    table = [Int32](repeating: -1, count: count)
    for index in names.indices { enter(index) }
  }

  private func enter(_ index: Int) {
    var place = Shape.hash(names[index]) & (table.count - 1)
    while table[place] >= 0 {
      // Of a repeated name the first place counts, as in a scan.
      if names[Int(table[place])] == names[index] { return }
      place = (place + 1) & (table.count - 1)
    }
    table[place] = Int32(truncatingIfNeeded: index)
  }
}

extension Shape {
  /// The shape of rows with these columns.
  public convenience init(_ columns: [Column]) { self.init(columns.map(\.name), ranks: columns.map(\.rank)) }
}
