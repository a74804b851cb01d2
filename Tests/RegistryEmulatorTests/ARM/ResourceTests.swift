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
}
