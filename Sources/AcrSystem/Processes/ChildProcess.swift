import AcrCore
import CPlatform
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A program that runs beside this one. It gets no descriptor but its three standard streams, no blocked signal, and SIGPIPE
/// and SIGINT as usual.
public final class ChildProcess: Sendable {
  /// How long a program may take to end once it was asked to, before it is killed.
  public static let grace = Duration.milliseconds(250)

  let id: pid_t
  /// This process's ends of the pipes; -1 for a stream that is none, and for one that was closed.
  let input: Int32
  let output: Int32
  let errors: Int32
  /// Readable when the program should end.
  let wake = WakePipe()
  private let command: ChildCommand
  private struct State {
    /// True once it was waited for: its id may belong to another process then.
    var isOver = false
    var endRequested: Duration?
  }
  private let state = Mutex(State())

  /// Starts a program.
  /// - Throws: AcrError: `not-found` where there is no such program, `denied`, or `invalid`, also for a NUL character in
  ///   an argument, where the system would cut it off.
  public init(_ command: ChildCommand) throws(AcrError) {
    let started = try ChildProcess.start(command)
    self.command = command
    id = started.id
    (input, output, errors) = (started.ends[0], started.ends[1], started.ends[2])
    if command.endsWithProcess { RunningChildren.note(id, isGroup: command.hasOwnGroup) }
  }

  /// The program's name, for messages.
  public var name: String { command.program }

  /// Asks the program to end: SIGTERM now, and SIGKILL by whoever waits for it when grace is over.
  public func terminate() {
    state.withLock { state in
      guard !state.isOver else { return }
      if state.endRequested == nil { state.endRequested = Monotonic.now() }
      send(SIGTERM)
    }
    wake.wake()
  }

  /// Ends the program at once.
  public func kill() {
    state.withLock { state in
      if !state.isOver { send(SIGKILL) }
    }
  }

  /// When the program was asked to end; nil where it was not.
  var endRequested: Duration? { state.withLock { $0.endRequested } }

  /// True when it has ended, and then its exit code is `code`.
  func hasEnded(_ code: inout Int32) -> Bool {
    guard acr_child_has_ended(id) != 0 else { return false }
    // Collected under the lock, so that its id cannot be signalled afterwards.
    code = state.withLock { state in
      guard !state.isOver else { return 0 }
      var status: Int32 = 0
      let result = FileSystem.retrying { waitpid(id, &status, 0) }
      state.isOver = true
      RunningChildren.forget(id)
      return result == id ? acr_exit_code(status) : 0
    }
    return true
  }

  /// To be called with the lock held.
  private func send(_ signal: Int32) {
    #if canImport(Glibc)
      _ = Glibc.kill(command.hasOwnGroup ? -id : id, signal)
    #elseif canImport(Musl)
      _ = Musl.kill(command.hasOwnGroup ? -id : id, signal)
    #else
      _ = Darwin.kill(command.hasOwnGroup ? -id : id, signal)
    #endif
  }
}

/// The programs that end with this process.
public enum RunningChildren {
  private static let ids = Mutex<[pid_t: Bool]>([:])

  static func note(_ id: pid_t, isGroup: Bool) { ids.withLock { $0[id] = isGroup } }
  static func forget(_ id: pid_t) { ids.withLock { $0[id] = nil } }

  /// Kills those that still run: this process is about to end.
  public static func killAll() {
    ids.withLock { ids in
      for (id, isGroup) in ids { _ = kill(isGroup ? -id : id, SIGKILL) }
    }
  }
}
