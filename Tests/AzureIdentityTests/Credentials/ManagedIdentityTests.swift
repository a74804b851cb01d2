import AcrCore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AzureIdentity

@Suite struct ManagedIdentityTests {
  let clock = TestClock()
  static let resource: String = "https://management.core.windows.net/"
  private let request = TokenRequest(scopes: [armScope])

  static func reply(_ more: String = #","expires_in":"86399","expires_on":"1700086399""#) -> LoopbackServer.Reply {
    .json(#"{"access_token":"managed-token","token_type":"Bearer","resource":"r"\#(more)}"#)
  }

  /// What a host is asked with.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    /// `URL` stands for the server's.
    let environment: [String: String]
    var id = ManagedIdentityID.systemAssigned
    var method = "GET"
    let target: String
    let headers: [String: String]
    var form: [String: String] = [:]
    var testDescription: String { name }
  }

  private static let escaped: String = "https%3A%2F%2Fmanagement.core.windows.net%2F"
  private static let imds: String = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=\(escaped)"
  private static let imdsVariables: [String: String] = ["AZURE_POD_IDENTITY_AUTHORITY_HOST": "URL/"]
  private static let appService: [String: String] = [
    "IDENTITY_ENDPOINT": "URL/msi/token", "IDENTITY_HEADER": "header-secret",
  ]

  static let rows: [Row] = [
    Row(name: "IMDS", environment: imdsVariables, target: imds, headers: ["Metadata": "true"]),
    Row(
      name: "IMDS, client id", environment: imdsVariables, id: .clientID("c"), target: "\(imds)&client_id=c",
      headers: ["Metadata": "true"]),
    Row(
      name: "IMDS, object id", environment: imdsVariables, id: .objectID("o"), target: "\(imds)&object_id=o",
      headers: ["Metadata": "true"]),
    Row(
      name: "IMDS, resource id", environment: imdsVariables, id: .resourceID("/r/1"),
      target: "\(imds)&msi_res_id=%2Fr%2F1", headers: ["Metadata": "true"]),
    Row(
      name: "App Service", environment: appService,
      target: "/msi/token?api-version=2019-08-01&resource=\(escaped)", headers: ["X-IDENTITY-HEADER": "header-secret"]),
    Row(
      name: "App Service, resource id", environment: appService, id: .resourceID("/r/1"),
      target: "/msi/token?api-version=2019-08-01&resource=\(escaped)&mi_res_id=%2Fr%2F1",
      headers: ["X-IDENTITY-HEADER": "header-secret", "Metadata": "true"]),
    Row(
      name: "Azure ML", environment: ["MSI_ENDPOINT": "URL/ml", "MSI_SECRET": "header-secret"], id: .clientID("c"),
      target: "/ml?api-version=2017-09-01&resource=\(escaped)&clientid=c", headers: ["secret": "header-secret"]),
    Row(
      name: "Service Fabric",
      environment: appService.merging(["IDENTITY_SERVER_THUMBPRINT": "AB"]) { old, _ in old },
      target: "/msi/token?api-version=2019-07-01-preview&resource=\(escaped)", headers: ["Secret": "header-secret"]),
    Row(
      name: "Cloud Shell",
      environment: ["AZUREPS_HOST_ENVIRONMENT": "cloud-shell/1.0", "MSI_ENDPOINT": "URL/oauth2/token"],
      method: "POST", target: "/oauth2/token", headers: ["Metadata": "true"], form: ["resource": resource]),
    Row(
      name: "Cloud Shell by its endpoint", environment: ["MSI_ENDPOINT": "URL/oauth2/token"], method: "POST",
      target: "/oauth2/token", headers: ["Metadata": "true"], form: ["resource": resource]),
  ]

