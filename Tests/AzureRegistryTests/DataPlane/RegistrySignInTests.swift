import AcrCore
import AzureIdentity
import OCIRegistry
import TestSupport
import Testing

@testable import AzureRegistry

@Suite("The account signs in to registries, and reads their metadata", .serialized)
struct RegistrySignInTests {
  static let world = RegistryFinderTests.world(
    registries: """
      {"name": "first", "subscription": "s-1", "resourceGroup": "g",
       "tokens": [{"name": "all", "password": "secret",
         "actions": ["pull", "push", "delete", "metadata_read", "metadata_write"]}],
       "roleAssignments": [{"principal": "p-1", "role": "Owner"}],
       "images": ["app:v1", "app:v2", "other:latest", "hello-world:latest"]},
      {"name": "hidden", "subscription": "s-1", "resourceGroup": "g", "anonymousPull": true,
       "tokens": [{"name": "all", "password": "secret", "actions": ["pull", "push"]}],
       "images": ["app:v1"]}
      """)

  private func session(_ azure: Azure) -> RegistryClients {
    RegistryClients(
      http: azure.http, credentials: CredentialStore(environment: ["HOME": "/nonexistent"]),
      identity: RegistryTokenExchange(
        http: azure.http, identity: azure.identity, finder: RegistryFinder(azure.manager)))
  }

  private func withWorld(_ body: (Azure, RegistryClients) async throws -> Void) async throws {
    try await withAzure(world: Self.world, as: RegistryFinderTests.principal) { azure in
      try await body(azure, session(azure))
    }
  }

  @Test("with one exchange for many tokens")
  func exchange() async throws {
    try await withWorld { azure, session in
      let host = try RegistryHost(azure.address("first"))
      try await azure.admin("DELETE", "requests")
      let tags = try await session.repository(host, RepositoryName("app"), access: .pull).tagPages().all()
      #expect(tags.map(\.name) == ["v1", "v2"])
      let others = try await session.repository(host, RepositoryName("other"), access: .pull).tagPages().all()
      #expect(others.map(\.name) == ["latest"])
      let requests = try await azure.requests()
      #expect(requests.count { $0 == "POST /oauth2/exchange" } == 1)
      #expect(requests.count { $0 == "POST /oauth2/token" } == 2)
    }
  }

  @Test("but is not used for unknown hosts, when not signed in, and when there are credentials")
  func others() async throws {
    try await withWorld { azure, session in
      // Nothing in the resource manager shows the registry to the account, so its token does not go there.
      let hidden = try RegistryHost(azure.address("hidden"))
      try await azure.admin("DELETE", "requests")
      let tags = try await session.repository(hidden, RepositoryName("app"), access: .pull).tagPages().all()
      #expect(tags.map(\.name) == ["v1"])
      let first = try RegistryHost(azure.address("first"))
      try await session.login(first, .user("all", password: Secret("secret")))
      _ = try await session.repository(first, RepositoryName("app"), access: .pull).tagPages().all()
      #expect(try await azure.requests().count { $0 == "POST /oauth2/exchange" } == 0)

      try await azure.identity.signOut()
      await session.logout(first)
      session.forgetTokens()
      let error = try await failure {
        try await session.repository(first, RepositoryName("app"), access: .pull).tagPages().all()
      }
      #expect(error.kind == .auth)
    }
  }

  @Test("refusals of the exchange are told apart")
  func refusals() async throws {
    try await withWorld { azure, session in
      let host = try RegistryHost(azure.address("first"))
      try await azure.admin(
        "POST", "faults",
        ["target": "first", "path": "/oauth2/exchange", "status": 403, "body": #"{"errors":[{"code":"DENIED"}]}"#])
      let error = try await failure {
        try await session.repository(host, RepositoryName("app"), access: .pull).tagPages().all()
      }
      #expect(error.kind == .denied)
      #expect(error.message == "\(host) does not allow access from this machine")
      #expect(error.code == "DENIED")
      #expect(error.help == "check whether its firewall allows this address and public network access is enabled")
    }
  }

  @Test("a registry that does not take the account says whose tokens it takes, and does not send to `login` again")
  func unknownAccount() async throws {
    try await withWorld { azure, session in
      let host = try RegistryHost(azure.address("first"))
      try await azure.admin(
        "POST", "faults",
        ["target": "first", "path": "/oauth2/exchange", "status": 401, "times": 9, "body": #"{"errors":[]}"#])
      let error = try await failure {
        try await session.repository(host, RepositoryName("app"), access: .pull).tagPages().all()
      }
      #expect(error.kind == .auth)
      #expect(error.help?.contains("accounts of its own tenant only") == true, "\(error.help ?? "")")
      #expect(error.help?.contains("acr login --username --password") == true)
    }
  }

  @Test("lists manifests page by page in the order asked for")
  func manifests() async throws {
    try await withWorld { azure, session in
      let host = try RegistryHost(azure.address("first"))
      let name = try RepositoryName("hello-world")
      let metadata = AzureMetadata(session.client(host))
      let all = try await metadata.manifests(of: name).all()
      #expect(all.count > 4)
      let pages = metadata.manifests(of: name, orderedBy: .timeDescending, pageSize: 2)
      let first = try #require(try await pages.next())
      #expect(first.count == 2)
      let rest = try await pages.all()
      #expect(first.count + rest.count == all.count)
      let times = (first + rest).compactMap { $0["lastUpdateTime"]?.string }
      #expect(times == times.sorted(by: >))
      let tags = try await metadata.tags(of: name).all()
      #expect(tags.compactMap { $0["name"]?.string } == ["latest"])
      let unknown = try await failure { try await metadata.manifests(of: RepositoryName("none")).all() }
      #expect(unknown.kind == .notFound)
      #expect(unknown.message == "the repository `\(host)/none` does not exist")
    }
  }

  @Test("sets locks, obeys them, and deletes")
  func locks() async throws {
    try await withWorld { azure, session in
      let host = try RegistryHost(azure.address("first"))
      let name = try RepositoryName("app")
      let metadata = AzureMetadata(session.client(host))
      let tag = AzureMetadata.Item.tag(name, try TagName("v1"))
      let locked = try await metadata.setLocks(.init(deleteEnabled: false), of: tag)
      #expect(locked["changeableAttributes"]?["deleteEnabled"]?.bool == false)
      #expect(locked["changeableAttributes"]?["writeEnabled"]?.bool == true)
      let error = try await failure { try await metadata.delete(tag) }
      #expect(error.message == "a lock forbids deleting `\(host)/app:v1`")
      _ = try await metadata.setLocks(.init(deleteEnabled: true), of: tag)
      let digest = try Digest(try #require(try await metadata.details(of: tag)["digest"]?.string))
      let manifest = try await metadata.details(of: .manifest(name, digest))
      #expect(manifest["digest"]?.string == digest.description)
      try await metadata.delete(tag)
      try await metadata.delete(.manifest(name, digest))
      let left = try await metadata.details(of: .repository(name))
      // Both tags pointed at the one manifest.
      #expect(left["tagCount"]?.integer == 0)
      try await metadata.delete(.repository(name))
      let gone = try await failure { try await metadata.details(of: .repository(name)) }
      #expect(gone.kind == .notFound)
      await #expect(throws: AcrError.self) { try await metadata.setLocks(.init(), of: tag) }
    }
  }
}
