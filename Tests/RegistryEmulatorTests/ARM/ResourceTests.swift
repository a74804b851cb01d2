import AcrCore
import TestSupport
import Testing

@Suite("Resources of the resource manager", .serialized)
struct ResourceTests {
  static let subscription = ImportTests.subscription

  @Test("lists of resources are filtered, and a filter that is not understood is refused")
  func filters() async throws {
    try await withEmulator(world: nil) { emulator in
      let token = try await emulator.managementToken()
      func names(_ filter: String) async throws -> [String]? {
        let text = filter.replacing(" ", with: "%20").replacing("'", with: "%27")
        let answer = try await emulator.manage(
          "GET", "\(Self.subscription)/resources?$filter=\(text)", token: token, version: "2024-11-01")
        if answer.status == 400 { #expect(answer.json["error"]?["code"] == "InvalidFilterInQueryString") }
        return answer.json["value"]?.array?.compactMap { $0["name"]?.string }
      }
      let both = ["myregistry", "mysourceregistry"]
      let type = "resourceType eq 'Microsoft.ContainerRegistry/registries'"
      #expect(try await names("") == both)
      #expect(try await names(type) == both)
      #expect(try await names("\(type) and name eq 'MyRegistry'") == ["myregistry"])
      #expect(try await names("name ne 'myregistry'") == ["mysourceregistry"])
      #expect(try await names("substringof('source', name)") == ["mysourceregistry"])
      #expect(
        try await names("location eq 'eastus' and resourceGroup eq 'sourceresourcegroup'") == ["mysourceregistry"])
      #expect(try await names("resourceType eq 'Microsoft.Web/sites'") == [])
      for wrong in [
        "name", "name eq x", "name eq 'x' and", "colour eq 'x'", "name eq 'x' or name eq 'y'", "name eq 'x",
      ] {
        #expect(try await names(wrong) == nil, "\(wrong)")
      }
    }
  }

  @Test("a group that is not there is not found, and registries tell who made them")
  func groups() async throws {
    try await withEmulator(world: nil) { emulator in
      let token = try await emulator.managementToken()
      for path in ["registries", "registries/myregistry"] {
        let answer = try await emulator.manage(
          "GET", "\(Self.subscription)/resourceGroups/none/providers/Microsoft.ContainerRegistry/\(path)", token: token)
        #expect(answer.status == 404)
        #expect(answer.json["error"]?["code"] == "ResourceGroupNotFound")
      }
      let found = try await emulator.manage("GET", ImportTests.target, token: token)
      #expect(found.json["systemData"]?["createdBy"]?.string == "sample@contoso.example")
      #expect(found.json["systemData"]?["createdByType"]?.string == "User")
    }
  }

  @Test("the printed paths of files are whole, also where the folder was named from the working folder")
  func wholePaths() async throws {
    try await withTemporaryDirectory { directory in
      let program = try Program(
        "bash",
        [
          "-c", "cd \"$1\" && exec \"$0\" --data here/data", try BuiltProducts.executable("acr-emulator"),
          directory.path(""),
        ]
      ).start()
      defer { program.stop() }
      #expect(try await program.waitForOutput(within: .seconds(60)) { output, _ in output.contains("\n") })
      let endpoints = try JSONValue(parsing: Array(program.output.utf8))
      for member in ["certificateAuthority", "principalCertificate", "trustedRoot"] {
        #expect(endpoints[member]?.string?.hasPrefix("/") == true)
        #expect(endpoints[member]?.string?.contains("here/data/keys/") == true)
      }
    }
  }