  @Test(arguments: rows)
  func asksEachHostInItsWay(row: Row) async throws {
    try await withLoopbackServer { _ in
      Self.reply()
    } _: { server in
      let environment = row.environment.mapValues { $0.replacingOccurrences(of: "URL", with: server.url) }
      let credential = ManagedIdentityCredential(id: row.id, context: makeContext(clock, environment: environment))
      let token = try await credential.token(for: request)
      #expect(token.token.reveal() == "managed-token")
      #expect(token.expiresOn == Timestamp(seconds: 1_700_086_399))
      #expect(server.requests.count == 1)
      let request = try #require(server.requests.first)
      #expect(request.method == row.method)
      #expect(request.target == row.target)
      for (name, value) in row.headers { #expect(request.headers[name] == value, "\(name)") }
      #expect(request.headers["authorization"] == nil)
      #expect(request.fields == row.form)
    }
  }

  /// The order of detection: all variables at once, then the first of the rest.
  @Test func detectsHostsInOrder() async throws {
    try await withTemporaryDirectory { directory in
      let agent = try directory.write("", to: "himds")
      var endpoints = ManagedIdentityEndpoints.standard
      endpoints.arcAgent = "/nonexistent"
      func detect(_ names: String...) -> ManagedIdentitySource {
        var environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "x") })
        if names.contains("AZUREPS_HOST_ENVIRONMENT") {
          environment["AZUREPS_HOST_ENVIRONMENT"] = "cloud-shell/1.0"
        }
        return .detect(in: makeContext(clock, environment: environment, endpoints: endpoints))
      }
      let all = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "MSI_ENDPOINT", "MSI_SECRET"]
      #expect(detect(all[0], all[1], all[2], all[3], all[4], "IMDS_ENDPOINT") == .serviceFabric)
      #expect(detect(all[0], all[1], all[3], all[4], "IMDS_ENDPOINT") == .appService)
      #expect(detect(all[0], all[3], all[4], "IMDS_ENDPOINT") == .azureML)
      #expect(detect(all[0], all[3], "IMDS_ENDPOINT") == .arc)
      #expect(detect("AZUREPS_HOST_ENVIRONMENT") == .cloudShell)
      #expect(detect("MSI_ENDPOINT") == .cloudShell)
      #expect(detect() == .imds)
      endpoints.arcAgent = agent
      #expect(detect("AZUREPS_HOST_ENVIRONMENT") == .arc)
    }
  }

  // MARK: IMDS

  @Test(arguments: [
    (404, [800, 1600, 3200, 6400, 12800]), (429, [800, 1600, 3200, 6400, 12800]),
    (500, [800, 1600, 3200, 6400, 12800]), (410, [3000, 6000, 12000, 24000, 48000]),
  ])
  func triesIMDSAgain(status: Int, waits: [Int]) async throws {
    try await withLoopbackServer { _ in
      .init(status, text: "{}")
    } _: { server in
      let credential = imds(server)
      let error = try await failure { try await credential.token(for: request) }
      #expect(error.status == status)
      #expect(clock.waits == waits.map { .milliseconds($0) })
      #expect(server.requests.count == 6)
      if status == 410 { #expect(clock.waits.reduce(.zero, +) >= .seconds(70)) }
    }
  }

  @Test func aTemporaryFailureOfIMDSIsOvercome() async throws {
    let script = Script([.init(429, ["Retry-After": "9"]), .init(404), Self.reply()])
    try await withLoopbackServer { _ in
      script.next()
    } _: { server in
      _ = try await imds(server).token(for: request)
      #expect(clock.waits == [.seconds(9), .milliseconds(1600)])
    }
  }

  @Test func anIdentityThatIsNotThereIsNamed() async throws {
    let reply = LoopbackServer.Reply.json(
      #"{"error":"invalid_request","error_description":"Identity not found"}"#, status: 400)
    try await withLoopbackServer { _ in
      reply
    } _: { server in
      let error = try await failure { try await imds(server, .clientID("my-id")).token(for: request) }
      #expect(error.kind == .auth)
      #expect(error.message.contains("`my-id`") && error.message.hasSuffix("Identity not found"))
      #expect(error.code == "invalid_request")
      #expect(server.requests.count == 1)
    }
  }

  private func imds(_ server: LoopbackServer, _ id: ManagedIdentityID = .systemAssigned) -> ManagedIdentityCredential {
    ManagedIdentityCredential(
      id: id, context: makeContext(clock, environment: ["AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url]))
  }

  // MARK: Lives of tokens

  @Test(
    arguments: [
      (#","expires_in":"7200""#, 7200, 3600), (#","expires_in":7199"#, 7199, nil),
      (#","expires_in":"86400","refresh_in":"43000""#, 86400, 43000), (#","expires_on":"1700010000""#, 10000, 5000),
      (#","expires_on":1700010000"#, 10000, 5000),
    ] as [(String, Int64, Int64?)])
  func readsLivesInEveryForm(more: String, life: Int64, refresh: Int64?) async throws {
    try await withLoopbackServer { _ in
      Self.reply(more)
    } _: { server in
      let token = try await imds(server).token(for: request)
      #expect(token.expiresOn == clock.now.adding(seconds: life))
      #expect(token.refreshOn == refresh.map { clock.now.adding(seconds: $0) })
    }
  }

  @Test(arguments: [LoopbackServer.Reply(200, text: ""), .json("{}"), .json(#"{"access_token":"x"}"#)])
  func anAnswerWithoutATokenIsInvalid(reply: LoopbackServer.Reply) async throws {
    try await withLoopbackServer { _ in
      reply
    } _: { server in
      let error = try await failure { try await imds(server).token(for: request) }
      #expect(error.kind == .invalid)
    }
  }

  // MARK: What hosts cannot do

  @Test(arguments: [
    (["MSI_ENDPOINT": "http://127.0.0.1:1/x"], ManagedIdentityID.clientID("c")),
    (["IDENTITY_ENDPOINT": "http://127.0.0.1:1/x", "IMDS_ENDPOINT": "x"], .objectID("c")),
    (["MSI_ENDPOINT": "http://127.0.0.1:1/x", "MSI_SECRET": "s"], .objectID("c")),
    (
      ["IDENTITY_ENDPOINT": "http://127.0.0.1:1/x", "IDENTITY_HEADER": "h", "IDENTITY_SERVER_THUMBPRINT": "t"],
      .resourceID("/c")
    ),
  ])
  func idsThatAHostDoesNotTakeAreRefused(environment: [String: String], id: ManagedIdentityID) async throws {
    let credential = ManagedIdentityCredential(id: id, context: makeContext(clock, environment: environment))
    let error = try await failure { try await credential.token(for: request) }
    #expect(error.kind == .usage)
  }

  @Test func severalResourcesAndClaimsAreRefused() async throws {
    let credential = ManagedIdentityCredential(context: makeContext(clock))
    let several = try await failure { try await credential.token(for: TokenRequest(scopes: ["a", "b"])) }
    #expect(several.kind == .usage)
    let claims = try await failure { try await credential.token(for: TokenRequest(scopes: ["a"], claims: "{}")) }
    #expect(claims.kind == .auth)
  }

  @Test func theHeadersSecretIsInNoErrorText() async throws {
    let environment = ["IDENTITY_HEADER": "header-secret", "IDENTITY_ENDPOINT": "URL/x"]
    try await withLoopbackServer { request in
      let sent = request.headers["x-identity-header"] ?? ""
      return .json(#"{"statusCode":400,"message":"you sent \#(sent)"}"#, status: 400)
    } _: { server in
      let credential = ManagedIdentityCredential(
        context: makeContext(
          clock, environment: environment.mapValues { $0.replacingOccurrences(of: "URL", with: server.url) }))
      let error = try await failure { try await credential.token(for: request) }
      #expect(error.message.hasSuffix(": you sent …"))
      #expect(!everyText(of: error).contains("header-secret"))
    }
  }

  // MARK: Ids

  @Test(arguments: [
    (
      "11111111-2222-3333-4444-555555555555", ManagedIdentityID.clientOrObjectID("11111111-2222-3333-4444-555555555555")
    ),
    (
      "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n",
      .resourceID("/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n")
    ),
  ])
  func tellsIDsApart(text: String, id: ManagedIdentityID) throws {
    #expect(try ManagedIdentityID(parsing: text) == id)
  }

  @Test(arguments: ["", "name", "/subscriptions/s", "11111111-2222-3333-4444-55555555555g"])
  func refusesWhatIsNoID(text: String) {
    #expect(throws: AcrError.self) { try ManagedIdentityID(parsing: text) }
  }

  @Test(arguments: [
    (ManagedIdentityID.systemAssigned, "systemAssignedIdentity", "MSI"),
    (.clientID("x"), "userAssignedIdentity", "MSIClient-x"), (.objectID("x"), "userAssignedIdentity", "MSIObject-x"),
    (.resourceID("/x"), "userAssignedIdentity", "MSIResource-/x"),
  ])
  func namesAccountsAsAzDoes(id: ManagedIdentityID, user: String, info: String) {
    #expect(id.userName == user)
    #expect(id.assignedIdentityInfo == info)
  }
}
