import AcrCore
import Foundation
import Synchronization
import Testing

@testable import AzureIdentity

/// A credential that counts, waits to be let through, and answers as it is told.
final class CountingCredential: TokenCredential {
  private struct State {
    var requests: [TokenRequest] = []
    var isOpen = true
    var waiting: [CheckedContinuation<Void, Never>] = []
    var cancelled = 0
  }

  let cacheName: String
  private let state = Mutex(State())
  private let answer: @Sendable (Int) throws -> AccessToken

  init(_ cacheName: String = "counting", isOpen: Bool = true, answer: @escaping @Sendable (Int) throws -> AccessToken) {
    self.cacheName = cacheName
    self.answer = answer
    state.withLock { $0.isOpen = isOpen }
  }

  var requests: [TokenRequest] { state.withLock { $0.requests } }
  var cancelled: Int { state.withLock { $0.cancelled } }

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func token(for request: TokenRequest) async throws -> AccessToken {
    let number = state.withLock { state in
      state.requests.append(request)
      return state.requests.count
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOpen = state.withLock { state in
          if !state.isOpen { state.waiting.append(continuation) }
          return state.isOpen
        }
        if isOpen { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.cancelled += 1 }
      open()
    }
    try Task.checkCancellation()
    return try answer(number)
  }
}

@Suite struct TokenCacheTests {
  let clock = TestClock()

  private func token(_ number: Int, life: Int64 = 3600, refresh: Int64? = nil) -> AccessToken {
    AccessToken(
      token: Secret("token-\(number)"), expiresOn: clock.now.adding(seconds: life),
      refreshOn: refresh.map { clock.now.adding(seconds: $0) })
  }

  private let request = TokenRequest(scopes: ["a"])

