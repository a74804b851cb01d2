import Foundation

/// Runs blocking work on a thread of its own, so that it never occupies one of the few threads of Swift's concurrency pool.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread {
      continuation.resume(with: Swift.Result { try work() })
    }
  }
}

/// A value behind a lock that threads can wait on until it satisfies a condition.
final class Monitor<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var value: Value

  init(_ value: Value) { self.value = value }

  /// Runs `body` with the value while no other thread has it, and wakes every waiter afterwards.
  @discardableResult
  func update<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return try body(&value)
  }

  /// A copy of the value.
  var current: Value {
    condition.lock()
    defer { condition.unlock() }
    return value
  }

  /// Blocks until `isSatisfied` holds or the deadline, if there is one, has passed.
  /// - Returns: whether it holds.
  func wait(until deadline: Date? = nil, _ isSatisfied: (Value) -> Bool) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while !isSatisfied(value) {
      guard let deadline else {
        condition.wait()
        continue
      }
      if !condition.wait(until: deadline) { return isSatisfied(value) }
    }
    return true
  }
}

extension Duration {
  /// The duration in seconds, for Foundation.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
  /// The duration in whole milliseconds, rounded up, for `poll`.
  var milliseconds: Int32 { Int32(clamping: Int((seconds * 1000).rounded(.up))) }
}
