import Glibc

/// A thread of its own for work that blocks, which must not take a thread of the cooperative pool.
struct WorkerThread {
  private let id: pthread_t

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts it; nil when the system has no thread to give.
  init?(_ run: @escaping @Sendable () -> Void) {
    var id = pthread_t()
    let body = Unmanaged.passRetained(Body(run))
    let status = pthread_create(
      &id, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    guard status == 0 else {
      body.release()
      return nil
    }
    self.id = id
  }

  /// Waits for its end.
  func join() { pthread_join(id, nil) }

  /// Lets it end on its own.
  func detach() { pthread_detach(id) }
}
