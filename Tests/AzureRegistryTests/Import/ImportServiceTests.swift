import AcrCore
import AzureIdentity
import OCIRegistry
import Synchronization
import TestSupport
import Testing

@testable import AzureRegistry

@Suite("Imports by the service", .serialized)
struct ImportServiceTests {
  /// A clock that does not wait, and remembers what it was asked to.
  final class QuickClock: Sendable {
    private let state = Mutex<(now: Int64, waits: [Duration])>((0, []))
    var waits: [Duration] { state.withLock { $0.waits } }
    var clock: IdentityClock {
      IdentityClock(
        now: { Timestamp(seconds: 1_700_000_000 + self.state.withLock { $0.now }) },
        sleep: { duration in
          try Task.checkCancellation()
          self.state.withLock {
            $0.waits.append(duration)
            $0.now += duration.components.seconds
          }
          try await Task.sleep(for: .milliseconds(20))
        })
    }
  }

  private func parameters(
    _ source: ServiceImportParameters.Source, _ image: String, _ tag: String, isForced: Bool = false
  ) throws -> ServiceImportParameters {
    try ServiceImportParameters(
      source: source, image: RepositoryReference(image), targetTags: [RepositoryReference(tag)], isForced: isForced)
  }

  @Test("an import is started, followed and has then succeeded; a second one finds the tag")
  func whole() async throws {
    try await withAzure { azure in
      let finder = RegistryFinder(azure.manager)
      let clock = QuickClock()
      let service = ImportService(azure.manager, clock: clock.clock)
      let target = try await finder.find("myregistry")
      let hub = try parameters(.host(.dockerHub, nil), "library/hello-world:latest", "hello-world:latest")
      let operation = try await service.start(hub, into: target)
      #expect(operation.id?.hasPrefix("registries-") == true)
      #expect(operation.targetNames == ["\(target.loginServer)/hello-world:latest"])
      let seen = Mutex<[String]>([])
      try await service.follow(operation) { progress in seen.withLock { $0.append(progress.status) } }
      #expect(seen.withLock { $0.last } == "Succeeded")
      #expect(clock.waits.allSatisfy { $0 == .seconds(1) })
      // What has been followed can be followed again.
      try await service.follow(operation)

      let again = try await service.start(hub, into: target)
      let conflict = try await failure { try await service.follow(again) }
      #expect(conflict.kind == .conflict)
      #expect(
        conflict.message
          == "the target refused: `hello-world:latest` exists in `\(target.loginServer)` already, and nothing was copied"
      )
      #expect(conflict.requestID != nil)

      let forced = try parameters(
        .host(.dockerHub, nil), "library/busybox:latest", "hello-world:latest", isForced: true)
      try await service.follow(try await service.start(forced, into: target))
    }
  }

  @Test("from another registry of Azure by its id, and refused where a role is missing")
  func byID() async throws {
    try await withAzure { azure in
      let finder = RegistryFinder(azure.manager)
      let service = ImportService(azure.manager, clock: QuickClock().clock)
      let target = try await finder.find("myregistry")
      let source = try await finder.find("mysourceregistry")
      let operation = try await service.start(
        try parameters(.registry(source.id), "aci-helloworld:latest", "a:1"), into: target)
      try await service.follow(operation)
      let error = try await failure {
        try await service.start(try parameters(.registry(target.id), "hello-world:none", "a:1"), into: source)
      }
      #expect(error.kind == .denied)
      #expect(error.help?.contains("`Container Registry Data Importer and Data Reader`") == true)
      let unknown = try await service.start(
        try parameters(.host(.dockerHub, nil), "nats:2.1.8", "a:2"), into: target)
      let refused = try await failure { try await service.follow(unknown) }
      #expect(refused.message == "the source refused: there is no public repository `nats` in `docker.io`")
    }
  }

  @Test("a start is sent again after 429 and 503, and not after 500")
  func retries() async throws {
    try await withAzure { azure in
      let target = try await RegistryFinder(azure.manager).find("myregistry")
      let service = ImportService(azure.manager, clock: QuickClock().clock)
      let hub = try parameters(.host(.dockerHub, nil), "library/hello-world:latest", "again:1")
      for status in [429, 503] as [Int64] {
        try await azure.admin(
          "POST", "faults",
          ["target": "control", "method": "POST", "path": "*importImage", "status": .integer(status), "times": 1])
        _ = try await service.start(hub, into: target)
      }
      try await azure.admin(
        "POST", "faults",
        ["target": "control", "method": "POST", "path": "*importImage", "status": 500, "times": 1])
      let error = try await failure { try await service.start(hub, into: target) }
      #expect(error.kind == .server)
    }
  }

  @Test("an import that takes too long is left to the service")
  func timeout() async throws {
    try await withAzure { azure in
      try await azure.admin("POST", "imports", ["seconds": 600])
      let target = try await RegistryFinder(azure.manager).find("myregistry")
      let service = ImportService(azure.manager, clock: QuickClock().clock)
      let operation = try await service.start(
        try parameters(.host(.dockerHub, nil), "library/hello-world:latest", "slow:1"), into: target)
      let error = try await failure { try await service.follow(operation, timeout: .seconds(5)) }
      #expect(error.kind == .timeout)
      #expect(error.message == "the import of `docker.io/library/hello-world:latest` has not ended within 5 s")
    }
  }

  @Test("a failure in an answer 200 is a failure", arguments: ["Failed", "Canceled"])
  func failedWithSuccess(_ status: String) async throws {
    let server = try LoopbackServer { request in
      if request.path.hasSuffix("/token") {
        return .json(#"{"token_type":"Bearer","expires_in":3600,"access_token":"t"}"#)
      }
      if request.method == "POST" {
        let host = request.headers["Host"] ?? ""
        return LoopbackServer.Reply(202, ["Location": "http://\(host)/op?s=a%2Fb&h=%7e"], text: "")
      }
      guard request.target == "/op?s=a%2Fb&h=%7e" else { return LoopbackServer.Reply(401, text: "") }
      return .json(#"{"status":"\#(status)","error":{"code":"X","message":"Oh no."}}"#)
    }
    defer { server.stop() }
    let identity = try makeIdentity(control: server.authority)
    var options = AccountManager.Options()
    options.findsSubscriptions = false
    try await identity.signIn(
      .clientSecret(tenant: "t", clientID: "p", secret: Secret("secret")), options: options)
    let service = ImportService(ResourceManager(http: quickHTTP, identity: identity), clock: QuickClock().clock)
    let target = try ImportFailureTests.target()
    let operation = try await service.start(
      try parameters(.host(.dockerHub, nil), "library/a:1", "a:1"), into: target)
    let error = try await failure { try await service.follow(operation) }
    #expect(error.message == "the service could not import into `first`: Oh no.")
    #expect(error.code == "X")
  }
}
