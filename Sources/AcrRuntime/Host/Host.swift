import AcrCore
import AcrSystem

/// What a run sees of the world around it. The runtime reads nothing of the process it is in: whoever runs scripts gives
/// these, and two runs in one process may see different worlds.
public struct Host: Sendable {
  /// The variables that `$env` and `secret env` read, and that programs started by `run` get; empty unless given.
  public var environment: [String: String]
  /// The folder from which relative paths of `open`, `save` and `secret file` count, and in which `run` starts programs; `.`
  /// is that of the process. Without one, relative paths are refused.
  public var folder: String?
  /// The time of day for `now()`.
  public var now: @Sendable () -> Timestamp
  /// The time since some moment, for how long a command took (`--verbose`): it only runs forward.
  public var uptime: @Sendable () -> Duration

  /// The zone of texts of datetimes that name none, and of `"local"`; UTC unless given.
  public var zone: @Sendable () -> ZoneRules = { .utc }
  /// Gives the next piece of standard input for `stdin` and `open -`, nil at its end; without one there is no standard input.
  /// The argument says several times a second whether to give up.
  public var input: (@Sendable (_ isStopped: () -> Bool) throws -> [UInt8]?)?

  /// Makes a reference whole that begins with a dot, as in `./api:1`; without it references are taken as they are.
  public var reference: (@Sendable (_ text: String) throws(AcrError) -> String)?

  /// A world without variables and folder, with the machine's clocks.
  public init(
    environment: [String: String] = [:], folder: String? = nil,
    now: @escaping @Sendable () -> Timestamp = { Clock.now() },
    uptime: @escaping @Sendable () -> Duration = { Monotonic.now() }
  ) {
    self.environment = environment
    self.folder = folder
    self.now = now
    self.uptime = uptime
  }

  /// Where a path of a script leads.
  /// - Throws: ``AcrError`` of kind `usage` for a relative path where there is no folder.
  func path(_ path: String) throws(AcrError) -> String {
    if path.hasPrefix("/") { return path }
    guard let folder else {
      throw AcrError(
        .usage, "`\(path)` is a relative path, and there is no folder it counts from",
        help: "give a whole path; a host sets `Host.folder`")
    }
    return folder == "." ? path : folder + (folder.hasSuffix("/") ? "" : "/") + path
  }
}
