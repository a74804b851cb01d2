import AcrCore
import Testing

@Suite struct ImageReferenceTests {
  private static let digest = "sha256:" + String(repeating: "ab", count: 32)

  struct Valid: Sendable {
    let text: String
    let registry: String
    let repository: String
    var tag: String?
    var digest: String?
  }

  @Test(arguments: [
    Valid(text: "alpine", registry: "docker.io", repository: "library/alpine"),
    Valid(text: "alpine:3.20", registry: "docker.io", repository: "library/alpine", tag: "3.20"),
    Valid(text: "docker.io/alpine", registry: "docker.io", repository: "library/alpine"),
    Valid(text: "index.docker.io/a/b", registry: "docker.io", repository: "a/b"),
    Valid(text: "registry-1.docker.io/library/a", registry: "docker.io", repository: "library/a"),
    Valid(text: "grafana/loki", registry: "docker.io", repository: "grafana/loki"),
    Valid(text: "localhost/a", registry: "localhost", repository: "a"),
    Valid(text: "localhost:5000/a:b", registry: "localhost:5000", repository: "a", tag: "b"),
    Valid(text: "127.0.0.1:5000/a/b/c", registry: "127.0.0.1:5000", repository: "a/b/c"),
    Valid(text: "[::1]:5000/a", registry: "[::1]:5000", repository: "a"),
    Valid(
      text: "REG.Example.COM/a_b/c__d/e-f/g--h/i.j", registry: "reg.example.com", repository: "a_b/c__d/e-f/g--h/i.j"),
    Valid(text: "x.azurecr.io/a@\(digest)", registry: "x.azurecr.io", repository: "a", digest: digest),
    Valid(
      text: "x.azurecr.io/a:1_A.b-c@\(digest)", registry: "x.azurecr.io", repository: "a", tag: "1_A.b-c",
      digest: digest),
  ])
  func reads(_ expected: Valid) throws {
    let reference = try ImageReference(expected.text)
    #expect(reference.registry.name == expected.registry)
    #expect(reference.repository.name == expected.repository)
    #expect(reference.tag?.name == expected.tag)
    #expect(reference.digest?.description == expected.digest)
    #expect(try ImageReference(reference.description) == reference)
  }

  @Test(arguments: [
    ("", "is empty"),
    ("x.azurecr.io/", "names a registry but no repository"),
    ("x.azurecr.io/a:", "the tag is empty"),
    ("x.azurecr.io/a:-b", "`-b` is not a tag"),
    ("x.azurecr.io/a:.b", "`.b` is not a tag"),
    ("x.azurecr.io/A", "capital letters"),
    ("x.azurecr.io/a//b", "nothing before or after"),
    ("x.azurecr.io/a___b", "`a___b` is not allowed"),
    ("x.azurecr.io/a._b", "`a._b` is not allowed"),
    ("x.azurecr.io/-a", "`-a` is not allowed"),
    ("x.azurecr.io/a-", "`a-` is not allowed"),
    ("x.azurecr.io/ä", "`ä` is not allowed"),
    ("x.azurecr.io:0/a", "is not a port"),
    ("x.azurecr.io:65536/a", "is not a port"),
    ("x..io/a", "is not a part of a host name"),
    ("-x.io/a", "is not a part of a host name"),
    ("[::1:5000/a", "no `]`"),
    ("x.io/a@sha256:12", "has 2 digits"),
    ("x.io/a@md5:12", "is not a supported digest algorithm"),
    ("x.io/a@12", "start with `sha256:`"),
  ])
  func refuses(_ text: String, _ part: String) {
    #expect {
      try ImageReference(text)
    } throws: { error in
      guard let error = error as? AcrError else { return false }
      return error.kind == .usage && error.message.contains(part)
    }
  }

  @Test func knowsTheLimits() throws {
    #expect(throws: Never.self) { try RepositoryName(String(repeating: "a", count: 255)) }
    #expect(throws: AcrError.self) { try RepositoryName(String(repeating: "a", count: 256)) }
    #expect(throws: Never.self) { try TagName(String(repeating: "a", count: 128)) }
    #expect(throws: AcrError.self) { try TagName(String(repeating: "a", count: 129)) }
  }

  @Test(arguments: [
    ("localhost", true), ("localhost:5000", true), ("a.localhost", true), ("127.0.0.1", true), ("127.9.9.9:1", true),
    ("[::1]:5000", true), ("128.0.0.1", false), ("127.0.0.1.nip.io", false), ("localhost.example.com", false),
    ("docker.io", false),
  ])
  func knowsLoopback(_ host: String, _ isLoopback: Bool) throws {
    #expect(try RegistryHost(host).isLoopback == isLoopback)
  }

  @Test func asksDockerHubAtItsOwnAddress() throws {
    #expect(RegistryHost.dockerHub.apiHost == "registry-1.docker.io")
    #expect(try RegistryHost("x.azurecr.io").apiHost == "x.azurecr.io")
    #expect(try RegistryHost("x.azurecr.io:444").hostWithoutPort == "x.azurecr.io")
    #expect(try RegistryHost("[::1]:444").hostWithoutPort == "[::1]")
  }
}
