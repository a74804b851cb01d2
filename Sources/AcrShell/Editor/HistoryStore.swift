import AcrCore
import Glibc
import Synchronization

/// The statements of all sessions in one file that they share: a JSON string per line, the oldest first. Several processes
/// append without losing each other's lines, by `O_APPEND` under `flock`.
public final class HistoryStore: Sendable {
  /// How many entries a session loads, and what a trim leaves.
  public static let loadedCount = 10_000
  /// How many entries the file may have before it is trimmed.
  public static let fileLimit = 20_000

  private struct State {
    var entries: [String] = []
    /// Lines in the file as far as this session knows: others append too, which the next session's load counts.
    var fileCount = 0
  }

  /// The file.
  public let path: String
  private let isSecret: @Sendable (String) -> Bool
  private let state = Mutex(State())

  /// Creates a store and does not touch the file yet.
  /// - Parameter isSecret: says whether a statement holds a secret and must not be kept anywhere.
  public init(path: String, isSecret: @escaping @Sendable (String) -> Bool) {
    self.path = path
    self.isSecret = isSecret
  }

  /// `$XDG_STATE_HOME/acrsh/history`, or `~/.local/state/acrsh/history` when that is unset or not absolute (XDG Base
  /// Directory Specification). Nil without a home folder.
  public static func defaultPath(environment: (String) -> String?) -> String? {
    if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/acrsh/history" }
    guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.local/state/acrsh/history"
  }

  /// The entries known to this session, the oldest first.
  public var entries: [String] { state.withLock { $0.entries } }

  /// Whether a statement is kept at all, in the file or for ↑: not when it starts with a space, is blank, or holds a secret.
  public func accepts(_ statement: String) -> Bool {
    guard let first = statement.first, first != " ", first != "\t" else { return false }
    return statement.contains { !$0.isWhitespace } && !isSecret(statement)
  }

  /// Reads the newest entries. Lines that are not a JSON string are passed over, and so is an entry equal to the one before.
  /// - Throws: ``AcrError`` when there is a file that cannot be read.
  public func load() throws {
    let lines = try readSharedLines()
    state.withLock { state in
      state.fileCount = lines.count
      state.entries = Self.entries(in: lines.suffix(Self.loadedCount)).filter(accepts)
    }
    if lines.count > Self.fileLimit { try trim() }
  }

  /// Adds a statement that ``accepts(_:)`` allows; of the others, and of one equal to the newest, nothing is kept.
  /// - Throws: ``AcrError`` when it cannot be written. This session has it all the same.
  public func append(_ statement: String) throws {
    guard accepts(statement) else { return }
    let isNew = state.withLock { state in
      guard state.entries.last != statement else { return false }
      state.entries.append(statement)
      return true
    }
    guard isNew else { return }
    try withLockedFile { file in
      var line = JSONWriter()
      line.string(statement)
      // A process that was killed while writing may have left a line without an end.
      let size = lseek(file, 0, SEEK_END)
      var last: UInt8 = 0x0A
      if size > 0 { pread(file, &last, 1, size - 1) }
      try write((last == 0x0A ? [] : [0x0A]) + line.bytes + [0x0A], to: file)
    }
    let count = state.withLock { state in
      state.fileCount += 1
      return state.fileCount
    }
    if count > Self.fileLimit { try trim() }
  }

  /// All entries of all sessions, the oldest first.
  /// - Throws: ``AcrError`` when there is a file that cannot be read.
  public func readAll() throws -> [String] { Self.entries(in: try readSharedLines()) }

  /// Forgets entries, in the file and in this session.
  /// - Parameter isUnwanted: says of an entry whether it goes.
  /// - Returns: how many the file held.
  /// - Throws: ``AcrError`` when it cannot be written; the file is then as it was.
  public func remove(where isUnwanted: (String) -> Bool) throws -> Int {
    var removed = 0
    try withLockedFile { file in
      let lines = try readLines(of: file)
      let kept = lines.filter { line in
        Self.entry(in: line).map { !isUnwanted($0) } ?? true
      }
      removed = lines.count - kept.count
      guard removed > 0 else { return }
      try replace(with: kept)
    }
    state.withLock { $0.entries.removeAll(where: isUnwanted) }
    return removed
  }

