import AcrCore
import SwiftASN1

/// What a timestamp says (TSTInfo, RFC 3161, 2.4.2).
public struct TimestampInfo: Sendable, Equatable {
  /// The policy of the authority, an object identifier.
  public let policy: String
  /// The hash of what was stamped.
  public let imprintAlgorithm: HashAlgorithm
  /// That hash.
  public let imprint: [UInt8]
  /// When it was stamped.
  public let time: Timestamp
  /// How exact the time is, in nanoseconds to both sides; nil where the authority does not say.
  public let accuracy: Int64?

  private static let place = "the timestamp"

  /// Reads a TSTInfo.
  /// - Throws: ``TrustFailure`` of the check `timestamp` or `format`.
  public init(der: [UInt8]) throws(TrustFailure) {
    let place = Self.place
    var fields = try ASN1Tree.children(try ASN1Tree.parse(der, place, .ber), .sequence, place)[...]
    guard let version = fields.popFirst(), try ASN1Tree.smallInteger(version, place) == 1,
      let policy = fields.popFirst(),
      let imprint = fields.popFirst(), let serial = fields.popFirst(), serial.identifier == .integer,
      let time = fields.popFirst()
    else { throw TrustFailure(.format, "the timestamp is not whole, or not of version 1") }
    self.policy = try ASN1Tree.objectIdentifier(policy, place)
    let parts = try ASN1Tree.children(imprint, .sequence, place)
    guard parts.count == 2 else { throw TrustFailure(.format, "the timestamp has no imprint") }
    let algorithm = try ASN1Tree.algorithm(parts[0], place).identifier
    guard let hash = HashAlgorithm(objectIdentifier: algorithm) else {
      throw TrustFailure(.timestamp, "the timestamp uses the hash \(algorithm), not SHA-256, SHA-384 or SHA-512")
    }
    imprintAlgorithm = hash
    self.imprint = try ASN1Tree.octets(parts[1], place)
    guard time.identifier == .generalizedTime, case .primitive(let text) = time.content,
      let moment = Self.moment(String(decoding: text, as: UTF8.self))
    else { throw TrustFailure(.format, "the timestamp has no valid time") }
    self.time = moment

    var accuracy: Int64?
    if let next = fields.first, next.identifier == .sequence {
      fields.removeFirst()
      accuracy = try Self.accuracy(next)
    }
    self.accuracy = accuracy
    if fields.first?.identifier == .boolean { fields.removeFirst() }
    if fields.first?.identifier == .integer { fields.removeFirst() }
    if fields.first?.identifier == ASN1Tree.context(0) { fields.removeFirst() }
    if let extensions = fields.first, extensions.identifier == ASN1Tree.context(1) {
      fields.removeFirst()
      for item in try ASN1Tree.children(extensions, extensions.identifier, place) {
        let parts = try ASN1Tree.children(item, .sequence, place)
        guard parts.count < 3 || parts[1].identifier != .boolean else {
          throw TrustFailure(.timestamp, "the timestamp has a critical extension, and none is supported")
        }
      }
    }
    guard fields.isEmpty else { throw TrustFailure(.format, "the timestamp has unknown parts") }
  }

  /// `YYYYMMDDHHMMSS`, a fraction if there is one, `Z` (RFC 3161, 2.4.2).
  private static func moment(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 15, bytes.last == 0x5A, bytes[0..<14].allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    let part = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
    let rest = part(14..<bytes.count)
    return Timestamp(
      rfc3339: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))\(rest)")
  }

  private static func accuracy(_ node: ASN1Node) throws(TrustFailure) -> Int64 {
    var total: Int64 = 0
    for part in try ASN1Tree.children(node, .sequence, place) {
      guard case .primitive(let bytes) = part.content, (1...4).contains(bytes.count) else {
        throw TrustFailure(.format, "the timestamp has no valid accuracy")
      }
      let value = bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
      switch part.identifier {
      case .integer: total += value * 1_000_000_000
      case ASN1Tree.context(0): total += value * 1_000_000
      case ASN1Tree.context(1): total += value * 1000
      default: throw TrustFailure(.format, "the timestamp has no valid accuracy")
      }
    }
    return total
  }
}
