import AcrCore
import Foundation
import TestSupport
import Testing

@testable import AzureIdentity

/// Entra's rules for repeated requests, and its refusals.
@Suite struct EntraRuleTests {
  let clock = TestClock()
  let secret = Secret("hunter2-secret-value")

  private func credential(_ entra: EntraClient, secret: Secret? = nil) -> ClientSecretCredential {
    ClientSecretCredential(tenant: "t", clientID: "app", secret: secret ?? self.secret, entra: entra)
  }

  private func entra(_ server: LoopbackServer) -> EntraClient {
    EntraClient(authority: server.url, context: makeContext(clock))
  }

  private let request = TokenRequest(scopes: [armScope])

  // MARK: Repeated requests

  struct Temporary: Sendable, CustomTestStringConvertible {
    let replies: [LoopbackServer.Reply]
    let waits: [Duration]
    let name: String
    var testDescription: String { name }
  }

  static let temporary = [
    Temporary(replies: [.init(503), tokenReply()], waits: [.seconds(5)], name: "5xx waits 5 s"),
    Temporary(
      replies: [.init(429, ["Retry-After": "7"]), tokenReply()], waits: [.seconds(7)], name: "429 waits as told"),
    Temporary(
      replies: [.init(429, ["Retry-After": "7"]), .init(500), tokenReply()], waits: [.seconds(7), .seconds(5)],
      name: "two tries more"),
    Temporary(
      replies: [.init(400, ["Retry-After": "2"], text: "{}"), tokenReply()], waits: [.seconds(2)],
      name: "any answer with Retry-After"),
    Temporary(replies: [.init(429, ["Retry-After": "0"]), tokenReply()], waits: [], name: "no wait at all"),
  ]

  @Test(arguments: temporary)
  func waitsAsToldAndTriesAgain(row: Temporary) async throws {
    let script = Script(row.replies)
    try await withLoopbackServer { _ in
      script.next()
    } _: { server in
      _ = try await credential(entra(server)).token(for: request)
      #expect(clock.waits == row.waits)
      #expect(server.requests.count == row.replies.count)
    }
  }

  @Test(arguments: [("0", 3), ("5", 3), ("20", 2), ("31", 1), ("999999", 1)])
  func givesUpWhenItTakesTooLong(retryAfter: String, count: Int) async throws {
    try await withLoopbackServer { _ in
      .init(429, ["Retry-After": retryAfter])
    } _: { server in
      let credential = credential(entra(server))
      let error = try await failure { try await credential.token(for: request) }
      #expect(error.kind == .throttled)
      #expect(error.status == 429)
      #expect(server.requests.count == count)
      // At most an hour, whatever the server says.
      #expect(error.retryAfter.map { $0 <= .seconds(3600) } == true)
    }
  }

  /// Within the time to wait no identical request is sent, and a different one is.
  @Test func theSameRequestIsHeldBack() async throws {
    try await withLoopbackServer { request in
      request.fields["scope"] == armScope ? .init(429, ["Retry-After": "600"]) : tokenReply()
    } _: { server in
      let credential = credential(entra(server))
      _ = try await failure { try await credential.token(for: request) }
      clock.advance(seconds: 60)
      let again = try await failure { try await credential.token(for: request) }
      #expect(again.retryAfter == .seconds(540))
      #expect(server.requests.count == 1)
      _ = try await credential.token(for: TokenRequest(scopes: ["other"]))
      #expect(server.requests.count == 2)
      clock.advance(seconds: 540)
      _ = try await failure { try await credential.token(for: request) }
      #expect(server.requests.count == 3)
    }
  }

  /// Exactly 400 is remembered for a minute; a corrected secret is another request.
  @Test func aRefusalIsRememberedForAMinute() async throws {
    try await withLoopbackServer { request in
      request.fields["client_secret"] == "right-secret" ? tokenReply() : refusal("invalid_client", code: 7_000_215)
    } _: { server in
      let entra = entra(server)
      let first = try await failure { try await credential(entra).token(for: request) }
      clock.advance(seconds: 59)
      let second = try await failure { try await credential(entra).token(for: request) }
      #expect(second.message == first.message)
      #expect(second.retryAfter == nil)
      #expect(server.requests.count == 1)
      _ = try await credential(entra, secret: Secret("right-secret")).token(for: request)
      #expect(server.requests.count == 2)
      clock.advance(seconds: 1)
      _ = try await failure { try await credential(entra).token(for: request) }
      #expect(server.requests.count == 3)
    }
  }

  @Test func other4xxAreNotRemembered() async throws {
    try await withLoopbackServer { _ in
      refusal("invalid_client", code: 7_000_215, status: 401)
    } _: { server in
      let credential = credential(entra(server))
      _ = try await failure { try await credential.token(for: request) }
      _ = try await failure { try await credential.token(for: request) }
      #expect(server.requests.count == 2)
    }
  }

