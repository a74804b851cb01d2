import AcrCore
import struct Crypto.SHA256
import struct Crypto.SHA512

/// Computes a digest over bytes that come in pieces.
public struct DigestHasher: Sendable {
  private enum State: Sendable {
    case sha256(SHA256)
    case sha512(SHA512)
  }

  private var state: State
  /// The number of bytes hashed so far.
  public private(set) var count: Int64 = 0

  /// Creates a hasher for one of the registered algorithms.
  public init(_ algorithm: Digest.Algorithm = .sha256) {
    state = algorithm == .sha256 ? .sha256(SHA256()) : .sha512(SHA512())
  }

  /// Adds a piece.
  public mutating func update(_ bytes: [UInt8]) {
    count += Int64(bytes.count)
    bytes.withUnsafeBytes { buffer in
      switch state {
      case .sha256(var hasher):
        hasher.update(bufferPointer: buffer)
        state = .sha256(hasher)
      case .sha512(var hasher):
        hasher.update(bufferPointer: buffer)
        state = .sha512(hasher)
      }
    }
  }

  /// The digest of all pieces so far.
  public func finalize() -> Digest {
    let bytes: [UInt8] =
      switch state {
      case .sha256(let hasher): Array(hasher.finalize())
      case .sha512(let hasher): Array(hasher.finalize())
      }
    guard let digest = Digest(bytes: bytes) else {
      preconditionFailure("SHA-256 and SHA-512 have 32 and 64 bytes")
    }
    return digest
  }
}

extension Digest {
  /// The digest of bytes in memory.
  public static func of(_ bytes: [UInt8], _ algorithm: Algorithm = .sha256) -> Digest {
    var hasher = DigestHasher(algorithm)
    hasher.update(bytes)
    return hasher.finalize()
  }
}
