/// Percent-encoding for paths, queries and forms.
enum URLEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Encodes all but the unreserved characters of RFC 3986.
  static func encode(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: result.append(byte)
      default: result += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
