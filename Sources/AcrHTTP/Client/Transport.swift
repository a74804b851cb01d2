import AcrCore
import AcrSystem
import HTTPTypes

/// What sends requests. One real implementation (``CurlTransport``) and a scripted one in tests.
public protocol Transport: Sendable {
  /// Sends one request and returns when the head of the answer is there; the body is pulled by the caller.
  /// It neither follows redirects nor tries again: that is ``HTTPClient``'s work. Any status is a normal return.
  /// Cancelling the calling task, or dropping the answer's body unread, stops the transfer.
  /// - Throws: ``AcrError`` of kind `network`, `timeout`, `cancelled` or `usage`; ``RequestNotSent`` around one where it
  ///   is certain that nothing of the request was sent; and whatever a ``BodyStream`` throws.
  func send(_ request: TransportRequest) async throws -> TransportResponse
}

/// One HTTP request.
public struct TransportRequest: Sendable {
  /// The method, for example `.get`.
  public var method: HTTPRequest.Method
  /// The absolute URL, sent as written. It may carry a signature, so it is never shown whole in messages or traces.
  public var url: String
  /// Header fields without `Authorization`, which has a type of its own below.
  public var headers: HTTPFields
  /// The value of `Authorization`, for example `Bearer …`. It is dropped when a redirect leaves the origin.
  public var authorization: Secret?
  /// The body.
  public var body: RequestBody
  /// True when sending it twice does no harm, so that it may be tried again after a connection broke in the middle.
  /// Set from the method (RFC 9110, 9.2.2); override it where the caller knows better.
  public var isIdempotent: Bool
  /// True for requests whose bodies hold secrets (token requests): a trace then says only how long they were.
  public var isConfidential: Bool
  /// Where redirects are followed to.
  public var redirects = Redirects.sameOrigin
  /// What of the body and the header fields must not be shown, beside `Authorization`: a server may repeat it in its answer.
  public var secrets: [Secret] = []
  /// Statuses that are not tried again, though they may be gone by the next time: the caller has another way.
  public var finalStatuses: Set<Int> = []
  /// True where the answer may be megabytes long, so that a larger buffer is worth its memory.
  public var expectsMuch = false
  /// `scheme://authority` at the beginning of ``url``, for callers who have it: it saves taking the URL apart.
  public var origin: String?
  /// True for requests to a metadata service on the own link, which nothing that a server says may lead to.
  public var mayReachOwnLink = false

  /// Where the redirects of a request may lead.
  public enum Redirects: Sendable {
    /// They are handed back like any other answer: a header field or a body is meant for this one server only.
    case none
    /// Only within the origin (scheme, host and port) that was asked; any other is an error.
    case sameOrigin
    /// Also to the same resource of the registry API at another host, as registries do that are only an address in front of
    /// others (`registry.k8s.io`); without `Authorization`, and never with a body.
    case registryAPI
    /// Also to other hosts, without `Authorization` and never with a body: blobs, whose digest is checked, and which many
    /// registries keep elsewhere.
    case content
  }

  /// Creates a request; `isIdempotent` follows the method.
  public init(
    _ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], authorization: Secret? = nil,
    body: RequestBody = .empty, isConfidential: Bool = false
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.authorization = authorization
    self.body = body
    self.isConfidential = isConfidential
    isIdempotent = [.get, .head, .put, .delete, .options].contains(method)
  }
}

/// A request's body.
public enum RequestBody: Sendable {
  /// No body. `POST`, `PUT` and `PATCH` send `Content-Length: 0`.
  case empty
  /// A body in memory, which can be sent again.
  case bytes([UInt8])
  /// A body that is produced while it is sent. It can be sent only once.
  case stream(BodyStream)
}

extension RequestBody {
  /// True where there is nothing to send.
  var isEmpty: Bool {
    switch self {
    case .empty: true
    case .bytes(let bytes): bytes.isEmpty
    case .stream: false
    }
  }
}

