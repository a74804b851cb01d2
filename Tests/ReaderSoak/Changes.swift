/// Random numbers that are the same for the same case (SplitMix64).
struct CaseGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, number: Int) { state = seed &* 0x1_0000_0001_B3 &+ UInt64(number) &* 0x9E6C_63D0_876A_3F35 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }
}

/// Changes of a good sample.
enum Changes {
  /// Texts that readers of numbers, texts and lengths stumble over.
  private static let odd: [[UInt8]] = [
    "77777777777", "-1", "99999999999999999999", "18446744073709551615", "9223372036854775808", "1e309",
    "GNU.sparse.size=-5\n",
    "[[[[[[[[", "{\"a\":{\"a\":", "\u{0}", "\\u0000", "\\ud800", "null", "\"\"", "\u{202E}", "../../", "true", "-0",
  ].map { Array($0.utf8) }

  /// The same bytes with some of them flipped, missing, doubled, swapped, or replaced by odd texts and lengths.
  static func changed(_ original: [UInt8], _ random: inout CaseGenerator) -> [UInt8] {
    var bytes = original
    for _ in 0...random.below(4) {
      guard !bytes.isEmpty else { return bytes }
      let place = random.below(bytes.count)
      switch random.below(10) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[place] ^= 1 << UInt8(random.below(8))
      case 2: bytes.removeSubrange(place...)
      case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + random.below(600))], at: place)
      case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(40)))
      case 5: bytes.swapAt(place, random.below(bytes.count))
      case 6:
        for (index, byte) in odd[random.below(odd.count)].enumerated() where place + index < bytes.count {
          bytes[place + index] = byte
        }
      case 7: bytes.insert(contentsOf: odd[random.below(odd.count)], at: place)
      case 8: bytes[place] = [0x00, 0x30, 0x31, 0x7F, 0x80, 0x84, 0xA0, 0xBF, 0xFF][random.below(9)]
      default:
        let value: UInt8 = [0, 0x80, 0xFF][random.below(3)]
        for index in place..<min(bytes.count, place + 12) { bytes[index] = value }
      }
    }
    return bytes
  }

  /// Puts a right check sum into each header of an archive, so that changes get behind it.
  static func summed(_ archive: [UInt8]) -> [UInt8] {
    var bytes = archive
    for start in stride(from: 0, to: bytes.count - 511, by: 512) where bytes[start + 257] == 0x75 {
      for index in 148..<156 { bytes[start + index] = 0x20 }
      let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
      let digits = Array(String(sum, radix: 8).utf8)
      for (index, digit) in ([UInt8](repeating: 0x30, count: max(0, 6 - digits.count)) + digits + [0]).enumerated() {
        bytes[start + 148 + index] = digit
      }
    }
    return bytes
  }
}
