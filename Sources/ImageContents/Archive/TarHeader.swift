/// The 512 bytes in front of an entry: v7, ustar (POSIX.1-1988) or GNU.
struct TarHeader {
  static let size = 512

  let type: UInt8
  let name: [UInt8]
  let target: [UInt8]
  let userName: [UInt8]
  let groupName: [UInt8]
  let mode: Int64
  let user: Int64
  let group: Int64
  let modified: Int64
  /// The size field; nil where it is no number that can be one.
  let size: Int64?
  let isGNU: Bool

  /// Reads a header; nil for one whose check sum is wrong.
  init?(_ block: UnsafeRawBufferPointer) {
    guard TarHeader.hasRightSum(block) else { return nil }
    type = block[156]
    let magic = Array(block[257..<263])
    isGNU = magic == Array("ustar ".utf8)
    let isPOSIX = magic == Array("ustar\0".utf8)
    var name = TarHeader.text(block, 0, 100)
    let prefix = isPOSIX ? TarHeader.text(block, 345, 155) : []
    if !prefix.isEmpty { name = prefix + [0x2F] + name }
    self.name = name
    target = TarHeader.text(block, 157, 100)
    userName = isGNU || isPOSIX ? TarHeader.text(block, 265, 32) : []
    groupName = isGNU || isPOSIX ? TarHeader.text(block, 297, 32) : []
    mode = TarHeader.number(block, 100, 8) ?? 0
    user = TarHeader.number(block, 108, 8) ?? 0
    group = TarHeader.number(block, 116, 8) ?? 0
    size = TarHeader.number(block, 124, 12).flatMap { $0 >= 0 ? $0 : nil }
    modified = TarHeader.number(block, 136, 12) ?? 0
  }

  /// The sum of all bytes, its own field counted as spaces; some old programs added bytes with signs.
  private static func hasRightSum(_ block: UnsafeRawBufferPointer) -> Bool {
    guard let stated = number(block, 148, 8) else { return false }
    var plain: Int64 = 0
    var signed: Int64 = 0
    for index in 0..<size {
      let byte = (148..<156).contains(index) ? 0x20 : block[index]
      plain += Int64(byte)
      signed += Int64(Int8(bitPattern: byte))
    }
    return stated == plain || stated == signed
  }

  /// Bytes up to the first NUL.
  static func text(_ block: UnsafeRawBufferPointer, _ offset: Int, _ length: Int) -> [UInt8] {
    Array(block[offset..<offset + length].prefix { $0 != 0 })
  }

  /// An octal number with spaces or NULs around, or base-256 where the first bit is set; nil for anything else. An empty field
  /// is zero.
  static func number(_ block: UnsafeRawBufferPointer, _ offset: Int, _ length: Int) -> Int64? {
    let field = block[offset..<offset + length]
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      var value: Int64 = first & 0x40 != 0 ? -1 : 0
      for (index, byte) in field.enumerated() {
        let part = index == 0 ? (value < 0 ? byte : byte & 0x7F) : byte
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
        guard !overflow || (index == 0) else { return nil }
        value = index == 0 ? (value < 0 ? Int64(Int8(bitPattern: part)) : Int64(part)) : shifted | Int64(part)
      }
      return value
    }
    var value: Int64 = 0
    var isBegun = false
    var isEnded = false
    for byte in field {
      switch byte {
      case 0, 0x20: if isBegun { isEnded = true }
      case 0x30...0x37 where !isEnded:
        isBegun = true
        guard value >> 60 == 0 else { return nil }
        value = value << 3 | Int64(byte - 0x30)
      default: return nil
      }
    }
    return value
  }
}
