import AcrCore
import AzureIdentity
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import AzureRegistry

/// A resource manager that answers as a test wants, for what the emulator does not do.
struct ResourceManagerTests {
  /// Answers token requests, and hands all others to a body.
  private func withManager(
    _ answer: @escaping @Sendable (LoopbackServer.Request, String) -> LoopbackServer.Reply,
    _ body: (ResourceManager, LoopbackServer) async throws -> Void
  ) async throws {
    let tokens = Mutex(0)
    let server = try LoopbackServer { request in
      guard request.path.hasSuffix("/token") else {
        return answer(request, request.headers["Authorization"] ?? "")
      }
      let number = tokens.withLock { number in
        number += 1
        return number
      }
      return .json(#"{"token_type":"Bearer","expires_in":3600,"access_token":"token-\#(number)"}"#)
    }
    defer { server.stop() }
    let identity = try makeIdentity(control: server.authority)
    var options = AccountManager.Options()
    options.findsSubscriptions = false
    try await identity.signIn(
      .clientSecret(tenant: "t-1", clientID: "p-1", secret: Secret("secret")), options: options)
    try await body(ResourceManager(http: quickHTTP, identity: identity), server)
  }

  @Test("a claims challenge gets one new token and one more try")
  func claims() async throws {
    let claims = #"{"access_token":{"nbf":{"essential":true}}}"#
    let challenge = "Bearer error=\"insufficient_claims\", claims=\"\(Data(claims.utf8).base64EncodedString())\""
    try await withManager { _, token in
      token == "Bearer token-2"
        ? .json(#"{"name":"r"}"#) : LoopbackServer.Reply(401, ["WWW-Authenticate": challenge], text: "")
    } _: { manager, _ in
      let document = try await manager.get("/subscriptions/s-1")
      #expect(document == ["name": "r"])
    }
    try await withManager { _, _ in
      LoopbackServer.Reply(401, ["WWW-Authenticate": challenge], text: "")
    } _: { manager, server in
      let error = try await failure { try await manager.get("/subscriptions/s-1") }
      #expect(error.kind == .auth)
      #expect(server.requests.filter { $0.path == "/subscriptions/s-1" }.count == 2)
    }
  }

  @Test("a list follows its next link, but never to another host")
  func pages() async throws {
    try await withManager { request, _ in
      let host = request.headers["Host"] ?? ""
      return request.target.contains("page=2")
        ? .json(#"{"value":[{"n":2}]}"#)
        : .json(#"{"value":[{"n":1}],"nextLink":"http://\#(host)/subscriptions/s/registries?page=2"}"#)
    } _: { manager, _ in
      let items = try await manager.list("/subscriptions/s/registries")
      #expect(items == [["n": 1], ["n": 2]])
    }
    try await withManager { _, _ in
      .json(#"{"value":[],"nextLink":"http://127.0.0.2:1/subscriptions"}"#)
    } _: { manager, _ in
      let error = try await failure { try await manager.list("/subscriptions/s/registries") }
      #expect(error.kind == .invalid)
      #expect(error.message.hasSuffix("continues its list `/subscriptions/s/registries` on another host"))
    }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    var path = ResourceManagerTests.path
    let status: Int
    let code: String
    let said: String
    let kind: ErrorKind
    let message: String
    let help: String?
    var testDescription: String { "\(status) \(code)" }
  }

  static let path =
    "/subscriptions/s-1/resourceGroups/g-1/providers/Microsoft.ContainerRegistry/registries/first"

  static let refusals: [Refusal] = [
    .init(
      status: 404, code: "ResourceNotFound", said: "The Resource … was not found.", kind: .notFound,
      message: "there is no registry `first` in the resource group `g-1`", help: "list them: acr list"),
    .init(
      path: "\(path)/tokens/builder", status: 404, code: "ResourceNotFound",
      said: "The Resource 'Microsoft.ContainerRegistry/registries/first/tokens/builder' under resource group 'g-1' was "
        + "not found.", kind: .notFound, message: "the registry `first` has no token `builder`",
      help: "list them: acr token list --registry first"),
    .init(
      path: "\(path)/scopeMaps/m", status: 404, code: "ResourceNotFound", said: "", kind: .notFound,
      message: "the registry `first` has no scope map `m`", help: "list them: acr scope-map list --registry first"),
    .init(
      path: "\(path)/generateCredentials", status: 404, code: "ResourceNotFound",
      said: "The token '\(path)/tokens/builder' could not be found.", kind: .notFound,
      message: "the registry `first` has no token `builder`", help: "list them: acr token list --registry first"),
    .init(
      path: "\(path)/tokens/builder", status: 404, code: "ParentResourceNotFound", said: "…", kind: .notFound,
      message: "there is no registry `first` in the resource group `g-1`", help: "list them: acr list"),
    .init(
      status: 404, code: "ResourceGroupNotFound", said: "…", kind: .notFound,
      message: "there is no resource group `g-1` in the subscription `s-1`", help: nil),
    .init(
      status: 404, code: "SubscriptionNotFound", said: "…", kind: .notFound,
      message: "there is no subscription `s-1` that this account can see", help: "list them: account list"),
    .init(
      status: 403, code: "AuthorizationFailed",
      said: "The client 'me' with object id 'o' does not have authorization to perform action "
        + "'Microsoft.ContainerRegistry/registries/importImage/action' over scope '/s/first' or the scope is invalid.",
      kind: .denied,
      message: "`me` may not do `Microsoft.ContainerRegistry/registries/importImage/action` on `/s/first`",
      help: "ask the owner for the role `Container Registry Data Importer and Data Reader` on `/s/first`; "
        + "a new role takes effect after some minutes"),
    .init(
      status: 403, code: "RequestDisallowedByPolicy", said: "Resource 'first' was disallowed by policy.", kind: .denied,
      message: "a policy of the subscription forbids this: Resource 'first' was disallowed by policy.",
      help: "ask the subscription's owner for an exemption, or do it as the policy says"),
    .init(
      status: 401, code: "ExpiredAuthenticationToken", said: "…", kind: .auth,
      message: "`HOST` says that the token has expired", help: "sign in again: login"),
    .init(
      status: 401, code: "InvalidAuthenticationToken", said: "The access token is invalid.", kind: .auth,
      message: "`HOST` does not accept the token: The access token is invalid.", help: "sign in again: login"),
    .init(
      status: 401, code: "InvalidAuthenticationTokenTenant", said: "…", kind: .auth,
      message: "the token is of another tenant than the subscription `s-1`",
      help: "sign in to the subscription's own tenant: login --tenant TENANT"),
    .init(
      status: 409, code: "MissingSubscriptionRegistration", said: "…", kind: .denied,
      message: "the subscription `s-1` is not registered for container registries",
      help: "register the provider Microsoft.ContainerRegistry there"),
    .init(
      status: 409, code: "ReadOnlyDisabledSubscription", said: "…", kind: .denied,
      message: "the subscription `s-1` is disabled, and can only be read", help: "its owner must enable it again"),
    .init(
      status: 409, code: "ScopeLocked", said: "…", kind: .conflict,
      message: "a lock forbids changes to the registry `first`", help: "remove the lock first"),
    .init(
      status: 409, code: "Conflict", said: "Another operation is in progress.", kind: .conflict,
      message: "`HOST` reported a conflict: Another operation is in progress.", help: nil),
    .init(
      status: 400, code: "NoRegisteredProviderFound", said: "No such version.", kind: .invalid,
      message: "`HOST` answered with status 400 (NoRegisteredProviderFound): No such version.", help: nil),
    .init(
      status: 429, code: "SubscriptionRequestsThrottled", said: "Slower.", kind: .throttled,
      message: "`HOST` is rate-limiting requests for this subscription: Slower.", help: "try again later"),
    .init(
      status: 500, code: "InternalServerError", said: "Oh.", kind: .server,
      message: "`HOST` failed with status 500: Oh.", help: nil),
  ]

  @Test("every refusal becomes a sentence with a cure", arguments: refusals)
  func refusal(_ refusal: Refusal) async throws {
    let document: JSONValue = ["error": ["code": .string(refusal.code), "message": .string(refusal.said)]]
    let text = document.text
    let status = refusal.status
    try await withManager { _, _ in
      .json(text, status: status, headers: ["x-ms-correlation-request-id": "id-1"])
    } _: { manager, server in
      let error = try await failure { try await manager.get(refusal.path) }
      #expect(error.kind == refusal.kind)
      #expect(error.message == refusal.message.replacing("HOST", with: server.authority))
      #expect(error.help == refusal.help)
      #expect(error.status == refusal.status)
      #expect(error.code == refusal.code)
      #expect(error.requestID == "id-1")
    }
  }

  @Test("what the inner errors say is told, in their order, and no more than ten lines of it")
  func details() async throws {
    let inner = (1...12).map { #"{"code":"C\#($0)","message":"reason \#($0)"}"# }.joined(separator: ",")
    let nested =
      #"{"code":"Outer","message":"","target":"source","details":[{"code":"Deep","message":"the port is closed"}]}"#
    for (details, notes) in [
      (nested, ["(Outer) (source)", "(Deep) the port is closed"]), (inner, (1...10).map { "(C\($0)) reason \($0)" }),
    ] {
      try await withManager { _, _ in
        .json(#"{"error":{"code":"InvalidParameters","message":"Bad.","details":[\#(details)]}}"#, status: 400)
      } _: { manager, _ in
        let error = try await failure { try await manager.get(Self.path) }
        #expect(error.notes.map { $0.replacing("  ", with: " ") } == notes)
      }
    }
  }

  @Test("answers that are no JSON are no crash")
  func nonsense() async throws {
    try await withManager { _, _ in
      LoopbackServer.Reply(400, text: "<html>")
    } _: { manager, server in
      let error = try await failure { try await manager.get(Self.path) }
      #expect(error.message == "`\(server.authority)` answered with status 400")
    }
    try await withManager { _, _ in
      .json("[]")
    } _: { manager, _ in
      let error = try await failure { try await manager.list(Self.path) }
      #expect(error.kind == .invalid)
    }
  }
}
