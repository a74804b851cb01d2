import AcrCore
import OCIRegistry
import Testing

@testable import AzureRegistry

@Suite("The body of importImage is the one that az sends")
struct ServiceImportParametersTests {
  static let id = "/subscriptions/s/resourceGroups/My/providers/Microsoft.ContainerRegistry/registries/Src"
  static let digest = "sha256:" + String(repeating: "a", count: 64)

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var host: String?
    var credentials: Credentials = .anonymous
    let image: String
    var tags: [String] = []
    var repositories: [String] = []
    var isForced = false
    let body: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "Docker Hub by tag", host: "docker.io", image: "library/hello-world:latest", tags: ["hello-world:latest"],
      body: #"{"source":{"registryUri":"docker.io","sourceImage":"library/hello-world:latest"},"#
        + #""targetTags":["hello-world:latest"],"mode":"NoForce"}"#),
    Case(
      name: "by digest without a tag", host: "docker.io", image: "library/hello-world@\(digest)",
      repositories: ["hello-world"],
      body: #"{"source":{"registryUri":"docker.io","sourceImage":"library/hello-world@\#(digest)"},"#
        + #""untaggedTargetRepositories":["hello-world"],"mode":"NoForce"}"#),
    Case(
      name: "with an account", host: "docker.io", credentials: .user("u", password: Secret("p")), image: "o/i:t",
      tags: ["i:t"],
      body: #"{"source":{"registryUri":"docker.io","credentials":{"username":"u","password":"p"},"#
        + #""sourceImage":"o/i:t"},"targetTags":["i:t"],"mode":"NoForce"}"#),
    Case(
      name: "with a token alone", host: "src.azurecr.io", credentials: .accessToken(Secret("jwt")), image: "r:t",
      tags: ["r:t"],
      body: #"{"source":{"registryUri":"src.azurecr.io","credentials":{"password":"jwt"},"sourceImage":"r:t"},"#
        + #""targetTags":["r:t"],"mode":"NoForce"}"#),
    Case(
      name: "by id, as it was written", image: "aci-helloworld:latest", tags: ["a:1", "b:2"],
      body: #"{"source":{"resourceId":"\#(id)","sourceImage":"aci-helloworld:latest"},"#
        + #""targetTags":["a:1","b:2"],"mode":"NoForce"}"#),
    Case(
      name: "both kinds of targets, by force", host: "mcr.microsoft.com", image: "windows/servercore:ltsc2019",
      tags: ["servercore"], repositories: ["bare"], isForced: true,
      body: #"{"source":{"registryUri":"mcr.microsoft.com","sourceImage":"windows/servercore:ltsc2019"},"#
        + #""targetTags":["servercore"],"untaggedTargetRepositories":["bare"],"mode":"Force"}"#),
  ]

  @Test(arguments: cases)
  func body(_ item: Case) throws {
    let source: ServiceImportParameters.Source
    if let host = item.host {
      source = .host(try RegistryHost(host), try .init(item.credentials))
    } else {
      source = .registry(try #require(AzureResourceID(registry: Self.id)))
    }
    let parameters = try ServiceImportParameters(
      source: source, image: RepositoryReference(item.image), targetTags: item.tags.map { try RepositoryReference($0) },
      untaggedRepositories: item.repositories.map { try RepositoryName($0) }, isForced: item.isForced)
    #expect(String(decoding: parameters.body, as: UTF8.self) == item.body)
    #expect(!"\(parameters)".contains("jwt"))
  }

  @Test func refusesWhatTheServiceWould() throws {
    let image = try RepositoryReference("a:1")
    let source = ServiceImportParameters.Source.host(.dockerHub, nil)
    #expect(throws: AcrError.self) { try ServiceImportParameters(source: source, image: image, targetTags: []) }
    let digested = try RepositoryReference("a@\(Self.digest)")
    #expect(throws: AcrError.self) { try ServiceImportParameters(source: source, image: image, targetTags: [digested]) }
    #expect(throws: AcrError.self) { try ServiceImportParameters.SourceCredentials(.identityToken(Secret("x"))) }
  }
}
