import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("The resource manager and its imports", .serialized)
struct ImportTests {
  static let subscription = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e"
  static let target =
    "\(subscription)/resourceGroups/myresourcegroup/providers/Microsoft.ContainerRegistry/registries/myregistry"
  static let source =
    "\(subscription)/resourceGroups/sourceResourceGroup/providers/Microsoft.ContainerRegistry/registries/mysourceregistry"
  static let hidden =
    "/subscriptions/bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f/resourceGroups/privateResourceGroup/providers/"
    + "Microsoft.ContainerRegistry/registries/privateregistry"

  static func body(
    host: String? = nil, id: String? = nil, _ image: String, tags: [String] = [], untagged: [String] = [],
    user: String? = nil, password: String? = nil, mode: String = "NoForce"
  ) -> JSONValue {
    var source: [JSONValue.Member] = [.init("sourceImage", .string(image))]
    if let host { source.append(.init("registryUri", .string(host))) }
    if let id { source.append(.init("resourceId", .string(id))) }
    if let password {
      let name = user.map { [JSONValue.Member("username", .string($0))] } ?? []
      source.append(.init("credentials", .object(name + [.init("password", .string(password))])))
    }
    var members: [JSONValue.Member] = [.init("source", .object(source)), .init("mode", .string(mode))]
    if !tags.isEmpty { members.append(.init("targetTags", .array(tags.map { .string($0) }))) }
    if !untagged.isEmpty {
      members.append(.init("untaggedTargetRepositories", .array(untagged.map { .string($0) })))
    }
    return .object(members)
  }

  /// Starts an import and asks for it until it has ended.
  /// - Returns: the last answer, and the states on the way.
  private func run(
    _ emulator: EmulatorProcess, _ body: JSONValue, target: String = ImportTests.target, token: String? = nil
  ) async throws -> (last: LoopbackClient.Answer, states: [String]) {
    let token = if let token { token } else { try await emulator.managementToken() }
    let start = try await emulator.manage("POST", "\(target)/importImage", token: token, body: body)
    guard start.status == 202 else { return (start, []) }
    #expect(start.body.isEmpty)
    #expect(start.headers["Retry-After"] == "1")
    var location = try #require(start.headers["Location"])
    var states: [String] = []
    while states.count < 400 {
      let poll = try await emulator.control().send("GET", location, headers: ["Authorization": "Bearer \(token)"])
      states.append(poll.json["status"]?.string ?? "")
      if poll.status != 202 { return (poll, states) }
      location = try #require(poll.headers["Location"])
      try await Task.sleep(for: .milliseconds(25))
    }
    throw TestSupportError("the import did not end")
  }

  @Test("every import of the article succeeds, with what the article says about it")
  func article() async throws {
    try await withEmulator(world: nil) { emulator in
      try await emulator.admin("POST", "imports", ["seconds": 0])
      let identity = try await emulator.control().send(
        "GET",
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.core.windows.net%2F",
        headers: ["Metadata": "true"]
      ).string("access_token")
      let account = (user: "sample", password: "sample-password")
      let principal = EntraTests.application
      let imports: [(JSONValue, String)] = [
        (
          Self.body(host: "docker.io", "library/hello-world:latest", tags: ["hello-world:latest"]), "hello-world:latest"
        ),
        (
          Self.body(
            host: "docker.io", "tensorflow/tensorflow:latest-gpu", tags: ["tensorflow:latest-gpu"], user: account.user,
            password: account.password), "tensorflow:latest-gpu"
        ),
        (
          Self.body(host: "mcr.microsoft.com", "windows/servercore:ltsc2019", tags: ["servercore:ltsc2019"]),
          "servercore:ltsc2019"
        ),
        (Self.body(id: Self.source, "aci-helloworld:latest", tags: ["aci-helloworld:latest"]), "aci-helloworld:latest"),
        (Self.body(id: Self.hidden, "aci-helloworld:latest", tags: ["hidden:latest"]), "hidden:latest"),
        (
          Self.body(
            host: "sourceregistry.azurecr.io", "sourcerrepo:tag", tags: ["targetimage:tag"], user: principal,
            password: account.password), "targetimage:tag"
        ),
        (
          Self.body(
            host: "sourceregistry.azurecr.io", "sourcerrepo:tag", tags: ["bytoken:tag"], password: identity),
          "bytoken:tag"
        ),
        (
          Self.body(
            host: "docker.io", "sourcerepo/sourceimage:tag", tags: ["sourceimage:tag"], user: account.user,
            password: account.password), "sourceimage:tag"
        ),
      ]
      for (body, name) in imports {
        let (last, states) = try await run(emulator, body)
        #expect(last.status == 200, "\(name): \(last.text)")
        #expect(last.json == ["status": "Succeeded"])
        #expect(states.last == "Succeeded")
      }
      let registry = try emulator.address("myregistry")
      for (_, name) in imports { try await verifyImage(name, at: registry, credentials: "sample:sample-password") }
    }
  }