  // MARK: Refusals

  static let codes: [(Int, ErrorKind, String)] = [
    (7_000_215, .auth, "secret is wrong"), (7_000_222, .auth, "expired"), (700_016, .auth, "no application"),
    (90002, .auth, "the tenant does not exist"), (70016, .auth, "code"), (70011, .auth, "scope"),
    (700_213, .auth, "federated"),
    (70021, .auth, "federated"), (700_024, .auth, "not valid at this time"), (700_027, .auth, "signature"),
    (50076, .auth, "second factor"), (50079, .auth, "second factor"), (70043, .auth, "expired"),
    (700_082, .auth, "expired"), (53003, .denied, "Conditional Access"), (65001, .denied, "consented"),
  ]

  @Test(arguments: codes)
  func namesTheCodeItsMeaningAndTheCure(code: Int, kind: ErrorKind, meaning: String) async throws {
    try await withLoopbackServer { _ in
      refusal("invalid_client", code: code, status: 401)
    } _: { server in
      let credential = credential(entra(server))
      let error = try await failure { try await credential.token(for: request) }
      #expect(error.kind == kind)
      #expect(error.code == "AADSTS\(code)")
      #expect(error.message.contains(meaning))
      #expect(error.message.contains("`app`") && error.message.contains("`t`"))
      #expect(error.help?.isEmpty == false)
      #expect(error.requestID == "1-2-3")
      #expect(error.notes == ["correlation id: 4-5-6"])
      #expect(error.status == 401)
      #expect(error.target == server.authority)
      #expect(!error.message.contains("Some text"))
    }
  }

  @Test func anUnknownCodeShowsTheServersFirstLine() async throws {
    let reply = refusal("invalid_request", code: 999_999, text: "Something new happened.")
    try await withLoopbackServer { _ in
      reply
    } _: { server in
      let credential = credential(entra(server))
      let error = try await failure { try await credential.token(for: request) }
      #expect(error.message.hasSuffix(": AADSTS999999: Something new happened"))
      #expect(error.code == "AADSTS999999")
    }
  }

  @Test func theCodeIsFoundInTheTextToo() {
    let body = #"{"error":"invalid_grant","error_description":"AADSTS50076: text","claims":"{\"a\":1}"}"#
    let refusal = EntraRefusal(IdentityAnswer(status: 400, headers: [:], bytes: Array(body.utf8)), secrets: [])
    #expect(refusal.code == 50076)
    let error = refusal.acrError(subject: "x", host: "h")
    #expect(error.notes == ["claims challenge: eyJhIjoxfQ=="])
  }

  @Test(arguments: [(400, ErrorKind.auth), (403, .denied), (404, .notFound), (401, .auth)])
  func proxiesThatAnswerHTMLAreNamed(status: Int, kind: ErrorKind) async throws {
    try await withLoopbackServer { _ in
      .init(status, text: "<html>no</html>")
    } _: { server in
      let credential = credential(entra(server))
      let error = try await failure { try await credential.token(for: request) }
      #expect(error.kind == kind)
      #expect(error.message.contains("answered \(status)"))
      #expect(!error.message.contains("html"))
    }
  }

  /// A server that sends back what it got, raw, must not get it shown.
  @Test(arguments: [200, 400, 401, 429, 500])
  func secretsAreInNoErrorText(status: Int) async throws {
    try await withLoopbackServer { request in
      let sent = request.fields["client_secret"] ?? request.fields["client_assertion"] ?? "none"
      return .json(
        #"{"error":"\#(sent)","error_description":"AADSTS1: you sent \#(sent) \#(sent)","trace_id":"\#(sent)"}"#,
        status: status, headers: status == 429 ? ["Retry-After": "99"] : [:])
    } _: { server in
      let entra = entra(server)
      let assertion = Secret(makeJWT(["sub": "x"]))
      let federated = FederatedTokenCredential(tenant: "t", clientID: "app", assertion: assertion, entra: entra)
      let credentials: [(any TokenCredential, Secret)] = [(credential(entra), secret), (federated, assertion)]
      for (credential, secret) in credentials {
        let error = try await failure { try await credential.token(for: request) }
        #expect(!everyText(of: error).contains(secret.reveal()))
        #expect(!credential.cacheName.contains(secret.reveal()))
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!dumped.contains(secret.reveal()))
      }
    }
  }

  @Test func aMissingServerIsANetworkError() async throws {
    let entra = EntraClient(authority: "http://127.0.0.1:1", context: makeContext(clock))
    let error = try await failure { try await credential(entra).token(for: request) }
    #expect(error.kind == .network)
    #expect(clock.waits.count == 2)
    #expect(!everyText(of: error).contains(secret.reveal()))
  }
}
