import AcrCore
import Foundation
import Synchronization
import TestSupport

/// Entra and the resource manager of an honest Azure with one registry: it gives out tokens, lists, and imports from
/// registry to registry.
final class HonestAzure: Sendable {
  static let tenant = "72f988bf-0000-0000-0000-000000000001"
  static let client = "11111111-2222-3333-4444-555555555555"
  static let subscription = "00000000-0000-0000-0000-00000000abcd"
  static let clientSecret = "sp-secret-Kk29vvTrq8"
  /// What is in both of Entra's tokens.
  static let tokenMark = "ZW50cmEtdG9rZW4tMzlqZGsyMw"
  static let registryPath =
    "/subscriptions/\(subscription)/resourceGroups/soak/providers/Microsoft.ContainerRegistry/registries/soakreg"

  private struct State {
    var loginServer = ""
    var sourceServer = ""
    var asked: [String: Int] = [:]
    var failed: Set<String> = []
    var started = 0
  }

  private let source: HonestRegistry
  private let target: HonestRegistry
  /// True where imports end as `Failed`, and nothing comes to the target.
  private let failsImports: Bool
  private let state = Mutex(State())

  init(source: HonestRegistry, target: HonestRegistry, failsImports: Bool) {
    self.source = source
    self.target = target
    self.failsImports = failsImports
  }

  /// Says where the two registries answer.
  func use(source: String, target: String) {
    state.withLock {
      $0.loginServer = target
      $0.sourceServer = source
    }
  }

  func answer(_ request: LoopbackServer.Request, origin: String) -> Answer {
    let path = request.path
    if path.hasSuffix("/oauth2/v2.0/token") { return token(request) }
    guard request.headers["Authorization"]?.contains(Self.tokenMark) == true else {
      return .json(["error": ["code": "AuthenticationFailed", "message": "no token"]], status: 401)
    }
    switch path {
    case "/subscriptions":
      return .json([
        "value": [
          [
            "subscriptionId": .string(Self.subscription), "displayName": "Soak", "state": "Enabled",
            "tenantId": .string(Self.tenant),
          ]
        ]
      ])
    case "/subscriptions/\(Self.subscription)/providers/Microsoft.ContainerRegistry/registries":
      return .json(["value": [registry]])
    case Self.registryPath: return .json(registry)
    case "\(Self.registryPath)/listCredentials":
      return .json([
        "username": "soakreg", "passwords": [["name": "password", "value": .string(target.secrets.password)]],
      ])
    case "\(Self.registryPath)/importImage": return start(request, origin)
    case let path where path.contains("/operationResults/"):
      return result(String(path.split(separator: "/").last ?? ""))
    default: return .json(["error": ["code": "ResourceNotFound", "message": "nothing here"]], status: 404)
    }
  }

  private func token(_ request: LoopbackServer.Request) -> Answer {
    guard request.form.first(where: { $0.name == "client_secret" })?.value == Self.clientSecret else {
      return .json(
        ["error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."], status: 401)
    }
    let now = Int(Date().timeIntervalSince1970)
    let claims =
      "{\"tid\":\"\(Self.tenant)\",\"oid\":\"o\",\"appid\":\"\(Self.client)\",\"exp\":\(now + 3600),\"iat\":\(now)}"
    let payload = Base64.encode(Array(claims.utf8)).filter { $0 != "=" }
    return .json([
      "token_type": "Bearer", "expires_in": 3600, "access_token": .string("e30.\(payload).\(Self.tokenMark)"),
    ])
  }

  private var registry: JSONValue {
    [
      "id": .string(Self.registryPath), "name": "soakreg", "location": "westeurope",
      "type": "Microsoft.ContainerRegistry/registries", "sku": ["name": "Premium", "tier": "Premium"],
      "properties": [
        "loginServer": .string(state.withLock { $0.loginServer }), "provisioningState": "Succeeded",
        "adminUserEnabled": true, "publicNetworkAccess": "Enabled", "networkRuleSet": ["defaultAction": "Allow"],
      ],
    ]
  }

  private func start(_ request: LoopbackServer.Request, _ origin: String) -> Answer {
    guard let body = try? JSONValue(parsing: request.body), let name = body["source"]?["sourceImage"]?.string else {
      return .json(["error": ["code": "InvalidRequest", "message": "no source"]], status: 400)
    }
    let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
    let tags = body["targetTags"]?.array?.compactMap(\.string) ?? []
    let isDone = !failsImports && copy(parts[0], parts.count > 1 ? parts[1] : "latest", tags)
    let id = state.withLock { state in
      state.started += 1
      let id = "registries-\(state.started)"
      if !isDone { state.failed.insert(id) }
      return id
    }
    let place = "\(origin)\(Self.registryPath)/operationResults/\(id)?api-version=2025-11-01"
    return Answer(202, [("Location", place), ("Retry-After", "1")])
  }

  private func copy(_ name: String, _ tag: String, _ targets: [String]) -> Bool {
    guard let repository = source.state.withLock({ $0.repositories[name] }), let digest = repository.tags[tag] else {
      return false
    }
    target.state.withLock { state in
      for target in targets {
        let parts = target.split(separator: ":").map(String.init)
        var own = state.repositories[parts[0]] ?? HonestRegistry.Repository()
        own.manifests.merge(repository.manifests) { first, _ in first }
        own.blobs.merge(repository.blobs) { first, _ in first }
        own.tags[parts.count > 1 ? parts[1] : "latest"] = digest
        state.repositories[parts[0]] = own
      }
    }
    return true
  }

  private func result(_ id: String) -> Answer {
    let (count, isFailed) = state.withLock { state in
      state.asked[id, default: 0] += 1
      return (state.asked[id, default: 0], state.failed.contains(id))
    }
    if count < 2 { return .json(["status": "Running"], status: 202, [("Retry-After", "1")]) }
    if isFailed { return .json(["status": "Failed", "error": ["code": "NotFound", "message": "no such image"]]) }
    return .json(["status": "Succeeded"])
  }
}
