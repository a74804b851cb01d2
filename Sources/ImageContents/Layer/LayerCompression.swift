/// How the archive of a layer is compressed, told by its first bytes: media types of layers are often wrong.
public enum LayerCompression: String, Sendable {
  /// A tar archive as it is.
  case none
  /// gzip (RFC 1952).
  case gzip
  /// Zstandard (RFC 8878), also when a skippable frame comes first.
  case zstd

  /// How many bytes it takes to tell.
  public static let prefixLength = 4

  /// Tells by the first bytes of a layer; what is neither gzip nor zstd is taken for a plain archive.
  public init(prefix: some Collection<UInt8>) {
    let bytes = Array(prefix.prefix(LayerCompression.prefixLength))
    if bytes.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if bytes == [0x28, 0xB5, 0x2F, 0xFD] {
      self = .zstd
    } else if bytes.count == 4, bytes[0] & 0xF0 == 0x50, bytes[1...] == [0x2A, 0x4D, 0x18] {
      self = .zstd
    } else {
      self = .none
    }
  }
}
