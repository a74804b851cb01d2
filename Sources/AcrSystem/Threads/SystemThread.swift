#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread of its own for work that blocks or goes deep, which must not take a thread of the cooperative pool.
public struct SystemThread: @unchecked Sendable {
  private let id: pthread_t

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts it; nil when the system has no thread to give.
  /// - Parameters:
  ///   - stackSize: bytes of address space for its stack; nil for the system's own size. Memory is used as it is needed.
  ///   - blocksSignals: signals of the process go to other threads.
  public init?(stackSize: Int? = nil, blocksSignals: Bool = false, _ run: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    if let stackSize { pthread_attr_setstacksize(&attributes, stackSize) }
    var before = sigset_t()
    if blocksSignals {
      var all = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_BLOCK, &all, &before)
    }
    defer { if blocksSignals { pthread_sigmask(SIG_SETMASK, &before, nil) } }
    let context = Unmanaged.passRetained(Body(run))
    guard let id = SystemThread.create(&attributes, context.toOpaque()) else {
      context.release()
      return nil
    }
    self.id = id
  }

  /// Waits for its end. Call it once, or `detach`.
  public func join() { pthread_join(id, nil) }

  /// Lets it end on its own.
  public func detach() { pthread_detach(id) }

  private static func create(
    _ attributes: UnsafePointer<pthread_attr_t>, _ context: UnsafeMutableRawPointer
  ) -> pthread_t? {
    #if canImport(Darwin)
      var id: pthread_t?
      let status = pthread_create(
        &id, attributes,
        { context in
          Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, context)
      return status == 0 ? id : nil
    #else
      var id = pthread_t()
      let status = pthread_create(
        &id, attributes,
        { context in
          guard let context else { return nil }
          Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, context)
      return status == 0 ? id : nil
    #endif
  }
}