  @Test("an import by digest without a tag makes no tag; a target without a tag gets the source's")
  func targets() async throws {
    try await withEmulator(world: nil) { emulator in
      try await emulator.admin("POST", "imports", ["seconds": 0])
      let source = try emulator.registry("mcr.microsoft.com")
      let digest = try #require(
        try await source.send("HEAD", "/v2/hello-world/manifests/latest").headers["Docker-Content-Digest"])
      let byDigest = Self.body(
        host: "mcr.microsoft.com", "hello-world@\(digest)", tags: ["first", "second:v2"], untagged: ["bare"])
      #expect(try await run(emulator, byDigest).last.status == 200)
      let byTag = Self.body(host: "mcr.microsoft.com", "windows/servercore:ltsc2019", tags: ["third"])
      #expect(try await run(emulator, byTag).last.status == 200)
      let registries = try await emulator.admin("GET", "state").json["registries"]?.array ?? []
      let repositories = registries.first { $0["name"]?.string == "myregistry" }?["repositories"]?.array ?? []
      let tags = repositories.map { "\($0["name"]?.string ?? "") \($0["tags"]?.members?.map(\.name) ?? [])" }
      #expect(tags == ["bare []", "first [\"latest\"]", "second [\"v2\"]", "third [\"ltsc2019\"]"])
    }
  }

  @Test("an import is accepted, runs, and names each manifest before it has succeeded")
  func lifecycle() async throws {
    try await withEmulator(world: nil) { emulator in
      try await emulator.admin("POST", "imports", ["seconds": .number(1.5)])
      let body = Self.body(host: "docker.io", "library/hello-world:latest", tags: ["hello-world:latest"])
      let (last, states) = try await run(emulator, body)
      #expect(last.status == 200)
      #expect(states.first == "Accepted")
      #expect(states.contains("Running"))
    }
  }

  @Test("the address of an operation has to be sent back as it came")
  func signedLocation() async throws {
    try await withEmulator(world: nil) { emulator in
      let token = try await emulator.managementToken()
      let body = Self.body(host: "docker.io", "library/hello-world:latest", tags: ["hello-world:latest"])
      let start = try await emulator.manage("POST", "\(Self.target)/importImage", token: token, body: body)
      let location = try #require(start.headers["Location"])
      let headers: HeaderFields = ["Authorization": "Bearer \(token)"]
      let shortened = String(location.prefix { $0 != "&" })
      #expect(try await emulator.control().send("GET", shortened, headers: headers).status == 401)
      #expect(try await emulator.control().send("GET", location, headers: headers).status < 300)
    }
  }

  @Test("an import that is done at once is over at the first question")
  func atOnce() async throws {
    try await withEmulator(world: nil) { emulator in
      try await emulator.admin("POST", "imports", ["seconds": 0, "atOnce": true])
      let body = Self.body(host: "mcr.microsoft.com", "hello-world:latest", tags: ["hello-world:latest"])
      let (last, states) = try await run(emulator, body)
      #expect(last.status == 200)
      #expect(states == ["Succeeded"])
    }
  }

  struct Failure: Sendable, CustomTestStringConvertible {
    let body: JSONValue
    let text: String
    var testDescription: String { text }
  }

  static let failures = [
    Failure(
      body: body(host: "docker.io", "hello-world:latest", tags: ["x"]),
      text: #"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required""#),
    Failure(
      body: body(host: "docker.io", "sourcerepo/sourceimage:tag", tags: ["x"]), text: "Unauthorized Unauthorized"),
    Failure(
      body: body(host: "docker.io", "sourcerepo/sourceimage:tag", tags: ["x"], user: "sample", password: "wrong"),
      text: "Unauthorized Unauthorized"),
    Failure(body: body(host: "mcr.microsoft.com", "hello-world:none", tags: ["x"]), text: "MANIFEST_UNKNOWN"),
    Failure(
      body: body(
        host: "privateregistry.azurecr.io", "aci-helloworld", tags: ["x"], user: "sample", password: "sample-password"),
      text: "is not allowed access. Refer https://aka.ms/acr/firewall"),
    Failure(body: body(host: "sourceregistry.azurecr.io", "sourcerrepo:tag", tags: ["x"]), text: "UNAUTHORIZED"),
    Failure(body: body(host: "unknown.example", "a:b", tags: ["x"]), text: "could not be reached"),
  ]

  @Test("failures come with the last poll, in the sentence that people report")
  func failures() async throws {
    try await withEmulator(world: nil) { emulator in
      try await emulator.admin("POST", "imports", ["seconds": 0])
      for failure in Self.failures {
        let (last, _) = try await run(emulator, failure.body)
        let message = last.json["error"]?["message"]?.string ?? ""
        #expect(last.status == 400)
        #expect(message.hasPrefix("Operation registries-"))
        #expect(message.contains(" failed. Resource \(Self.subscription)/resourceGroups/myResourceGroup/"))
        #expect(message.contains(failure.text), "\(message)")
      }
      for (word, text) in [
        ("ignored", "The remote server may not be RFC 7233 compliant"), ("refused", "Unexpected response status code"),
        ("short", "Unexpected length of body in response"),
      ] {
        try await emulator.admin("POST", "ranges/mcr.microsoft.com", ["ranges": .string(word)])
        let (last, _) = try await run(emulator, Self.body(host: "mcr.microsoft.com", "hello-world", tags: ["ranges"]))
        #expect(last.json["error"]?["message"]?.string?.contains(text) == true)
      }
      try await emulator.admin("POST", "imports", ["failures": ["something else went wrong"]])
      let (last, _) = try await run(emulator, Self.body(id: Self.source, "hello-world", tags: ["y"]))
      #expect(last.json["error"]?["message"]?.string?.hasSuffix("something else went wrong") == true)
    }
  }

  @Test("a registry outside of the emulator can stand for a host")
  func upstream() async throws {
    try await withRegistryServer { server in
      let world = EmulatorProcess.smallWorld.replacing(
        "\"operations\"", with: "\"upstreams\": {\"ghcr.io\": \"\(server.authority)\"}, \"operations\"")
      try await withEmulator(world: world) { emulator in
        try await withTemporaryDirectory { directory in
          let layout = try ImageLayout(path: directory.path("layout"))
          try SyntheticImages(in: layout).index("many", baseLayers: [5_000_000], ownLayer: 900)
          try await RegistryContent(authority: server.directAuthority).push(layout, to: "team/many")
        }
        let access = try await emulator.token(
          tenant: "t-1",
          [
            "grant_type": "password", "client_id": "cli", "username": "owner", "password": "secret",
            "scope": "https://management.azure.com//.default",
          ]
        ).string("access_token")
        let path = "/subscriptions/s-1/resourceGroups/group/providers/Microsoft.ContainerRegistry/registries/first"
        let body = Self.body(host: "ghcr.io", "team/many", tags: ["many:v1"])
        let (last, _) = try await run(emulator, body, target: path, token: access)
        #expect(last.status == 200, "\(last.text)")
        try await verifyImage("many:v1", at: emulator.address("first"), credentials: "all:secret")
      }
    }
  }

  @Test("a tag that exists is moved by Force alone")
  func force() async throws {
    try await withEmulator(world: nil) { emulator in
      try await emulator.admin("POST", "imports", ["seconds": 0])
      let first = Self.body(host: "mcr.microsoft.com", "hello-world", tags: ["app:v1"])
      #expect(try await run(emulator, first).last.status == 200)
      let (again, _) = try await run(emulator, Self.body(id: Self.source, "aci-helloworld", tags: ["app:v1"]))
      #expect(again.json["error"]?["code"]?.string == "Conflict")
      #expect(
        again.json["error"]?["message"]?.string?.hasSuffix("Tag app:v1 already exists in target registry.") == true)
      let forced = Self.body(id: Self.source, "aci-helloworld", tags: ["app:v1"], mode: "Force")
      #expect(try await run(emulator, forced).last.status == 200)
    }
  }

  @Test("an index of more than 50 manifests is refused")
  func manyManifests() async throws {
    try await withEmulator(world: nil) { emulator in
      try await emulator.admin("POST", "imports", ["seconds": 0])
      let registry = try emulator.registry("myregistry")
      let headers: HeaderFields = ["Authorization": "Basic \(Base64.encode(Array("sample:sample-password".utf8)))"]
      for (count, status) in [(49, 200), (50, 400)] {
        var children: [JSONValue] = []
        for number in 0..<count {
          let config = Array("{\"number\":\(number)}".utf8)
          let digest = try await registry.putBlob(config, in: "many", headers: headers)
          let document: JSONValue = [
            "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest), "layers": [],
            "config": [
              "mediaType": .string(MediaType.ociConfig), "digest": .string(digest),
              "size": .integer(Int64(config.count)),
            ],
          ]
          let child = Array(document.text.utf8)
          let put = try await registry.putManifest("many", sha256(child), document, headers: headers)
          #expect(put.status == 201)
          children.append([
            "mediaType": .string(MediaType.ociManifest), "digest": .string(sha256(child)),
            "size": .integer(Int64(child.count)),
          ])
        }
        let index: JSONValue = [
          "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(children),
        ]
        var fields = headers
        fields["Content-Type"] = MediaType.ociIndex
        let put = try await registry.send(
          "PUT", "/v2/many/manifests/v\(count)", headers: fields, body: Array(index.text.utf8))
        #expect(put.status == 201)
        let own =
          "\(Self.subscription)/resourceGroups/myResourceGroup/providers/Microsoft.ContainerRegistry/registries/myregistry"
        let (last, _) = try await run(emulator, Self.body(id: own, "many:v\(count)", tags: ["copy:v\(count)"]))
        #expect(last.status == status, "\(last.text)")
      }
    }
  }

  @Test("wrong requests are refused at once, each with its own code")
  func refusals() async throws {
    try await withEmulator(world: nil) { emulator in
      let token = try await emulator.managementToken()
      let path = "\(Self.target)/importImage"
      let good = Self.body(host: "docker.io", "library/hello-world", tags: ["x"])
      let bodies: [(JSONValue, String)] = [
        (Self.body(host: "docker.io", "library/hello-world"), "Missing property parameters.TargetTags"),
        (Self.body("library/hello-world", tags: ["x"]), "Missing property parameters.Source.RegistryUri"),
        (Self.body(host: "docker.io", "library/hello-world@sha256:abc123", tags: ["x"]), "Invalid image reference"),
      ]
      for (body, text) in bodies {
        let answer = try await emulator.manage("POST", path, token: token, body: body)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?["message"]?.string?.hasPrefix(text) == true, "\(answer.text)")
      }
      func code(_ answer: LoopbackClient.Answer) -> String {
        "\(answer.status) \(answer.json["error"]?["code"]?.string ?? "")"
      }
      let version = try await emulator.manage("POST", path, token: token, body: good, version: "2031-01-01")
      #expect(code(version) == "400 NoRegisteredProviderFound")
      let none = try await emulator.control().send("GET", Self.target, headers: ["Authorization": "Bearer \(token)"])
      #expect(code(none) == "400 MissingApiVersionParameter")
      let wrong = Self.target.replacing("/myregistry", with: "/noregistry")
      #expect(code(try await emulator.manage("GET", wrong, token: token)) == "404 ResourceNotFound")
      let group = Self.target.replacing("myresourcegroup", with: "nogroup")
      #expect(code(try await emulator.manage("GET", group, token: token)) == "404 ResourceGroupNotFound")
      #expect(code(try await emulator.manage("GET", "/subscriptions/none", token: token)) == "404 SubscriptionNotFound")
      #expect(
        code(try await emulator.manage("POST", "\(Self.source)/importImage", token: token, body: good))
          == "403 AuthorizationFailed")
      #expect(
        code(try await emulator.manage("GET", Self.target, token: "nonsense"))
          == "401 AuthenticationFailedInvalidHeader")
      #expect(
        code(try await emulator.manage("POST", "\(Self.target)/listCredentials", token: token))
          == "403 AuthorizationFailed")
      let registry = try await emulator.manage("GET", Self.target, token: token).json
      #expect(registry["properties"]?["loginServer"]?.string == (try emulator.address("myregistry")))
      #expect(registry["properties"]?["policies"]?["azureADAuthenticationAsArmPolicy"]?["status"]?.string == "enabled")
    }
  }
}