  @Test(arguments: [(3299, 1), (3300, 1), (3301, 2), (3600, 2), (9999, 2)])
  func lessThanFiveMinutesCountAsNone(seconds: Int64, count: Int) async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential { [self] in token($0) }
    _ = try await cache.token(for: request, from: credential)
    clock.advance(seconds: seconds)
    let second = try await cache.token(for: request, from: credential)
    #expect(second.token.reveal() == "token-\(count)")
    #expect(credential.requests.count == count)
  }

  /// Each of these is another token than that for scope `a`; the order of scopes does not matter.
  @Test func keysAreCredentialScopesAndTenant() async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential { [self] in token($0) }
    let other = CountingCredential("other") { [self] in token($0) }
    for request in [
      request, TokenRequest(scopes: ["b"]), TokenRequest(scopes: ["a"], tenant: "t"), TokenRequest(scopes: ["a", "b"]),
      TokenRequest(scopes: ["b", "a"]), request,
    ] { _ = try await cache.token(for: request, from: credential) }
    #expect(credential.requests.count == 4)
    _ = try await cache.token(for: request, from: other)
    #expect(other.requests.count == 1)
  }

  @Test func aClaimsChallengeBypassesTheCacheAndReplacesTheToken() async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential { [self] in token($0) }
    _ = try await cache.token(for: request, from: credential)
    let stronger = try await cache.token(for: TokenRequest(scopes: ["a"], claims: "{}"), from: credential)
    #expect(stronger.token.reveal() == "token-2")
    #expect(credential.requests.map(\.claims) == [nil, "{}"])
    #expect(try await cache.token(for: request, from: credential) == stronger)
  }

  @Test func fiftyCallersAreOneRequest() async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential(isOpen: false) { [self] in token($0) }
    let tokens = try await withThrowingTaskGroup(of: AccessToken.self) { group in
      for _ in 0..<50 { group.addTask { try await cache.token(for: request, from: credential) } }
      while await cache.waitingCount < 50 { await Task.yield() }
      credential.open()
      return try await group.reduce(into: [AccessToken]()) { $0.append($1) }
    }
    #expect(tokens.count == 50)
    #expect(Set(tokens.map { $0.token.reveal() }) == ["token-1"])
    #expect(credential.requests.count == 1)
  }

  @Test func everyCallerGetsTheFailureAndNoneIsKept() async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential(isOpen: false) { [self] number in
      if number == 1 { throw AcrError(.auth, "no") }
      return token(number)
    }
    let failures = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<50 { group.addTask { (try? await cache.token(for: request, from: credential)) == nil } }
      while await cache.waitingCount < 50 { await Task.yield() }
      credential.open()
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(failures == 50)
    #expect(try await cache.token(for: request, from: credential).token.reveal() == "token-2")
  }

  @Test func renewsInAdvanceAndFallsBackToTheOldToken() async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential { [self] number in
      if number == 2 { throw AcrError(.network, "down") }
      return token(number, refresh: 1800)
    }
    func current() async throws -> String {
      try await cache.token(for: request, from: credential).token.reveal()
    }
    #expect(try await current() == "token-1")
    clock.advance(seconds: 1799)
    #expect(try await current() == "token-1")
    #expect(credential.requests.count == 1)
    clock.advance(seconds: 1)
    #expect(try await current() == "token-1")
    #expect(credential.requests.count == 2)
    // The next try is a minute later.
    clock.advance(seconds: 59)
    #expect(try await current() == "token-1")
    #expect(credential.requests.count == 2)
    clock.advance(seconds: 1)
    #expect(try await current() == "token-3")
  }

  /// Whoever comes while the token is renewed in advance does not wait.
  @Test func othersTakeTheOldTokenMeanwhile() async throws {
    let cache = TokenCache(clock: clock.clock)
    let first = CountingCredential { [self] in token($0, refresh: 10) }
    _ = try await cache.token(for: request, from: first)
    clock.advance(seconds: 10)
    let slow = CountingCredential(isOpen: false) { [self] in token($0 + 1, refresh: 10) }
    async let renewed = cache.token(for: request, from: slow)
    while await cache.waitingCount < 1 { await Task.yield() }
    #expect(try await cache.token(for: request, from: slow).token.reveal() == "token-1")
    slow.open()
    #expect(try await renewed.token.reveal() == "token-2")
  }

  @Test func aCancelledCallerLeavesTheOthersAlone() async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential(isOpen: false) { [self] in token($0) }
    let leaving = Task { try await cache.token(for: request, from: credential) }
    let staying = Task { try await cache.token(for: request, from: credential) }
    while await cache.waitingCount < 2 { await Task.yield() }
    leaving.cancel()
    let error = try await failure { try await leaving.value }
    #expect(error.kind == .cancelled)
    #expect(credential.cancelled == 0)
    credential.open()
    #expect(try await staying.value.token.reveal() == "token-1")
  }

  @Test func theRequestStopsWhenNobodyWaitsAnyMore() async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential(isOpen: false) { [self] in token($0) }
    let task = Task { try await cache.token(for: request, from: credential) }
    while credential.requests.isEmpty { await Task.yield() }
    task.cancel()
    _ = try await failure { try await task.value }
    while credential.cancelled == 0 { await Task.yield() }
    #expect(try await cache.token(for: request, from: credential).token.reveal() == "token-2")
  }

  @Test func clearedTokensAreAskedForAgain() async throws {
    let cache = TokenCache(clock: clock.clock)
    let credential = CountingCredential { [self] in token($0) }
    _ = try await cache.token(for: request, from: credential)
    await cache.removeAll()
    #expect(try await cache.token(for: request, from: credential).token.reveal() == "token-2")
  }
}

@Suite struct TokenClaimsTests {
  @Test func peeks() throws {
    let jwt = makeJWT([
      "tid": "t", "oid": "o", "appid": "a", "upn": "ü@example.com", "exp": 1_700_000_000, "aud": ["x"],
    ])
    let claims = try #require(TokenClaims(peekingInto: Secret(jwt)))
    #expect(claims.tenant == "t")
    #expect(claims.objectID == "o")
    #expect(claims.applicationID == "a")
    #expect(claims.userName == "ü@example.com")
    #expect(claims.expiresOn == Timestamp(seconds: 1_700_000_000))
  }

  @Test(arguments: ["", "abc", "a.b.c", "a.b", "e30.W10.x", "..", "e30.!!.x"])
  func isNilForAnythingElse(text: String) {
    #expect(TokenClaims(peekingInto: Secret(text)) == nil)
  }
}
