import AcrCore
import Crypto
import CryptoExtras
import SwiftASN1

/// A public key: ECDSA on P-256, P-384 or P-521, RSA of 2048 to 8192 bits, or Ed25519. The algorithm of a signature follows
/// from the key and the format, never from a field beside the signature.
public struct TrustKey: Sendable {
  /// The kinds of keys.
  public enum Kind: Sendable, Equatable {
    case p256, p384, p521, ed25519
    case rsa(bits: Int)
  }

  /// How a signature is made and written, where a format leaves a choice.
  public struct Scheme: Sendable {
    /// The hash; Ed25519 has its own.
    public var hash: HashAlgorithm
    /// ECDSA: true for r ‖ s of fixed length (JOSE, COSE), false for DER.
    public var isRawECDSA = false
    /// RSA: true for PSS with a salt as long as the hash, false for PKCS #1 v1.5.
    public var isPSS = false

    /// Creates a scheme.
    public init(hash: HashAlgorithm, isRawECDSA: Bool = false, isPSS: Bool = false) {
      self.hash = hash
      self.isRawECDSA = isRawECDSA
      self.isPSS = isPSS
    }
  }

  private enum Backing: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
  }

  private let backing: Backing
  /// The key as SubjectPublicKeyInfo in DER (RFC 5280, 4.1).
  public let spki: [UInt8]

  /// Reads a SubjectPublicKeyInfo.
  /// - Throws: ``TrustFailure`` of the check `material` for a kind of key that is not supported.
  public init(spki: [UInt8]) throws(TrustFailure) {
    let fields = try ASN1Tree.children(try ASN1Tree.parse(spki, "the key"), .sequence, "the key")
    guard fields.count == 2, let algorithm = try? ASN1Tree.algorithm(fields[0], "the key") else {
      throw TrustFailure(.material, "the key is not a public key (SubjectPublicKeyInfo)")
    }
    self.spki = spki
    do {
      switch (algorithm.identifier, algorithm.parameter) {
      case ("1.2.840.10045.2.1", "1.2.840.10045.3.1.7"):
        backing = .p256(try P256.Signing.PublicKey(derRepresentation: spki))
      case ("1.2.840.10045.2.1", "1.3.132.0.34"):
        backing = .p384(try P384.Signing.PublicKey(derRepresentation: spki))
      case ("1.2.840.10045.2.1", "1.3.132.0.35"):
        backing = .p521(try P521.Signing.PublicKey(derRepresentation: spki))
      case ("1.2.840.113549.1.1.1", _):
        let key = try _RSA.Signing.PublicKey(derRepresentation: spki)
        guard key.keySizeInBits <= 8192 else { throw TrustFailure(.material, "the RSA key has more than 8192 bits") }
        backing = .rsa(key)
      case ("1.3.101.112", _):
        let bits = try ASN1BitString(derEncoded: fields[1])
        guard bits.paddingBits == 0 else { throw TrustFailure(.material, "the Ed25519 key is not whole") }
        backing = .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: bits.bytes))
      default:
        throw TrustFailure(
          .material, "keys of the algorithm \(algorithm.identifier) (\(algorithm.parameter ?? "-")) are not supported")
      }
    } catch let failure as TrustFailure {
      throw failure
    } catch {
      throw TrustFailure(.material, "the key is damaged, or an RSA key of less than 2048 bits")
    }
  }

  /// Reads an RSA key in the form of PKCS #1 (RFC 8017, A.1.1).
  /// - Throws: ``TrustFailure`` of the check `material`.
  public init(pkcs1: [UInt8]) throws(TrustFailure) {
    guard let key = try? _RSA.Signing.PublicKey(derRepresentation: pkcs1), key.keySizeInBits <= 8192 else {
      throw TrustFailure(.material, "the key is not an RSA key of 2048 to 8192 bits")
    }
    backing = .rsa(key)
    spki = Array(key.derRepresentation)
  }

  /// Reads a file with one public key or certificate, in PEM or DER.
  /// - Throws: ``TrustFailure`` of the check `material` that says what else it is.
  public init(file bytes: [UInt8]) throws(TrustFailure) {
    if bytes.first == 0x30 {
      if let key = try? TrustKey(spki: bytes) {
        self = key
      } else {
        self = try TrustCertificate(der: bytes).key
      }
      return
    }
    let block = try PEMText.single(bytes, "the key file")
    switch block.label {
    case "PUBLIC KEY": self = try TrustKey(spki: block.bytes)
    case "RSA PUBLIC KEY": self = try TrustKey(pkcs1: block.bytes)
    case "CERTIFICATE": self = try TrustCertificate(der: block.bytes).key
    case _ where block.label.hasSuffix("PRIVATE KEY"):
      throw TrustFailure(.material, "the key file holds a private key (`\(block.label)`), and a public one is needed")
    default: throw TrustFailure(.material, "the key file holds `\(block.label)`, and no public key")
    }
  }

  /// The kind.
  public var kind: Kind {
    switch backing {
    case .p256: .p256
    case .p384: .p384
    case .p521: .p521
    case .rsa(let key): .rsa(bits: key.keySizeInBits)
    case .ed25519: .ed25519
    }
  }

  /// The SHA-256 of ``spki``, which names the key.
  public var fingerprint: [UInt8] { HashAlgorithm.sha256.hash(spki) }

  /// The fingerprint as text: `SHA256:` and hexadecimal digits.
  public var fingerprintText: String { "SHA256:\(Hexadecimal.encode(fingerprint))" }

  /// The hash that goes with the key where a format says no other: by the curve, SHA-256 for RSA.
  public var usualHash: HashAlgorithm {
    switch backing {
    case .p384: .sha384
    case .p521: .sha512
    default: .sha256
    }
  }

  /// Whether a signature fits a message.
  /// - Throws: ``TrustFailure`` of the check `signature` where that can't be said: the message is known by another hash only.
  public func isValid(_ signature: [UInt8], for message: SignedMessage, _ scheme: Scheme) throws(TrustFailure) -> Bool {
    if case .ed25519(let key) = backing {
      guard let bytes = try message.bytes() else {
        throw TrustFailure(.signature, "an Ed25519 signature covers the artifact itself, and only its digest is known")
      }
      return signature.count == 64 && key.isValidSignature(signature, for: bytes)
    }
    guard let digest = try message.digest(scheme.hash) else {
      throw TrustFailure(
        .signature, "the signature covers the \(scheme.hash.rawValue) of the artifact, and only its sha256 is known")
    }
    switch scheme.hash {
    case .sha256: return ReadyDigest.sha256(digest).map { verify(signature, $0, scheme) } ?? false
    case .sha384: return ReadyDigest.sha384(digest).map { verify(signature, $0, scheme) } ?? false
    case .sha512: return ReadyDigest.sha512(digest).map { verify(signature, $0, scheme) } ?? false
    }
  }

  private func verify(_ signature: [UInt8], _ digest: some Crypto.Digest, _ scheme: Scheme) -> Bool {
    switch backing {
    case .p256(let key):
      let parsed =
        scheme.isRawECDSA
        ? try? P256.Signing.ECDSASignature(rawRepresentation: signature)
        : try? P256.Signing.ECDSASignature(derRepresentation: signature)
      return parsed.map { key.isValidSignature($0, for: digest) } ?? false
    case .p384(let key):
      let parsed =
        scheme.isRawECDSA
        ? try? P384.Signing.ECDSASignature(rawRepresentation: signature)
        : try? P384.Signing.ECDSASignature(derRepresentation: signature)
      return parsed.map { key.isValidSignature($0, for: digest) } ?? false
    case .p521(let key):
      let parsed =
        scheme.isRawECDSA
        ? try? P521.Signing.ECDSASignature(rawRepresentation: signature)
        : try? P521.Signing.ECDSASignature(derRepresentation: signature)
      return parsed.map { key.isValidSignature($0, for: digest) } ?? false
    case .rsa(let key):
      return key.isValidSignature(
        .init(rawRepresentation: signature), for: digest, padding: scheme.isPSS ? .PSS : .insecurePKCS1v1_5)
    case .ed25519: return false
    }
  }
}

extension TrustKey: Hashable {
  public static func == (left: TrustKey, right: TrustKey) -> Bool { left.spki == right.spki }
  public func hash(into hasher: inout Hasher) { hasher.combine(spki) }
}

extension TrustKey.Kind: CustomStringConvertible {
  public var description: String {
    switch self {
    case .p256: "ECDSA P-256"
    case .p384: "ECDSA P-384"
    case .p521: "ECDSA P-521"
    case .ed25519: "Ed25519"
    case .rsa(let bits): "RSA \(bits)"
    }
  }
}
