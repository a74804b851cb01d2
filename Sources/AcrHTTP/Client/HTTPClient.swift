import AcrCore
import HTTPTypes

/// Sends requests over a transport, follows redirects, waits and tries again where that helps and does no harm.
public struct HTTPClient: Sendable {
  /// The most redirects followed for one request.
  static let maximumRedirects = 10
  /// Bodies of answers that nobody reads (redirects, failures before a retry) are read up to this size, so that their
  /// connection can be used again.
  private static let discardLimit = 64 * 1024

  private let transport: any Transport
  private var policy: RetryPolicy
  private let insecureHosts: InsecureHosts
  private let trace: RequestTrace?
  private let sleeper: Sleeper
  private let onRetry: (@Sendable (RetryEvent) -> Void)?
  private let gate = HostGate()

  /// Creates a client. Copies share the waits that hosts ask for.
  /// - Parameters:
  ///   - insecureHosts: hosts to which a redirect may lead over plain http; the transport has the same set.
  ///   - onRetry: called before each wait, on the task that waits.
  public init(
    transport: any Transport, retry: RetryPolicy = .standard, insecureHosts: InsecureHosts = [],
    trace: RequestTrace? = nil, sleeper: Sleeper = .system, onRetry: (@Sendable (RetryEvent) -> Void)? = nil
  ) {
    self.transport = transport
    policy = retry
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
  /// after the last try are normal returns; ``TransportResponse/tries`` tells how many there were.
  /// - Throws: ``AcrError``: `network` and `timeout` after the last try, `throttled` where a server asks to wait longer
  ///   than the policy allows, `invalid` for redirects that lead nowhere, `cancelled`, `usage`; and whatever a
  ///   ``BodyStream`` throws.
  public func send(_ request: TransportRequest) async throws -> TransportResponse {
    var attempt = Attempt(request)
    var redirects = 0
    while true {
      let response = try await sendUntilAnswered(&attempt)
      guard let next = try redirect(of: attempt, for: response) else { return response.with(tries: attempt.tries) }
      redirects += 1
      guard redirects <= HTTPClient.maximumRedirects else {
        throw AcrError(
          .invalid, "more than \(HTTPClient.maximumRedirects) redirects from `\(URLReference(request.url).publicText)`",
          help: "the server sends this request in a circle: tell its owner", target: attempt.host)
      }
      await HTTPClient.discard(response)
      attempt.request = next
      attempt.tries -= 1
    }
  }

  // MARK: Tries

  private func sendUntilAnswered(_ attempt: inout Attempt) async throws -> TransportResponse {
    while true {
      try await waitForGate(attempt.host)
      attempt.tries += 1
      let wait: Duration
      do {
        let response = try await sendWithPass(attempt)
        guard let pause = try waitAfter(response, attempt) else { return response }
        wait = pause
        report("HTTP \(response.status)", wait, attempt)
        await HTTPClient.discard(response)
      } catch let failure as RequestNotSent {
        // A host that answered before has a name: its absence now is worth as much patience as any other fault.
        let tries = gate.isReached(attempt.host) ? policy.tries : policy.unreachableTries
        let isOver = failure.isPermanent || attempt.tries >= tries || !attempt.canSendBodyAgain
        if isOver { throw attempt.describing(failure.reason) }
        wait = policy.delay(afterTry: attempt.tries)
        report(failure.reason.message, wait, attempt)
      } catch let error as AcrError where error.kind == .network || error.kind == .timeout {
        let mayRepeat = attempt.request.isIdempotent && attempt.canSendBodyAgain
        guard mayRepeat, attempt.tries < policy.tries else { throw attempt.describing(error) }
        wait = policy.delay(afterTry: attempt.tries)
        report(error.message, wait, attempt)
      }
      try await sleep(wait)
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
      let response = try await sendOnce(attempt)
      gate.leave(pass, HTTPClient.isThrottled(response) ? .throttled : .answered)
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
    let traces = [trace, RequestTrace.ofTask].compactMap { $0 }
    guard !traces.isEmpty else { return try await transport.send(attempt.request) }
    let records = traces.map { $0.start(attempt.request, try: attempt.tries) }
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
    guard policy.isTemporary(status: response.status, isIdempotent: attempt.request.isIdempotent) else { return nil }
    let asked = RetryAfter.wait(in: response.headers)
    if let asked, asked <= policy.longestRetryAfter { gate.close(attempt.host, until: sleeper.now() + asked) }
    guard attempt.tries < policy.tries, attempt.canSendBodyAgain else { return nil }
    guard let asked, asked > .zero else { return policy.delay(afterTry: attempt.tries) }
    guard asked <= policy.longestRetryAfter else {
      throw AcrError(
        .throttled, "`\(attempt.host)` answered \(response.status) and asks to wait \(asked.inSeconds)",
        help: "try again after that; waits of up to \(policy.longestRetryAfter.inSeconds) are made without asking",
        status: response.status, target: attempt.host, retryAfter: asked)
    }
    return asked
  }

  private func waitForGate(_ host: String) async throws {
    while true {
      let wait = gate.wait(for: host, now: sleeper.now())
      guard wait > .zero else { return }
      try await sleep(wait)
    }
  }

  private func sleep(_ duration: Duration) async throws {
    do { try await sleeper.sleep(duration) } catch is CancellationError { throw AcrError.transferCancelled }
  }

  private func report(_ reason: String, _ wait: Duration, _ attempt: Attempt) {
    onRetry?(RetryEvent(host: attempt.host, reason: reason, wait: wait, tries: attempt.tries))
  }

  // MARK: Redirects

  /// The request that a redirect asks for; nil where the answer is not one to follow.
  private func redirect(
    of attempt: Attempt, for response: TransportResponse
  ) throws(AcrError) -> TransportRequest? {
    guard attempt.request.followsRedirects, let location = response.headers[.location], !location.isEmpty else {
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
    guard new.scheme == "https" || new.scheme == "http", new.hostAndPort != nil, !new.hasUserInfo else {
      throw AcrError(
        .invalid, "`\(attempt.host)` redirects to something that is not an http or https URL", target: attempt.host)
    }
    if old.scheme == "https", new.scheme == "http", !insecureHosts.allowPlainHTTP(to: new) {
      throw AcrError(
        .usage, "`\(attempt.host)` redirects from https to plain http on `\(new.hostAndPort ?? "")`",
        help: "if that is meant to be so, allow it: --insecure-registry \(new.hostAndPort ?? "")", target: attempt.host)
    }
    if !new.hasSameOrigin(as: old) {
      request.authorization = nil
      request.headers[.authorization] = nil
      request.headers[.cookie] = nil
    }
    return request
  }

  private static func discard(_ response: TransportResponse) async {
    let length = response.headers[.contentLength].flatMap { WireSize(digits: $0) } ?? .zero
    if length <= Int64(discardLimit) { _ = try? await response.body.collect(upTo: discardLimit) }
  }
}

/// A request on its way through tries and redirects.
private struct Attempt {
  var request: TransportRequest
  var tries = 0
  private let meter: BodyMeter?

  init(_ request: TransportRequest) {
    self.request = request
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

  var host: String { URLReference(request.url).hostAndPort ?? "" }

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
  fileprivate func with(tries: Int) -> TransportResponse {
    TransportResponse(
      status: status, headers: headers, url: url, body: body, tries: tries, connection: connection)
  }
}
