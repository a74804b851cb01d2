import AcrCore
import AcrSystem
import HTTPTypes

/// Sends requests over a transport, follows redirects, waits and tries again where that helps and does no harm.
public struct HTTPClient: Sendable {
  /// Bodies of unread responses (redirects, failures before a retry) are read up to this size, so that their
  /// connection can be used again.
  private static let discardLimit = 64 * 1024

  /// What servers may make this client do.
  public let limits: WireLimits
  private let transport: any Transport
  private(set) var policy: RetryPolicy
  private let insecureHosts: InsecureHosts
  private let trace: RequestTrace?
  let sleeper: Sleeper
  private let onRetry: (@Sendable (RetryEvent) -> Void)?
  private let gate = HostGate()
  private let health = HostHealth()
  private let names = HostNames()

  /// Creates a client. Copies share the waits that hosts ask for.
  /// - Parameters:
  ///   - insecureHosts: hosts to which a redirect may lead over plain http; the transport has the same set.
  ///   - onRetry: called before each wait, on the task that waits.
  public init(
    transport: any Transport, retry: RetryPolicy = .standard, limits: WireLimits = .standard,
    insecureHosts: InsecureHosts = [], trace: RequestTrace? = nil, sleeper: Sleeper = .system,
    onRetry: (@Sendable (RetryEvent) -> Void)? = nil
  ) {
    self.transport = transport
    policy = retry
    self.limits = limits
    self.insecureHosts = insecureHosts
    self.trace = trace
    self.sleeper = sleeper
    self.onRetry = onRetry
  }

  /// The same client, with the same waits, that tries differently often: for a request that only finds out how a host is
  /// to be spoken to.
  public func retrying(_ policy: RetryPolicy) -> HTTPClient {
    var client = self
    client.policy = policy
    return client
  }

  /// Sends a request until it has an answer that more tries would not change. Statuses that are still 408, 429 or 5xx
  /// after the last try, or with a longer wait than the policy allows, are normal returns; ``TransportResponse/tries``
  /// tells how many there were.
  /// - Throws: ``AcrError``: `network` and `timeout` after the last try, `invalid` and `denied` for redirects that are not
  ///   followed, `cancelled`, `usage`; and whatever a ``BodyStream`` throws.
  public func send(_ request: TransportRequest) async throws -> TransportResponse {
    var attempt = Attempt(request, host: names.name(for: request))
    try ServerAddress.checkLength(request.url, namedBy: attempt.host)
    var redirects = 0
    while true {
      let response = try await sendUntilAnswered(&attempt)
      guard let next = try redirect(of: attempt, for: response) else {
        return response.with(tries: attempt.tries, sent: SentSecrets(request))
      }
      redirects += 1
      guard redirects <= limits.count(.redirects) else {
        throw limits.exceeded(
          .redirects, by: "the request for `\(URLReference(request.url).publicText)`", target: attempt.host)
      }
      await HTTPClient.discard(response)
      attempt.follow(next, host: names.name(for: next))
      attempt.tries -= 1
    }
  }

  /// How many answers so far asked to send later: 429, and 503 with a time to wait. Copies share the count.
  public var throttledCount: Int { gate.throttledCount }

  /// True while a host has failed at so many requests in a row that each is sent once only.
  func isGivenUp(_ host: String) -> Bool { health.isFailing(host) }

  // MARK: Tries

  private func sendUntilAnswered(_ attempt: inout Attempt) async throws -> TransportResponse {
    while true {
      try await waitForGate(&attempt)
      attempt.tries += 1
      let wait: Duration
      do {
        let response = try await sendWithPass(attempt)
        guard let pause = try waitAfter(response, attempt) else { return response }
        wait = pause
        report("HTTP \(response.status)", wait, attempt, of: tries(for: attempt, after: response))
        await HTTPClient.discard(response)
      } catch let failure as RequestNotSent {
        // A host that answered before has a name: its absence now is worth as much patience as any other fault.
        let tries = gate.isReached(attempt.host) ? tries(for: attempt) : policy.unreachableTries
        let isOver = failure.isPermanent || attempt.tries >= tries || !attempt.canSendBodyAgain
        if isOver { throw attempt.describing(failure.reason) }
        wait = policy.delay(afterTry: attempt.tries)
        report(failure.reason.message, wait, attempt, of: tries)
      } catch let error as AcrError where error.kind == .network || error.kind == .timeout {
        let mayRepeat = attempt.request.isIdempotent && attempt.canSendBodyAgain
        // A silent host is waited for long each time, so it gets fewer tries than one that hangs up.
        let tries = min(tries(for: attempt), error.kind == .timeout ? policy.silentTries : .max)
        guard mayRepeat, attempt.tries < tries else {
          health.failed(attempt.host)
          throw health.describing(attempt.describing(error), attempt.host)
        }
        wait = policy.delay(afterTry: attempt.tries)
        report(error.message, wait, attempt, of: tries)
      }
      try await sleep(wait)
      attempt.waited = wait
    }
  }

