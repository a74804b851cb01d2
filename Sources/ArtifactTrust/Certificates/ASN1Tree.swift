import AcrCore
import SwiftASN1

/// Small helpers over the nodes of SwiftASN1, which checks lengths and depth (50): every failure is a ``TrustFailure``.
enum ASN1Tree {
  enum Rules { case der, ber }

  /// How long a certificate or a token may be, in bytes.
  static let mostBytes = 256 << 10

  static func parse(_ bytes: [UInt8], _ place: String, _ rules: Rules = .der) throws(TrustFailure) -> ASN1Node {
    guard bytes.count <= mostBytes else { throw TrustFailure(.format, "\(place) is longer than \(mostBytes) bytes") }
    do {
      return try rules == .der ? DER.parse(bytes) : BER.parse(bytes)
    } catch {
      throw TrustFailure(.format, "\(place) is not valid \(rules == .der ? "DER" : "BER")")
    }
  }

  /// The parts of a constructed value with a given tag.
  static func children(_ node: ASN1Node, _ tag: ASN1Identifier, _ place: String) throws(TrustFailure) -> [ASN1Node] {
    guard node.identifier == tag, case .constructed(let nodes) = node.content else {
      throw TrustFailure(.format, "\(place) has another structure than its format says")
    }
    return Array(nodes)
  }

  /// The one part of an explicitly tagged value.
  static func explicit(_ node: ASN1Node, _ place: String) throws(TrustFailure) -> ASN1Node {
    let parts = try children(node, node.identifier, place)
    guard let part = parts.first, parts.count == 1 else {
      throw TrustFailure(.format, "\(place) has another structure than its format says")
    }
    return part
  }

  static func context(_ number: UInt) -> ASN1Identifier {
    ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
  }

  static func objectIdentifier(_ node: ASN1Node, _ place: String) throws(TrustFailure) -> String {
    guard let value = try? ASN1ObjectIdentifier(derEncoded: node) else {
      throw TrustFailure(.format, "\(place) has no object identifier where one belongs")
    }
    return value.description
  }

  /// An AlgorithmIdentifier: its object identifier, and its parameter where that is one too.
  static func algorithm(_ node: ASN1Node, _ place: String) throws(TrustFailure)
    -> (identifier: String, parameter: String?)
  {
    let fields = try children(node, .sequence, place)
    guard let first = fields.first, fields.count <= 2 else {
      throw TrustFailure(.format, "\(place) has no algorithm where one belongs")
    }
    let parameter = fields.count == 2 ? try? ASN1ObjectIdentifier(derEncoded: fields[1]) : nil
    return (try objectIdentifier(first, place), parameter?.description)
  }

  /// A small whole number from 0.
  static func smallInteger(_ node: ASN1Node, _ place: String) throws(TrustFailure) -> Int {
    guard let value = try? Int(derEncoded: node), value >= 0 else {
      throw TrustFailure(.format, "\(place) has no number where one belongs")
    }
    return value
  }

  /// The bytes of an OCTET STRING, which BER may cut into parts.
  static func octets(_ node: ASN1Node, _ place: String) throws(TrustFailure) -> [UInt8] {
    guard node.identifier == .octetString else {
      throw TrustFailure(.format, "\(place) has no bytes where they belong")
    }
    switch node.content {
    case .primitive(let bytes): return Array(bytes)
    case .constructed(let parts):
      var bytes: [UInt8] = []
      for part in parts { bytes += try octets(part, place) }
      return bytes
    }
  }

  /// A value in DER: lengths in their shortest form, the members of a SET in order. Bytes of primitive values stay.
  /// - Parameter tag: another first byte, where the value is hashed under another tag than it is sent.
  static func der(_ node: ASN1Node, tag: UInt8? = nil) -> [UInt8] {
    switch node.content {
    case .primitive(let bytes): return encoded(tag ?? identifierByte(node, isConstructed: false), Array(bytes))
    case .constructed(let nodes):
      if node.identifier == .octetString, let bytes = try? octets(node, "") { return encoded(tag ?? 0x04, bytes) }
      var parts = nodes.map { der($0) }
      let byte = tag ?? identifierByte(node, isConstructed: true)
      if byte == 0x31 { parts.sort { $0.lexicographicallyPrecedes($1) } }
      return encoded(byte, parts.flatMap { $0 })
    }
  }

  /// Tag, length and content.
  static func encoded(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    var length = content.count
    guard length >= 0x80 else { return [tag, UInt8(length)] + content }
    var bytes: [UInt8] = []
    while length > 0 {
      bytes.insert(UInt8(truncatingIfNeeded: length), at: 0)
      length >>= 8
    }
    return [tag, 0x80 | UInt8(bytes.count)] + bytes + content
  }

  private static func identifierByte(_ node: ASN1Node, isConstructed: Bool) -> UInt8 {
    // Tags above 30 take more bytes; no format here has them, and a wrong byte only makes a hash wrong.
    let tagClass: UInt8 =
      switch node.identifier.tagClass {
      case .universal: 0x00
      case .application: 0x40
      case .contextSpecific: 0x80
      case .private: 0xC0
      }
    return tagClass | (isConstructed ? 0x20 : 0) | UInt8(truncatingIfNeeded: min(node.identifier.tagNumber, 30))
  }
}
