import AcrCore

/// Tries what a program may find without being told: the environment, a workload identity, a managed identity, and the
/// Azure CLI, in this order, which is azure-identity's. The first that is there is used; if that one fails, the chain
/// ends, because the next method could sign in a different account than configured.
public actor DefaultCredentialChain: TokenCredential {
  /// One link that was not used.
  public struct Attempt: Sendable, Hashable {
    /// What was looked for, for example `managed identity`.
    public let name: String
    /// Why it was not used.
    public let reason: String
  }

  private struct Link: Sendable {
    let name: String
    let find: @Sendable () async throws -> Availability
  }

  private let context: IdentityContext
  private let cloud: AzureCloud
  private var chosen: SignedIn?
  /// What was looked for in vain, in order.
  public private(set) var attempts: [Attempt] = []

  /// Creates a chain for a cloud.
  public init(cloud: AzureCloud, context: IdentityContext) {
    self.cloud = cloud
    self.context = context
  }

  public nonisolated var cacheName: String { "default chain" }

  public func token(for request: TokenRequest) async throws -> AccessToken {
    if let chosen { return try await chosen.credential.token(for: request) }
    return try await choose(for: request).token
  }

  /// Goes through the links, and keeps the first that gives a token.
  /// - Throws: ``AcrError`` of kind `auth` that says of each link why it was not used; or the error of the one that was
  ///   there and failed, with the same list in its notes.
  func choose(for request: TokenRequest) async throws -> (signedIn: SignedIn, token: AccessToken) {
    attempts = []
    for link in links {
      do {
        switch try await link.find() {
        case .unavailable(let reason): attempts.append(Attempt(name: link.name, reason: reason))
        case .available(let found):
          if let token = try await token(of: found, named: link.name, for: request) {
            chosen = found
            return (found, token)
          }
        }
      } catch var error as AcrError {
        error.notes.append("the default chain stopped at: \(link.name)")
        error.notes += notes
        throw error
      }
    }
    throw AcrError(
      .auth, "no credential was found in any of the \(links.count) places where one may be",
      help: "sign in: login --use-device-code, or login --service-principal …", notes: notes)
  }

  private var notes: [String] { attempts.map { "\($0.name): \($0.reason)" } }

  /// The token of a link; nil where its refusal means that there is nothing after all.
  private func token(
    of found: SignedIn, named name: String, for request: TokenRequest
  ) async throws -> AccessToken? {
    do {
      return try await found.credential.token(for: request)
    } catch let error as AcrError {
      let isManaged = found.credential is ManagedIdentityCredential
      // IMDS is on every virtual machine, with an identity or without, and answers 400 when there is none.
      let isNone = isManaged && (error.status == 400 || error.kind == .network || error.kind == .timeout)
      let isSignedOut = found.credential is AzureCLICredential && error.kind == .auth
      guard isNone || isSignedOut else { throw error }
      attempts.append(Attempt(name: name, reason: ([error.message] + error.notes).joined(separator: "; ")))
      return nil
    }
  }

  private var links: [Link] {
    let context = context
    let cloud = cloud
    return [
      Link(name: "environment") { try EnvironmentCredential.find(context, cloud: cloud) },
      Link(name: "workload identity") { try WorkloadIdentity.find(context, cloud: cloud) },
      Link(name: "managed identity") {
        // On hosts with several identities the variable says which one is meant.
        let id = context.variable("AZURE_CLIENT_ID").map(ManagedIdentityID.clientID) ?? .systemAssigned
        if let reason = try await ManagedIdentityCredential(id: id, context: context).unavailability() {
          return .unavailable(reason)
        }
        return .available(.managedIdentity(id, context: context))
      },
      Link(name: "Azure CLI") {
        if AzureCLICredential(context: context).program == nil { return .unavailable("`az` is not on PATH") }
        return .available(.azureCLI(tenant: nil, subscription: nil, context: context))
      },
    ]
  }
}
