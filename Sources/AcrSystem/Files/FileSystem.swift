import AcrCore
import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Questions to the file system, and files read as a whole.
public enum FileSystem {
  /// The whole file.
  /// - Parameters:
  ///   - limit: how many bytes it may have.
  ///   - allowed: pipes and devices are refused unless a person named them.
  ///   - isStopped: asked every 50 ms while a pipe or a device has nothing to read.
  /// - Throws: ``AcrError``: `not-found`, `denied`, `invalid` for what is too long or not allowed, `cancelled`.
  public static func read(
    _ path: String, upTo limit: Int = 64 << 20, _ allowed: OpenFile.Allowed = .regular,
    isStopped: () -> Bool = { false }
  ) throws(AcrError) -> [UInt8] {
    try OpenFile(reading: path, allowed).readAll(upTo: limit, isStopped: isStopped)
  }

  /// The whole file; nil where there is none.
  public static func readIfPresent(
    _ path: String, upTo limit: Int = 64 << 20, _ allowed: OpenFile.Allowed = .regular,
    isStopped: () -> Bool = { false }
  ) throws(AcrError) -> [UInt8]? {
    do throws(AcrError) {
      return try read(path, upTo: limit, allowed, isStopped: isStopped)
    } catch {
      if error.kind == .notFound { return nil }
      throw error
    }
  }

  /// True for anything of that name, also for a link that leads nowhere.
  public static func isThere(_ path: String) -> Bool { FileStatus(path, followsLinks: false) != nil }

  /// True for a symbolic link.
  public static func isLink(_ path: String) -> Bool { FileStatus(path, followsLinks: false)?.kind == .link }

  /// True for a folder.
  public static func isFolder(_ path: String) -> Bool { FileStatus(path)?.kind == .folder }

  /// The size of a regular file; nil when there is none.
  public static func size(_ path: String) -> Int64? {
    guard let status = FileStatus(path), status.kind == .regular else { return nil }
    return status.size
  }

  /// Why this process may not read a file; nil where it may.
  public static func whyUnreadable(_ path: String) -> SystemError? {
    guard !path.utf8.contains(0) else { return SystemError(EINVAL) }
    return access(path, R_OK) == 0 ? nil : .last
  }

  /// True for a regular file that this process may run.
  public static func isProgram(_ path: String) -> Bool {
    !path.utf8.contains(0) && access(path, X_OK) == 0 && FileStatus(path)?.kind == .regular
  }

  /// The first program of that name in the folders of `PATH`; a name with a `/` is its own path.
  /// - Parameter isAbsoluteOnly: passes over folders that depend on the working folder.
  public static func program(_ name: String, path: String?, isAbsoluteOnly: Bool = true) -> String? {
    if name.contains("/") { return isProgram(name) ? name : nil }
    if name.isEmpty { return nil }
    let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false)
    return folders.lazy
      .filter { !isAbsoluteOnly || $0.hasPrefix("/") }
      .map { $0.isEmpty ? "./\(name)" : "\($0)/\(name)" }
      .first(where: isProgram)
  }

  /// The path without links and dots; nil where nothing has that name.
  public static func resolved(_ path: String) -> String? {
    guard !path.utf8.contains(0), let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The folder of a path; nil for a name in the working folder.
  public static func folder(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The names in a folder, without `.` and `..`; nil where it cannot be read.
  public static func names(in folder: String) -> [String]? {
    guard !folder.utf8.contains(0), let handle = acr_folder_open(folder) else { return nil }
    defer { acr_folder_close(handle) }
    var names: [String] = []
    while let name = acr_folder_next(handle) {
      let name = String(cString: name)
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Makes a folder and those above it, as far as they are missing.
  /// - Parameter permissions: those of each folder that is made.
  public static func makeFolders(_ path: String, permissions: UInt32 = 0o777) throws(AcrError) {
    try check(path)
    if isFolder(path) { return }
    if let above = folder(of: path), above != path { try makeFolders(above, permissions: permissions) }
    // Another process may make it at the same time; then it is there, which is all that is wanted.
    guard mkdir(path, mode_t(permissions)) == 0 || isFolder(path) else {
      throw SystemError.last.acrError("cannot make the folder `\(path)`")
    }
  }

  /// Gives a folder or a file these permissions.
  /// - Returns: false where that is not allowed.
  @discardableResult
  public static func setPermissions(_ permissions: UInt32, of path: String) -> Bool {
    !path.utf8.contains(0) && chmod(path, mode_t(permissions)) == 0
  }

  /// Removes a file; one that is not there is no failure.
  public static func remove(_ path: String) throws(AcrError) {
    try check(path)
    guard unlink(path) != 0 else { return }
    let error = SystemError.last
    if !error.isNotFound { throw error.acrError("cannot remove `\(path)`") }
  }

  /// Removes a folder and all it holds, as far as it can. Links are removed, not followed.
  public static func removeFolder(_ path: String) {
    for name in names(in: path) ?? [] {
      let child = "\(path)/\(name)"
      if FileStatus(child, followsLinks: false)?.kind == .folder { removeFolder(child) } else { unlink(child) }
    }
    rmdir(path)
  }

  /// Gives a file another name, in one step; what had that name is replaced.
  public static func rename(_ path: String, to target: String) throws(AcrError) {
    try check(target)
    #if canImport(Glibc)
      let result = Glibc.rename(path, target)
    #elseif canImport(Musl)
      let result = Musl.rename(path, target)
    #else
      let result = Darwin.rename(path, target)
    #endif
    guard result == 0 else { throw writeFailure(.last, target) }
  }

  /// Waits until the names in a file's folder are on the disk. Some file systems cannot do that; then there is no more to
  /// be done.
  public static func synchronizeFolder(of path: String) {
    let descriptor = retrying { open(folder(of: path) ?? ".", O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    close(descriptor)
  }

  // MARK: - For this module

  /// The system would cut a path off at a NUL character, and open another file.
  static func check(_ path: String) throws(AcrError) {
    guard !path.utf8.contains(0) else {
      throw AcrError(.invalid, "a path cannot contain a NUL character", help: "remove `\\u{0}` from the text")
    }
  }

  /// Repeats a call that a signal interrupted.
  static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }

  static func readFailure(_ error: SystemError, _ path: String) -> AcrError {
    if error.code == ENOENT { return AcrError(.notFound, "there is no file `\(path)`") }
    return error.acrError("cannot read `\(path)`")
  }

  static func writeFailure(_ error: SystemError, _ path: String) -> AcrError {
    switch error.code {
    case ENOENT: AcrError(.notFound, "cannot write `\(path)`: its folder does not exist")
    case ENXIO: AcrError(.invalid, "cannot write `\(path)`: no program reads this pipe")
    default: error.acrError("cannot write `\(path)`")
    }
  }
}
