/// A look at a registry that may take only so long: what is not known by then is left out, and delays no result.
enum Look {
  /// Runs `work`, and gives up on it after the deadline.
  /// - Parameter slow: called once when it has taken a part of the time already.
  /// - Returns: nil when the time was over first.
  /// - Throws: what `work` throws; `CancellationError`.
  static func within<Value: Sendable>(
    _ deadline: Duration, after part: Duration = .seconds(2), slow: @escaping @Sendable () -> Void = {},
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value??.self) { group in
      group.addTask { .some(try await work()) }
      group.addTask {
        try await Task.sleep(for: deadline)
        return .some(nil)
      }
      if part < deadline {
        group.addTask {
          try await Task.sleep(for: part)
          slow()
          return nil
        }
      }
      defer { group.cancelAll() }
      while let finished = try await group.next() {
        if let value = finished { return value }
      }
      return nil
    }
  }
}
