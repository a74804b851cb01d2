import AcrSystem

extension RunContext {
  /// Waits so many nanoseconds of the clock that only runs forward, or until ^C.
  /// - Throws: ``AcrError`` of kind `cancelled` after ^C.
  public func sleep(nanoseconds: Int64) throws {
    let waiter = Waiter()
    onInterrupt({ waiter.raise() }, while: { if nanoseconds > 0 { waiter.wait(nanoseconds: nanoseconds) } })
    try checkInterrupt()
  }
}
