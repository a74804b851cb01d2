import AcrCore
import HTTPTypes

/// An answer with its body in memory: a manifest, a list, a token, an error.
public struct HTTPDocument: Sendable {
  /// The status.
  public let status: Int
  /// The header fields.
  public let headers: HTTPFields
  /// The URL that answered.
  public let url: String
  /// The body; of a failure no more than its beginning.
  public let bytes: [UInt8]
  /// How often the request was sent.
  public let tries: Int
  /// The secrets of the request.
  public let sent: SentSecrets
  private let mostValues: Int

  /// True for 200 to 299.
  public var isSuccess: Bool { (200..<300).contains(status) }

  /// Takes an answer whose body was read.
  public init(
    _ response: TransportResponse, bytes: [UInt8], tries: Int? = nil, limits: WireLimits = .standard
  ) {
    status = response.status
    headers = response.headers
    url = response.url
    self.bytes = bytes
    self.tries = tries ?? response.tries
    sent = response.sent
    mostValues = limits.count(.values)
  }

  /// Takes an answer whose status alone counts, with the beginning of its text.
  public init(beginningOf response: TransportResponse) async {
    self.init(response, bytes: await response.body.beginning(upTo: HTTPClient.errorLimit))
  }

  /// The body as JSON; nil where it is none.
  public var json: JSONValue? { try? JSONValue(parsing: bytes, mostValues: mostValues) }

  /// The body as JSON; nil where it is none.
  /// - Parameter place: what it is, as the beginning of a sentence.
  /// - Throws: ``AcrError`` of kind `invalid` for more values than the limit allows.
  public func document(_ place: @autoclosure () -> String) throws(AcrError) -> JSONValue? {
    do throws(JSONError) {
      return try JSONValue(parsing: bytes, mostValues: mostValues)
    } catch {
      guard error.reason == JSONValue.tooManyValues else { return nil }
      var limits = WireLimits()
      limits[.values] = Int64(mostValues)
      throw limits.exceeded(.values, by: place(), target: URLReference(url).hostAndPort)
    }
  }
}

extension HTTPClient {
  /// How much of an error's text is read. Pages of errors can be long, and only their first words are shown.
  public static let errorLimit = 64 << 10
  /// How long reading one document may take, whatever its pace.
  static let longestReading = Duration.seconds(300)

  /// Sends a request and reads the whole answer.
  /// - Throws: as ``document(of:limit:isIdempotent:tries:send:)``.
  public func document(
    _ request: TransportRequest, of place: String, limit: WireLimit = .document
  ) async throws -> HTTPDocument {
    try await document(of: place, limit: limit, isIdempotent: request.isIdempotent) { try await send(request) }
  }

  /// Sends a request and reads the whole answer. An answer that breaks off, or takes too long, is asked for again as a
  /// request without an answer is. Answers that report a failure are read as far as is worth showing.
  /// - Parameters:
  ///   - place: what is read, as the beginning of a sentence: ``the manifest `HOST/NAME:TAG` ``.
  ///   - limit: which limit of length holds.
  ///   - isIdempotent: whether the request may be sent again.
  ///   - tries: how often it is sent at most; nil for as often as the policy says.
  /// - Throws: what `send` throws; ``AcrError`` of kind `network` and `timeout` after the last try, `invalid` for more
  ///   bytes than the limit allows.
  public func document(
    of place: @autoclosure () -> String, limit: WireLimit = .document, isIdempotent: Bool = true,
    tries most: Int? = nil, send: () async throws -> TransportResponse
  ) async throws -> HTTPDocument {
    var tries = 0
    while true {
      let response = try await send()
      tries += response.tries
      guard (200..<300).contains(response.status) else {
        return HTTPDocument(
          response, bytes: await response.body.beginning(upTo: HTTPClient.errorLimit), tries: tries, limits: limits)
      }
      do {
        return HTTPDocument(response, bytes: try await read(response, place(), limit), tries: tries, limits: limits)
      } catch var error as AcrError where error.kind == .network || error.kind == .timeout {
        guard isIdempotent, tries < most ?? policy.tries else {
          if tries > 1 { error.notes.append("tried \(tries) times") }
          throw error
        }
        let wait = policy.delay(afterTry: tries)
        let host = URLReference(response.url).hostAndPort ?? ""
        report(RetryEvent(host: host, reason: error.message, wait: wait, tries: tries))
        try await sleep(wait)
      }
    }
  }

  private func read(
    _ response: TransportResponse, _ place: @autoclosure () -> String, _ limit: WireLimit
  ) async throws -> [UInt8] {
    let most = limits.count(limit)
    var host: String? { URLReference(response.url).hostAndPort }
    if let length = response.headers[.contentLength].flatMap({ WireSize(digits: $0) }), length > Int64(most) {
      throw limits.exceeded(limit, by: place(), target: host)
    }
    let end = sleeper.now() + HTTPClient.longestReading
    var bytes: [UInt8] = []
    while let piece = try await response.body.next() {
      guard piece.count <= most - bytes.count else { throw limits.exceeded(limit, by: place(), target: host) }
      if bytes.isEmpty { bytes = piece } else { bytes += piece }
      guard sleeper.now() < end else {
        throw AcrError(
          .timeout, "`\(host ?? "")` takes longer than \(HTTPClient.longestReading.inSeconds) to send one document",
          help: "check the connection and try again", target: host)
      }
    }
    return bytes
  }
}

extension SentSecrets {
  /// The secrets of a request.
  init(_ request: TransportRequest) { self.init(authorization: request.authorization, request.secrets) }
}
