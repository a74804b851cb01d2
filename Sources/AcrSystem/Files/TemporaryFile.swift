import AcrCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A new file beside the one it is going to be, so that moving it there is one step of the file system. It is removed when
/// it was not moved, also when the process is ended by ^C, SIGTERM or SIGHUP.
public final class TemporaryFile: Sendable {
  /// How the names of temporary files start.
  public static let prefix = ".acrsh-"

  /// Its path.
  public var path: String { file.path }
  /// The file, open for writing.
  public let file: OpenFile
  private let isMoved = Atomic<Bool>(false)

  /// Makes an empty file in a folder.
  /// - Parameter permissions: before the process's mask takes some away.
  public convenience init(in folder: String, permissions: UInt32 = 0o666) throws(AcrError) {
    try self.init(folder, permissions) { $0.acrError("cannot write to the folder `\(folder)`") }
  }

  /// Makes an empty file beside `target`.
  /// - Throws: ``AcrError`` that names the target, because the user does not know the temporary name.
  public convenience init(for target: String, permissions: UInt32 = 0o666) throws(AcrError) {
    try self.init(FileSystem.folder(of: target) ?? ".", permissions) { FileSystem.writeFailure($0, target) }
  }

  private init(_ folder: String, _ permissions: UInt32, failure: (SystemError) -> AcrError) throws(AcrError) {
    while true {
      let path = "\(folder)/\(TemporaryFile.prefix)\(String(UInt64.random(in: 0 ... .max), radix: 36))"
      // Noted before it exists: a signal in between finds nothing to remove, and that is no failure.
      TemporaryFiles.note(path)
      do throws(SystemError) {
        file = try OpenFile(creating: path, permissions: permissions)
        return
      } catch {
        TemporaryFiles.forget(path)
        guard error.isPresentAlready else { throw failure(error) }
      }
    }
  }

  deinit {
    guard !isMoved.load(ordering: .relaxed) else { return }
    unlink(path)
    TemporaryFiles.forget(path)
  }

  /// Leaves the file where it is, for code that opens it again by its path. It is still removed when the process ends
  /// early, unless ``TemporaryFiles/forget(_:)`` was called.
  public func leave() { isMoved.store(true, ordering: .relaxed) }

  /// Gives it its place and its name. Nothing is to be written afterwards.
  public func move(to target: String) throws(AcrError) {
    try FileSystem.rename(path, to: target)
    isMoved.store(true, ordering: .relaxed)
    TemporaryFiles.forget(path)
  }
}

/// The temporary files of this process.
public enum TemporaryFiles {
  private static let paths = Mutex<Set<String>>([])

  /// Notes a file that is to be removed when the process ends early.
  public static func note(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// The file is gone, or has its final name.
  public static func forget(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// Removes all of them: the process is about to end.
  public static func removeAll() {
    for path in paths.withLock({ $0 }) { unlink(path) }
  }
}
