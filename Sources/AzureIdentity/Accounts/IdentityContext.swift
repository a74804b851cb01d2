import AcrCore
import AcrHTTP
import HTTPTypes

/// What all ways of signing in share: the network, the time, and the environment. Tests bring their own of each.
public struct IdentityContext: Sendable {
  /// The time of day, and waiting.
  public let clock: IdentityClock
  /// The variables of the process's environment.
  public let environment: [String: String]
  /// Where managed identities answer.
  public let endpoints: ManagedIdentityEndpoints
  /// What servers may make this program do.
  var limits: WireLimits { http.limits }
  private let http: HTTPClient
  /// For Entra, which is elsewhere: a connection that cannot be made is tried again.
  private let connectingHTTP: HTTPClient
  /// For requests that are no token requests, with the usual tries.
  private let patientHTTP: HTTPClient

  /// How often a token request is sent whose answer breaks off.
  private static let readingTries = 3

  /// Creates a context.
  /// - Parameters:
  ///   - transport: what sends requests. Tries, waits and redirects are decided here, because the rules of token
  ///     endpoints are not those of registries.
  ///   - trace: where requests are noted; of token requests never more than their length.
  public init(
    transport: any Transport, trace: RequestTrace? = nil, limits: WireLimits = .standard,
    clock: IdentityClock = .system, environment: [String: String], endpoints: ManagedIdentityEndpoints = .standard
  ) {
    let sleeper = Sleeper(now: clock.uptime, sleep: clock.sleep)
    // A wait that a server asks for must not be taken by the client, which would do it without a word.
    let once = RetryPolicy(tries: 1, unreachableTries: 1, longestRetryAfter: .zero)
    let connecting = RetryPolicy(tries: 1, unreachableTries: 3, longestRetryAfter: .zero)
    http = HTTPClient(transport: transport, retry: once, limits: limits, trace: trace, sleeper: sleeper)
    connectingHTTP = HTTPClient(
      transport: transport, retry: connecting, limits: limits, trace: trace, sleeper: sleeper)
    patientHTTP = HTTPClient(transport: transport, limits: limits, trace: trace, sleeper: sleeper)
    self.clock = clock
    self.environment = environment
    self.endpoints = endpoints
  }

  /// A variable's value; nil where it is missing or empty.
  func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// Sends a token request once and reads the whole answer, whatever its status is.
  /// - Parameters:
  ///   - connectsAgain: whether a connection that cannot be made is tried again.
  ///   - readsAgain: whether the request is sent again where its answer breaks off.
  func send(
    _ request: TransportRequest, connectsAgain: Bool = false, readsAgain: Bool = true
  ) async throws -> IdentityAnswer {
    var request = request
    request.redirects = .none
    request.isConfidential = true
    return try await read(
      request, with: connectsAgain ? connectingHTTP : http, tries: readsAgain ? IdentityContext.readingTries : 1)
  }

  /// Sends a request to the resource manager, again where that may help, and reads the whole answer.
  func sendPatiently(_ request: TransportRequest) async throws -> IdentityAnswer {
    try await read(request, with: patientHTTP, limit: .list)
  }

  private func read(
    _ request: TransportRequest, with client: HTTPClient, limit: WireLimit = .document, tries: Int? = nil
  ) async throws -> IdentityAnswer {
    let host = URLReference(request.url).hostAndPort ?? ""
    do {
      let answer = try await client.document(of: "the answer of `\(host)`", limit: limit, tries: tries) {
        try await client.send(request)
      }
      return IdentityAnswer(status: answer.status, headers: answer.headers, bytes: answer.bytes, sent: answer.sent)
    } catch is CancellationError {
      throw AcrError(.cancelled, "signing in was stopped")
    }
  }

  /// Waits.
  /// - Throws: ``AcrError`` of kind `cancelled`.
  func sleep(for duration: Duration) async throws {
    do {
      try await clock.sleep(duration)
    } catch is CancellationError {
      throw AcrError(.cancelled, "signing in was stopped")
    }
  }
}

/// An answer that was read to its end.
struct IdentityAnswer: Sendable {
  let status: Int
  let headers: HTTPFields
  let bytes: [UInt8]
  /// The secrets of the request.
  var sent = SentSecrets([])

  /// The body as JSON; nil where it is none.
  var json: JSONValue? { try? JSONValue(parsing: bytes, mostValues: Int(WireLimit.values.standard)) }
  /// True for 200 to 299.
  var isSuccess: Bool { (200..<300).contains(status) }
  /// `Retry-After`; a day at most.
  var retryAfter: Duration? {
    RetryAfter.lifetime(in: headers).map { .seconds(min($0.seconds, 86_400)) }
  }
}

/// The time of day, and waiting.
public struct IdentityClock: Sendable {
  /// The current time.
  public let now: @Sendable () -> Timestamp
  /// Waits, and ends early with an error when the task is cancelled.
  public let sleep: @Sendable (Duration) async throws -> Void

  /// Time since some fixed moment. It never goes back, whatever is done to the time of day, so waits go by it.
  public let uptime: @Sendable () -> Duration

  /// Creates a clock.
  /// - Parameter uptime: nil for a clock whose time of day never goes back, as in tests.
  public init(
    now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void,
    uptime: (@Sendable () -> Duration)? = nil
  ) {
    self.now = now
    self.sleep = sleep
    self.uptime = uptime ?? { now().duration(since: Timestamp(seconds: 0)) }
  }

  /// The machine's clock.
  public static let system = {
    let start = ContinuousClock.now
    return IdentityClock(
      now: { .now() }, sleep: { try await Task.sleep(for: $0) }, uptime: { ContinuousClock.now - start })
  }()
}

extension HTTPFields {
  /// Sets a field by its name as text; names that are no token (RFC 9110, 5.6.2) do not occur here.
  mutating func set(_ name: String, _ value: String) {
    if let name = HTTPField.Name(name) { self[name] = value }
  }
}
