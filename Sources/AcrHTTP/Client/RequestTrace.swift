import AcrCore
import AcrSystem
import HTTPTypes
import Synchronization

/// One line of JSON for each request that was sent, each retry and redirect on a separate line, for people who look for
/// a fault. What could be a secret is never written: of `Authorization` only the scheme, of queries only the values that
/// are known to be harmless, of bodies only their length.
public final class RequestTrace: Sendable {
  private let writeLine: @Sendable ([UInt8]) -> Void

  /// A further trace for the requests of this task and of those it starts: `--debug` of one command.
  @TaskLocal public static var ofTask: RequestTrace?

  /// Creates a trace that hands on each line, which ends with a line feed. The closure is called on any thread.
  public init(_ writeLine: @escaping @Sendable ([UInt8]) -> Void) { self.writeLine = writeLine }

  /// Opens a file for adding lines; it is created so that only its owner can read it.
  /// - Throws: ``AcrError`` of kind `usage` where it cannot be opened.
  public convenience init(path: String) throws(AcrError) {
    let file = try TraceFile(path: path)
    self.init { file.write($0) }
  }

  /// Notes a request that is about to be sent.
  /// - Parameter waited: how long it was held back before this try.
  func start(_ request: TransportRequest, try number: Int, waited: Duration) -> TraceRecord {
    TraceRecord(self, request, try: number, waited: waited)
  }

  fileprivate func write(_ line: [UInt8]) { writeLine(line) }

  /// An address without JSON Web Tokens in its path.
  static func withoutTokens(_ url: String) -> String {
    guard let start = url.firstRange(of: "eyJ")?.lowerBound else { return url }
    let token = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "&" }
    guard token.count > 20 else { return url }
    return url[..<start] + "…" + withoutTokens(String(url[token.endIndex...]))
  }
}

/// A file that lines are added to.
private final class TraceFile: Sendable {
  private let file: Mutex<OpenFile>

  init(path: String) throws(AcrError) {
    do throws(AcrError) {
      let opened = try OpenFile(writing: path, .appending, permissions: 0o600)
      // A file that was there may be readable by others, and what is added is not for them.
      try opened.makePrivate()
      file = Mutex(opened)
    } catch {
      throw AcrError(.usage, "the trace file cannot be opened: \(error.message)", help: "name another file")
    }
  }

  /// Adds a line with one call, so that lines of several processes do not mix. A full disk must not stop the work that
  /// is traced, so a failure is not reported.
  func write(_ line: [UInt8]) {
    file.withLock { try? $0.write(line) }
  }
}

/// One line on its way: it is written when the answer's body has ended, was dropped, or the request failed.
final class TraceRecord: Sendable {
  private struct Result {
    var received: Int64 = 0
    var response: Answer?
    var sent: Int64 = 0
    var isWritten = false
  }

  private struct Answer {
    var status: Int
    var ids: [(name: String, value: String)]
    var connection: ConnectionInfo?
  }

  private let trace: RequestTrace
  private let method: String
  private let url: String
  private let headerNames: [String]
  private let authorization: String?
  private let isConfidential: Bool
  private let sent: SentSecrets
  private let number: Int
  private let waited: Duration
  private let time = Timestamp.now()
  private let start = Monotonic.now()
  private let result = Mutex(Result())

  fileprivate init(_ trace: RequestTrace, _ request: TransportRequest, try number: Int, waited: Duration) {
    self.trace = trace
    self.number = number
    self.waited = waited
    method = request.method.rawValue
    sent = SentSecrets(request)
    // Addresses come from servers too, which may repeat what they were sent.
    url = RequestTrace.withoutTokens(sent.withoutSecrets(URLReference(request.url).redactedText))
    headerNames = request.headers.map(\.name.rawName)
    authorization = request.authorization.map(TraceRecord.scheme)
    isConfidential = request.isConfidential
  }

