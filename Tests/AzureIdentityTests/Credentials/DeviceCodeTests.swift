import AcrCore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AzureIdentity

@Suite struct DeviceCodeTests {
  let clock = TestClock()

  static func start(_ more: String = #","expires_in":900,"interval":5"#) -> LoopbackServer.Reply {
    .json(
      #"""
      {"device_code":"device-code-secret","user_code":"ABC","verification_uri":"https://microsoft.com/devicelogin",
       "message":"To sign in, open the page and enter ABC."\#(more)}
      """#)
  }

  static func pending(_ error: String = "authorization_pending") -> LoopbackServer.Reply { refusal(error, code: 70016) }

  /// Signs in against a server with these answers to the polls.
  private func signIn(
    _ polls: [LoopbackServer.Reply], start: LoopbackServer.Reply = DeviceCodeTests.start(),
    _ check: (LoopbackServer, Result<(RefreshTokenCredential, AccessToken), AcrError>) throws -> Void
  ) async throws {
    let script = Script(polls)
    try await withLoopbackServer { request in
      request.path.hasSuffix("/devicecode") ? start : script.next()
    } _: { server in
      let entra = EntraClient(authority: server.url, context: makeContext(clock))
      let prompts = Mutex<[DeviceCodePrompt]>([])
      do {
        let result = try await DeviceCodeFlow(entra: entra).signIn(scopes: [armScope]) { prompt in
          prompts.withLock { $0.append(prompt) }
        }
        try check(server, .success(result))
      } catch let error as AcrError {
        try check(server, .failure(error))
        #expect(!everyText(of: error).contains("device-code-secret"))
      }
      #expect(prompts.withLock { $0.map(\.message) } == ["To sign in, open the page and enter ABC."])
    }
  }

  static func tokens() -> LoopbackServer.Reply {
    let id = makeJWT(["tid": "home-tenant", "preferred_username": "me@example.com", "oid": "o"])
    return tokenReply("user-token", life: 3600, #","refresh_token":"refresh-1","id_token":"\#(id)""#)
  }

  @Test func pollsUntilTheCodeIsEntered() async throws {
    try await signIn([Self.pending(), Self.pending(), Self.tokens()]) { server, result in
      let (credential, token) = try result.get()
      #expect(token.token.reveal() == "user-token")
      #expect(token.tenant == "home-tenant")
      #expect(credential.account == "me@example.com")
      #expect(credential.refreshToken.reveal() == "refresh-1")
      #expect(clock.waits == [.seconds(5), .seconds(5), .seconds(5)])
      #expect(
        server.requests.map(\.target)
          == ["/organizations/oauth2/v2.0/devicecode"]
          + Array(repeating: "/organizations/oauth2/v2.0/token", count: 3))
      #expect(
        server.requests[0].fields == [
          "client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "scope": "\(armScope) offline_access openid profile",
        ])
      #expect(
        server.requests[1].fields == [
          "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
          "client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "device_code": "device-code-secret",
          "claims": defaultClaims, "client_info": "1",
        ])
    }
  }

  @Test func slowsDownWhenAsked() async throws {
    try await signIn([Self.pending("slow_down"), Self.pending(), Self.pending("slow_down"), Self.tokens()]) {
      _, result in
      _ = try result.get()
      #expect(clock.waits == [.seconds(5), .seconds(10), .seconds(10), .seconds(15)])
    }
  }

  @Test func takesTheServersInterval() async throws {
    try await signIn([Self.tokens()], start: Self.start(#","expires_in":"60","interval":"2""#)) { _, result in
      _ = try result.get()
      #expect(clock.waits == [.seconds(2)])
    }
  }

  /// A server may send any number.
  @Test(arguments: [("9223372036854775807", 60), ("0", 1), ("-5", 1), ("\"x\"", 5)])
  func boundsTheInterval(interval: String, seconds: Int) async throws {
    let start = Self.start(#","expires_in":9223372036854775807,"interval":\#(interval)"#)
    try await signIn([Self.pending("slow_down"), Self.tokens()], start: start) { _, result in
      _ = try result.get()
      #expect(clock.waits == [.seconds(seconds), .seconds(seconds + 5)])
    }
  }

  @Test(arguments: [
    ("authorization_declined", ErrorKind.denied), ("expired_token", .timeout), ("bad_verification_code", .auth),
  ])
  func stopsWhenItIsOver(error: String, kind: ErrorKind) async throws {
    try await signIn([Self.pending(error)]) { server, result in
      guard case .failure(let error) = result else { throw TestFailure() }
      #expect(error.kind == kind)
      #expect(server.requests.count == 2)
    }
  }

  @Test func stopsByItselfWhenTheTimeIsOver() async throws {
    try await signIn([Self.pending()], start: Self.start(#","expires_in":21,"interval":5"#)) { server, result in
      guard case .failure(let error) = result else { throw TestFailure() }
      #expect(error.kind == .timeout)
      #expect(server.requests.count == 5)
    }
  }

  @Test func canBeCancelled() async throws {
    try await withLoopbackServer { request in
      request.path.hasSuffix("/devicecode") ? Self.start() : Self.pending()
    } _: { server in
      let context = IdentityContext(
        transport: sharedTransport, clock: .system, environment: [:], endpoints: .standard)
      let flow = DeviceCodeFlow(entra: EntraClient(authority: server.url, context: context))
      let task = Task { try await flow.signIn(scopes: [armScope]) { _ in } }
      _ = try await server.wait { requests, _ in !requests.isEmpty }
      task.cancel()
      let error = try await failure { try await task.value }
      #expect(error.kind == .cancelled)
    }
  }
}
