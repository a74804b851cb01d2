import AcrCore
import AcrSystem
import CCurl
import Synchronization

/// The door to the loop's thread: a queue of commands, and what to wake it with.
final class CurlLoop: Sendable {
  /// What other threads ask of the loop.
  enum Command: Sendable {
    case start(CurlTransfer.Plan)
    case cancel(UInt64)
    case resumeReceiving(UInt64)
    case resumeSending(UInt64)
  }

  private struct State {
    var commands: [Command] = []
    var nextID: UInt64 = 1
    var isStopping = false
    var isAborting = false
    /// Set by the loop when it takes no more commands. Its handle is not touched after that.
    var isClosed = false
    var thread: SystemThread?
  }

  /// What the loop has to do next.
  struct Work {
    var commands: [Command]
    /// Close when no transfer runs.
    var isStopping: Bool
    /// End all transfers now.
    var isAborting: Bool
    /// Nothing will come any more.
    var isClosed: Bool
  }

  private let state = Mutex(State())
  private let address: UInt

  /// Opens libcurl and starts the thread.
  /// - Throws: ``AcrError`` of kind `network` where libcurl or a thread is not to be had.
  static func start(_ configuration: CurlTransport.Configuration) throws(AcrError) -> CurlLoop {
    if let reason = acr_curl_load() {
      throw AcrError(
        .network, "libcurl cannot be used: \(String(cString: reason))",
        help: "install it, on Debian and Ubuntu with: apt-get install libcurl4")
    }
    guard let handle = acr_curl_loop_create() else {
      throw AcrError(.network, "libcurl has no memory or no descriptor left for connections")
    }
    let loop = CurlLoop(handle)
    // Signals are for the threads that expect them; SIGPIPE would come from OpenSSL's writes to closed connections.
    guard let thread = SystemThread(blocksSignals: true, { CurlWorker(loop, configuration)?.run() }) else {
      acr_curl_loop_free(handle)
      throw AcrError(.network, "no thread for connections could be started")
    }
    loop.state.withLock { $0.thread = thread }
    return loop
  }

  private init(_ handle: OpaquePointer) { address = UInt(bitPattern: handle) }

  /// The loop's handle, for its own thread.
  var handle: OpaquePointer? { OpaquePointer(bitPattern: address) }

  /// A number for a new transfer.
  func makeID() -> UInt64 {
    state.withLock { state in
      defer { state.nextID += 1 }
      return state.nextID
    }
  }

  /// Queues a command and wakes the loop.
  /// - Returns: false where the loop has ended; then no transfer is left that the command could concern.
  @discardableResult
  func post(_ command: Command) -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.commands.append(command)
      if state.commands.count == 1 { acr_curl_loop_wakeup(handle) }
      return true
    }
  }

  /// Takes the queued commands; on the loop's thread.
  /// - Parameter isIdle: true where no transfer runs, so that a loop that was asked to stop may close.
  func take(isIdle: Bool) -> Work {
    state.withLock { state in
      if state.commands.isEmpty, state.isStopping, isIdle { state.isClosed = true }
      defer { state.commands = [] }
      return Work(
        commands: state.commands, isStopping: state.isStopping, isAborting: state.isAborting, isClosed: state.isClosed)
    }
  }

  /// Asks the loop to end when the transfers that run are done, or at once.
  func stop(aborting: Bool) {
    state.withLock { state in
      state.isStopping = true
      state.isAborting = state.isAborting || aborting
      if !state.isClosed { acr_curl_loop_wakeup(handle) }
    }
  }

  /// Waits for the end of the thread, after ``stop(aborting:)``; does nothing the second time.
  func join() {
    state.withLock({ $0.thread.take() })?.join()
  }

  /// Leaves the thread to end on its own, after ``stop(aborting:)``.
  func detach() {
    state.withLock({ $0.thread.take() })?.detach()
  }
}
