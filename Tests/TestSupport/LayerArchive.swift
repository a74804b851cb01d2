import Crypto

/// A layer: a valid gzip stream (stored blocks) of a valid tar with one file of pseudo-random bytes.
///
/// Stored blocks keep the size predictable, and random bytes keep tools from gaining anything by compressing again.
struct LayerArchive {
  /// The gzip stream, which is the blob.
  let bytes: [UInt8]
  /// The digest of the tar inside, for `rootfs.diff_ids`.
  let diffID: String

  /// - Parameters:
  ///   - seed: decides about the content, together with the size.
  ///   - size: the size of the file in the tar; the blob has about 1.5 kB more.
  init(seed: String, size: Int) {
    let tar = Self.tar(name: "data/\(seed)", content: Self.random(seed: seed, count: size))
    bytes = Self.gzip(tar)
    diffID = "sha256:" + SHA256.hash(data: tar).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Bytes of the generator SplitMix64, seeded with the FNV-1a hash of a text: the same on every machine.
  static func random(seed: String, count: Int) -> [UInt8] {
    var state = seed.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      var offset = 0
      while offset < count {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        word ^= word >> 31
        if offset + 8 <= count {
          raw.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
          offset += 8
        } else {
          raw[offset] = UInt8(truncatingIfNeeded: word)
          offset += 1
        }
      }
      filled = count
    }
  }

  /// A POSIX ustar archive (IEEE 1003.1, pax) with one file.
  private static func tar(name: String, content: [UInt8]) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int, limit: Int) {
      for (index, byte) in text.utf8.prefix(limit).enumerated() { header[offset + index] = byte }
    }
    func octal(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(name, at: 0, limit: 100)
    put("0000644", at: 100, limit: 7)
    put("0000000", at: 108, limit: 7)
    put("0000000", at: 116, limit: 7)
    put(octal(content.count, 11), at: 124, limit: 11)
    put("00000000000", at: 136, limit: 11)
    put("        ", at: 148, limit: 8)
    put("0", at: 156, limit: 1)
    put("ustar", at: 257, limit: 5)
    put("00", at: 263, limit: 2)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6), at: 148, limit: 6)
    header[154] = 0
    let padding = (512 - content.count % 512) % 512
    return header + content + [UInt8](repeating: 0, count: padding + 1024)
  }

  /// A gzip member (RFC 1952) whose deflate data are stored blocks (RFC 1951, 3.2.4).
  static func gzip(_ data: [UInt8]) -> [UInt8] {
    var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    output.reserveCapacity(data.count + data.count / 65535 * 5 + 32)
    var offset = 0
    repeat {
      let count = min(65535, data.count - offset)
      let isLast = offset + count == data.count
      let low = UInt8(count & 0xFF)
      let high = UInt8(count >> 8)
      output += [isLast ? 1 : 0, low, high, ~low, ~high]
      output += data[offset..<offset + count]
      offset += count
    } while offset < data.count
    for value in [crc32(data), UInt32(truncatingIfNeeded: data.count)] {
      for shift in [0, 8, 16, 24] as [UInt32] { output.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    return output
  }

  /// The check value of gzip (RFC 1952, section 8).
  static func crc32(_ data: [UInt8]) -> UInt32 {
    let table = (0..<256 as Range<UInt32>).map { index in
      (0..<8).reduce(index) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
    return table.withUnsafeBufferPointer { table in
      data.withUnsafeBufferPointer { data in
        var check: UInt32 = 0xFFFF_FFFF
        var index = 0
        // A plain loop over the pointers: tests are built without optimisation, and layers may be large.
        while index < data.count {
          check = table[Int((check ^ UInt32(data[index])) & 0xFF)] ^ (check >> 8)
          index += 1
        }
        return ~check
      }
    }
  }
}