  /// Sends a request when its host has room. A streamed body keeps no room while it is sent: the one that produces it may
  /// itself have to ask the same host.
  private func sendWithPass(_ attempt: Attempt) async throws -> TransportResponse {
    let pass: HostGate.Pass
    do { pass = try await gate.enter(attempt.host) } catch { throw AcrError.transferCancelled }
    if case .stream = attempt.request.body {
      gate.leave(pass, .failed)
      let response = try await sendOnce(attempt)
      if HTTPClient.isThrottled(response) { gate.narrow(pass) }
      return response
    }
    do {
      let turn = gate.turn(at: attempt.host, now: sleeper.now())
      if turn > .zero { try await sleep(turn) }
      let start = Monotonic.now()
      let response = try await sendOnce(attempt)
      // With a body, the time is that of sending it.
      let time = attempt.request.body.isEmpty ? Monotonic.now() - start : nil
      // Where a host says when it takes requests again, that is its pace.
      let now = RetryAfter.wait(in: response.headers) == nil ? sleeper.now() : nil
      gate.leave(
        pass, HTTPClient.isThrottled(response) ? .throttled : .answered, after: time,
        isShared: response.connection?.httpVersion == "2", now: now)
      return response
    } catch {
      gate.leave(pass, .failed)
      throw error
    }
  }

  private static func isThrottled(_ response: TransportResponse) -> Bool {
    response.status == 429 || (response.status == 503 && response.headers[.retryAfter] != nil)
  }

  private func sendOnce(_ attempt: Attempt) async throws -> TransportResponse {
    let own = RequestTrace.ofTask
    guard trace != nil || own != nil else { return try await transport.send(attempt.request) }
    let traces = [trace, own].compactMap { $0 }
    let records = traces.map { $0.start(attempt.request, try: attempt.tries, waited: attempt.waited) }
    do {
      let response = try await transport.send(attempt.request)
      return records.reduce(response) { $1.answered($0, sent: attempt.sentBytes) }
    } catch {
      for record in records { record.failed((error as? RequestNotSent)?.reason ?? error, sent: attempt.sentBytes) }
      throw error
    }
  }

  /// How long to wait before the same request is sent again; nil where its answer stands.
  private func waitAfter(_ response: TransportResponse, _ attempt: Attempt) throws(AcrError) -> Duration? {
    let isFinal = attempt.request.finalStatuses.contains(response.status)
    guard !isFinal, policy.isTemporary(status: response.status, isIdempotent: attempt.request.isIdempotent) else {
      health.answered(attempt.host)
      return nil
    }
    let asked = RetryAfter.wait(in: response.headers)
    // The answer says more of a long wait than this client knows: it goes to the caller as it is.
    if let asked, asked > policy.longestRetryAfter { return nil }
    if let asked { gate.close(attempt.host, until: sleeper.now() + asked) }
    guard attempt.tries < tries(for: attempt, after: response), attempt.canSendBodyAgain else {
      // A host that throttles is one that works.
      if response.status != 429, asked == nil { health.failed(attempt.host) }
      return nil
    }
    guard let asked, asked > .zero else {
      let delay = policy.delay(afterTry: attempt.tries)
      return isCrowded(attempt, response) ? min(delay, RetryPolicy.longestCrowdedDelay) : delay
    }
    return asked
  }

  /// True where a host refuses this request as one of many, and answers others.
  private func isCrowded(_ attempt: Attempt, _ response: TransportResponse) -> Bool {
    response.status == 429 && gate.isCrowded(attempt.host, now: sleeper.now())
  }

  private func tries(for attempt: Attempt, after response: TransportResponse) -> Int {
    isCrowded(attempt, response) && policy.tries > 1
      ? max(policy.tries, RetryPolicy.crowdedTries) : tries(for: attempt)
  }

  /// How often a request is sent: once to a host that has failed at many requests in a row.
  private func tries(for attempt: Attempt) -> Int { health.isFailing(attempt.host) ? 1 : policy.tries }

  /// Waits until a host takes requests again. One of those who wait says so.
  private func waitForGate(_ attempt: inout Attempt) async throws {
    while true {
      let now = sleeper.now()
      let wait = gate.wait(for: attempt.host, now: now)
      guard wait > .zero else { return }
      if health.announce(attempt.host, until: now + wait) { report("asked to wait", wait, attempt) }
      try await sleep(wait)
      attempt.waited += wait
    }
  }

