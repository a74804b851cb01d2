import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem
import Synchronization

/// `--lock NAME`: a lock that one run at a time holds on a machine.
///
/// It is the system's lock (flock) of a file, which ends with the process, however that ended. The file itself says who holds
/// it, and stays: a file that is removed while another run opens it would be two locks.
final class RunLock: Sendable {
  /// Who holds a lock, as its file says.
  struct Holder: Sendable {
    var host: String
    var process: Int64
    var since: String
    var command: String

    /// `process 4242 on build-7, a mirror since 2026-11-30T02:00:00Z`.
    var text: String { "process \(process) on \(host), a \(command) since \(since)" }

    var json: JSONValue {
      [
        "host": .string(host), "process": .integer(process), "since": .string(since), "command": .string(command),
      ]
    }

    init(command: String, now: Timestamp) {
      host = ProcessInformation.hostName
      process = Int64(ProcessInformation.identifier)
      since = now.description
      self.command = command
    }

    /// Reads what another run wrote; nil for anything else.
    init?(_ bytes: [UInt8]) {
      guard let json = try? JSONValue(parsing: bytes), let host = json["host"]?.string,
        let process = json["process"]?.integer, let since = json["since"]?.string, let command = json["command"]?.string
      else { return nil }
      (self.host, self.process, self.since, self.command) = (host, process, since, command)
    }
  }

  /// The longest text that a lock's file is read to.
  private static let longest = 4096

  private let file: Mutex<OpenFile?>
  /// Who held the lock and ended without giving it back; nil after an orderly end.
  let predecessor: Holder?

  static let check: TextCheck = { text in
    isPath(text) || isName(text)
      ? nil
      : TextProblem(
        "`\(text)` is no name of a lock", help: "letters, digits, `.`, `_` and `-`; or the path of a file: `./\(text)`")
  }

  /// Takes the lock.
  /// - Parameter environment: says where the state of acrsh is.
  /// - Throws: ``AcrError``: `locked` while another run holds it, `usage` where there can be no such file.
  init(_ name: String, command: String, environment: [String: String], now: Timestamp) throws(AcrError) {
    let path = try RunLock.path(name, environment)
    let file: OpenFile
    do throws(AcrError) {
      file = try OpenFile(writing: path, .readingAndAppending)
    } catch {
      throw AcrError(.usage, "the lock `\(path)` cannot be opened: \(error.message)", help: "name another one")
    }
    guard file.status.kind == .regular else {
      throw AcrError(.usage, "the lock `\(path)` is not a regular file", help: "name another one")
    }
    let isMine = try file.lock(waits: false)
    let text = (try? file.read(at: 0, count: RunLock.longest)) ?? []
    let holder = Holder(text)
    guard isMine else {
      throw AcrError(
        .locked, "another run holds the lock `\(name)`: \(holder?.text ?? "it has not said yet which one")",
        help: "wait until it ends, or end it; the lock ends with its process", notes: ["the lock is the file \(path)"])
    }
    guard text.isEmpty || holder != nil else {
      throw AcrError(
        .usage, "`\(path)` is no lock of acrsh and was left unchanged", help: "use a separate file for the lock")
    }
    predecessor = holder
    try file.truncate(to: 0)
    try file.write(Array((Holder(command: command, now: now).json.text + "\n").utf8))
    self.file = Mutex(file)
  }

  deinit { release() }

  /// Gives the lock back, and leaves no holder in its file.
  func release() {
    file.withLock { file in
      try? file?.truncate(to: 0)
      file = nil
    }
  }

  private static func isPath(_ text: String) -> Bool { text.contains("/") }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 100 && text.first != "."
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// Locks are state, and no files of a login session: a job of cron and a person at a terminal have to find the same one.
  private static func path(_ name: String, _ environment: [String: String]) throws(AcrError) -> String {
    if isPath(name) { return name }
    guard isName(name) else {
      let problem = check(name)
      throw AcrError(.usage, problem?.message ?? "`\(name)` is no name of a lock", help: problem?.help)
    }
    let folder: String
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      folder = "\(state)/acrsh/locks"
    } else if let home = environment["HOME"], !home.isEmpty {
      folder = "\(home)/.local/state/acrsh/locks"
    } else {
      throw AcrError(
        .usage, "there is no folder for the lock `\(name)`: neither HOME nor XDG_STATE_HOME is set",
        help: "give the path of a file: `--lock /run/lock/\(name)`")
    }
    try FileSystem.makeFolders(folder, permissions: 0o700)
    return "\(folder)/\(name).lock"
  }
}
