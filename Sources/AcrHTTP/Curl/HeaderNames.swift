import HTTPTypes

/// The names of header fields that were met before: making one checks and lowers each of its letters.
final class HeaderNames {
  private static let most = 500
  private var known: [UInt64: (bytes: [UInt8], name: HTTPField.Name)] = [:]

  /// The name that such bytes are; nil where they are none (RFC 9110, 5.1).
  func name(_ bytes: Slice<UnsafeRawBufferPointer>) -> HTTPField.Name? {
    // FNV-1a. Names that share a hash are made each time.
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let met = known[hash]
    if let met, met.bytes.elementsEqual(bytes) { return met.name }
    guard let name = HTTPField.Name(String(decoding: bytes, as: UTF8.self)) else { return nil }
    if met == nil, known.count < HeaderNames.most { known[hash] = (Array(bytes), name) }
    return name
  }
}
