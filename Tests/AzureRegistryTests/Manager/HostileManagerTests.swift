import AcrCore
import AcrHTTP
import AzureIdentity
import HTTPTypes
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import AzureRegistry

/// A resource manager that lies. Sign-ins are the emulator's; what the test answers, it answers in its place.
@Suite("A resource manager that lies", .serialized, .timeLimit(.minutes(2)))
struct HostileManagerTests {
  /// Answers some requests itself.
  struct Lying: Transport {
    let answer: @Sendable (TransportRequest) -> (status: Int, headers: HTTPFields, body: String)?
    let requests = Log()

    final class Log: Sendable {
      private let all = Mutex<[String]>([])
      var urls: [String] { all.withLock { $0 } }
      func add(_ url: String) { all.withLock { $0.append(url) } }
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
      requests.add(request.url)
      guard let (status, headers, body) = answer(request) else { return try await sharedTransport.send(request) }
      let pieces = Mutex(body.isEmpty ? [] : [Array(body.utf8)])
      return TransportResponse(
        status: status, headers: headers, url: request.url, body: ResponseBody { pieces.withLock { $0.popLast() } })
    }
  }

  private func withService(
    _ answer: @escaping @Sendable (TransportRequest) -> (status: Int, headers: HTTPFields, body: String)?,
    _ body: (ImportService, ResourceManager, AzureRegistryInfo, Lying) async throws -> Void
  ) async throws {
    try await withAzure { azure in
      let lying = Lying(answer: answer)
      let http = HTTPClient(transport: lying, retry: RetryPolicy(firstDelay: .milliseconds(1)))
      let manager = ResourceManager(http: http, identity: azure.identity)
      let target = try await RegistryFinder(azure.manager).find("myregistry")
      try await body(ImportService(manager, clock: ImportServiceTests.QuickClock().clock), manager, target, lying)
    }
  }

  private func parameters(password: String? = nil) throws -> ServiceImportParameters {
    let credentials = password.map {
      ServiceImportParameters.SourceCredentials(userName: "ann", password: Secret($0))
    }
    return try ServiceImportParameters(
      source: .host(.dockerHub, credentials), image: RepositoryReference("library/a:1"),
      targetTags: [RepositoryReference("a:1")], isForced: false)
  }

  @Test(
    "what does not say `Succeeded` is no success",
    arguments: [
      "<html>sign in</html>", "", "{}", #"{"status":5}"#, #"{"status":null}"#, #"{"status":""}"#, "[]", "null",
    ])
  func onlySucceeded(_ body: String) async throws {
    try await withService { request in
      if request.url.contains("/importImage") {
        return (202, [.location: request.url.replacing("/importImage", with: "/operationResults/registries-1")], "")
      }
      return request.url.contains("/operationResults/") ? (200, [:], body) : nil
    } _: { service, _, target, _ in
      let operation = try await service.start(try parameters(), into: target)
      let error = try await failure { try await service.follow(operation) }
      #expect(error.kind == .invalid)
      #expect(error.message.contains("did not report the result of the import"))
      guard case .failed(let failed) = try await service.state(of: operation) else {
        Issue.record("not failed")
        return
      }
      #expect(failed.kind == .invalid)
    }
  }

  @Test(
    "an import that is answered by a web page was not begun",
    arguments: ["<html>proxy</html>", #"{"status":"Failed"}"#, "[]"])
  func startedByAPage(_ body: String) async throws {
    try await withService { request in
      request.url.contains("/importImage") ? (200, [:], body) : nil
    } _: { service, _, target, _ in
      let error = try await failure { _ = try await service.start(try parameters(), into: target) }
      #expect(error.kind == .invalid)
    }
  }

  @Test("the source's password stays at the resource manager", arguments: [307, 308])
  func passwordsStay(_ status: Int) async throws {
    try await withService { request in
      request.url.contains("/importImage") ? (status, [.location: "https://thief.example/steal"], "") : nil
    } _: { service, _, target, lying in
      let error = try await failure {
        _ = try await service.start(try parameters(password: "hunter2-pw"), into: target)
      }
      #expect(error.kind == .denied)
      #expect(lying.requests.urls.allSatisfy { !$0.contains("thief") })
    }
  }

  @Test("what the resource manager repeats of a password is not shown")
  func echoes() async throws {
    try await withService { request in
      guard request.url.contains("/importImage"), case .bytes(let bytes) = request.body else { return nil }
      let sent = String(decoding: bytes, as: UTF8.self).replacing("\"", with: "'")
      let token = request.authorization?.reveal() ?? ""
      var headers = HTTPFields()
      if let name = HTTPField.Name("x-ms-correlation-request-id") { headers[name] = token }
      return (
        400, headers, #"{"error":{"code":"hunter2-pw","message":"cannot read \#(sent) with \#(token)"}}"#
      )
    } _: { service, _, target, _ in
      let error = try await failure {
        _ = try await service.start(try parameters(password: "hunter2-pw"), into: target)
      }
      let shown = "\(error.message) \(error.help ?? "") \(error.notes) \(error.requestID ?? "") \(error.code ?? "")"
      #expect(!shown.contains("hunter2"), "\(shown)")
      #expect(!shown.contains("eyJ"), "\(shown)")
    }
  }

  @Test("a list that is redirected to another host, or continued there, is not followed")
  func listsStay() async throws {
    try await withService { request in
      if request.url.contains("/redirected") { return (302, [.location: "https://thief.example/"], "") }
      return request.url.contains("/continued")
        ? (200, [:], #"{"value":[],"nextLink":"https://thief.example/next"}"#) : nil
    } _: { _, manager, _, lying in
      for path in ["/subscriptions/redirected", "/subscriptions/continued"] {
        let error = try await failure { _ = try await manager.list(path) }
        #expect(error.kind == .denied || error.kind == .invalid)
      }
      #expect(lying.requests.urls.allSatisfy { !$0.contains("thief") })
    }
  }

  @Test("a list without end ends")
  func endless() async throws {
    let count = Mutex(0)
    try await withService { request in
      guard request.url.contains("/endless") else { return nil }
      let number = count.withLock { count in
        count += 1
        return count
      }
      let base = request.url.prefix { $0 != "?" }
      return (200, [:], #"{"value":[{}],"nextLink":"\#(base)?page=\#(number)"}"#)
    } _: { _, manager, _, _ in
      let error = try await failure { _ = try await manager.list("/subscriptions/endless") }
      #expect(error.code == WireLimits.code)
      #expect(error.help?.contains("--limit pages=") == true)
    }
  }
}
