import Glibc
import Synchronization

/// The write end of the pipe; the only thing the signal handlers below touch besides `errno`.
private let writeEnd = Atomic<Int32>(-1)

private func post(_ byte: UInt8) {
  let saved = errno
  var byte = byte
  // A full pipe already holds the same news, so a failed write loses nothing.
  _ = write(writeEnd.load(ordering: .relaxed), &byte, 1)
  errno = saved
}

/// ^C and changes of the window's size as bytes of a pipe. A handler may do next to nothing; a pipe can be polled together
/// with the keyboard, by whichever thread is waiting at the time.
public final class ConsoleSignals: Sendable {
  /// The process has one set of signal handlers, so there is one of these.
  public static let shared = ConsoleSignals()

  /// What happened.
  enum Event { case interrupt, resize }

  /// Readable when there is an event; -1 when the process has no descriptors left.
  let descriptor: Int32
  private let isInstalled = Atomic<Bool>(false)

  private init() {
    let ends = Self.makePipe()
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    descriptor = ends[0]
    writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
  }

  /// Read end and write end, not passed on to other programs; -1 twice when there are no descriptors left.
  private static func makePipe() -> [Int32] {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return [-1, -1] }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return ends
  }

  /// Takes over SIGINT and SIGWINCH for the rest of the process. Calling it again does nothing.
  public func install() {
    guard descriptor >= 0, !isInstalled.exchange(true, ordering: .sequentiallyConsistent) else { return }
    // Without SA_RESTART a call that waits for the keyboard ends with EINTR at ^C.
    var interrupt = sigaction()
    interrupt.__sigaction_handler.sa_handler = { _ in post(0x49) }
    sigaction(SIGINT, &interrupt, nil)
    var resize = sigaction()
    resize.sa_flags = SA_RESTART
    resize.__sigaction_handler.sa_handler = { _ in post(0x57) }
    sigaction(SIGWINCH, &resize, nil)
  }

  /// The events that have come in since the last call.
  func drain() -> [Event] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? bytes[..<count].map { $0 == 0x49 ? .interrupt : .resize } : []
  }

  /// Runs `body` on this thread; meanwhile each ^C calls `onInterrupt` on another one, with how many there have been.
  public func watch<Result>(
    onInterrupt: @escaping @Sendable (_ count: Int) -> Void, while body: () throws -> Result
  ) rethrows -> Result {
    install()
    let ends = Self.makePipe()
    let stop = ends[0]
    guard stop >= 0 else { return try body() }
    guard let thread = WorkerThread({ self.deliver(until: stop, to: onInterrupt) }) else {
      close(stop)
      close(ends[1])
      return try body()
    }
    // The thread ends when the write end is closed.
    func finish() {
      close(ends[1])
      thread.join()
      close(stop)
    }
    do {
      let result = try body()
      finish()
      return result
    } catch {
      finish()
      throw error
    }
  }

  private func deliver(until stop: Int32, to handler: (Int) -> Void) {
    var count = 0
    var waiting = [
      pollfd(fd: stop, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      guard poll(&waiting, 2, -1) > 0 else { continue }
      if waiting[0].revents != 0 { return }
      for event in drain() where event == .interrupt {
        count += 1
        handler(count)
      }
    }
  }
}
