import AcrCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the file system says about a file.
public struct FileStatus: Sendable {
  /// The kinds of things that have names.
  public enum Kind: Sendable, Hashable {
    case regular, folder, link, pipe, socket, device

    /// The kind with its article, for messages.
    public var phrase: String {
      switch self {
      case .regular: "a regular file"
      case .folder: "a folder"
      case .link: "a symbolic link"
      case .pipe: "a named pipe"
      case .socket: "a socket"
      case .device: "a device"
      }
    }
  }

  /// What it is.
  public let kind: Kind
  /// Its length in bytes.
  public let size: Int64
  /// The permission bits (`0o644`), with set-id and sticky bits.
  public let permissions: UInt32
  /// The user it belongs to.
  public let owner: UInt32
  /// Its group.
  public let group: UInt32
  /// Where it lies. Two names with the same device and number are one file.
  public let identity: Identity
  /// When its content was last changed, in whole seconds.
  public let modified: Timestamp
  /// What changes whenever the content does.
  public let version: Version
  private let deviceNumber: UInt64

  /// A file's place: the file system and the number in it.
  public struct Identity: Hashable, Sendable {
    let device: UInt64
    let number: UInt64
  }

  /// A file with its content as it was at one moment: its place, its length, and when content and status were changed.
  public struct Version: Hashable, Sendable, CustomStringConvertible {
    let identity: Identity
    let size: Int64
    let modified: Int64
    let changed: Int64

    /// A name for it that can be written down; `cp` and `mv` to another file system give another one.
    public var description: String { "\(identity.device)-\(identity.number)-\(size)-\(modified)" }
  }

  init(_ information: stat) {
    kind =
      switch information.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      default: .device
      }
    size = Int64(information.st_size)
    permissions = UInt32(information.st_mode) & 0o7777
    owner = information.st_uid
    group = information.st_gid
    identity = Identity(
      device: UInt64(truncatingIfNeeded: information.st_dev), number: UInt64(truncatingIfNeeded: information.st_ino))
    deviceNumber = UInt64(truncatingIfNeeded: information.st_rdev)
    #if canImport(Darwin)
      let (content, status) = (information.st_mtimespec, information.st_ctimespec)
    #else
      let (content, status) = (information.st_mtim, information.st_ctim)
    #endif
    modified = Timestamp(seconds: Int64(content.tv_sec))
    version = Version(
      identity: identity, size: size, modified: FileStatus.nanoseconds(content), changed: FileStatus.nanoseconds(status)
    )
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// The status of a name; nil where nothing has it.
  /// - Parameter followsLinks: false for the status of a symbolic link itself.
  public init?(_ path: String, followsLinks: Bool = true) {
    var information = stat()
    guard !path.utf8.contains(0), (followsLinks ? stat(path, &information) : lstat(path, &information)) == 0 else {
      return nil
    }
    self.init(information)
  }

  /// The status of an open file; nil where the descriptor is not open.
  public init?(descriptor: Int32) {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { return nil }
    self.init(information)
  }

  /// True for `/dev/null`, by whatever name: it reads as an empty file.
  public var isNull: Bool {
    guard kind == .device, let null = FileStatus("/dev/null") else { return false }
    return null.deviceNumber == deviceNumber
  }

  /// True where the owner alone may read and write it.
  public var isPrivate: Bool { permissions & 0o077 == 0 }

  /// Who else could have written this file: nil for only its user and the administrator.
  /// - Parameter alsoTrusted: one more user whose files are as good, such as the owner of the script that asks for it.
  public func foreignWriter(alsoTrusted: UInt32? = nil) -> String? {
    if permissions & 0o002 != 0 { return "any user can write to it" }
    let user = geteuid()
    if owner != user, owner != 0, owner != alsoTrusted { return "it belongs to another user" }
    return nil
  }
}
