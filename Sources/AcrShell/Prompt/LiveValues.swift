import AcrSystem
import AcrCore
import Synchronization

/// Where live values come from. It may block; the line editor never waits for it longer than ``LiveValues`` allows.
public protocol ValueSource: Sendable {
  /// The values of a query.
  /// - Throws: anything; completion then has no values. The message of an ``AcrError`` is shown.
  func values(for query: ValueQuery) throws -> [LiveValue]
}

/// Answers queries from a short-lived cache, and asks the source on a thread of its own. A query waits up to the limit; when
/// that is not enough the answer is there at the next Tab.
public final class LiveValues: Sendable {
  /// What is known of a query.
  public enum Answer: Sendable, Equatable {
    /// The source answered less than the lifetime ago.
    case known([LiveValue])
    /// The source has been asked and has not answered yet.
    case asked
    /// The source failed, for this reason.
    case failed(String)

    /// The values; none unless they are known.
    public var values: [LiveValue] { if case .known(let values) = self { values } else { [] } }
  }

  private struct Entry {
    var answer: Answer
    var expiry: ContinuousClock.Instant
  }

  private struct State {
    var entries: [ValueQuery: Entry] = [:]
    var running: Set<ValueQuery> = []
  }

  private let source: any ValueSource
  private let limit: Duration
  private let lifetime: Duration
  private let isInHurry: @Sendable () -> Bool
  private let state = Mutex(State())

  /// How long the reason of a failure is believed: the next Tab but one may find it mended.
  private static let failureLifetime = Duration.seconds(5)

  /// - Parameters:
  ///   - limit: how long a Tab may wait.
  ///   - lifetime: how long an answer of a registry is good for. Files are looked at anew after a second.
  ///   - isInHurry: true when the person has typed on, so that nothing is waited for any more.
  public init(
    _ source: any ValueSource, limit: Duration = .milliseconds(500), lifetime: Duration = .seconds(60),
    isInHurry: @escaping @Sendable () -> Bool = { false }
  ) {
    self.source = source
    self.limit = limit
    self.lifetime = lifetime
    self.isInHurry = isInHurry
  }

  /// What is known of a query within the limit.
  public func answer(to query: ValueQuery) -> Answer {
    if let known = known(query) { return known }
    start(query)
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline, !isInHurry() {
      // A person presses Tab once a second at most: asking again every 2 ms costs nothing and needs no condition variable.
      Clock.sleep(milliseconds: 2)
      if let known = known(query) { return known }
    }
    return .asked
  }

  /// The values known within the limit; empty when there are none yet.
  public func values(for query: ValueQuery) -> [LiveValue] { answer(to: query).values }

  /// Forgets what an entry that was just run may have changed: failures, whose cause it may have mended by signing in, and
  /// the registries this session knows.
  public func entryHasRun() {
    state.withLock { state in
      state.entries[.registries] = nil
      state.entries[.hosts] = nil
      state.entries = state.entries.filter { if case .failed = $0.value.answer { false } else { true } }
    }
  }

  private func known(_ query: ValueQuery) -> Answer? {
    state.withLock { state in
      guard let entry = state.entries[query], entry.expiry > .now else { return nil }
      return entry.answer
    }
  }

  private func start(_ query: ValueQuery) {
    let isNew = state.withLock { $0.running.insert(query).inserted }
    guard isNew else { return }
    let thread = SystemThread {
      let entry = self.ask(query)
      self.state.withLock { state in
        state.running.remove(query)
        state.entries = state.entries.filter { $0.value.expiry > .now }
        state.entries[query] = entry
      }
    }
    if let thread {
      thread.detach()
    } else {
      state.withLock { _ = $0.running.remove(query) }
    }
  }

  private func ask(_ query: ValueQuery) -> Entry {
    do {
      let values = try source.values(for: query)
      var lifetime = lifetime
      if case .files = query { lifetime = min(lifetime, .seconds(1)) }
      return Entry(answer: .known(values), expiry: .now + lifetime)
    } catch {
      let reason = (error as? AcrError)?.message ?? "\(error)"
      return Entry(answer: .failed(reason), expiry: .now + min(lifetime, LiveValues.failureLifetime))
    }
  }
}

/// The files of this machine, for sources to answer ``ValueQuery/files(folder:)`` with.
public enum FileNames {
  /// The names in a folder, folders with a `/` behind them; empty when it cannot be read. `~/` is the home folder.
  public static func list(folder: String) -> [String] {
    var path = folder.isEmpty ? "." : folder
    if path.hasPrefix("~/"), let home = ProcessInformation.variable("HOME") { path = home + path.dropFirst() }
    return (FileSystem.names(in: path) ?? []).map { name in
      FileSystem.isFolder("\(path)/\(name)") ? name + "/" : name
    }
  }
}