/// A body that is produced piece by piece, at the pace of the connection that takes it.
public struct BodyStream: Sendable {
  /// The number of bytes, sent as `Content-Length`; nil for chunked transfer.
  public let length: Int64?
  /// The next piece; nil at the end. Called one at a time. An error stops the transfer and is thrown by `send`.
  public let next: @Sendable () async throws -> [UInt8]?

  /// Creates a stream.
  public init(length: Int64?, next: @escaping @Sendable () async throws -> [UInt8]?) {
    self.length = length
    self.next = next
  }
}

/// The head of an answer, and its body to pull.
public struct TransportResponse: Sendable {
  /// The status, for example 200.
  public let status: Int
  /// The header fields.
  public let headers: HTTPFields
  /// The URL that answered: another than the request's after a redirect.
  public let url: String
  /// The body.
  public let body: ResponseBody
  /// How often the request was sent before this answer came, redirects not counted.
  public let tries: Int
  /// What the connection was, where the transport knows.
  public let connection: ConnectionInfo?
  /// The secrets of the request, which texts of the answer must be freed of before they are shown.
  public let sent: SentSecrets

  /// Creates an answer; for transports.
  public init(
    status: Int, headers: HTTPFields, url: String, body: ResponseBody, tries: Int = 1,
    connection: ConnectionInfo? = nil, sent: SentSecrets = SentSecrets([])
  ) {
    self.status = status
    self.headers = headers
    self.url = url
    self.body = body
    self.tries = tries
    self.connection = connection
    self.sent = sent
  }
}

/// The connection an answer came over.
public struct ConnectionInfo: Sendable, Hashable {
  /// `1.1`, `2`.
  public let httpVersion: String
  /// The address and port on the other side, which may be a proxy's; nil where it is not known.
  public let remoteAddress: String?

  /// Creates a description.
  public init(httpVersion: String, remoteAddress: String?) {
    self.httpVersion = httpVersion
    self.remoteAddress = remoteAddress
  }
}

/// A failure before the first byte of a request was sent (no name, no connection, no TLS): any method may be tried again.
/// ``HTTPClient`` takes the reason out, so that its callers see an ``AcrError``.
public struct RequestNotSent: Error, Sendable {
  /// What happened.
  public let reason: AcrError
  /// True where trying again cannot help, as with a certificate that is not trusted.
  public let isPermanent: Bool

  /// Wraps a reason.
  public init(_ reason: AcrError, isPermanent: Bool = false) {
    self.reason = reason
    self.isPermanent = isPermanent
  }
}

/// The body of an answer, pulled piece by piece with back-pressure: a transport holds no more than about a megabyte that
/// has not been requested yet. Dropping the last reference before the end stops the transfer.
public final class ResponseBody: Sendable {
  private let pull: @Sendable () async throws -> [UInt8]?
  private let stop: @Sendable () -> Void

  /// Creates a body from what gives the next piece (nil at the end) and what to do when it is dropped.
  public init(pull: @escaping @Sendable () async throws -> [UInt8]?, stop: @escaping @Sendable () -> Void = {}) {
    self.pull = pull
    self.stop = stop
  }

  deinit { stop() }

  /// The next piece, never empty; nil at the end.
  /// - Throws: ``AcrError`` of kind `network` when the connection breaks or the body is shorter than announced.
  public func next() async throws -> [UInt8]? { try await pull() }

  /// The whole body.
  /// - Parameter limit: the most bytes to take.
  /// - Throws: ``AcrError`` of kind `invalid` when there are more.
  public func collect(upTo limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = try await next() {
      guard piece.count <= limit - bytes.count else {
        throw AcrError(.invalid, "the answer is longer than \(ByteCount.human(Int64(limit)))")
      }
      if bytes.isEmpty { bytes = piece } else { bytes += piece }
    }
    return bytes
  }

  /// The beginning of the body, for texts of errors. A body that breaks off is as good as a shorter one.
  public func beginning(upTo limit: Int, within time: Duration = .seconds(10)) async -> [UInt8] {
    let end = Monotonic.now() + time
    var bytes: [UInt8] = []
    while bytes.count < limit, Monotonic.now() < end, let piece = try? await next() { bytes += piece }
    return Array(bytes.prefix(limit))
  }
}
