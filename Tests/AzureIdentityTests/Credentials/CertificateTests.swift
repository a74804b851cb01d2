import AcrCore
import Foundation
import TestSupport
import Testing

@testable import AzureIdentity

/// Certificate files as openssl writes them.
@Suite struct CertificateTests {
  @Test func readsPEMAndPFX() async throws {
    try await withTemporaryDirectory { directory in
      let files = try await CertificateFiles(directory)
      let expected = try ClientCertificate(path: files.pem)
      #expect(expected.expiresOn > .now())
      #expect(expected.chain.count == 2)
      #expect(expected.chain.first == (try await files.leafDER()))

      let password = Secret("pass wörd")
      for (name, options) in [
        ("modern", []), ("aes128", ["-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC"]),
        ("sha1", ["-macalg", "sha1"]), ("sha512", ["-macalg", "sha512"]), ("plain-certificate", ["-certpbe", "NONE"]),
        ("chain", ["-certfile", directory.path("other.pem")]),
      ] {
        let path = directory.path("\(name).pfx")
        let arguments = ["pkcs12", "-export", "-inkey", files.key, "-in", files.leaf, "-out", path]
        _ = try await Program("openssl", arguments + ["-passout", "pass:\(password.reveal())"] + options).succeed()
        let certificate = try ClientCertificate(path: path, password: password)
        #expect(certificate.thumbprint == expected.thumbprint, "\(name)")
        #expect(certificate.chain.count == (name == "chain" ? 2 : 1))
        for wrong in [Secret("wrong-password"), nil] {
          let error = #expect(throws: AcrError.self) { try ClientCertificate(path: path, password: wrong) }
          #expect(error?.kind == .auth, "\(name)")
          #expect(error?.message.contains("wrong-password") == false)
        }
      }
    }
  }

  @Test func readsEncryptedKeys() async throws {
    try await withTemporaryDirectory { directory in
      let files = try await CertificateFiles(directory)
      let path = directory.path("encrypted.pem")
      for cipher in ["aes256", "aes128"] {
        try await CertificateFiles.openssl(
          "pkcs8", "-topk8", "-in", files.key, "-out", path, "-v2", cipher, "-passout", "pass:secret-word")
        let text =
          try String(contentsOfFile: path, encoding: .utf8) + String(contentsOfFile: files.leaf, encoding: .utf8)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let certificate = try ClientCertificate(path: path, password: Secret("secret-word"))
        #expect(certificate.thumbprint == (try ClientCertificate(path: files.pem).thumbprint))
        for wrong in [Secret("other-word"), nil] {
          let error = #expect(throws: AcrError.self) { try ClientCertificate(path: path, password: wrong) }
          #expect(error?.kind == .auth)
        }
      }
    }
  }

  @Test func traditionalKeysAreRead() async throws {
    try await withTemporaryDirectory { directory in
      let files = try await CertificateFiles(directory)
      let key = directory.path("traditional.pem")
      try await CertificateFiles.openssl("rsa", "-in", files.key, "-traditional", "-out", key)
      let text = try String(contentsOfFile: key, encoding: .utf8) + String(contentsOfFile: files.leaf, encoding: .utf8)
      #expect(text.contains("BEGIN RSA PRIVATE KEY"))
      let certificate = try ClientCertificate(Array(text.utf8), password: nil, name: "x")
      #expect(certificate.chain.count == 1)
    }
  }

  /// The old ciphers, which swift-crypto does not have.
  @Test func refusesOldCiphersWithTheCureNamed() async throws {
    try await withTemporaryDirectory { directory in
      let files = try await CertificateFiles(directory)
      let path = directory.path("old.pfx")
      try await CertificateFiles.openssl(
        "pkcs12", "-export", "-inkey", files.key, "-in", files.leaf, "-out", path, "-keypbe", "PBE-SHA1-3DES",
        "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-passout", "pass:abcd")
      let error = #expect(throws: AcrError.self) { try ClientCertificate(path: path, password: Secret("abcd")) }
      #expect(error?.kind == .invalid)
      #expect(error?.help?.contains("openssl pkcs12 -legacy -in \(path)") == true)
    }
  }

  @Test func refusesIncompleteFiles() async throws {
    try await withTemporaryDirectory { directory in
      let files = try await CertificateFiles(directory)
      let key = try directory.read("key.pem")
      let leaf = try directory.read("leaf.pem")
      let other = try directory.read("other.pem")
      let ecKey = directory.path("ec.pem")
      try await CertificateFiles.openssl(
        "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", ecKey)
      let cases: [(name: String, bytes: [UInt8])] = [
        ("empty", []), ("text", Array("hello".utf8)), ("key alone", key), ("certificate alone", leaf),
        ("two keys", key + key + leaf), ("a key of another certificate", key + other),
        ("an elliptic-curve key", try directory.read("ec.pem") + leaf),
        ("a broken PFX", [0x30, 0x82, 0xFF, 0xFF]), ("an empty PFX", [0x30, 0x00]),
        ("a broken PEM", Array("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----".utf8)),
        ("no certificate", key + Array("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".utf8)),
      ]
      for (name, bytes) in cases {
        let error = #expect(throws: AcrError.self, "\(name)") {
          try ClientCertificate(bytes, password: Secret("x"), name: "file")
        }
        #expect(error?.kind == .invalid, "\(name)")
        #expect(error?.message.contains("`file`") == true, "\(name)")
      }
      let missing = #expect(throws: AcrError.self) { try ClientCertificate(path: directory.path("none")) }
      #expect(missing?.kind == .notFound)
      _ = files
    }
  }

  /// Bytes cut off or changed anywhere must be an error, never a crash.
  @Test func damagedPFXFilesAreErrors() async throws {
    try await withTemporaryDirectory { directory in
      let files = try await CertificateFiles(directory)
      let path = directory.path("modern.pfx")
      // One round, so that reading it hundreds of times takes no time.
      try await CertificateFiles.openssl(
        "pkcs12", "-export", "-inkey", files.key, "-in", files.leaf, "-out", path, "-passout", "pass:abcd", "-iter", "1"
      )
      let bytes = try directory.read("modern.pfx")
      for length in stride(from: 0, to: bytes.count - 1, by: 13) {
        #expect(throws: AcrError.self) {
          try ClientCertificate(Array(bytes[..<length]), password: Secret("abcd"), name: "cut")
        }
      }
      for index in stride(from: 0, to: bytes.count, by: 11) {
        var changed = bytes
        changed[index] ^= 0x55
        _ = try? ClientCertificate(changed, password: Secret("abcd"), name: "changed")
      }
    }
  }
}
