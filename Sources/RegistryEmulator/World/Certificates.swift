import AcrCore
import Crypto
import CryptoExtras
import FoundationEssentials
import SwiftASN1
import X509

/// The certificates of one emulator: an authority made at the start, a server's certificate for all names of the world,
/// and a service principal's certificate to sign in with.
struct Certificates: Sendable {
  /// What the server shows.
  let tls: TLSContext
  /// The file with the authority's certificate, for `--cacert`, `SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE`.
  let authorityPath: String
  /// The file with the service principal's key and certificate, in the form `az login --certificate` takes.
  let principalPath: String
  /// The service principal's certificate in PEM.
  let principalCertificate: String

  /// Makes certificates that are valid for a year, and writes the files into a folder.
  /// - Parameter hosts: the names the server answers to, beside `localhost` and `127.0.0.1`.
  init(folder: String, hosts: [String]) throws {
    let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let authorityName = try DistinguishedName { CommonName("acr-emulator authority") }
    let authority = try Certificates.make(
      subject: authorityName, key: authorityKey.publicKey, issuer: authorityName, issuerKey: authorityKey
    ) {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
      Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      SubjectKeyIdentifier(hash: authorityKey.publicKey)
    }
    let serverKey = P256.Signing.PrivateKey()
    let names = (hosts + ["localhost", "*.localhost"]).map(GeneralName.dnsName)
    let server = try Certificates.make(
      subject: DistinguishedName { CommonName("localhost") }, key: Certificate.PublicKey(serverKey.publicKey),
      issuer: authorityName, issuerKey: authorityKey
    ) {
      Critical(BasicConstraints.notCertificateAuthority)
      Critical(KeyUsage(digitalSignature: true))
      try ExtendedKeyUsage([.serverAuth])
      SubjectAlternativeNames(names + [.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))])
      AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: authorityKey.publicKey).keyIdentifier)
    }
    tls = try TLSContext(certificate: try server.derBytes, key: Array(serverKey.derRepresentation))
    authorityPath = "\(folder)/authority.pem"
    try DiskFile.replace(
      authorityPath, with: Array(try authority.serializeAsPEM().pemString.utf8) + [0x0A], isDurable: false)
    principalPath = "\(folder)/sample-principal.pem"
    if let kept = try? DiskFile.read(principalPath) {
      principalCertificate = String(decoding: kept, as: UTF8.self).certificatePart
    } else {
      let principal = try Certificates.principal()
      principalCertificate = principal.certificatePart
      try DiskFile.replace(principalPath, with: Array(principal.utf8), isDurable: false)
    }
  }

  /// A self-signed certificate with its RSA key: Microsoft Entra takes no other kind of key.
  private static func principal() throws -> String {
    let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let name = try DistinguishedName { CommonName("sample-principal") }
    let certificate = try make(
      subject: name, key: Certificate.PublicKey(key.publicKey), issuer: name, issuerKey: Certificate.PrivateKey(key)
    ) {
      Critical(BasicConstraints.notCertificateAuthority)
    }
    return "\(key.pkcs8PEMRepresentation)\n\(try certificate.serializeAsPEM().pemString)\n"
  }

  private static func make(
    subject: DistinguishedName, key: Certificate.PublicKey, issuer: DistinguishedName,
    issuerKey: Certificate.PrivateKey,
    @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
  ) throws -> Certificate {
    let now = Date()
    return try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key, notValidBefore: now.addingTimeInterval(-3600),
      notValidAfter: now.addingTimeInterval(365 * 86_400), issuer: issuer, subject: subject,
      extensions: try extensions().get(), issuerPrivateKey: issuerKey)
  }
}

extension Certificate {
  /// The certificate's bytes (DER).
  fileprivate var derBytes: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}

extension String {
  /// The certificate in a PEM text that may hold a key too.
  fileprivate var certificatePart: String {
    guard let start = firstRange(of: "-----BEGIN CERTIFICATE-----") else { return "" }
    return String(self[start.lowerBound...])
  }
}

/// A certificate with which an application signs in.
struct PrincipalCertificate {
  /// The key that checks the signature.
  let key: _RSA.Signing.PublicKey
  /// SHA-1 of the certificate: `x5t`, which a token has in base64url.
  let thumbprint: [UInt8]
  /// SHA-256 of the certificate: `x5t#S256`.
  let thumbprint256: [UInt8]

  /// Reads a PEM text; nil when it is no certificate or its key is not RSA.
  init?(pem: String) {
    guard let certificate = try? Certificate(pemEncoded: pem), let bytes = try? certificate.derBytes,
      let key = _RSA.Signing.PublicKey(certificate.publicKey)
    else { return nil }
    self.key = key
    thumbprint = Array(Insecure.SHA1.hash(data: bytes))
    thumbprint256 = Array(SHA256.hash(data: bytes))
  }
}