  /// Notes the head of the answer, and gives the answer back with a body that is counted.
  func answered(_ response: TransportResponse, sent count: Int64) -> TransportResponse {
    // A server chooses these, and one that repeats what it got gets it not written down.
    let ids = response.headers.filter(TraceRecord.isRequestID).map { field in
      (field.name.rawName, String(sent.redacted(field.value).prefix(200)))
    }
    result.withLock { result in
      result.sent = count
      result.response = Answer(status: response.status, ids: ids, connection: response.connection)
    }
    let body = ResponseBody(
      pull: { [self] in
        do {
          guard let piece = try await response.body.next() else {
            write(error: nil)
            return nil
          }
          result.withLock { $0.received += Int64(piece.count) }
          return piece
        } catch {
          write(error: error)
          throw error
        }
      }, stop: { [self] in write(error: nil) })
    return TransportResponse(
      status: response.status, headers: response.headers, url: response.url, body: body, tries: response.tries,
      connection: response.connection)
  }

  /// Notes that there is no answer.
  func failed(_ error: any Error, sent: Int64) {
    result.withLock { $0.sent = sent }
    write(error: error)
  }

  private func write(error: (any Error)?) {
    let line: [UInt8]? = result.withLock { result in
      guard !result.isWritten else { return nil }
      result.isWritten = true
      return format(result, error)
    }
    if let line { trace.write(line) }
  }

  private func format(_ result: Result, _ error: (any Error)?) -> [UInt8] {
    var members: [JSONValue.Member] = [
      .init("time", .string(time.description)),
      .init("method", .string(method)),
      .init("url", .string(url)),
      .init("headers", .array(headerNames.map { .string($0) })),
    ]
    if let authorization { members.append(.init("authorization", .string(authorization))) }
    if isConfidential { members.append(.init("confidential", true)) }
    members.append(.init("try", .integer(Int64(number))))
    if waited > .zero { members.append(.init("waitedMs", .integer(Int64(Monotonic.milliseconds(waited))))) }
    if let answer = result.response {
      members.append(.init("status", .integer(Int64(answer.status))))
      if let connection = answer.connection {
        members.append(.init("httpVersion", .string(connection.httpVersion)))
        if let remote = connection.remoteAddress { members.append(.init("remote", .string(remote))) }
      }
      if !answer.ids.isEmpty {
        members.append(.init("ids", .object(answer.ids.map { .init($0.name, .string($0.value)) })))
      }
    }
    members.append(.init("durationMs", .integer(Int64(Monotonic.milliseconds(Monotonic.now() - start)))))
    members.append(.init("sentBytes", .integer(result.sent)))
    members.append(.init("receivedBytes", .integer(result.received)))
    if let error {
      let kind = (error as? AcrError)?.kind.name ?? (error is CancellationError ? ErrorKind.cancelled.name : "other")
      members.append(.init("error", .string(kind)))
    }
    return Array((JSONValue.object(members).text + "\n").utf8)
  }

  /// `Bearer …redacted`: the scheme is a word from a short list, anything else could already be the secret.
  private static func scheme(of authorization: Secret) -> String {
    let text = authorization.reveal()
    let known = ["Bearer", "Basic"].first { text.lowercased().hasPrefix("\($0.lowercased()) ") }
    return known.map { "\($0) …redacted" } ?? "…redacted"
  }

  /// The fields with which a server's support finds a request again.
  private static func isRequestID(_ field: HTTPField) -> Bool {
    let name = field.name.canonicalName
    return name.hasPrefix("docker-distribution-")
      || ["x-ms-correlation-request-id", "x-ms-request-id", "x-request-id"].contains(name)
  }
}

extension URLReference {
  /// The parameters whose values say what was asked for and open nothing.
  private static let harmlessParameters: Set<String> = [
    "n", "last", "digest", "mount", "from", "scope", "service", "api-version", "artifactType", "orderby", "account",
  ]

  /// The URL for traces: no user, no fragment, and of the query only harmless values.
  var redactedText: String {
    guard let query else { return publicText }
    let parameters = query.split(separator: "&", omittingEmptySubsequences: false).map { parameter -> String in
      guard let mark = parameter.firstIndex(of: "=") else { return parameter.isEmpty ? "" : "redacted" }
      let name = String(parameter[..<mark])
      return URLReference.harmlessParameters.contains(name) ? String(parameter) : "\(name)=redacted"
    }
    return "\(publicText)?\(parameters.joined(separator: "&"))"
  }
}
