/// What pax records say of the next entry, or of all that follow (POSIX.1-2001, pax, "Extended Header").
struct PaxFields {
  var path: [UInt8]?
  var target: [UInt8]?
  var size: Int64?
  var modified: Int64?
  var user: Int64?
  var group: Int64?
  var userName: [UInt8]?
  var groupName: [UInt8]?
  var sparse = Sparse()

  /// GNU's sparse files in pax archives, versions 0.0, 0.1 and 1.0.
  struct Sparse {
    var major: Int64?
    var minor: Int64?
    var name: [UInt8]?
    var realSize: Int64?
    /// Offsets and lengths in turn, of the versions that have them in records.
    var map: [Int64] = []
    var isThere = false
  }

  /// Most numbers that a map of a sparse file may have.
  static let mostNumbers = 2_000_000

  /// Reads `LENGTH KEY=VALUE\n` records; an empty value takes away what was said before.
  /// - Returns: false for bytes that are no such records.
  mutating func read(_ bytes: [UInt8]) -> Bool {
    var position = 0
    while position < bytes.count {
      // Some programs fill up with zeros.
      if bytes[position] == 0 { return bytes[position...].allSatisfy { $0 == 0 } }
      guard let space = bytes[position...].prefix(20).firstIndex(of: 0x20),
        let length = PaxFields.decimal(bytes[position..<space]), length > Int64(space - position + 1),
        length <= Int64(bytes.count - position)
      else { return false }
      let end = position + Int(length)
      guard bytes[end - 1] == 0x0A, let equals = bytes[space..<end].firstIndex(of: 0x3D) else { return false }
      guard set(String(decoding: bytes[space + 1..<equals], as: UTF8.self), Array(bytes[equals + 1..<end - 1])) else {
        return false
      }
      position = end
    }
    return true
  }

  private mutating func set(_ key: String, _ value: [UInt8]) -> Bool {
    let text: [UInt8]? = value.isEmpty ? nil : value
    let number = text.flatMap { PaxFields.decimal($0[...]) }
    switch key {
    case "path": path = text
    case "linkpath": target = text
    case "uname": userName = text
    case "gname": groupName = text
    case "size":
      guard text == nil || number != nil else { return false }
      size = number
    case "uid": user = number
    case "gid": group = number
    case "mtime": modified = text.flatMap(PaxFields.seconds)
    case "GNU.sparse.name": sparse.name = text
    case "GNU.sparse.realsize", "GNU.sparse.size":
      sparse.realSize = number
      sparse.isThere = true
    case "GNU.sparse.major": sparse.major = number
    case "GNU.sparse.minor": sparse.minor = number
    case "GNU.sparse.offset", "GNU.sparse.numbytes":
      guard let number, sparse.map.count < PaxFields.mostNumbers else { return false }
      sparse.map.append(number)
      sparse.isThere = true
    case "GNU.sparse.map":
      let parts = value.split(separator: 0x2C, omittingEmptySubsequences: false)
      guard value.isEmpty || parts.count <= PaxFields.mostNumbers else { return false }
      var map: [Int64] = []
      for part in parts where !value.isEmpty {
        guard let number = PaxFields.decimal(part) else { return false }
        map.append(number)
      }
      sparse.map = map
      sparse.isThere = true
    default: break
    }
    return true
  }

  /// A whole number of digits, without a sign.
  static func decimal(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.count <= 19 else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(Int64(digit - 0x30))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// The whole seconds of a time with a fraction, rounded down.
  private static func seconds(_ text: [UInt8]) -> Int64? {
    let isNegative = text.first == 0x2D
    let parts = text.dropFirst(isNegative ? 1 : 0).split(
      separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap({ decimal($0) }) else { return nil }
    guard isNegative else { return whole }
    let hasFraction = parts.count == 2 && parts[1].contains { $0 != 0x30 }
    return -whole - (hasFraction ? 1 : 0)
  }
}
