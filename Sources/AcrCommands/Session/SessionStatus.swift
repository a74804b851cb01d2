import Dispatch
import Synchronization

/// What the prompt tells of a session. Commands that sign in or out keep it up to date; nothing in it needs the network.
public final class SessionStatus: Sendable {
  /// The facts.
  public struct Facts: Sendable, Equatable {
    /// The registry signed in to last, or the one of `configure --defaults`.
    public var registry: String?
    /// The user of that registry, where it has one.
    public var registryUser: String?
    /// The account of Azure.
    public var account: String?
    /// Whether commands reach the sandbox on this machine instead of Azure.
    public var isSandbox = false

    /// Nobody is signed in.
    public init() {}
  }

  private let state = Mutex(Facts())

  /// Creates the status of a session without an account.
  public init() {}

  /// The facts now.
  public var facts: Facts { state.withLock { $0 } }

  /// Changes the facts.
  public func update(_ change: (inout Facts) -> Void) { state.withLock { change(&$0) } }
}

extension CommandContext {
  /// The facts with the account and the default registry as they are now. Nothing is read or asked that is not in memory
  /// already; where that is busy, the account is the one that was known before.
  public func statusForPrompt() -> SessionStatus.Facts {
    if let known = azure.knownServices {
      let done = DispatchSemaphore(value: 0)
      Task.detached { [status] in
        let name = await known.accountName()
        status.update { $0.account = name }
        done.signal()
      }
      _ = done.wait(timeout: .now() + .milliseconds(20))
    }
    var facts = status.facts
    if facts.registry == nil { facts.registry = try? defaults.value(of: Defaults.registry) }
    return facts
  }
}