  // MARK: - The file

  private static func entries(in lines: some Sequence<ArraySlice<UInt8>>) -> [String] {
    var entries: [String] = []
    for line in lines {
      guard let entry = entry(in: line), entry != entries.last else { continue }
      entries.append(entry)
    }
    return entries
  }

  /// The text of a line; nil when it is no JSON string.
  private static func entry(in line: ArraySlice<UInt8>) -> String? {
    let quote = UInt8(ascii: "\"")
    // Most entries hold nothing that is escaped, and are the bytes between the quotes.
    if line.count >= 2, line.first == quote, line.last == quote {
      let inner = line.dropFirst().dropLast()
      if inner.allSatisfy({ $0 >= 0x20 && $0 != quote && $0 != UInt8(ascii: "\\") }) {
        return String(validating: inner, as: UTF8.self)
      }
    }
    guard case .string(let entry)? = try? JSONValue(parsing: Array(line)) else { return nil }
    return entry
  }

  /// Leaves the newest entries in a new file that takes the old one's place in one step.
  private func trim() throws {
    try withLockedFile { file in
      let lines = try readLines(of: file)
      guard lines.count > Self.fileLimit else { return }
      try replace(with: lines.suffix(Self.loadedCount))
    }
  }

  /// Puts a new file with these lines in the old one's place, in one step.
  private func replace(with lines: some BidirectionalCollection<ArraySlice<UInt8>>) throws {
    let temporary = "\(path).\(getpid())"
    unlink(temporary)
    let copy = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard copy >= 0 else { throw failure("trim") }
    defer { close(copy) }
    do {
      try write(lines.flatMap { $0 + [0x0A] }, to: copy)
      guard fsync(copy) == 0, rename(temporary, path) == 0 else { throw failure("trim") }
    } catch {
      unlink(temporary)
      throw error
    }
    state.withLock { $0.fileCount = lines.count }
  }

  /// The shared lock is gone when it returns: a trim that follows takes the file for itself alone.
  private func readSharedLines() throws -> [ArraySlice<UInt8>] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return [] }
      throw failure("read")
    }
    defer { close(file) }
    try lock(file, LOCK_SH)
    return try readLines(of: file)
  }

  private func withLockedFile(_ body: (Int32) throws -> Void) throws {
    try makeFolder()
    while true {
      let file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw failure("write") }
      defer { close(file) }
      try lock(file, LOCK_EX)
      var opened = stat()
      var named = stat()
      guard fstat(file, &opened) == 0 else { throw failure("write") }
      // While this process waited another one may have put a trimmed file in its place.
      guard stat(path, &named) == 0, named.st_ino == opened.st_ino, named.st_dev == opened.st_dev else { continue }
      if opened.st_mode & 0o077 != 0 { fchmod(file, 0o600) }
      return try body(file)
    }
  }

  private func lock(_ file: Int32, _ operation: Int32) throws {
    while flock(file, operation) != 0 {
      guard errno == EINTR else { throw failure("lock") }
    }
  }

  private func makeFolder() throws {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    guard !folder.isEmpty else { return }
    var status = stat()
    if stat(folder, &status) != 0 {
      var made = ""
      for part in folder.split(separator: "/") {
        made += (made.isEmpty && !folder.hasPrefix("/") ? "" : "/") + part
        guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw failure("write") }
      }
    } else if status.st_mode & 0o077 != 0, folder.hasSuffix("/acrsh") {
      chmod(folder, 0o700)
    }
  }

  private func readLines(of file: Int32) throws -> [ArraySlice<UInt8>] {
    lseek(file, 0, SEEK_SET)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure("read") }
      if count == 0 { return bytes.split(separator: 0x0A) }
      bytes += chunk[..<count]
    }
  }

  private func write(_ bytes: [UInt8], to file: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure("write") }
      rest = rest.dropFirst(count)
    }
  }

  private func failure(_ action: String) -> AcrError {
    let reason = String(cString: strerror(errno))
    return AcrError(
      .invalid, "cannot \(action) the history file `\(path)`: \(reason)",
      help: "check its owner and mode, or set XDG_STATE_HOME to a folder you own")
  }
}
