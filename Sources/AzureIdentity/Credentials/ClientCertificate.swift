import AcrSystem
import AcrCore
import Crypto
import CryptoExtras
import SwiftASN1

/// A certificate with its private key, as applications of Entra use them to sign in.
public struct ClientCertificate: Sendable {
  /// The SHA-256 digest of the certificate as base64url: `x5t#S256` (RFC 7515, 4.1.8).
  public let thumbprint: String
  /// The certificates in DER: the one with the key first, then the others of the file.
  let chain: [[UInt8]]
  /// When the certificate ends.
  public let expiresOn: Timestamp
  private let key: _RSA.Signing.PrivateKey

  /// Reads a file with certificates and one private key: PEM or PFX (PKCS #12), told apart by what is in it.
  /// - Parameter password: opens an encrypted key or PFX.
  /// - Throws: ``AcrError`` of kind `not-found`, `denied`, `auth` for a wrong password, `invalid` for anything else.
  public init(path: String, password: Secret? = nil) throws(AcrError) {
    // A pipe, such as one of the shell's `<(command)`, is welcome.
    guard let bytes = try FileSystem.readIfPresent(path, upTo: 4 << 20, .anything, isStopped: { Task.isCancelled })
    else {
      throw AcrError(
        .notFound, "there is no certificate file `\(path)`", help: "check the path given with --certificate")
    }
    try self.init(bytes, password: password, name: path)
  }

  /// Reads what such a file holds.
  /// - Parameter name: what the bytes are called in messages.
  init(_ bytes: [UInt8], password: Secret?, name: String) throws(AcrError) {
    let parts =
      bytes.first == 0x30
      ? try PKCS12.parts(of: bytes, password: password, name: name)
      : try ClientCertificate.pemParts(bytes, password: password, name: name)
    try self.init(parts, name: name)
  }

  private init(_ parts: CertificateParts, name: String) throws(AcrError) {
    guard let keyBytes = parts.keys.first else {
      throw AcrError(
        .invalid, "there is no private key in `\(name)`",
        help: "the file needs the certificate and its private key: cat key.pem cert.pem > both.pem")
    }
    guard !parts.certificates.isEmpty else {
      throw AcrError(
        .invalid, "there is no certificate in `\(name)`",
        help: "the file needs the certificate and its private key: cat key.pem cert.pem > both.pem")
    }
    guard parts.keys.count == 1 else {
      throw AcrError(.invalid, "there are \(parts.keys.count) private keys in `\(name)`", help: "leave one")
    }
    do {
      key = try _RSA.Signing.PrivateKey(derRepresentation: keyBytes)
    } catch {
      throw AcrError(
        .invalid, "the private key in `\(name)` is not an RSA key of 2048 bits or more",
        help: "Entra takes certificates with RSA keys only")
    }
    var certificates: [(bytes: [UInt8], summary: CertificateSummary)] = []
    for bytes in parts.certificates {
      guard let summary = CertificateSummary(bytes) else {
        throw AcrError(.invalid, "a certificate in `\(name)` cannot be understood", help: "export it again")
      }
      certificates.append((bytes, summary))
    }
    let publicKey = Array(key.publicKey.pkcs1DERRepresentation)
    guard let own = certificates.firstIndex(where: { $0.summary.publicKey == publicKey }) else {
      throw AcrError(
        .invalid, "no certificate in `\(name)` belongs to the private key in it",
        help: "compare them: openssl x509 -noout -modulus and openssl rsa -noout -modulus")
    }
    let leaf = certificates.remove(at: own)
    chain = [leaf.bytes] + certificates.map(\.bytes)
    expiresOn = leaf.summary.expiresOn
    thumbprint = Base64URL.encode(SHA256.hash(data: leaf.bytes).map { $0 })
  }

  /// A signature with RSASSA-PSS and SHA-256: `PS256` (RFC 7518, 3.5).
  func signature(for message: [UInt8]) throws(AcrError) -> [UInt8] {
    do {
      return Array(try key.signature(for: SHA256.hash(data: message), padding: .PSS).rawRepresentation)
    } catch {
      throw AcrError(.invalid, "the certificate's private key cannot sign")
    }
  }

