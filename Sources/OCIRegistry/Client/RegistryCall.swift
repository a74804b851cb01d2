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
  public var purpose: String
  /// What is asked for, to be read before "does not exist": `HOST/NAME:TAG` in backquotes.
  public var subject: String

  /// Where redirects may lead: only reads of content leave the registry.
  public var redirects = TransportRequest.Redirects.sameOrigin
  /// True where the answer may be megabytes long.
  public var expectsMuch = false
  /// Statuses that are not tried again, because there is another way.
  public var finalStatuses: Set<Int> = []

  /// Creates a call.
  public init(
    _ method: HTTPRequest.Method, _ address: Address, scopes: Set<TokenScope>, purpose: String, subject: String,
    headers: HTTPFields = [:], body: RequestBody = .empty
  ) {
    self.method = method
    self.address = address
    self.scopes = scopes
    self.purpose = purpose
    self.subject = subject
    self.headers = headers
    self.body = body
  }
}
