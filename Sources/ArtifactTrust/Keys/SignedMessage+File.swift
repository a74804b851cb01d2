import AcrCore
import AcrSystem
import Crypto
import OCIRegistry

extension SignedMessage {
  /// How long a file may be that has to be read as a whole (Ed25519), in bytes.
  static let mostWholeBytes = 128 << 20

  /// A file or a pipe. A file's SHA-256 is computed now; a pipe can be read only once, and is kept.
  /// - Parameter isStopped: asked while a pipe has nothing to read.
  /// - Throws: ``AcrError`` for what cannot be read.
  public static func file(_ path: String, isStopped: () -> Bool) throws(AcrError) -> SignedMessage {
    let file = try OpenFile(reading: path, .anything)
    guard file.status.kind == .regular else {
      return SignedMessage(try file.readAll(upTo: mostWholeBytes, isStopped: isStopped))
    }
    var hasher = DigestHasher()
    while let piece = try file.readPiece(isStopped: isStopped) { hasher.update(piece) }
    let sha256 = hasher.finalize().bytes
    return SignedMessage(
      sha256: sha256,
      digest: { algorithm throws(TrustFailure) in
        try read(path) { () throws(AcrError) in try digest(of: path, algorithm) }
      },
      bytes: { () throws(TrustFailure) in
        let bytes = try read(path) { () throws(AcrError) in try FileSystem.read(path, upTo: mostWholeBytes) }
        guard HashAlgorithm.sha256.hash(bytes) == sha256 else {
          throw TrustFailure(.signature, "`\(path)` changed while it was checked")
        }
        return bytes
      })
  }

  private static func read<Result>(_ path: String, _ body: () throws(AcrError) -> Result) throws(TrustFailure) -> Result
  {
    do throws(AcrError) {
      return try body()
    } catch {
      throw TrustFailure(.signature, error.message)
    }
  }

  private static func digest(of path: String, _ algorithm: HashAlgorithm) throws(AcrError) -> [UInt8] {
    let file = try OpenFile(reading: path)
    var short = SHA384()
    var long = SHA512()
    while let piece = try file.readPiece() {
      if algorithm == .sha384 { short.update(data: piece) } else { long.update(data: piece) }
    }
    return algorithm == .sha384 ? Array(short.finalize()) : Array(long.finalize())
  }
}

extension AcrCore.Digest {
  /// The bytes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in hex.utf8 {
      let value = digit < 0x3A ? digit - 0x30 : digit - 0x61 + 10
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }
}