  // MARK: PEM

  private static func pemParts(_ bytes: [UInt8], password: Secret?, name: String) throws(AcrError) -> CertificateParts {
    let documents: [PEMDocument]
    do {
      documents = try PEMDocument.parseMultiple(pemString: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw AcrError(
        .invalid, "`\(name)` is neither a PEM nor a PFX file",
        help: "give a file with the certificate and its private key, in PEM or PFX form")
    }
    var parts = CertificateParts()
    for document in documents {
      switch document.discriminator {
      case "CERTIFICATE": parts.certificates.append(document.derBytes)
      case "PRIVATE KEY", "RSA PRIVATE KEY": parts.keys.append(document.derBytes)
      case "ENCRYPTED PRIVATE KEY":
        parts.keys.append(try PasswordEncryption.decryptKey(document.derBytes, password: password, name: name))
      case "EC PRIVATE KEY":
        throw AcrError(
          .invalid, "the private key in `\(name)` is an elliptic-curve key", help: "Entra takes RSA keys only")
      default: continue
      }
    }
    return parts
  }
}

extension ClientCertificate: CustomStringConvertible, CustomReflectable {
  public var description: String { "certificate \(thumbprint)" }
  /// The key must not show up in dumps.
  public var customMirror: Mirror { Mirror(self, children: ["thumbprint": thumbprint]) }
}

/// What a certificate file holds, in DER.
struct CertificateParts {
  var certificates: [[UInt8]] = []
  /// Keys in the form of PKCS #1 or PKCS #8.
  var keys: [[UInt8]] = []
}

/// The two facts of an X.509 certificate (RFC 5280, 4.1) that signing in needs.
struct CertificateSummary {
  /// The RSA key in the form of PKCS #1; empty for keys of other kinds.
  let publicKey: [UInt8]
  let expiresOn: Timestamp

  /// Nil where the bytes are not a certificate.
  init?(_ bytes: [UInt8]) {
    guard let root = try? DER.parse(bytes), let tbs = root.children.first else { return nil }
    var fields = tbs.children
    // The version is missing in certificates of version 1.
    if fields.first?.identifier.tagClass == .contextSpecific { fields.removeFirst() }
    // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
    guard fields.count >= 6, fields[3].children.count == 2, fields[5].children.count == 2,
      let end = CertificateSummary.time(fields[3].children[1]),
      let key = try? ASN1BitString(derEncoded: fields[5].children[1])
    else { return nil }
    expiresOn = end
    let algorithm = fields[5].children[0].children.first.flatMap { try? ASN1ObjectIdentifier(derEncoded: $0) }
    publicKey = algorithm == .AlgorithmIdentifier.rsaEncryption ? Array(key.bytes) : []
  }

  private static func time(_ node: ASN1Node) -> Timestamp? {
    func moment(_ year: Int, _ month: Int, _ day: Int, _ hours: Int, _ minutes: Int, _ seconds: Int) -> Timestamp? {
      func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
      return Timestamp(
        rfc3339: "\(year)-\(two(month))-\(two(day))T\(two(hours)):\(two(minutes)):\(two(seconds))Z")
    }
    if let time = try? UTCTime(derEncoded: node) {
      return moment(time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
    }
    guard let time = try? GeneralizedTime(derEncoded: node) else { return nil }
    // The year 9999 stands for "never" (RFC 5280, 4.1.2.5), which is past what a moment can hold here.
    return time.year > 2261
      ? Timestamp(seconds: .max) : moment(time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
  }
}

extension ASN1Node {
  /// The nodes inside; none for a primitive one.
  var children: [ASN1Node] {
    guard case .constructed(let nodes) = content else { return [] }
    return Array(nodes)
  }

  /// The content of a primitive node; nil for a constructed one.
  var primitive: ArraySlice<UInt8>? {
    guard case .primitive(let bytes) = content else { return nil }
    return bytes
  }
}
