import Synchronization

/// What the prompt tells of a session. Commands that sign in or out keep it up to date; nothing in it needs the network.
public final class SessionStatus: Sendable {
  /// The facts.
  public struct Facts: Sendable, Equatable {
    /// The registry signed in to last, or that commands use by default.
    public var registry: String?
    /// Who is signed in: an account, or the user of that registry.
    public var identity: String?
    /// Whether commands reach the sandbox on this machine instead of Azure.
    public var isSandbox = false

    /// Nobody is signed in.
    public init() {}
  }

  private let state = Mutex(Facts())

  /// Creates the status of a session that nobody is signed in to.
  public init() {}

  /// The facts now.
  public var facts: Facts { state.withLock { $0 } }

  /// Changes the facts.
  public func update(_ change: (inout Facts) -> Void) { state.withLock { change(&$0) } }
}
