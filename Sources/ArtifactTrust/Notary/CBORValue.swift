/// A value of CBOR (RFC 8949), as far as COSE signatures of Notary Project need it: whole numbers, byte strings, texts, arrays,
/// maps, and tags; all of definite length.
package indirect enum CBORValue: Sendable, Equatable {
  case unsigned(UInt64)
  /// −1 − n.
  case negative(UInt64)
  case bytes([UInt8])
  case text(String)
  case array([CBORValue])
  /// The pairs in their order; no key occurs twice.
  case map([Pair])
  case tagged(UInt64, CBORValue)

  /// A key and its value.
  package struct Pair: Sendable, Equatable {
    let key: CBORValue
    let value: CBORValue
  }

  /// How deep values may be nested.
  static let mostLevels = 16
  /// How many values a text may have.
  static let mostValues = 10_000

  /// Reads exactly one value.
  /// - Parameter place: what it is, as the beginning of a sentence.
  /// - Throws: ``TrustFailure`` of the check `format`.
  package init(parsing bytes: [UInt8], _ place: String) throws(TrustFailure) {
    var reader = CBORReader(bytes: bytes, place: place)
    self = try reader.value(level: 0)
    guard reader.isAtEnd else { throw TrustFailure(.format, "\(place) has bytes behind its end") }
  }

  /// The value of a map's key; nil for another key, and for what is no map.
  subscript(key: CBORValue) -> CBORValue? {
    guard case .map(let pairs) = self else { return nil }
    return pairs.first { $0.key == key }?.value
  }

  var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  var bytes: [UInt8]? {
    guard case .bytes(let bytes) = self else { return nil }
    return bytes
  }

  /// The head of a byte string in the shortest form, as signed structures have it.
  static func head(ofByteString count: Int) -> [UInt8] {
    switch count {
    case ..<24: [0x40 | UInt8(count)]
    case ..<0x100: [0x58, UInt8(count)]
    case ..<0x1_0000: [0x59, UInt8(count >> 8), UInt8(count & 0xFF)]
    default:
      [0x5A] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
    }
  }
}

private struct CBORReader {
  let bytes: [UInt8]
  let place: String
  var offset = 0
  var count = 0

  init(bytes: [UInt8], place: String) {
    self.bytes = bytes
    self.place = place
  }

  var isAtEnd: Bool { offset == bytes.count }

  mutating func value(level: Int) throws(TrustFailure) -> CBORValue {
    guard level < CBORValue.mostLevels else { throw failure("is nested more than \(CBORValue.mostLevels) deep") }
    count += 1
    guard count <= CBORValue.mostValues else { throw failure("has more than \(CBORValue.mostValues) values") }
    guard let first = next() else { throw cut }
    let argument = try argument(first & 0x1F)
    switch first >> 5 {
    case 0: return .unsigned(argument)
    case 1: return .negative(argument)
    case 2: return .bytes(try take(argument))
    case 3:
      guard let text = String(validating: try take(argument), as: UTF8.self) else {
        throw failure("has a text that is not UTF-8")
      }
      return .text(text)
    case 4:
      var items: [CBORValue] = []
      for _ in 0..<(try size(argument)) { items.append(try value(level: level + 1)) }
      return .array(items)
    case 5:
      var pairs: [CBORValue.Pair] = []
      for _ in 0..<(try size(argument)) {
        let key = try value(level: level + 1)
        guard !pairs.contains(where: { $0.key == key }) else { throw failure("has a label twice") }
        pairs.append(.init(key: key, value: try value(level: level + 1)))
      }
      return .map(pairs)
    case 6:
      guard argument == 1 || argument == 18 else {
        throw failure("has the tag \(argument), which does not belong there")
      }
      return .tagged(argument, try value(level: level + 1))
    default: throw failure("has a value of a kind that does not belong there")
    }
  }

  /// The number behind a first byte.
  private mutating func argument(_ short: UInt8) throws(TrustFailure) -> UInt64 {
    guard short >= 24 else { return UInt64(short) }
    guard short <= 27 else { throw failure("has a value of indefinite length") }
    var number: UInt64 = 0
    for _ in 0..<(1 << (short - 24)) {
      guard let byte = next() else { throw cut }
      number = number << 8 | UInt64(byte)
    }
    return number
  }

  /// How many parts follow. Each takes at least a byte.
  private func size(_ argument: UInt64) throws(TrustFailure) -> Int {
    guard argument <= UInt64(bytes.count - offset) else { throw cut }
    return Int(argument)
  }

  private mutating func take(_ argument: UInt64) throws(TrustFailure) -> [UInt8] {
    let count = try size(argument)
    defer { offset += count }
    return Array(bytes[offset..<(offset + count)])
  }

  private mutating func next() -> UInt8? {
    guard offset < bytes.count else { return nil }
    defer { offset += 1 }
    return bytes[offset]
  }

  private var cut: TrustFailure { failure("ends too early") }
  private func failure(_ what: String) -> TrustFailure { TrustFailure(.format, "\(place) \(what)") }
}
