import AcrCore

/// What a registry is shown to prove who asks.
public enum Credentials: Equatable, Sendable {
  /// Nothing: public repositories.
  case anonymous
  /// A user and a password, an access key or a personal token. They are sent to the registry's token server, or with
  /// each request where the registry asks for Basic.
  case user(String, password: Secret)
  /// An OAuth2 refresh token (`identitytoken` in Docker's configuration), exchanged for access tokens.
  case identityToken(Secret)
  /// A ready access token (`registrytoken` in Docker's configuration), sent as it is.
  case accessToken(Secret)

  /// The user's name, where the credentials have one.
  public var userName: String? {
    if case .user(let name, _) = self { name } else { nil }
  }
}

/// Credentials, and where they were found: an error about refused credentials has to say which ones.
public struct FoundCredentials: Equatable, Sendable {
  /// The credentials.
  public let credentials: Credentials
  /// Where they come from, to be read after "from": ``CredentialStore/sessionOrigin``, a file, a helper; nil for anonymous.
  public let origin: String?
  /// What to do where they are refused; nil for the usual advice.
  public let help: String?

  /// Nobody.
  public static let anonymous = FoundCredentials(.anonymous, origin: nil)

  /// Creates a result of a search.
  public init(_ credentials: Credentials, origin: String?, help: String? = nil) {
    self.credentials = credentials
    self.origin = origin
    self.help = help
  }
}

/// An identity from another service that some registries accept: they exchange it for their own credentials.
public protocol RegistryIdentity: Sendable {
  /// Credentials for a registry; asked for where no others are known, each time a token is needed.
  /// - Parameters:
  ///   - realm: the address of the registry's token server.
  ///   - service: the name by which it knows the registry.
  /// - Returns: nil where the registry does not know the identity.
  /// - Throws: ``AcrError``, where the registry should know the identity and cannot be asked.
  func credentials(for host: RegistryHost, realm: String, service: String?) async throws -> FoundCredentials?
}
