/// UUIDs in their text form (RFC 9562, section 4), in lower case.
public enum UUIDText {
  /// A new random one (version 4).
  public static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return text(bytes)
  }

  /// The one that 16 bytes spell; further bytes are left out.
  public static func text(_ bytes: [UInt8]) -> String {
    var text = ""
    for (index, byte) in bytes.prefix(16).enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += Hexadecimal.encode(CollectionOfOne(byte))
    }
    return text
  }
}
