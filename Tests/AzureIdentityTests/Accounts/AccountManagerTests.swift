import AcrCore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AzureIdentity

/// Entra and the resource manager on one server, as a session meets them.
@Suite struct AccountManagerTests {
  let clock = TestClock()
  private let warnings = Warnings()

  final class Warnings: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
  }

  private func session(
    _ server: LoopbackServer, environment: [String: String] = [:], savePath: String? = nil
  ) throws -> AccountManager {
    var cloud = AzureCloud.public
    try cloud.set(.activeDirectory, to: server.url)
    try cloud.set(.resourceManager, to: "\(server.url)/")
    return AccountManager(
      cloud: cloud, context: makeContext(clock, environment: environment), savePath: savePath,
      warn: { [warnings] in warnings.add($0) })
  }

  /// A resource manager with two subscriptions in tenant `t`, the second page of which is on a link.
  private static func arm(_ request: LoopbackServer.Request, _ port: String) -> LoopbackServer.Reply? {
    guard request.headers["authorization"]?.hasPrefix("Bearer ") == true else { return nil }
    func subscription(_ id: String, _ name: String, _ state: String) -> String {
      #"{"subscriptionId":"\#(id)","displayName":"\#(name)","state":"\#(state)","tenantId":"t","managedByTenants":[]}"#
    }
    switch request.target {
    case "/subscriptions?api-version=2022-12-01":
      return .json(
        #"{"value":[\#(subscription("s-1", "Old", "Disabled"))],"nextLink":"http://\#(port)/subscriptions?page=2"}"#)
    case "/subscriptions?page=2": return .json(#"{"value":[\#(subscription("s-2", "Main", "Enabled"))]}"#)
    case "/tenants?api-version=2022-12-01": return .json(#"{"value":[{"tenantId":"t"},{"tenantId":"guest"}]}"#)
    default: return nil
    }
  }

  private func withAzure(
    token: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply = { _ in tokenReply() },
    _ body: (LoopbackServer) async throws -> Void
  ) async throws {
    try await withLoopbackServer { request in
      AccountManagerTests.arm(request, request.headers["host"] ?? "") ?? token(request)
    } _: {
      try await body($0)
    }
  }

  private static let secretMethod = SignInMethod.clientSecret(
    tenant: "t", clientID: "app", secret: Secret("the-client-secret"))

  @Test func signsInAServicePrincipal() async throws {
    try await withAzure { server in
      let session = try session(server)
      #expect(await session.account == nil)
      let account = try await session.signIn(Self.secretMethod)
      #expect(account.kind == .servicePrincipal)
      #expect(account.userName == "app")
      #expect(account.tenant == "t")
      #expect(account.cloudName == "AzureCloud")
      #expect(account.method == "a client secret")
      #expect(await session.subscriptions.map(\.id) == ["s-1", "s-2"])
      #expect(await session.currentSubscription?.name == "Main")
      #expect(
        server.requests.map(\.target) == [
          "/t/oauth2/v2.0/token", "/subscriptions?api-version=2022-12-01", "/subscriptions?page=2",
        ])
      #expect(server.requests[1].headers["authorization"] == "Bearer token-1")

      let token = try await session.token(scopes: [armScope])
      #expect(token.subscription == "s-2")
      #expect(token.tenant == "t")
      #expect(server.requests.count == 3)
      let forTenant = try await session.token(scopes: [armScope], tenant: "T")
      #expect(forTenant.subscription == nil)
      #expect(server.requests.count == 3)
      _ = try await session.token(scopes: [AzureCloud.registryScope], tenant: "other")
      #expect(server.requests.last?.path == "/other/oauth2/v2.0/token")
      #expect(server.requests.last?.fields["scope"] == "https://containerregistry.azure.net/.default")
    }
  }

  @Test func nobodySignedInIsAnError() async throws {
    try await withAzure { server in
      let session = try session(server)
      let error = try await failure { try await session.token(scopes: [armScope]) }
      #expect(error.kind == .auth)
      try await session.signIn(Self.secretMethod)
      try await session.signOut()
      #expect(await session.account == nil)
      #expect(await session.subscriptions.isEmpty)
      _ = try await failure { try await session.token(scopes: [armScope]) }
    }
  }

  @Test func aFailedSignInLeavesTheAccount() async throws {
    try await withAzure { request in
      request.fields["client_id"] == "app" ? tokenReply() : refusal("invalid_client", code: 700_016)
    } _: { server in
      let session = try session(server)
      try await session.signIn(Self.secretMethod)
      let error = try await failure {
        try await session.signIn(.clientSecret(tenant: "t", clientID: "no", secret: Secret("the-client-secret")))
      }
      #expect(error.code == "AADSTS700016")
      #expect(await session.account?.userName == "app")
      _ = try await session.token(scopes: [armScope])
    }
  }

  @Test func anAccountWithoutSubscriptionsNeedsToSaySo() async throws {
    try await withLoopbackServer { request in
      request.path == "/subscriptions" ? .json(#"{"value":[]}"#) : tokenReply()
    } _: { server in
      let session = try session(server)
      let error = try await failure { try await session.signIn(Self.secretMethod) }
      #expect(error.kind == .denied)
      #expect(error.help?.contains("--allow-no-subscriptions") == true)
      #expect(await session.account == nil)
      var options = AccountManager.Options()
      options.allowsNoSubscriptions = true
      try await session.signIn(Self.secretMethod, options: options)
      #expect(await session.currentSubscription == nil)
      options.allowsNoSubscriptions = false
      options.findsSubscriptions = false
      try await session.signIn(Self.secretMethod, options: options)
    }
  }

  /// The token must not follow a link to another server.
  @Test func listsStayOnTheirHost() async throws {
    try await withLoopbackServer { _ in
      .json(#"{"value":[]}"#)
    } _: { other in
      try await withLoopbackServer { request in
        request.path == "/subscriptions" ? .json(#"{"value":[],"nextLink":"\#(other.url)/x"}"#) : tokenReply()
      } _: { server in
        let error = try await failure { try await session(server).signIn(Self.secretMethod) }
        #expect(error.kind == .invalid)
        #expect(other.requests.isEmpty)
      }
    }
  }

  @Test(arguments: [(401, ErrorKind.auth), (403, .denied), (404, .notFound)])
  func theResourceManagersRefusalIsNamed(status: Int, kind: ErrorKind) async throws {
    try await withLoopbackServer { request in
      request.path == "/subscriptions"
        ? .json(
          #"{"error":{"code":"Code1","message":"Not you"}}"#, status: status, headers: ["x-ms-request-id": "r-1"])
        : tokenReply()
    } _: { server in
      let error = try await failure { try await session(server).signIn(Self.secretMethod) }
      #expect(error.kind == kind)
      #expect(error.message.hasSuffix("refused to list `/subscriptions`: Not you"))
      #expect(error.code == "Code1")
      #expect(error.requestID == "r-1")
    }
  }

  // MARK: Users

  /// A user of tenant `t` who is a guest of another, which asks for a second factor.
  private static func userTokens(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    if request.path.hasSuffix("/devicecode") { return DeviceCodeTests.start() }
    if request.path.hasPrefix("/guest/") { return refusal("interaction_required", code: 50076) }
    let id = makeJWT(["tid": "t", "preferred_username": "me@example.com"])
    let refresh = request.fields["refresh_token"] == nil ? "refresh-1" : "refresh-2"
    return tokenReply("user-token", life: 3600, #","refresh_token":"\#(refresh)","id_token":"\#(id)""#)
  }

  @Test func signsInAUserInAllTenants() async throws {
    try await withAzure(token: { Self.userTokens($0) }) { server in
      let session = try session(server)
      let account = try await session.signIn(.deviceCode(tenant: nil, prompt: { _ in }))
      #expect(account.kind == .user)
      #expect(account.userName == "me@example.com")
      #expect(account.tenant == "t")
      #expect(await session.subscriptions.map(\.tenantID) == ["t", "t"])
      #expect(warnings.all.count == 1)
      #expect(warnings.all.first?.contains("`guest`") == true && warnings.all[0].contains("second factor"))
      #expect(
        server.requests.map(\.path) == [
          "/organizations/oauth2/v2.0/devicecode", "/organizations/oauth2/v2.0/token", "/tenants", "/subscriptions",
          "/subscriptions", "/guest/oauth2/v2.0/token",
        ])
    }
  }

  // MARK: Managed identities

  @Test func anIDMayBeAClientIDOrAnObjectID() async throws {
    let id = "11111111-2222-3333-4444-555555555555"
    try await withAzure { request in
      request.queryValue("object_id") == nil
        ? .json(#"{"error":"invalid_request","error_description":"Identity not found"}"#, status: 400)
        : .json(#"{"access_token":"\#(makeJWT(["tid": "t-mi"]))","expires_in":"3600"}"#)
    } _: { server in
      let session = try session(server, environment: ["AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url])
      let account = try await session.signIn(.managedIdentity(ManagedIdentityID(parsing: id)))
      #expect(account.kind == .servicePrincipal)
      #expect(account.userName == "userAssignedIdentity")
      #expect(account.assignedIdentityInfo == "MSIObject-\(id)")
      #expect(account.tenant == "t-mi")
      let error = try await failure { try await session.token(scopes: [armScope], tenant: "other") }
      #expect(error.kind == .usage)
      #expect(error.message.contains("`t-mi`"))
      #expect(try await session.token(scopes: [armScope], tenant: "T-MI").tenant == "t-mi")
    }
  }

  // MARK: Subscriptions

  @Test func choosesASubscriptionByNameOrID() async throws {
    try await withAzure { server in
      let session = try session(server)
      try await session.signIn(Self.secretMethod)
      #expect(try await session.selectSubscription("old").id == "s-1")
      #expect(try await session.token(scopes: [armScope]).subscription == "s-1")
      #expect(try await session.selectSubscription("S-2").id == "s-2")
      let error = try await failure { try await session.selectSubscription("nothing") }
      #expect(error.kind == .notFound)
    }
  }

  // MARK: Saving

  private var saving: AccountManager.Options {
    var options = AccountManager.Options()
    options.saves = true
    return options
  }

  @Test func aSavedSignInIsTakenUp() async throws {
    try await withTemporaryDirectory { directory in
      try await withAzure { server in
        let path = directory.path("state/sign-in.json")
        try await session(server, savePath: path).signIn(Self.secretMethod, options: saving)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path("state")) == ["sign-in.json"])

        let later = try session(server, savePath: path)
        let account = try #require(await later.restore())
        #expect(account.userName == "app")
        #expect(await later.currentSubscription?.id == "s-2")
        let count = server.requests.count
        #expect(try await later.token(scopes: [armScope]).token.reveal() == "token-1")
        #expect(server.requests.count == count)
        _ = try await later.token(scopes: ["new"])
        #expect(server.requests.last?.fields["client_secret"] == "the-client-secret")
        _ = try await later.selectSubscription("s-1")
        let third = try session(server, savePath: path)
        await third.restore()
        #expect(await third.currentSubscription?.id == "s-1")

        try await later.signOut()
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try await session(server, savePath: path).restore() == nil)
        #expect(warnings.all.isEmpty)
      }
    }
  }

  /// A file that was there with other rights is replaced, not written into.
  @Test func theFileIsReplacedAsAWhole() async throws {
    try await withTemporaryDirectory { directory in
      try await withAzure { server in
        let path = try directory.write("old", to: "file", mode: 0o644)
        let handle = try #require(FileHandle(forReadingAtPath: path))
        try await session(server, savePath: path).signIn(Self.secretMethod, options: saving)
        #expect(try handle.readToEnd() == Data("old".utf8))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
      }
    }
  }

  @Test func nothingIsSavedUnlessAskedFor() async throws {
    try await withTemporaryDirectory { directory in
      try await withAzure { server in
        let path = directory.path("file")
        let session = try session(server, savePath: path)
        try await session.signIn(Self.secretMethod)
        _ = try await session.selectSubscription("s-1")
        #expect(!FileManager.default.fileExists(atPath: path))
      }
    }
  }

  /// The secret of the environment stays there.
  @Test func theEnvironmentsSecretIsNotSaved() async throws {
    try await withTemporaryDirectory { directory in
      try await withAzure { server in
        let path = directory.path("file")
        let environment = [
          "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_SECRET": "secret-of-environment",
        ]
        for method in [SignInMethod.environment, .defaultChain] {
          try await session(server, environment: environment, savePath: path).signIn(method, options: saving)
          #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("secret-of-environment"))
          let later = try session(server, environment: environment, savePath: path)
          #expect(await later.restore()?.userName == "app")
          _ = try await later.token(scopes: ["new"])
          #expect(server.requests.last?.fields["client_secret"] == "secret-of-environment")
        }
      }
    }
  }

  @Test func aReplacedRefreshTokenIsSavedAgain() async throws {
    try await withTemporaryDirectory { directory in
      try await withAzure(token: { Self.userTokens($0) }) { server in
        let path = directory.path("file")
        let session = try session(server, savePath: path)
        try await session.signIn(.deviceCode(tenant: "t", prompt: { _ in }), options: saving)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("refresh-1"))
        _ = try await session.token(scopes: ["new"])
        while try !String(contentsOfFile: path, encoding: .utf8).contains("refresh-2") { await Task.yield() }
        let later = try self.session(server, savePath: path)
        #expect(await later.restore()?.userName == "me@example.com")
        _ = try await later.token(scopes: ["newer"])
        #expect(server.requests.last?.fields["refresh_token"] == "refresh-2")
      }
    }
  }

  @Test(arguments: ["", "{", "[]", "{}", #"{"version":1}"#, #"{"version":99,"account":{}}"#, "\u{0}\u{1}"])
  func aDamagedFileIsReportedAndIgnored(text: String) async throws {
    try await withTemporaryDirectory { directory in
      try await withAzure { server in
        let path = try directory.write(text, to: "file")
        let session = try session(server, savePath: path)
        #expect(await session.restore() == nil)
        #expect(warnings.all.count == 1)
        try await session.signIn(Self.secretMethod, options: saving)
        #expect(try await self.session(server, savePath: path).restore() != nil)
      }
    }
  }

  @Test func aSavedSignInOfAnotherCloudIsLeftAlone() async throws {
    try await withTemporaryDirectory { directory in
      try await withAzure { server in
        let path = directory.path("file")
        let session = try session(server, savePath: path)
        try await session.signIn(Self.secretMethod, options: saving)
        await session.use(.usGovernment)
        #expect(await session.account == nil)
        #expect(await session.restore() == nil)
        #expect(FileManager.default.fileExists(atPath: path))
      }
    }
  }

  static let methods: [SignInMethod] = [
    secretMethod,
    .clientCertificate(tenant: "t", clientID: "c", path: "/p", password: Secret("the-password"), sendsChain: true),
    .clientCertificate(tenant: "t", clientID: "c", path: "/p", password: nil, sendsChain: false),
    .federatedToken(tenant: "t", clientID: "c", assertion: Secret("the-assertion")),
    .federatedTokenFile(tenant: "t", clientID: "c", path: "/p"),
    .refreshToken(tenant: "t", clientID: "c", account: "a", token: Secret("the-refresh-token")),
    .managedIdentity(.systemAssigned), .managedIdentity(.clientID("c")), .managedIdentity(.objectID("o")),
    .managedIdentity(.resourceID("/r")), .managedIdentity(.clientOrObjectID("x")),
    .azureCLI(tenant: "t", subscription: nil), .azureCLI(tenant: nil, subscription: "s"), .environment, .defaultChain,
  ]

  @Test func everyMethodSurvivesTheFileAndHidesItsSecrets() throws {
    for method in Self.methods {
      let json = try #require(method.json)
      #expect(SignInMethod(json: json)?.json == json)
      var shown = "\(method) \(String(reflecting: method))"
      dump(method, to: &shown)
      #expect(!shown.contains("the-"))
    }
    #expect(SignInMethod.deviceCode(tenant: nil, prompt: { _ in }).json == nil)
  }
}