  @Test("the provider, its operations, locations, groups, names and usages")
  func provider() async throws {
    try await withEmulator(world: nil) { emulator in
      let token = try await emulator.managementToken()
      func get(_ path: String) async throws -> LoopbackClient.Answer {
        try await emulator.manage("GET", path, token: token)
      }
      let provider = "\(Self.subscription)/providers/Microsoft.ContainerRegistry"
      #expect(try await get(provider).json["registrationState"] == "Registered")
      #expect(try await get("/providers/Microsoft.ContainerRegistry/operations").json["value"]?.array?.count ?? 0 > 5)
      #expect(
        try await get("\(Self.subscription)/locations").json["value"]?.array?.contains { $0["name"] == "westus" }
          == true)
      let group = try await get("\(Self.subscription)/resourcegroups/MYRESOURCEGROUP")
      #expect(group.json["name"] == "myResourceGroup")
      #expect(try await get("\(Self.subscription)/resourcegroups/none").status == 404)
      for (name, isFree, reason) in [
        ("myregistry", false, "AlreadyExists"), ("MyRegistry", false, "AlreadyExists"), ("a", false, "Invalid"),
        ("with-hyphen", false, "Invalid"), ("brandnew", true, nil),
      ] as [(String, Bool, String?)] {
        let answer = try await emulator.manage(
          "POST", "\(provider)/checkNameAvailability", token: token,
          body: ["name": .string(name), "type": "Microsoft.ContainerRegistry/registries"])
        #expect(answer.json["nameAvailable"]?.bool == isFree)
        #expect(answer.json["reason"]?.string == reason)
      }
      #expect(
        try await emulator.manage(
          "POST", "\(provider)/checkNameAvailability", token: token, body: ["name": "x", "type": "other"]
        ).status == 400)
      let usages = try await get("\(ImportTests.source)/listUsages").json["value"]?.array ?? []
      let size = usages.first { $0["name"] == "Size" }
      #expect(size?["limit"]?.integer == 500 << 30)
      #expect(size?["currentValue"]?.integer ?? 0 > 100)
      for list in ["webhooks", "cacheRules", "replications"] {
        #expect(try await get("\(ImportTests.target)/\(list)").json["value"] == [])
        #expect(try await get("\(ImportTests.target)/\(list)/x").status == 404)
        let put = try await emulator.manage("PUT", "\(ImportTests.target)/\(list)/x", token: token, body: [:])
        #expect(put.status == 501)
      }
      #expect(try await get("\(ImportTests.target)/unknown").json["error"]?["code"] == "InvalidResourceType")
    }
  }

  private static let policies = """
    {
      "tenants": [{"id": "t-1", "name": "Small", "domain": "small.example"}],
      "users": [
        {"name": "owner@small.example", "password": "secret", "tenant": "t-1", "objectId": "o-1"},
        {"name": "dev@small.example", "password": "secret", "tenant": "t-1", "objectId": "o-2"}],
      "subscriptions": [{"id": "s-1", "name": "Small subscription", "tenant": "t-1"}],
      "registries": [
        {"name": "closed", "subscription": "s-1", "resourceGroup": "group", "policies": {"exportPolicy": "disabled"},
         "regionalEndpoints": "Enabled", "location": "eastus", "images": ["hello-world:latest"],
         "roleAssignments": [{"principal": "owner@small.example", "role": "Owner"}]},
        {"name": "byrepository", "subscription": "s-1", "resourceGroup": "group",
         "roleAssignmentMode": "AbacRepositoryPermissions", "images": ["team/app:v1", "other:v1"],
         "roleAssignments": [
           {"principal": "owner@small.example", "role": "Owner"},
           {"principal": "dev@small.example", "role": "Container Registry Repository Reader",
            "repositories": ["team/*"]}]}
      ],
      "operations": {"seconds": 0, "retryAfter": 1}
    }
    """

  @Test("a registry whose export is forbidden is no source of imports into others")
  func exportPolicy() async throws {
    try await withEmulator(world: Self.policies) { emulator in
      let token = try await TokenTests.owner(emulator)
      let base = "/subscriptions/s-1/resourceGroups/group/providers/Microsoft.ContainerRegistry/registries"
      func importing(into target: String) async throws -> LoopbackClient.Answer {
        try await emulator.manage(
          "POST", "\(base)/\(target)/importImage", token: token,
          body: ImportTests.body(id: "\(base)/closed", "hello-world:latest", tags: ["copy:latest"]))
      }
      let refused = try await importing(into: "byrepository")
      #expect(refused.status == 400)
      #expect(refused.json["error"]?["code"] == "ExportPolicyDisabled")
      #expect(try await importing(into: "closed").status == 202)
    }
  }

  @Test("a registry answers at its regional endpoint, and the resource manager names it")
  func regionalEndpoint() async throws {
    try await withEmulator(world: Self.policies) { emulator in
      let token = try await TokenTests.owner(emulator)
      let found = try await emulator.manage(
        "GET", "/subscriptions/s-1/resourceGroups/group/providers/Microsoft.ContainerRegistry/registries/closed",
        token: token)
      #expect(found.json["properties"]?["regionalEndpoints"] == "Enabled")
      #expect(found.json["properties"]?["regionalEndpointHostNames"] == ["closed.eastus.geo.azurecr.io"])
      let answer = try await Program(
        "curl",
        [
          "-s", "-i", "--proxy", "http://\(try emulator.endpoint("control"))", "--cacert",
          try emulator.endpoint("certificateAuthority"), "https://closed.eastus.geo.azurecr.io/v2/",
        ]
      ).succeed().output
      #expect(answer.contains("realm=\"https://closed.eastus.geo.azurecr.io/oauth2/token\""))
    }
  }

  @Test("a role may be about some repositories only, where the registry has repository permissions")
  func repositoryRoles() async throws {
    try await withEmulator(world: Self.policies) { emulator in
      let entra = try await emulator.token(
        tenant: "t-1",
        [
          "grant_type": "password", "client_id": "cli", "username": "dev", "password": "secret",
          "scope": "https://containerregistry.azure.net/.default",
        ]
      ).string("access_token")
      let registry = try emulator.registry("byrepository")
      let refresh = try await registry.post(
        "/oauth2/exchange", form: ["grant_type": "access_token", "service": "x", "access_token": entra]
      ).string("refresh_token")
      for (name, status) in [("team/app", 200), ("other", 401)] {
        let token = try await registry.post(
          "/oauth2/token",
          form: [
            "grant_type": "refresh_token", "service": "x", "scope": "repository:\(name):pull", "refresh_token": refresh,
          ]
        ).string("access_token")
        let bearer: HeaderFields = ["Authorization": "Bearer \(token)"]
        #expect(try await registry.send("GET", "/v2/\(name)/manifests/v1", headers: bearer).status == status)
      }
    }
  }
}
