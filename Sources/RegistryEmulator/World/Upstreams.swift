import AcrCore
import AcrHTTP
import AcrSystem
import OCIRegistry

/// Registries outside of the emulator that stand for hosts of the world: `{"ghcr.io": "127.0.0.1:5000"}`.
struct Upstreams: Sendable {
  /// The host that people name, to the address that answers.
  private let addresses: [String: RegistryHost]
  private let http: HTTPClient

  init(_ addresses: [String: RegistryHost]) {
    self.addresses = addresses
    http = HTTPClient(
      transport: CurlTransport(
        CurlTransport.Configuration(userAgent: "acr-emulator", variable: ProcessInformation.variable)))
  }

  /// The repository behind a host's name; nil for a host that nothing stands for.
  func repository(
    _ host: String, _ name: RepositoryName, username: String?, password: Secret?
  ) -> (any ArtifactSource)? {
    guard let address = addresses[host] else { return nil }
    let credentials = password.map {
      FoundCredentials(.user(username ?? "", password: $0), origin: "the request's credentials")
    }
    let client = RegistryClient(host: address, http: http) { credentials ?? .anonymous }
    return RegistryRepository(client: client, name: name, access: .pull)
  }
}
