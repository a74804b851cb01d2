import AcrCore
import Foundation
import TestSupport
import Testing

@testable import AzureIdentity

@Suite struct AzureCloudTests {
  /// az 2.77, cloud.py.
  static let rows: [(AzureCloud, String, String, String, String)] = [
    (
      .public, "https://login.microsoftonline.com", "https://management.azure.com",
      "https://management.core.windows.net//.default", ".azurecr.io"
    ),
    (
      .usGovernment, "https://login.microsoftonline.us", "https://management.usgovcloudapi.net",
      "https://management.core.usgovcloudapi.net//.default", ".azurecr.us"
    ),
    (
      .china, "https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn",
      "https://management.core.chinacloudapi.cn//.default", ".azurecr.cn"
    ),
  ]

  @Test(arguments: rows)
  func knowsMicrosoftsClouds(
    cloud: AzureCloud, authority: String, resourceManager: String, scope: String, suffix: String
  ) throws {
    #expect(try cloud.authority() == authority)
    #expect(try cloud.resourceManager() == resourceManager)
    #expect(try cloud.resourceManagerScope() == scope)
    #expect(cloud.registrySuffix == suffix)
    #expect(AzureCloud.registryScope == "https://containerregistry.azure.net/.default")
  }

  @Test(arguments: [
    ("https://management.core.windows.net/", "https://management.core.windows.net//.default"),
    ("https://management.azure.com", "https://management.azure.com/.default"),
    ("api://x", "api://x/.default"),
  ])
  func scopesKeepTheSlashesOfTheirResources(resource: String, scope: String) {
    #expect(EntraScope.scope(for: resource) == scope)
    #expect(EntraScope.resource(of: scope) == resource)
  }

  @Test(arguments: [
    (CloudSetting.activeDirectory, "login.example.com"), (.resourceManager, "http://arm.example.com"),
    (.resourceManager, "https://user@arm.example.com/"), (.resourceManager, "https://arm.example.com/?a=b"),
    (.acrLoginServer, "https://azurecr.io"), (.acrLoginServer, "a b"), (.activeDirectory, ""),
  ])
  func refusesWhatIsNoAddress(setting: CloudSetting, value: String) {
    var cloud = AzureCloud.public
    let error = #expect(throws: AcrError.self) { try cloud.set(setting, to: value) }
    #expect(error?.kind == .usage)
    #expect(cloud == .public)
  }

  @Test func aCloudWithoutAnAudienceUsesItsResourceManager() throws {
    let cloud = try AzureCloud(name: "Stack", settings: [.resourceManager: "https://arm.local/"])
    #expect(try cloud.resourceManagerScope() == "https://arm.local//.default")
    let error = #expect(throws: AcrError.self) { try cloud.authority() }
    #expect(error?.help?.contains("--endpoint-active-directory") == true)
  }

  @Test func keepsChangesInAFile() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("sub/clouds.json")
      var registry = try CloudRegistry(path: path)
      #expect(registry.clouds.map(\.name) == ["AzureCloud", "AzureChinaCloud", "AzureUSGovernment"])
      let own = try AzureCloud(
        name: "Local",
        settings: [
          .activeDirectory: "http://127.0.0.1:5001/", .resourceManager: "http://localhost:5002",
          .acrLoginServer: "azurecr.test",
        ])
      try registry.register(own)
      try registry.setActive("local")
      try registry.update("AzureCloud", settings: [.microsoftGraphResourceID: "https://graph.example/"])

      var read = try CloudRegistry(path: path)
      #expect(read.active == own)
      #expect(read.active.registrySuffix == ".azurecr.test")
      #expect(try read.cloud(named: "azurecloud")[.microsoftGraphResourceID] == "https://graph.example/")
      #expect(throws: AcrError.self) { try read.register(own) }
      #expect(throws: AcrError.self) { try read.unregister("Local") }
      #expect(throws: AcrError.self) { try read.unregister("AzureCloud") }
      try read.setActive("AzureCloud")
      try read.unregister("LOCAL")
      #expect(try CloudRegistry(path: path).clouds.count == 3)
      let missing = #expect(throws: AcrError.self) { try read.setActive("Local") }
      #expect(missing?.kind == .notFound)
      #expect(missing?.help?.contains("`AzureChinaCloud`") == true)
    }
  }

  @Test(arguments: ["{", "[]", #"{"active":"Nowhere","clouds":[]}"#, #"{"active":"AzureCloud","clouds":[{}]}"#])
  func aDamagedFileIsAnError(text: String) async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write(text, to: "clouds.json")
      let error = #expect(throws: AcrError.self) { try CloudRegistry(path: path) }
      #expect(error?.kind == .invalid)
    }
  }
}
