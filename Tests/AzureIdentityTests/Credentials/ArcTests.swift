import AcrCore
import Foundation
import TestSupport
import Testing

@testable import AzureIdentity

/// Azure Arc: 401 with the path of a key file, then the key.
@Suite struct ArcTests {
  let clock = TestClock()

  private func withArc(
    challenge: @escaping @Sendable (_ folder: String) -> LoopbackServer.Reply,
    _ body: (LoopbackServer, TemporaryDirectory, ManagedIdentityCredential) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      let folder = try directory.makeDirectory("tokens")
      try await withLoopbackServer { request in
        if request.headers["authorization"] == nil { return challenge(folder) }
        return request.headers["authorization"] == "Basic the-key" ? ManagedIdentityTests.reply() : .init(403)
      } _: { server in
        var endpoints = ManagedIdentityEndpoints.standard
        endpoints.arcTokenFolder = folder
        endpoints.arc = "\(server.url)/metadata/identity/oauth2/token"
        endpoints.arcAgent = try directory.write("", to: "himds")
        let context = makeContext(clock, endpoints: endpoints)
        try await body(server, directory, ManagedIdentityCredential(context: context))
      }
    }
  }

  private static func challenge(_ path: String) -> LoopbackServer.Reply {
    .init(401, ["WWW-Authenticate": "Basic realm=\(path)"])
  }

  private let request = TokenRequest(scopes: [armScope])

  @Test func readsTheKeyFileAndAsksAgain() async throws {
    try await withArc(challenge: { Self.challenge("\($0)/a.key") }) { server, directory, credential in
      _ = try directory.write("the-key", to: "tokens/a.key")
      let token = try await credential.token(for: request)
      #expect(token.token.reveal() == "managed-token")
      let target =
        "/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https%3A%2F%2Fmanagement.core.windows.net%2F"
      #expect(server.requests.map(\.target) == [target, target])
      #expect(server.requests.map { $0.headers["metadata"] } == ["true", "true"])
    }
  }

  /// None of these files may be read, though each holds the key.
  @Test(arguments: [
    "FOLDER/a.txt", "FOLDER/../a.key", "FOLDER/sub/a.key", "/etc/passwd", "FOLDER/.key/../../a.key", "FOLDER-2/a.key",
    "a.key", "FOLDER/link.key", "FOLDER/long.key", "FOLDER/sub.key",
  ])
  func keepsToTheAgentsFolder(path: String) async throws {
    try await withArc(
      challenge: { Self.challenge(path.replacingOccurrences(of: "FOLDER", with: $0)) },
      { server, directory, credential in
        for folder in ["tokens/sub", "tokens-2", "tokens/sub.key"] { _ = try directory.makeDirectory(folder) }
        for name in ["tokens/a.txt", "a.key", "tokens/sub/a.key", "tokens-2/a.key"] {
          _ = try directory.write("the-key", to: name)
        }
        _ = try directory.write(String(repeating: "k", count: 4097), to: "tokens/long.key")
        try FileManager.default.createSymbolicLink(
          atPath: directory.path("tokens/link.key"), withDestinationPath: directory.path("a.key"))
        let error = try await failure { try await credential.token(for: request) }
        #expect(error.kind == .invalid)
        #expect(server.requests.count == 1)
      })
  }

  @Test(arguments: [
    LoopbackServer.Reply(200, text: "{}"), .init(401), .init(401, ["WWW-Authenticate": "Bearer realm=x"]), .init(500),
  ])
  func refusesWhatIsNoChallenge(reply: LoopbackServer.Reply) async throws {
    try await withArc(challenge: { _ in reply }) { server, _, credential in
      let error = try await failure { try await credential.token(for: request) }
      #expect(error.kind == .invalid)
      #expect(server.requests.count == 1)
    }
  }

  @Test func aKeyFileThatIsMissingIsAnError() async throws {
    try await withArc(challenge: { Self.challenge("\($0)/none.key") }) { _, _, credential in
      let error = try await failure { try await credential.token(for: request) }
      #expect(error.kind == .notFound)
    }
  }
}
