import SwiftASN1
import X509

/// A name that a signer's certificate must have, as trust policies write it (RFC 4514): attributes that all have to be in the
/// certificate's subject, with exactly these values.
public struct NamePattern: Sendable, Equatable {
  /// The values by attribute type, in capital letters.
  public let attributes: [String: String]

  /// Reads `C=US, ST=WA, O=acme\, Rockets`.
  /// - Throws: ``TrustFailure`` of the check `policy`.
  public init(_ text: String) throws(TrustFailure) {
    var parser = NameParser(text: text, scalars: Array(text.unicodeScalars))
    attributes = try parser.parse()
    for needed in ["C", "ST", "O"] where attributes[needed] == nil {
      throw TrustFailure(
        .policy, "the identity `\(text)` has no `\(needed)`; country, state and organization are needed")
    }
  }

  /// True where a subject has all of these attributes.
  public func matches(_ certificate: TrustCertificate) -> Bool {
    let subject = Self.attributes(of: certificate)
    return attributes.allSatisfy { subject[$0.key] == $0.value }
  }

  /// True where whatever fits the other name fits this one.
  func covers(_ other: NamePattern) -> Bool { attributes.allSatisfy { other.attributes[$0.key] == $0.value } }

  private static let names: [ASN1ObjectIdentifier: String] = [
    [2, 5, 4, 3]: "CN", [2, 5, 4, 5]: "SERIALNUMBER", [2, 5, 4, 6]: "C", [2, 5, 4, 7]: "L", [2, 5, 4, 8]: "ST",
    [2, 5, 4, 9]: "STREET", [2, 5, 4, 10]: "O", [2, 5, 4, 11]: "OU", [2, 5, 4, 17]: "POSTALCODE",
    [0, 9, 2342, 19_200_300, 100, 1, 1]: "UID", [0, 9, 2342, 19_200_300, 100, 1, 25]: "DC",
  ]

  /// The attributes of a certificate's subject. One that occurs twice fits nothing.
  private static func attributes(of certificate: TrustCertificate) -> [String: String] {
    var found: [String: String] = [:]
    var doubled: Set<String> = []
    for part in certificate.certificate.subject {
      for attribute in part {
        let name = names[attribute.type] ?? attribute.type.description
        if found.updateValue(String(attribute.value) ?? "", forKey: name) != nil { doubled.insert(name) }
      }
    }
    for name in doubled { found[name] = nil }
    return found
  }
}

private struct NameParser {
  let text: String
  let scalars: [Unicode.Scalar]
  var index = 0

  mutating func parse() throws(TrustFailure) -> [String: String] {
    var attributes: [String: String] = [:]
    repeat {
      skipSpaces()
      var name = ""
      while let next = peek, next != "=" {
        guard next.properties.isAlphabetic || next == "." || ("0"..."9").contains(next) || next == "-" else {
          throw failure("is not a name such as `C=US, ST=WA, O=acme`")
        }
        name.unicodeScalars.append(next)
        index += 1
      }
      guard !name.isEmpty, peek == "=" else { throw failure("is not a name such as `C=US, ST=WA, O=acme`") }
      index += 1
      let value = try value()
      var key = name.uppercased()
      if key == "S" { key = "ST" }
      guard attributes.updateValue(value, forKey: key) == nil else { throw failure("has `\(key)` twice") }
    } while take(",")
    guard peek == nil else { throw failure("has several values in one part (`+`)") }
    return attributes
  }

  private mutating func value() throws(TrustFailure) -> String {
    skipSpaces()
    guard peek != "#" else { throw failure("has a value in hexadecimal digits (`#`)") }
    var bytes: [UInt8] = []
    /// How much of the value is not trailing space without a backslash.
    var kept = 0
    while let next = peek, next != ",", next != "+" {
      index += 1
      guard next == "\\" else {
        guard !"\"<>;".unicodeScalars.contains(next) else { throw failure("has `\(next)` without `\\` before it") }
        bytes.append(contentsOf: Array(String(next).utf8))
        if next != " " { kept = bytes.count }
        continue
      }
      guard let escaped = peek else { throw failure("ends with `\\`") }
      if let high = escaped.hexDigit, index + 1 < scalars.count, let low = scalars[index + 1].hexDigit {
        bytes.append(high << 4 | low)
        index += 2
      } else {
        guard ",+\"\\<>;=# ".unicodeScalars.contains(escaped) else { throw failure("has `\\\(escaped)`") }
        bytes.append(contentsOf: Array(String(escaped).utf8))
        index += 1
      }
      kept = bytes.count
    }
    guard let value = String(validating: bytes[..<kept], as: UTF8.self), !value.isEmpty else {
      throw failure("has an empty value, or one that is not UTF-8")
    }
    return value
  }

  private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    index += 1
    return true
  }

  private mutating func skipSpaces() { while peek == " " { index += 1 } }

  private func failure(_ what: String) -> TrustFailure { TrustFailure(.policy, "the identity `\(text)` \(what)") }
}

extension Unicode.Scalar {
  fileprivate var hexDigit: UInt8? {
    switch self {
    case "0"..."9": UInt8(value - 0x30)
    case "a"..."f": UInt8(value - 0x61 + 10)
    case "A"..."F": UInt8(value - 0x41 + 10)
    default: nil
    }
  }
}
