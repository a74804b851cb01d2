import AcrCore
import AcrHTTP
import Synchronization

/// Says what is waited for, once it takes longer than a moment: which host, what of it, and how long.
final class RequestWaits: Sendable {
  private struct Wait {
    let text: String
    let started: ContinuousClock.Instant
    /// When the request is sent again; nil while its answer is waited for.
    var until: ContinuousClock.Instant?

    /// The text with the time: the time that has gone by, or that is left.
    func line(_ now: ContinuousClock.Instant, _ more: String) -> String {
      guard let until else {
        return "waiting for \(text) (\(ByteCount.fixed((now - started).seconds, decimals: 1)) s\(more))"
      }
      let left = max(until - now, .zero)
      return
        "\(text) in \(ByteCount.fixed(left.seconds, decimals: 1)) s\(more.isEmpty ? "" : " (\(more.dropFirst(2)))")"
    }
  }

  private struct State {
    var waits: [Int: Wait] = [:]
    var nextID = 0
    var isWatching = false
    var isShown = false
  }

  private let show: @Sendable (String?) -> Void
  private let patience: Duration
  private let interval: Duration
  private let state = Mutex(State())
  private let isActive = Atomic(false)

  /// - Parameters:
  ///   - patience: shorter waits are not shown.
  ///   - interval: how often the time is renewed.
  ///   - show: shows a text in place of the one before; nil takes it away.
  init(
    patience: Duration = .milliseconds(300), interval: Duration = .milliseconds(100),
    show: @escaping @Sendable (String?) -> Void
  ) {
    self.patience = patience
    self.interval = interval
    self.show = show
  }

  /// Shows waits from now on, or no longer: between two lines of the prompt the screen belongs to the editor.
  func setActive(_ isActive: Bool) {
    self.isActive.store(isActive, ordering: .relaxed)
    guard !isActive else { return }
    // A run that was stopped sends nothing again.
    state.withLock { state in state.waits = state.waits.filter { $0.value.until == nil } }
    hide()
  }

  /// Runs a request.
  func during<Answer>(_ request: TransportRequest, _ body: () async throws -> Answer) async throws -> Answer {
    guard isActive.load(ordering: .relaxed) else { return try await body() }
    let id = begin(Wait(text: RequestWaits.text(of: request), started: .now))
    defer { end(id) }
    return try await body()
  }

  /// Shows why a request is held back, and when it is sent again. Nothing has to take it away: its time does.
  func hold(_ event: RetryEvent) {
    guard isActive.load(ordering: .relaxed) else { return }
    let now = ContinuousClock.now
    _ = begin(Wait(text: "\(event.cause); \(event.next)", started: now, until: now + event.wait))
  }

  private func begin(_ wait: Wait) -> Int {
    let (id, isFirst) = state.withLock { state in
      state.nextID += 1
      state.waits[state.nextID] = wait
      defer { state.isWatching = true }
      return (state.nextID, !state.isWatching)
    }
    if isFirst { Task { await watch() } }
    return id
  }

  private func end(_ id: Int) {
    let isLast = state.withLock { state in
      state.waits[id] = nil
      return state.waits.isEmpty
    }
    if isLast { hide() }
  }

  private func hide() {
    // Under the lock, so that nothing is shown behind it.
    state.withLock { state in
      if state.isShown { show(nil) }
      state.isShown = false
    }
  }

  /// Looks at the waits until there are none.
  private func watch() async {
    while true {
      try? await Task.sleep(for: interval)
      let now = ContinuousClock.now
      let isOver = state.withLock { state -> Bool in
        state.waits = state.waits.filter { $0.value.until.map { $0 > now } ?? true }
        if state.waits.isEmpty, state.isShown {
          show(nil)
          state.isShown = false
        }
        guard let oldest = state.waits.values.min(by: { $0.started < $1.started }) else {
          state.isWatching = false
          return true
        }
        let waited = now - oldest.started
        guard waited >= patience, isActive.load(ordering: .relaxed) else { return false }
        state.isShown = true
        let more = state.waits.count > 1 ? ", and \(state.waits.count - 1) more" : ""
        show(oldest.line(now, more))
        return false
      }
      if isOver { return }
    }
  }

  // MARK: What is asked for

  /// Host and resource of a request. Queries may carry signatures, and are never shown.
  static func text(of request: TransportRequest) -> String {
    let afterScheme = request.url.firstRange(of: "://").map { request.url[$0.upperBound...] } ?? request.url[...]
    let address = afterScheme.prefix { $0 != "?" && $0 != "#" }
    let authority = address.prefix { $0 != "/" }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    let parts = address.dropFirst(authority.count).split(separator: "/").map(String.init)
    return resource(parts, request).map { "\(host): \($0)" } ?? String(host)
  }

  private static func resource(_ parts: [String], _ request: TransportRequest) -> String? {
    if parts.contains("oauth2") || parts.last == "token" { return "a token" }
    guard parts.first == "v2" || parts.starts(with: ["acr", "v1"]) else { return nil }
    if parts.last == "_catalog" { return "the list of repositories" }
    let isUpload = request.method == .put || request.method == .post || request.method == .patch
    let names: [(part: String, read: String, write: String)] = [
      ("manifests", "manifest", "writing a manifest"), ("_manifests", "manifests", "changing a manifest"),
      ("tags", "tags", "changing tags"), ("_tags", "tags", "changing a tag"), ("blobs", "blob", "sending a blob"),
      ("referrers", "referrers", "referrers"),
    ]
    for (part, read, write) in names {
      guard let index = parts.lastIndex(of: part), index > 1 else { continue }
      let repository = parts[(parts.first == "v2" ? 1 : 2)..<index].joined(separator: "/")
      return "\(isUpload ? write : read) of \(repository)"
    }
    return nil
  }
}

/// A transport whose waits are shown.
struct WatchedTransport: Transport {
  let inner: any Transport
  let waits: RequestWaits

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    try await waits.during(request) { try await inner.send(request) }
  }
}
