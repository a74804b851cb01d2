import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem
import AcrText
import Synchronization

/// `--log`: what a run does, a line for each event, for people who look for it later and for programs that collect it.
final class RunLog: Sendable {
  /// How a line is written.
  enum Format: String, Sendable, CaseIterable { case json, text }

  /// How much an event matters, the most important first.
  enum Level: Int, Sendable, CaseIterable {
    case error, warn, info, debug

    var name: String { "\(self)" }
    init?(name: String) {
      guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
      self = level
    }
  }

  private let format: Format
  private let level: Level
  private let command: String
  /// The file; nil for standard error.
  private let file: OpenFile?
  private let errors: any OutputSink
  /// A file that cannot be written is told of once.
  private let isBroken = Mutex(false)

  static let checkFormat: TextCheck = { text in
    Format(rawValue: text) == nil ? TextProblem("`--log \(text)` is no form of a log", help: "`json` or `text`") : nil
  }

  static let checkLevel: TextCheck = { text in
    Level(name: text) == nil
      ? TextProblem("`\(text)` is no level of a log", help: "`error`, `warn`, `info` or `debug`") : nil
  }

  /// True where standard error gets the log, and so nothing else.
  var isOnStandardError: Bool { file == nil }

  /// - Parameters:
  ///   - path: the file that lines are added to; nil for standard error.
  ///   - errors: where standard error is.
  /// - Throws: ``AcrError`` where the file cannot be opened.
  init(_ format: Format, _ level: Level, path: String?, command: String, errors: any OutputSink) throws(AcrError) {
    self.format = format
    self.level = level
    self.command = command
    self.errors = errors
    do throws(AcrError) {
      file = try path.map { path throws(AcrError) in try OpenFile(writing: path, .appending) }
    } catch {
      throw AcrError(.usage, "the log `\(path ?? "")` cannot be opened: \(error.message)", help: "name another file")
    }
  }

  /// Writes an event.
  /// - Parameters:
  ///   - event: what happened, in a word that programs look for.
  ///   - fields: what there is to know of it; none is a secret.
  func write(_ level: Level, _ event: String, _ message: String?, _ fields: [JSONValue.Member] = []) {
    guard level.rawValue <= self.level.rawValue else { return }
    let time = Timestamp.now().description
    switch format {
    case .json:
      var members: [JSONValue.Member] = [
        .init("time", .string(time)), .init("level", .string(level.name)), .init("command", .string(command)),
        .init("event", .string(event)),
      ]
      if let message { members.append(.init("message", .string(message))) }
      add(JSONValue.object(members + fields.filter { !$0.value.isNull }).text)
    case .text:
      var line = "\(time) \(level.name.uppercased()) \(command) \(event)"
      if let message { line += ": \(TerminalText.visible(message))" }
      for field in fields where !field.value.isNull { line += " \(field.name)=\(RunLog.text(field.value))" }
      add(line)
    }
  }

  /// A message of the command.
  func note(_ text: String) {
    for (prefix, level) in [("warning: ", Level.warn), ("note: ", .info)] where text.hasPrefix(prefix) {
      return write(level, "message", String(text.dropFirst(prefix.count)))
    }
    write(.info, "message", text)
  }

  /// A value behind `name=`: quoted where it has spaces or quotes, and always on one line.
  private static func text(_ value: JSONValue) -> String {
    guard let text = value.string else { return value.text }
    let isPlain =
      !text.isEmpty
      && text.unicodeScalars.allSatisfy { !TerminalText.isUnsafe($0) && $0 != " " && $0 != "\"" && $0 != "\\" }
    return isPlain ? text : JSONValue.string(TerminalText.visible(text)).text
  }

  private func add(_ line: String) {
    guard let file else { return errors.message(line) }
    do throws(AcrError) {
      try file.write(Array((line + "\n").utf8))
    } catch {
      let isFirst = isBroken.withLock { isBroken in
        defer { isBroken = true }
        return !isBroken
      }
      if isFirst { errors.message("warning: the log cannot be written: \(error.message). The run continues.") }
    }
  }
}

/// The logs of the runs under way, for messages that belong to no command: that a registry asks to send later.
public final class ActiveLogs: Sendable {
  private let logs = Mutex<[RunLog]>([])

  /// Creates a list of none.
  public init() {}

  /// Writes a warning to all logs.
  /// - Returns: true where one of them is standard error, which then has the message.
  public func warn(_ text: String) -> Bool {
    let logs = logs.withLock { $0 }
    for log in logs { log.write(.warn, "message", text) }
    return logs.contains(where: \.isOnStandardError)
  }

  func add(_ log: RunLog) { logs.withLock { $0.append(log) } }
  func remove(_ log: RunLog) { logs.withLock { $0.removeAll { $0 === log } } }
}
