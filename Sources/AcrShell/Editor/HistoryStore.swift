import AcrSystem
import AcrCore
import Synchronization

/// The statements of all sessions in one file that they share: a JSON string per line, the oldest first, and behind it, once
/// it has run, an object that says how that went. Several processes append without losing each other's lines, by `O_APPEND`
/// under `flock`.
public final class HistoryStore: Sendable {
  /// How many entries a session loads.
  public static let loadedCount = 10_000
  /// How many lines a trim leaves.
  public static let keptLines = 20_000
  /// How many lines the file may have before it is trimmed.
  public static let fileLimit = 40_000

  /// A statement, and how its last run went, where that is known.
  public struct Entry: Sendable, Equatable {
    /// What was typed.
    public var text: String
    /// When it began to run.
    public var time: Timestamp?
    /// How long it ran, in nanoseconds.
    public var duration: Int64?
    /// `ok`, or the kind of the error it ended with.
    public var state: String?

    /// Creates an entry.
    public init(_ text: String, time: Timestamp? = nil, duration: Int64? = nil, state: String? = nil) {
      self.text = text
      self.time = time
      self.duration = duration
      self.state = state
    }
  }

  private struct State {
    var entries: [String] = []
    /// Lines of the file that are older than `entries` and have not been looked at.
    var older: [ArraySlice<UInt8>] = []
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
  /// - Parameter count: how many to look at now; the others wait for ``loadOlder()``.
  /// - Throws: ``AcrError`` when there is a file that cannot be read.
  public func load(newest count: Int = HistoryStore.loadedCount) throws {
    let lines = try readSharedLines()
    state.withLock { state in
      state.fileCount = lines.count
      let statements = lines.filter { $0.first == UInt8(ascii: "\"") }.suffix(Self.loadedCount)
      state.entries = Self.entries(in: statements.suffix(count)).filter(accepts)
      state.older = Array(statements.dropLast(count))
    }
    if lines.count > Self.fileLimit { try trim() }
  }

  /// Looks at the entries that ``load(newest:)`` left for later, and puts them before the others.
  /// - Returns: those entries, the oldest first; nothing the second time.
  @discardableResult
  public func loadOlder() -> [String] {
    let lines = state.withLock { state in
      defer { state.older = [] }
      return state.older
    }
    guard !lines.isEmpty else { return [] }
    var older = Self.entries(in: lines).filter(accepts)
    state.withLock { state in
      if older.last == state.entries.first { older = older.dropLast() }
      state.entries = older + state.entries
    }
    return older
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
    var line = JSONWriter()
    line.string(statement)
    try append(line.bytes)
  }

  /// Notes how a statement that was appended has run.
  /// - Throws: ``AcrError`` when it cannot be written.
  public func note(_ run: Entry) throws {
    guard accepts(run.text) else { return }
    var line = JSONWriter()
    line.startObject()
    line.key("entry")
    line.string(run.text)
    if let time = run.time {
      line.key("time")
      line.string(time.description)
    }
    if let duration = run.duration {
      line.key("nanoseconds")
      line.integer(duration)
    }
    if let state = run.state {
      line.key("state")
      line.string(state)
    }
    line.endObject()
    try append(line.bytes)
  }

  private func append(_ line: [UInt8]) throws {
    try withLockedFile { file in
      // A process that was killed while writing may have left a line without an end.
      var last: UInt8 = 0x0A
      let size = file.currentStatus.size
      if size > 0 {
        try file.seek(to: size - 1)
        last = try file.readPiece(upTo: 1)?.first ?? last
      }
      try file.write((last == 0x0A ? [] : [0x0A]) + line + [0x0A])
    }
    let count = state.withLock { state in
      state.fileCount += 1
      return state.fileCount
    }
    if count > Self.fileLimit { try trim() }
  }

  /// All entries of all sessions, the oldest first.
  /// - Throws: ``AcrError`` when there is a file that cannot be read.
  public func readAll() throws -> [Entry] {
    var entries: [Entry] = []
    for line in try readSharedLines() {
      if let text = Self.entry(in: line) {
        if text != entries.last?.text { entries.append(Entry(text)) }
      } else if let run = Self.run(in: line),
        let index = entries.suffix(Self.reach).lastIndex(where: { $0.text == run.text })
      {
        entries[index] = run
      }
    }
    return entries
  }

