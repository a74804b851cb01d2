import Foundation
import TestSupport

/// A key and certificates that openssl made, in the forms in which people have them.
struct CertificateFiles {
  let directory: TemporaryDirectory
  /// The key, an unrelated certificate, and the key's own one.
  let pem: String
  let key: String
  let leaf: String

  init(_ directory: TemporaryDirectory) async throws {
    self.directory = directory
    key = directory.path("key.pem")
    leaf = directory.path("leaf.pem")
    pem = directory.path("both.pem")
    try await CertificateFiles.openssl(
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", leaf, "-days", "30", "-subj", "/CN=leaf")
    let other = directory.path("other.pem")
    try await CertificateFiles.openssl(
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", directory.path("other-key.pem"), "-out", other,
      "-days", "30", "-subj", "/CN=other")
    let text = try [key, other, leaf].map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    try text.write(toFile: pem, atomically: true, encoding: .utf8)
  }

  @discardableResult
  static func openssl(_ arguments: String...) async throws -> ProgramResult {
    try await Program("openssl", arguments).succeed()
  }

  func leafDER() async throws -> [UInt8] {
    try await CertificateFiles.openssl("x509", "-in", leaf, "-outform", "DER", "-out", directory.path("leaf.der"))
    return try directory.read("leaf.der")
  }

  func publicKeyPEM() async throws -> String {
    try await CertificateFiles.openssl("x509", "-in", leaf, "-noout", "-pubkey").output
  }
}
