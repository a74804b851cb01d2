import AcrCore
import Glibc

/// A count one thread raises and another waits for.
final class Signal: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func raise() { sem_post(semaphore) }

  /// Waits until it is raised, at most so long.
  func wait(nanoseconds: Int64) {
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    let sum = Int64(deadline.tv_nsec) + nanoseconds % 1_000_000_000
    deadline.tv_sec += Int(nanoseconds / 1_000_000_000 + sum / 1_000_000_000)
    deadline.tv_nsec = Int(sum % 1_000_000_000)
    while sem_timedwait(semaphore, &deadline) != 0, errno == EINTR {}
  }
}

extension RunContext {
  /// Waits so many nanoseconds, or until ^C.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  public func sleep(nanoseconds: Int64) throws {
    let signal = Signal()
    onInterrupt({ signal.raise() }, while: { if nanoseconds > 0 { signal.wait(nanoseconds: nanoseconds) } })
    try checkInterrupt()
  }
}
