import AcrCore
import Crypto
import CryptoExtras
import SwiftASN1

/// Password-based encryption by PBES2 (RFC 8018, 6.2) with PBKDF2 and AES-CBC: what OpenSSL 3, Windows and macOS of today
/// write. The schemes before it rest on RC2 or DES and are refused, with the command that converts them.
enum PasswordEncryption {
  private static let pbes2: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 5, 13]
  private static let pbkdf2: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 5, 12]
  private static let keyLengths: [ASN1ObjectIdentifier: Int] = [
    [2, 16, 840, 1, 101, 3, 4, 1, 2]: 16, [2, 16, 840, 1, 101, 3, 4, 1, 22]: 24,
    [2, 16, 840, 1, 101, 3, 4, 1, 42]: 32,
  ]
  private static let hashes: [ASN1ObjectIdentifier: KDF.Insecure.PBKDF2.HashFunction] = [
    [1, 2, 840, 113549, 2, 7]: .insecureSHA1, [1, 2, 840, 113549, 2, 9]: .sha256,
    [1, 2, 840, 113549, 2, 10]: .sha384, [1, 2, 840, 113549, 2, 11]: .sha512,
  ]
  /// A file that asks for more would keep the program busy for minutes.
  static let mostRounds = 10_000_000

  /// Opens an `EncryptedPrivateKeyInfo` (RFC 5958, 3).
  static func decryptKey(_ bytes: [UInt8], password: Secret?, name: String) throws(AcrError) -> [UInt8] {
    guard let root = try? BER.parse(bytes), root.children.count == 2, let data = root.children[1].primitive else {
      throw unreadable(name)
    }
    return try decrypt(data, algorithm: root.children[0], password: password, name: name)
  }

  /// Opens some bytes.
  /// - Parameter algorithm: the `AlgorithmIdentifier` in front of them.
  static func decrypt(
    _ data: ArraySlice<UInt8>, algorithm: ASN1Node, password: Secret?, name: String
  ) throws(AcrError) -> [UInt8] {
    let fields = algorithm.children
    guard fields.count == 2, let scheme = identifier(fields[0]) else { throw unreadable(name) }
    guard scheme == pbes2 else { throw legacy(name) }
    guard let password else {
      throw AcrError(
        .auth, "the private key in `\(name)` is encrypted, and no password was given",
        help: "give the password of the file (AZURE_CLIENT_CERTIFICATE_PASSWORD, or --certificate-password)")
    }
    let parameters = fields[1].children
    guard parameters.count == 2, parameters[0].children.count == 2, parameters[1].children.count == 2,
      identifier(parameters[0].children[0]) == pbkdf2, let cipher = identifier(parameters[1].children[0]),
      let iv = parameters[1].children[1].primitive
    else { throw unreadable(name) }
    guard let length = keyLengths[cipher] else { throw legacy(name) }
    let derivation = parameters[0].children[1].children
    guard derivation.count >= 2, let salt = derivation[0].primitive, let rounds = integer(derivation[1]),
      (1...mostRounds).contains(rounds)
    else { throw unreadable(name) }
    // The hash is the last field if it is there, and SHA-1 if not (RFC 8018, A.2).
    var hash = KDF.Insecure.PBKDF2.HashFunction.insecureSHA1
    if let last = derivation.last, last.identifier == .sequence {
      guard let named = last.children.first.flatMap(identifier).flatMap({ hashes[$0] }) else { throw legacy(name) }
      hash = named
    }
    do {
      let key = try KDF.Insecure.PBKDF2.deriveKey(
        from: Array(password.reveal().utf8), salt: Array(salt), using: hash, outputByteCount: length,
        unsafeUncheckedRounds: rounds)
      return Array(try AES._CBC.decrypt(Array(data), using: key, iv: AES._CBC.IV(ivBytes: Array(iv))))
    } catch {
      throw wrongPassword(name)
    }
  }

  static func identifier(_ node: ASN1Node) -> ASN1ObjectIdentifier? { try? ASN1ObjectIdentifier(berEncoded: node) }
  static func integer(_ node: ASN1Node) -> Int? { try? Int(berEncoded: node) }

  static func wrongPassword(_ name: String) -> AcrError {
    AcrError(.auth, "the password does not open `\(name)`", help: "check the password of the certificate file")
  }

  static func unreadable(_ name: String) -> AcrError {
    AcrError(.invalid, "`\(name)` is damaged, or not a file with a certificate", help: "export the certificate again")
  }

  static func legacy(_ name: String) -> AcrError {
    AcrError(
      .invalid, "`\(name)` is encrypted in an outdated way that is not supported",
      help: "convert it: openssl pkcs12 -legacy -in \(name) -nodes -out both.pem (openssl pkey for a key in PEM form)")
  }
}
