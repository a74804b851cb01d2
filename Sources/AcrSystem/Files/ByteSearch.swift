#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's searches in memory, which look at many bytes at a time.
public enum ByteSearch {
  /// Where a byte first occurs, from a position on.
  @inline(__always)
  public static func first(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
      let found = memchr(base + start, Int32(byte), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  /// Whether some bytes stand at a position; there are as many from there on.
  @inline(__always)
  public static func stands(
    _ part: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> Bool {
    guard let base = bytes.baseAddress, let wanted = part.baseAddress else { return part.isEmpty }
    return memcmp(base + position, wanted, part.count) == 0
  }
}
