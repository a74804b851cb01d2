import AcrSystem
import AcrCore
import Synchronization

/// A service principal that proves itself with a token of another issuer, given once (`--federated-token`). When that
/// token has ended, Entra refuses, and a fresh one is needed.
public struct FederatedTokenCredential: TokenCredential {
  private let entra: EntraClient
  private let tenant: String
  private let clientID: String
  private let assertion: Secret

  /// Creates a credential.
  public init(tenant: String, clientID: String, assertion: Secret, entra: EntraClient) {
    self.entra = entra
    self.tenant = tenant
    self.clientID = clientID
    self.assertion = assertion
  }

  public var cacheName: String { "sp \(entra.authority) \(tenant) \(clientID) federated" }

  public func token(for request: TokenRequest) async throws -> AccessToken {
    let account = Hexadecimal.fingerprint(of: assertion)
    return try await entra.clientCredentials(request, tenant: tenant, clientID: clientID, account: account) { _ in
      assertion
    }
  }
}

/// A service principal that proves itself with a token of another issuer, kept fresh in a file, as Kubernetes does for
/// workload identities.
public final class FederatedTokenFileCredential: TokenCredential {
  private let entra: EntraClient
  private let tenant: String
  private let clientID: String
  private let path: String
  private let kept = Mutex<(assertion: Secret, readOn: Timestamp)?>(nil)

  /// Kubernetes renews the file when a fifth of at least an hour is left, so ten minutes are early enough (azure-identity).
  private static let life: Int64 = 600

  /// Creates a credential; the file is read when a token is wanted.
  public init(tenant: String, clientID: String, path: String, entra: EntraClient) {
    self.entra = entra
    self.tenant = tenant
    self.clientID = clientID
    self.path = path
  }

  public var cacheName: String { "sp \(entra.authority) \(tenant) \(clientID) file \(path)" }

  public func token(for request: TokenRequest) async throws -> AccessToken {
    let assertion = try self.assertion()
    let account = Hexadecimal.fingerprint(of: assertion)
    return try await entra.clientCredentials(request, tenant: tenant, clientID: clientID, account: account) { _ in
      assertion
    }
  }

  private func assertion() throws(AcrError) -> Secret {
    let now = entra.context.clock.now()
    let assertion: Secret? = kept.withLock { kept in
      guard let kept, now.seconds(since: kept.readOn) < FederatedTokenFileCredential.life else { return nil }
      return kept.assertion
    }
    if let assertion { return assertion }
    guard let bytes = try FileSystem.readIfPresent(path, upTo: 1 << 20) else {
      throw AcrError(.notFound, "there is no federated token file `\(path)`", help: "check AZURE_FEDERATED_TOKEN_FILE")
    }
    let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    guard !text.isEmpty else { throw AcrError(.invalid, "the federated token file `\(path)` is empty") }
    let fresh = Secret(text)
    kept.withLock { $0 = (fresh, now) }
    return fresh
  }
}