  func sleep(_ duration: Duration) async throws {
    do { try await sleeper.sleep(duration) } catch is CancellationError { throw AcrError.transferCancelled }
  }

  private func report(_ reason: String, _ wait: Duration, _ attempt: Attempt, of mostTries: Int? = nil) {
    _ = health.announce(attempt.host, until: sleeper.now() + wait)
    report(
      RetryEvent(host: attempt.host, reason: reason, wait: wait, tries: attempt.tries, mostTries: mostTries))
  }

  /// Tells of a wait.
  package func report(_ event: RetryEvent) { onRetry?(event) }

  // MARK: Redirects

  /// The request that a redirect asks for; nil where the answer is not one to follow.
  private func redirect(
    of attempt: Attempt, for response: TransportResponse
  ) throws(AcrError) -> TransportRequest? {
    guard attempt.request.redirects != .none, let location = response.headers[.location], !location.isEmpty else {
      return nil
    }
    switch response.status {
    case 301, 302, 303: guard attempt.request.method == .get || attempt.request.method == .head else { return nil }
    case 307, 308: guard attempt.canSendBodyAgain else { return nil }
    default: return nil
    }
    var request = attempt.request
    let old = URLReference(request.url)
    request.url = URLReference.resolve(base: request.url, reference: location)
    let new = URLReference(request.url)
    try ServerAddress.check(new, namedBy: old, insecureHosts, verb: "redirects", status: response.status)
    guard !new.hasSameOrigin(as: old) else { return request }
    // A body goes to the server that it was meant for, and to no other (RFC 9110, 15.4).
    let isAllowed =
      switch request.redirects {
      case .none, .sameOrigin: false
      case .registryAPI: new.isSameResource(as: old)
      case .content: true
      }
    guard isAllowed, request.body.isEmpty, !request.isConfidential else {
      throw ServerAddress.refusal(new, namedBy: old, status: response.status)
    }
    request.authorization = nil
    request.headers[.authorization] = nil
    request.headers[.cookie] = nil
    return request
  }

  /// Refuses an address that a server named and that no server may name; see ``ServerAddress``.
  public func checkAddress(_ url: String, namedBy source: String, verb: String) throws(AcrError) {
    try ServerAddress.check(URLReference(url), namedBy: URLReference(source), insecureHosts, verb: verb)
  }

  private static func discard(_ response: TransportResponse) async {
    let length = response.headers[.contentLength].flatMap { WireSize(digits: $0) } ?? .zero
    if length <= Int64(discardLimit) { _ = try? await response.body.collect(upTo: discardLimit) }
  }
}

/// A request on its way through tries and redirects.
private struct Attempt {
  private(set) var request: TransportRequest
  /// The host and port that it goes to.
  private(set) var host: String
  var tries = 0
  /// How long was waited before this try.
  var waited = Duration.zero
  private let meter: BodyMeter?

  init(_ request: TransportRequest, host: String) {
    self.request = request
    self.host = host
    guard case .stream(let stream) = request.body else {
      meter = nil
      return
    }
    let meter = BodyMeter()
    self.meter = meter
    self.request.body = .stream(
      BodyStream(length: stream.length) {
        meter.wasAsked()
        let piece = try await stream.next()
        meter.add(piece?.count ?? 0)
        return piece
      })
  }

  /// Goes on to the place that a redirect names.
  mutating func follow(_ next: TransportRequest, host: String) {
    request = next
    self.host = host
    waited = .zero
  }

  /// False where a streamed body was asked for its first piece.
  var canSendBodyAgain: Bool { meter.map { !$0.isTouched } ?? true }

  /// The bytes of the body, or of a streamed one those that were produced.
  var sentBytes: Int64 {
    if case .bytes(let bytes) = request.body { return Int64(bytes.count) }
    return meter?.count ?? 0
  }

  /// The error of the last try, with the number of tries.
  func describing(_ error: AcrError) -> AcrError {
    guard tries > 1 else { return error }
    var error = error
    error.notes.append("tried \(tries) times")
    return error
  }
}

extension TransportResponse {
  fileprivate func with(tries: Int, sent: SentSecrets) -> TransportResponse {
    TransportResponse(
      status: status, headers: headers, url: url, body: body, tries: tries, connection: connection, sent: sent)
  }
}

extension URLReference {
  /// True for the same manifest, list or blob of the registry API (`/v2/…`), perhaps in a repository of another name.
  fileprivate func isSameResource(as other: URLReference) -> Bool {
    let (mine, others) = (path.split(separator: "/"), other.path.split(separator: "/"))
    return mine.count >= 3 && mine.first == "v2" && mine.suffix(2) == others.suffix(2)
  }
}
