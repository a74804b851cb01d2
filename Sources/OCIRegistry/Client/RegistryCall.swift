import AcrHTTP
import HTTPTypes

/// One request to a registry, before its address and its token are known.
public struct RegistryCall: Sendable {
  /// Where it goes.
  public enum Address: Sendable {
    /// A path with its query, from `/v2/` on.
    case path(String)
    /// A whole URL that the registry itself named (`Location`, `Link`).
    case url(String)
  }

  /// The method.
  public var method: HTTPRequest.Method
  /// The address.
  public var address: Address
  /// What the token must allow.
  public var scopes: Set<TokenScope>
  /// The header fields but `Authorization`.
  public var headers: HTTPFields
  /// The body.
  public var body: RequestBody
  /// What is done, to be read after "does not allow", "failed at": `reading the manifest HOST/NAME:TAG`.
  public var purpose: String {
    get { makePurpose() }
    set { makePurpose = { newValue } }
  }
  /// What is asked for, to be read before "does not exist": `HOST/NAME:TAG` in backquotes.
  public var subject: String {
    get { makeSubject() }
    set { makeSubject = { newValue } }
  }

  /// A text that is made where something went wrong, and not for each request.
  package typealias Wording = @Sendable () -> String

  private var makePurpose: Wording
  private var makeSubject: Wording

  /// Where redirects may lead: only reads of content leave the registry.
  public var redirects = TransportRequest.Redirects.sameOrigin
  /// True where the answer may be megabytes long.
  public var expectsMuch = false
  /// Statuses that are not tried again, because there is another way.
  public var finalStatuses: Set<Int> = []

  /// Creates a call.
  public init(
    _ method: HTTPRequest.Method, _ address: Address, scopes: Set<TokenScope>,
    purpose: @autoclosure @escaping @Sendable () -> String, subject: @autoclosure @escaping @Sendable () -> String,
    headers: HTTPFields = [:], body: RequestBody = .empty
  ) {
    self.init(method, address, scopes, purpose, subject, headers, body)
  }

  package init(
    _ method: HTTPRequest.Method, _ address: Address, _ scopes: Set<TokenScope>, _ purpose: @escaping Wording,
    _ subject: @escaping Wording, _ headers: HTTPFields, _ body: RequestBody
  ) {
    self.method = method
    self.address = address
    self.scopes = scopes
    self.headers = headers
    self.body = body
    makePurpose = purpose
    makeSubject = subject
  }
}
