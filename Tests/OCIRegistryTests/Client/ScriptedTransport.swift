import AcrCore
import AcrHTTP
import HTTPTypes
import Synchronization

@testable import OCIRegistry

/// Answers requests from a closure and remembers them: for what no real registry can be made to do at the right moment.
final class ScriptedTransport: Transport {
  typealias Handler = @Sendable (TransportRequest) async throws -> TransportResponse

  private let handler: Handler
  private let log = Mutex<[TransportRequest]>([])

  init(_ handler: @escaping Handler) { self.handler = handler }

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    log.withLock { $0.append(request) }
    return try await handler(request)
  }

  /// The requests so far.
  var requests: [TransportRequest] { log.withLock { $0 } }
  /// The requests so far as `GET /path?query`.
  var lines: [String] {
    requests.map { request in
      let url = URLReference(request.url)
      return "\(request.method.rawValue) \(url.path)\(url.query.map { "?\($0)" } ?? "")"
    }
  }
}

extension TransportResponse {
  /// An answer with a body of text.
  static func text(
    _ status: Int, _ text: String = "", _ headers: [String: String] = [:], to request: TransportRequest
  ) -> TransportResponse {
    var fields = HTTPFields()
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    let pieces = Mutex(text.isEmpty ? [] : [Array(text.utf8)])
    return TransportResponse(
      status: status, headers: fields, url: request.url,
      body: ResponseBody(pull: { pieces.withLock { $0.popLast() } }))
  }
}

extension TransportRequest {
  var path: String { URLReference(url).path }
  /// The query items by name; of repeated names all values, divided by spaces.
  var query: [String: String] {
    var items: [String: String] = [:]
    for item in (URLReference(url).query ?? "").split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1).map { String($0) }
      let value = parts.count > 1 ? parts[1].percentDecoded : ""
      items[parts[0]] = items[parts[0]].map { "\($0) \(value)" } ?? value
    }
    return items
  }
  var bodyText: String {
    if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
  }
}

extension String {
  var percentDecoded: String {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      if byte == 0x25, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A client of `reg.example.com` over a scripted transport.
func makeClient(
  _ transport: ScriptedTransport, host: String = "reg.example.com", insecure: Bool = false,
  _ credentials: Credentials = .anonymous
) throws -> RegistryClient {
  let origin = credentials == .anonymous ? nil : CredentialStore.sessionOrigin
  return RegistryClient(
    host: try RegistryHost(host), http: makeHTTPClient(transport), isInsecure: insecure
  ) { FoundCredentials(credentials, origin: origin) }
}

/// A repository `app` of `reg.example.com` over a scripted transport.
func makeRepository(
  _ transport: ScriptedTransport, _ credentials: Credentials = .anonymous, access: Access = .pull
) throws -> RegistryRepository {
  RegistryRepository(client: try makeClient(transport, credentials), name: try RepositoryName("app"), access: access)
}

func makeHTTPClient(_ transport: some Transport) -> HTTPClient {
  HTTPClient(transport: transport, retry: .none)
}

/// The error a piece of work throws.
func failure(_ work: () async throws -> some Any) async -> AcrError? {
  do {
    _ = try await work()
    return nil
  } catch {
    return error as? AcrError
  }
}
