import CPlatform

/// A count that one thread raises and another, which may block, waits for. Time is that of the clock that only runs forward.
public final class Waiter: @unchecked Sendable {
  private let waiter = acr_waiter_make()

  /// A count of 0.
  public init() {}

  deinit { acr_waiter_free(waiter) }

  /// Raises the count by one, which ends one wait.
  public func raise() { acr_waiter_raise(waiter) }

  /// Waits until the count is above 0, and lowers it by one.
  public func wait() { _ = acr_waiter_wait(waiter, -1) }

  /// Waits like ``wait()``, at most so many nanoseconds.
  /// - Returns: false when the time was over first.
  @discardableResult
  public func wait(nanoseconds: Int64) -> Bool { acr_waiter_wait(waiter, max(0, nanoseconds)) == 1 }
}
