import AcrCore
import Crypto
import SwiftASN1

/// Reads PFX files (PKCS #12, RFC 7292) that are protected by a password.
enum PKCS12 {
  private static let data: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 1]
  private static let encryptedData: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 6]
  private static let keyBag: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 12, 10, 1, 1]
  private static let shroudedKeyBag: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 12, 10, 1, 2]
  private static let certificateBag: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 12, 10, 1, 3]
  private static let x509Certificate: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 22, 1]
  private static let sha1: ASN1ObjectIdentifier = [1, 3, 14, 3, 2, 26]
  private static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]
  private static let sha384: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 2]
  private static let sha512: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 3]

  /// The certificates and keys of a file.
  /// - Parameter password: nil counts as the empty password, which is how files without one are written.
  static func parts(of bytes: [UInt8], password: Secret?, name: String) throws(AcrError) -> CertificateParts {
    guard let root = try? BER.parse(bytes), root.children.count >= 2,
      let safe = octets(root.children[1], of: data)
    else { throw PasswordEncryption.unreadable(name) }
    guard root.children.count > 2 else {
      throw AcrError(
        .invalid, "`\(name)` is protected by a signature instead of a password, which is not supported",
        help: "export it with a password")
    }
    let password = password ?? Secret("")
    try check(root.children[2], of: safe, password: password, name: name)
    guard let contents = try? BER.parse(safe) else { throw PasswordEncryption.unreadable(name) }
    var parts = CertificateParts()
    for content in contents.children {
      let bags: [UInt8]
      if let plain = octets(content, of: data) {
        bags = plain
      } else {
        bags = try decrypt(content, password: password, name: name)
      }
      guard let list = try? BER.parse(bags) else { throw PasswordEncryption.wrongPassword(name) }
      for bag in list.children { try add(bag, to: &parts, password: password, name: name) }
    }
    return parts
  }

  /// Adds a `SafeBag` (RFC 7292, 4.2); bags of other kinds are passed over.
  private static func add(
    _ bag: ASN1Node, to parts: inout CertificateParts, password: Secret, name: String
  ) throws(AcrError) {
    let fields = bag.children
    guard fields.count >= 2, let kind = PasswordEncryption.identifier(fields[0]),
      let value = fields[1].children.first
    else { throw PasswordEncryption.unreadable(name) }
    switch kind {
    case keyBag: parts.keys.append(Array(value.encodedBytes))
    case shroudedKeyBag:
      parts.keys.append(
        try PasswordEncryption.decryptKey(Array(value.encodedBytes), password: password, name: name))
    case certificateBag:
      guard let certificate = octets(value, of: x509Certificate) else { return }
      parts.certificates.append(certificate)
    default: return
    }
  }

  /// Opens an `EncryptedData` (RFC 5652, 8).
  private static func decrypt(_ content: ASN1Node, password: Secret, name: String) throws(AcrError) -> [UInt8] {
    guard content.children.count == 2, PasswordEncryption.identifier(content.children[0]) == encryptedData,
      let sequence = content.children[1].children.first, sequence.children.count >= 2,
      case let info = sequence.children[1].children, info.count == 3, let bytes = joinedOctets(info[2])
    else { throw PasswordEncryption.unreadable(name) }
    return try PasswordEncryption.decrypt(bytes[...], algorithm: info[1], password: password, name: name)
  }

  /// The octets behind an object identifier: `SEQUENCE { OID, [0] { OCTET STRING } }`.
  private static func octets(_ node: ASN1Node, of kind: ASN1ObjectIdentifier) -> [UInt8]? {
    guard node.children.count == 2, PasswordEncryption.identifier(node.children[0]) == kind,
      let string = node.children[1].children.first
    else { return nil }
    return joinedOctets(string)
  }

  /// The content of an octet string. In BER it may be cut into pieces, which Windows and Java do.
  private static func joinedOctets(_ node: ASN1Node) -> [UInt8]? {
    if let bytes = node.primitive { return Array(bytes) }
    var bytes: [UInt8] = []
    for child in node.children {
      guard let piece = child.primitive else { return nil }
      bytes += piece
    }
    return bytes
  }

  // MARK: The check of the password

  /// Compares the file's MAC (RFC 7292, 4), which tells a wrong password from a damaged file.
  private static func check(
    _ mac: ASN1Node, of content: [UInt8], password: Secret, name: String
  ) throws(AcrError) {
    let fields = mac.children
    guard fields.count >= 2, fields[0].children.count == 2, let salt = fields[1].primitive,
      let algorithm = fields[0].children[0].children.first.flatMap(PasswordEncryption.identifier),
      let expected = fields[0].children[1].primitive
    else { throw PasswordEncryption.unreadable(name) }
    var rounds = 1
    if fields.count > 2 {
      guard let count = PasswordEncryption.integer(fields[2]), (1...PasswordEncryption.mostRounds).contains(count)
      else {
        throw PasswordEncryption.unreadable(name)
      }
      rounds = count
    }
    let matches: Bool
    switch algorithm {
    case sha1: matches = isValid(expected, content, password, salt, rounds, Insecure.SHA1.self)
    case sha256: matches = isValid(expected, content, password, salt, rounds, SHA256.self)
    case sha384: matches = isValid(expected, content, password, salt, rounds, SHA384.self)
    case sha512: matches = isValid(expected, content, password, salt, rounds, SHA512.self)
    default: throw PasswordEncryption.legacy(name)
    }
    guard matches else { throw PasswordEncryption.wrongPassword(name) }
  }

  private static func isValid<Hash: HashFunction>(
    _ expected: ArraySlice<UInt8>, _ content: [UInt8], _ password: Secret, _ salt: ArraySlice<UInt8>, _ rounds: Int,
    _ hash: Hash.Type
  ) -> Bool {
    let key = macKey(password, salt: Array(salt), rounds: rounds, Hash.self)
    return HMAC<Hash>.isValidAuthenticationCode(Array(expected), authenticating: content, using: key)
  }

  /// The key for the MAC, by the derivation of RFC 7292, B.2, with the ID 3. One block is as long as the key.
  private static func macKey<Hash: HashFunction>(
    _ password: Secret, salt: [UInt8], rounds: Int, _ hash: Hash.Type
  ) -> SymmetricKey {
    // A BMPString with its end mark (B.1).
    let text = (Array(password.reveal().utf16) + [0]).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    let block = Hash.blockByteCount
    let input = [UInt8](repeating: 3, count: block) + filled(salt, block) + filled(text, block)
    var digest = Array(Hash.hash(data: input))
    for _ in 1..<max(rounds, 1) { digest = Array(Hash.hash(data: digest)) }
    return SymmetricKey(data: digest)
  }

  /// The bytes over and over, up to a multiple of the block's length.
  private static func filled(_ bytes: [UInt8], _ block: Int) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    let length = (bytes.count + block - 1) / block * block
    return (0..<length).map { bytes[$0 % bytes.count] }
  }
}
