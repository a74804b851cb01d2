/// Base64 with the alphabet for URLs and without padding (RFC 4648, section 5; RFC 7515, section 2).
public enum Base64URL {
  /// The text for some bytes.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: Base64.encode(bytes).utf8.lazy.filter { $0 != 0x3D }.map(urlDigit), as: UTF8.self)
  }

  /// The bytes of a text in this alphabet or the ordinary one, with or without padding; nil for any other text.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    Base64.decode(String(decoding: text.utf8.map(plainDigit), as: UTF8.self))
  }

  private static func urlDigit(_ digit: UInt8) -> UInt8 {
    switch digit {
    case 0x2B: 0x2D
    case 0x2F: 0x5F
    default: digit
    }
  }

  private static func plainDigit(_ digit: UInt8) -> UInt8 {
    switch digit {
    case 0x2D: 0x2B
    case 0x5F: 0x2F
    default: digit
    }
  }
}
