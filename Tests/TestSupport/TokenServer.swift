import AcrCore
import Crypto
import Foundation

/// A token server for registries (distribution's "Token Authentication Specification" and its OAuth2 variant).
///
/// It takes `GET` with Basic credentials or none and `POST` with `grant_type=password` or `refresh_token`, and answers with
/// JWTs (ES256, certificate in `x5c`) that a docker-registry with ``certificateFile`` as its `rootcertbundle` accepts.
public final class TokenServer: Sendable {
  /// What an account may do.
  public struct Access: Sendable {
    /// The actions allowed in a repository: `pull`, `push`, `delete`.
    public var actions: @Sendable (_ repository: String) -> Set<String>
    /// Whether it may list the repositories (`registry:catalog:*`).
    public var catalog: Bool

    /// Creates a rule.
    public init(catalog: Bool = false, actions: @escaping @Sendable (_ repository: String) -> Set<String>) {
      self.actions = actions
      self.catalog = catalog
    }

    /// Everything everywhere.
    public static let all = Access(catalog: true) { _ in ["pull", "push", "delete"] }
    /// Reading everywhere.
    public static let pull = Access(catalog: true) { _ in ["pull"] }
    /// Nothing.
    public static let none = Access { _ in [] }
  }

  /// A user with a password.
  public struct Account: Sendable {
    /// The password for Basic and `grant_type=password`.
    public var password: String
    /// What the user may do.
    public var access: Access

    /// Creates an account.
    public init(password: String, access: Access = .all) {
      self.password = password
      self.access = access
    }
  }

  /// How tokens expire, and which requests are served.
  public struct Options: Sendable {
    /// How long the registry accepts a token. Whole seconds; a registry looks at the clock to the second.
    public var lifetime: Duration = .seconds(300)
    /// What `expires_in` says in seconds; nil leaves the member out, which means 60.
    public var announcedLifetime: Int? = 300
    /// Whether `POST` is served; if not it is answered with 405, and clients fall back to `GET`.
    public var acceptsPost = true

    /// The usual choices.
    public init() {}
  }

  /// One request for a token.
  public struct TokenRequest: Sendable {
    /// `GET` or `POST`.
    public let method: String
    /// The user, also of a refresh token; nil for anonymous, or where the credentials were wrong.
    public let user: String?
    /// `password` or `refresh_token` of a `POST`.
    public let grantType: String?
    /// The scopes as they were asked for, in their order.
    public let scopes: [String]
    /// The scopes that the token has, `repository:name:pull,push`.
    public let granted: [String]
    /// The status of the answer.
    public let status: Int
  }

  /// The `service` of the challenge and the audience of the tokens.
  public let service: String
  /// The issuer of the tokens.
  public let issuer = "acrsh-test-issuer"
  /// The certificate that a registry has to trust, in PEM.
  public let certificateFile: String

  private let directory: TemporaryDirectory
  private let server: LoopbackServer
  private let core: TokenIssuer

  /// Makes key and certificate with `openssl`, and starts the server.
  /// - Parameter anonymous: what a request without credentials may do; nil refuses it with 401.
  public init(
    accounts: [String: Account] = [:], anonymous: Access? = nil, service: String = "acrsh-test-registry",
    options: Options = Options()
  ) async throws {
    self.service = service
    directory = try TemporaryDirectory()
    do {
      certificateFile = directory.path("token.crt")
      try await TestCertificates.makeSelfSigned(
        "token", key: directory.path("token.key"), certificate: certificateFile, in: directory)
      let signer = try TokenSigner(
        keyPEM: String(decoding: try directory.read("token.key"), as: UTF8.self),
        certificatePEM: String(decoding: try directory.read("token.crt"), as: UTF8.self), issuer: issuer)
      let core = TokenIssuer(
        accounts: accounts, anonymous: anonymous, service: service, options: options, signer: signer)
      self.core = core
      server = try LoopbackServer { try core.answer($0) }
    } catch {
      directory.remove()
      throw error
    }
  }

  /// The address for `WWW-Authenticate: Bearer realm="…"`.
  public var realm: String { "\(server.url)/token" }
  /// Every request for a token so far.
  public var tokenRequests: [TokenRequest] { core.requests }
  /// The requests as HTTP.
  public var requests: [LoopbackServer.Request] { server.requests }

  /// Answers the next requests with an error and no token.
  /// - Parameter count: how many; `.max` for all from now on, 0 to serve them again.
  public func refuse(_ count: Int = .max, status: Int = 401) { core.refuse(count, status) }

  /// A refresh token for a user, for a client that begins with one.
  public func makeRefreshToken(for user: String) -> String { core.makeRefreshToken(for: user) }

  /// A token that the registry takes, for a client that begins with one.
  /// - Parameter scopes: what it allows, `repository:name:pull,push`; nothing is checked.
  public func makeToken(user: String = "", scopes: [String], lifetime: Duration = .seconds(300)) throws -> String {
    try core.makeToken(user: user, scopes: scopes, lifetime: lifetime)
  }

  /// Stops the server and removes its key. A second call does nothing.
  public func stop() {
    server.stop()
    directory.remove()
  }
}

/// Runs `body` with a ``TokenServer`` and stops it afterwards, also when `body` throws.
public func withTokenServer<Result>(
  accounts: [String: TokenServer.Account] = [:], anonymous: TokenServer.Access? = nil,
  options: TokenServer.Options = .init(), isolation: isolated (any Actor)? = #isolation,
  _ body: (TokenServer) async throws -> Result
) async throws -> Result {
  let server = try await TokenServer(accounts: accounts, anonymous: anonymous, options: options)
  defer { server.stop() }
  return try await body(server)
}