  /// How far behind its statement a run is looked for: other sessions write in between.
  private static let reach = 200

  /// Forgets entries, in the file and in this session.
  /// - Parameter isUnwanted: says of an entry whether it goes.
  /// - Returns: how many the file held.
  /// - Throws: ``AcrError`` when it cannot be written; the file is then as it was.
  public func remove(where isUnwanted: (String) -> Bool) throws -> Int {
    loadOlder()
    var removed = 0
    try withLockedFile { file in
      let lines = try readLines(of: file)
      let kept = lines.filter { line in
        (Self.entry(in: line) ?? Self.run(in: line)?.text).map { !isUnwanted($0) } ?? true
      }
      guard kept.count < lines.count else { return }
      removed = lines.count { line in Self.entry(in: line).map(isUnwanted) ?? false }
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

  /// What a line says about a run; nil when it is about none.
  private static func run(in line: ArraySlice<UInt8>) -> Entry? {
    guard line.first == UInt8(ascii: "{"), let json = try? JSONValue(parsing: Array(line)),
      let text = json["entry"]?.string
    else { return nil }
    return Entry(
      text, time: json["time"]?.string.flatMap(Timestamp.init(rfc3339:)), duration: json["nanoseconds"]?.integer,
      state: json["state"]?.string)
  }

  /// Leaves the newest lines in a new file that takes the old one's place in one step.
  private func trim() throws {
    try withLockedFile { file in
      let lines = try readLines(of: file)
      guard lines.count > Self.fileLimit else { return }
      try replace(with: lines.suffix(Self.keptLines))
    }
  }

  /// Puts a new file with these lines in the old one's place, in one step.
  private func replace(with lines: some BidirectionalCollection<ArraySlice<UInt8>>) throws {
    try inFile { () throws(AcrError) in
      try FileSystem.replace(path, with: lines.flatMap { $0 + [0x0A] }, .ownerOnly)
    }
    state.withLock { $0.fileCount = lines.count }
  }

  /// The shared lock is gone when it returns: a trim that follows takes the file for itself alone.
  private func readSharedLines() throws -> [ArraySlice<UInt8>] {
    guard FileSystem.isThere(path) else { return [] }
    return try inFile { () throws(AcrError) in
      let file = try OpenFile(reading: path)
      _ = try file.lock(isExclusive: false)
      return try readLines(of: file)
    }
  }

  private func withLockedFile(_ body: (OpenFile) throws -> Void) throws {
    if let folder = FileSystem.folder(of: path) {
      try inFile { () throws(AcrError) in try makeFolder(folder) }
    }
    while true {
      let file = try inFile { () throws(AcrError) in
        let file = try OpenFile(writing: path, .readingAndAppending, permissions: 0o600)
        _ = try file.lock()
        return file
      }
      // While this process waited another one may have put a trimmed file in its place.
      guard FileStatus(path)?.identity == file.status.identity else { continue }
      try inFile { () throws(AcrError) in
        guard file.status.kind == .regular else {
          throw AcrError(.invalid, "it is \(file.status.kind.phrase), not a regular file")
        }
        try file.makePrivate()
      }
      return try body(file)
    }
  }

  private func makeFolder(_ folder: String) throws(AcrError) {
    guard let status = FileStatus(folder) else {
      return try FileSystem.makeFolders(folder, permissions: 0o700)
    }
    if !status.isPrivate, folder.hasSuffix("/acrsh") { FileSystem.setPermissions(0o700, of: folder) }
  }

  private func readLines(of file: OpenFile) throws(AcrError) -> [ArraySlice<UInt8>] {
    try file.seek(to: 0)
    return try file.readAll().split(separator: 0x0A)
  }

  /// Says of errors that they are about the history.
  private func inFile<Result>(_ body: () throws(AcrError) -> Result) throws(AcrError) -> Result {
    do throws(AcrError) {
      return try body()
    } catch {
      throw AcrError(
        error.kind == .cancelled ? .cancelled : .invalid, "the history file cannot be used: \(error.message)",
        help: "check its owner and mode, or set XDG_STATE_HOME to a folder you own")
    }
  }
}
