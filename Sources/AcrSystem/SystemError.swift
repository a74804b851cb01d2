import AcrCore
import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The number of an error of the operating system, and what acrsh makes of it.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The number, as in `errno`.
  public let code: Int32

  /// An error by its number.
  public init(_ code: Int32) { self.code = code }

  /// What the last system call of this thread left in `errno`.
  public static var last: SystemError { SystemError(errno) }

  /// The system's own words, with a small letter first: `no such file or directory`.
  public var description: String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      buffer.withMemoryRebound(to: CChar.self) { acr_error_text(code, $0.baseAddress, $0.count) }
      count = buffer.firstIndex(of: 0) ?? 0
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// Nothing listens at the port.
  public static let connectionRefused = SystemError(ECONNREFUSED)

  /// True where the thing, or a folder on the way to it, is not there.
  public var isNotFound: Bool { code == ENOENT || code == ENOTDIR }

  /// True where something is in the way that was to be made.
  public var isPresentAlready: Bool { code == EEXIST }

  /// True where another process holds the lock, or nothing is there to be read yet.
  public var wouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }

  /// True if the reader of a pipe is gone.
  public var isBrokenPipe: Bool { code == EPIPE }

  /// The kind of error that scripts see.
  public var kind: ErrorKind {
    switch code {
    case ENOENT, ENOTDIR: .notFound
    case EACCES, EPERM, EROFS: .denied
    // The state of the disk is in the way, as a name that is taken is.
    case ENOSPC, EDQUOT: .conflict
    default: .invalid
    }
  }

  /// The error as a sentence: `what`, a colon, and the system's words.
  /// - Parameter what: what could not be done, for example ``cannot read `images.csv` ``.
  public func acrError(_ what: String, help: String? = nil) -> AcrError {
    AcrError(kind, "\(what): \(self)", help: help ?? advice)
  }

  private var advice: String? {
    switch code {
    case ENOSPC, EDQUOT: "the existing file is unchanged"
    case EMFILE, ENFILE: "raise the limit of open files: ulimit -n"
    default: nil
    }
  }
}
