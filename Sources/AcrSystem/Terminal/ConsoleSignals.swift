import CPlatform
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The write end of the pipe; the only thing the signal handlers below touch besides `errno`.
private let writeEnd = Atomic<Int32>(-1)

private func post(_ byte: UInt8) {
  let saved = errno
  // A full pipe already holds the same news, so a failed write loses nothing.
  _ = FileDescriptor.writeByte(byte, to: writeEnd.load(ordering: .relaxed))
  errno = saved
}

/// ^C, the end asked for from outside (SIGTERM, SIGHUP) and changes of the window's size, as bytes of a pipe. A handler may do
/// next to nothing; a pipe can be polled together with the keyboard, by whichever thread is waiting at the time.
public final class ConsoleSignals: Sendable {
  /// The process has one set of signal handlers, so there is one of these.
  public static let shared = ConsoleSignals()

  /// What happened.
  public enum Event: Sendable, Hashable {
    case interrupt
    case resize
    /// The process is to end, by the signal of this number.
    case end(Int32)
  }

  /// Readable when there is an event; -1 when the process has no descriptors left.
  public let descriptor: Int32
  private let isInstalled = Atomic<Bool>(false)
  private let ending = Atomic<Int32>(0)

  private init() {
    var ends: [Int32] = [-1, -1]
    if acr_pipe(&ends) == 0 {
      for end in ends { FileDescriptor.setNonblocking(end) }
    } else {
      ends = [-1, -1]
    }
    descriptor = ends[0]
    writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
  }

  /// Takes over SIGINT, SIGTERM, SIGHUP and SIGWINCH for the rest of the process. Calling it again does nothing. A signal
  /// to end that is ignored (nohup) stays ignored.
  public func install() {
    guard descriptor >= 0, !isInstalled.exchange(true, ordering: .sequentiallyConsistent) else { return }
    // Without restarting, a call that waits for the keyboard ends with EINTR at ^C.
    _ = acr_signal_handle(SIGINT, { _ in post(ConsoleSignals.interruptByte) }, 0, 0)
    _ = acr_signal_handle(SIGWINCH, { _ in post(ConsoleSignals.resizeByte) }, 1, 0)
    for signal in [SIGTERM, SIGHUP] where acr_signal_is_default(signal) == 1 {
      _ = acr_signal_handle(signal, { number in post(UInt8(truncatingIfNeeded: number)) }, 0, 0)
    }
  }

  private static let interruptByte: UInt8 = 0x49
  private static let resizeByte: UInt8 = 0x57

  /// The signal by which the process was asked to end; nil where it was not.
  public var endSignal: Int32? {
    let signal = ending.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// The events that have come in since the last call.
  public func drain() -> [Event] {
    guard case .bytes(let bytes) = FileDescriptor.read(descriptor, upTo: 64) else { return [] }
    return bytes.map { byte in
      switch byte {
      case ConsoleSignals.interruptByte: return .interrupt
      case ConsoleSignals.resizeByte: return .resize
      default:
        ending.store(Int32(byte), ordering: .relaxed)
        return .end(Int32(byte))
      }
    }
  }

  /// What a running statement is told.
  public enum Stop: Sendable, Hashable {
    /// ^C, for the first time or more than ``secondLimit`` after the last.
    case interrupt
    /// The process is to end.
    case end
  }

  /// A second ^C within this time ends the process.
  public static let secondLimit = Duration.seconds(2)
  /// How long work may take to stop when the process is to end.
  public static let endLimit = Duration.seconds(2)

  /// Runs `body` on this thread; meanwhile ^C and signals to end call `onStop` on another one. A second ^C within
  /// ``secondLimit`` ends the process, and so does work that has not stopped ``endLimit`` after a signal to end.
  public func watch<Result>(
    onStop: @escaping @Sendable (Stop) -> Void, while body: () throws -> Result
  ) rethrows -> Result {
    install()
    let stop = WakePipe()
    guard stop.descriptor >= 0, let thread = SystemThread({ self.deliver(until: stop.descriptor, to: onStop) }) else {
      return try body()
    }
    defer {
      stop.wake()
      thread.join()
      withExtendedLifetime(stop) {}
    }
    return try body()
  }

  private func deliver(until stop: Int32, to handler: (Stop) -> Void) {
    var lastInterrupt: Duration?
    var end: (signal: Int32, deadline: Duration)?
    while true {
      var milliseconds: Int32 = -1
      if let end {
        let left = end.deadline - Monotonic.now()
        if left <= .zero { ProcessEnd.now(bySignal: end.signal) }
        milliseconds = Int32(clamping: Monotonic.milliseconds(left) + 1)
      }
      guard let ready = FileDescriptor.wait(forAnyOf: [stop, descriptor], milliseconds: milliseconds) else { continue }
      if ready[0] { return }
      guard ready[1] else { continue }
      for event in drain() {
        switch event {
        case .resize: break
        case .interrupt:
          let now = Monotonic.now()
          if let lastInterrupt, now - lastInterrupt <= ConsoleSignals.secondLimit { ProcessEnd.now(code: 130) }
          lastInterrupt = now
          handler(.interrupt)
        case .end(let signal):
          if end == nil { end = (signal, Monotonic.now() + ConsoleSignals.endLimit) }
          handler(.end)
        }
      }
    }
  }
}
