import AcrCore
import Foundation
import Testing

@testable import TestSupport

/// What the token server grants, for each way to ask.
@Suite struct TokenServerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: [String]
    let status: Int
    let granted: [String]
    var testDescription: String { name }
  }

  static let scope = "scope=repository:team/app:pull,push"
  static let service = "service=acrsh-test-registry"
  static let cases = [
    Case(
      name: "anonymous", arguments: ["-G", "-d", service, "-d", scope], status: 200,
      granted: ["repository:team/app:pull"]),
    Case(
      name: "Basic, two scopes",
      arguments: ["-G", "-u", "ann:pw", "-d", service, "-d", scope, "-d", "scope=repository:other:push"], status: 200,
      granted: ["repository:team/app:pull,push"]),
    Case(
      name: "wrong password", arguments: ["-G", "-u", "ann:no", "-d", service, "-d", scope], status: 401, granted: []),
    Case(name: "another service", arguments: ["-G", "-d", "service=x", "-d", scope], status: 400, granted: []),
    Case(
      name: "POST with password",
      arguments: ["-d", "grant_type=password&username=ann&password=pw", "-d", service, "-d", scope], status: 200,
      granted: ["repository:team/app:pull,push"]),
    Case(
      name: "POST with an unknown refresh token",
      arguments: ["-d", "grant_type=refresh_token&refresh_token=x", "-d", service], status: 401, granted: []),
  ]

  private func makeServer() async throws -> TokenServer {
    let access = TokenServer.Access { $0.hasPrefix("team/") ? ["pull", "push"] : [] }
    return try await TokenServer(accounts: ["ann": .init(password: "pw", access: access)], anonymous: .pull)
  }

  @Test(arguments: cases) func grants(_ example: Case) async throws {
    let server = try await makeServer()
    defer { server.stop() }
    try await Program("curl", ["-sS", server.realm] + example.arguments).succeed()
    let request = try #require(server.tokenRequests.first)
    #expect(request.status == example.status)
    #expect(request.granted == example.granted)
  }

  @Test func refreshTokenComesAndWorks() async throws {
    let server = try await makeServer()
    defer { server.stop() }
    let first = try await Program(
      "curl", ["-sS", "-G", server.realm, "-u", "ann:pw", "-d", Self.service, "-d", "offline_token=true"]
    ).succeed()
    let token = try #require(try JSONValue(parsing: first.outputBytes)["refresh_token"]?.string)
    try await Program(
      "curl", ["-sS", server.realm, "-d", "grant_type=refresh_token&refresh_token=\(token)", "-d", Self.service]
    ).succeed()
    #expect(server.tokenRequests.map(\.user) == ["ann", "ann"])
    #expect(server.tokenRequests.last?.grantType == "refresh_token")
  }

  @Test func refusesAsTold() async throws {
    let server = try await makeServer()
    defer { server.stop() }
    server.refuse(1, status: 503)
    for _ in 0..<2 { try await Program("curl", ["-sS", "-G", server.realm, "-d", Self.service]).succeed() }
    #expect(server.tokenRequests.map(\.status) == [503, 200])
  }
}
