/// Percent-encoding of paths, queries and forms (RFC 3986, 2.1): the one place where it is done.
public enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Encodes a query or form value: all but the unreserved characters, `/` too (`library%2Fbusybox`, `sha256%3Aabc`). Every
  /// reader of `application/x-www-form-urlencoded` understands it.
  public static func encode(_ text: some StringProtocol) -> String { encode(text, keepingSlashes: false) }

  /// Encodes a path: all but the unreserved characters and `/`.
  public static func encodePath(_ path: some StringProtocol) -> String { encode(path, keepingSlashes: true) }

  private static func encode(_ text: some StringProtocol, keepingSlashes: Bool) -> String {
    // A copy where the text is a part of another one.
    let text = String(text)
    func isKept(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
      case 0x2F: keepingSlashes
      default: false
      }
    }
    let encodedCount = text.utf8.reduce(0) { $0 + (isKept($1) ? 0 : 1) }
    guard encodedCount > 0 else { return text }
    return String(unsafeUninitializedCapacity: text.utf8.count + 2 * encodedCount) { encoded in
      var end = 0
      func add(_ byte: UInt8) {
        encoded[end] = byte
        end += 1
      }
      for byte in text.utf8 {
        if isKept(byte) {
          add(byte)
        } else {
          add(0x25)
          add(digits[Int(byte >> 4)])
          add(digits[Int(byte & 15)])
        }
      }
      return end
    }
  }

  /// The text behind `%XX` sequences; a `%` that starts none stays as it is, and bytes that are no UTF-8 become U+FFFD.
  public static func decode(_ text: some StringProtocol) -> String {
    guard text.utf8.contains(0x25) else { return String(text) }
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == 0x25, index + 2 < bytes.count, let high = digit(bytes[index + 1]),
        let low = digit(bytes[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
