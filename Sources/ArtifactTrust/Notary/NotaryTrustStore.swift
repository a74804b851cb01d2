import AcrCore
import AcrSystem

/// A store of certificates by its type and name: `ca:acme`.
public struct NotaryStoreName: Hashable, Sendable, CustomStringConvertible {
  /// The types.
  public enum Kind: String, Sendable {
    case ca
    case signingAuthority
    case tsa
  }

  /// The type.
  public let kind: Kind
  /// The name, which is a folder's.
  public let name: String

  /// Reads `TYPE:NAME`; nil for another text.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), !parts[1].isEmpty,
      parts[1] != ".", parts[1] != "..",
      parts[1].utf8.allSatisfy({ byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || [0x2D, 0x2E, 0x5F].contains(byte)
      })
    else { return nil }
    self.kind = kind
    name = String(parts[1])
  }

  public var description: String { "\(kind.rawValue):\(name)" }
}

/// The trusted certificates of Notary Project in a folder: `x509/TYPE/NAME/*`.
public struct NotaryTrustStore: Sendable {
  /// The folder, without a slash at its end.
  public let folder: String

  /// How many certificates a store may have.
  static let mostFiles = 1000

  /// Names the folder `truststore`.
  public init(folder: String) { self.folder = folder }

  /// The certificates of a store. One file that cannot be used makes the whole store unusable.
  /// - Throws: ``TrustFailure`` of the check `material` that names the file.
  public func certificates(of store: NotaryStoreName) throws(TrustFailure) -> [TrustCertificate] {
    let place = "\(folder)/x509/\(store.kind.rawValue)/\(store.name)"
    guard let status = FileStatus(place, followsLinks: false), status.kind == .folder,
      let names = FileSystem.names(in: place)
    else { throw TrustFailure(.material, "the trust store `\(store)` is not there: `\(place)` is no folder") }
    guard names.count <= Self.mostFiles else {
      throw TrustFailure(.material, "the trust store `\(place)` has more than \(Self.mostFiles) files")
    }
    var certificates: [TrustCertificate] = []
    for name in names.sorted() {
      let path = "\(place)/\(name)"
      guard [".pem", ".crt", ".cer"].contains(where: name.lowercased().hasSuffix) else {
        throw TrustFailure(.material, "`\(path)` in the trust store is no certificate (.pem, .crt or .cer)")
      }
      guard let kind = FileStatus(path, followsLinks: false)?.kind, kind == .regular else {
        throw TrustFailure(.material, "`\(path)` in the trust store is not a regular file")
      }
      certificates += try read(path, store.kind)
    }
    guard !certificates.isEmpty else { throw TrustFailure(.material, "the trust store `\(place)` is empty") }
    return certificates
  }

  private func read(_ path: String, _ kind: NotaryStoreName.Kind) throws(TrustFailure) -> [TrustCertificate] {
    guard let bytes = try? FileSystem.read(path, upTo: PEMText.mostBytes) else {
      throw TrustFailure(.material, "`\(path)` in the trust store cannot be read")
    }
    var found: [[UInt8]] = []
    if bytes.first == 0x30 {
      found = [bytes]
    } else {
      for block in try PEMText.blocks(bytes, "`\(path)`", allowsOtherText: true) where block.label == "CERTIFICATE" {
        found.append(block.bytes)
      }
    }
    guard !found.isEmpty else { throw TrustFailure(.material, "`\(path)` in the trust store has no certificate") }
    var certificates: [TrustCertificate] = []
    for der in found {
      let certificate: TrustCertificate
      do throws(TrustFailure) {
        certificate = try TrustCertificate(der: der)
      } catch {
        throw TrustFailure(.material, "`\(path)` in the trust store: \(error.message)")
      }
      let isSelfSigned = NotaryChain.isSelfSigned(certificate)
      let isAuthority = certificate.authority.isAuthority
      guard kind == .tsa ? isSelfSigned && isAuthority : isSelfSigned || isAuthority else {
        throw TrustFailure(
          .material,
          "`\(path)` in the trust store is not the certificate of an authority"
            + (kind == .tsa ? " that signed itself" : ""))
      }
      certificates.append(certificate)
    }
    return certificates
  }
}
