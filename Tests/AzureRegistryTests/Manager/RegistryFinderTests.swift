import AcrCore
import AzureIdentity
import Testing

@testable import AzureRegistry

@Suite("Registries are found by name, login server and id", .serialized)
struct RegistryFinderTests {
  private static let hidden =
    "/subscriptions/bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f/resourceGroups/privateResourceGroup/providers/"
    + "Microsoft.ContainerRegistry/registries/privateregistry"

  @Test("in the current subscription, in any case, and with the properties that matter")
  func current() async throws {
    try await withAzure { azure in
      let finder = RegistryFinder(azure.manager)
      let found = try await finder.find("MyRegistry")
      #expect(found.name == "myregistry")
      #expect(found.id.resourceGroup == "myResourceGroup")
      #expect(found.location == "westus")
      #expect(found.sku == "Premium")
      #expect(found.isAdminUserEnabled)
      #expect(!found.isAnonymousPullEnabled)
      #expect(found.isPublicNetworkAccessEnabled)
      #expect(found.trustedServicesMayPass)
      #expect(found.roleAssignmentMode == .registry)
      let address = try azure.address("myregistry")
      #expect(found.loginServer.name == address)
      #expect(try await finder.find(found.loginServer.name) == found)
      #expect(try await finder.find(found.id.description.uppercased()) == found)
      let source = try await finder.registry(at: RegistryHost(azure.address("mysourceregistry")))
      #expect(source?.name == "mysourceregistry")
      #expect(try await finder.registry(at: RegistryHost("other.azurecr.io")) == nil)
    }
  }

  @Test("by the hosts of their regions, and by no other host that looks like one")
  func regions() async throws {
    let document: JSONValue = [
      "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/first",
      "properties": ["loginServer": "first.azurecr.io"],
    ]
    let registry = try #require(AzureRegistryInfo(document))
    for (host, isIts) in [
      ("first.azurecr.io", true), ("first.eastus.geo.azurecr.io", true), ("first.westeurope.geo.azurecr.io", true),
      ("second.eastus.geo.azurecr.io", false), ("first.geo.azurecr.io", false), ("first.a.b.geo.azurecr.io", false),
      ("first.eastus.geo.azurecr.us", false), ("first.eastus.data.azurecr.io", false),
      ("first.eastus.geo.azurecr.io.evil.example", false),
    ] {
      let place = try RegistryHost(host)
      #expect(registry.answers(at: place) == isIts, "\(host)")
    }
  }

  @Test("once: further questions are answered from memory")
  func memory() async throws {
    try await withAzure { azure in
      let finder = RegistryFinder(azure.manager)
      try await azure.admin("DELETE", "requests")
      async let first = finder.find("myregistry")
      async let second = finder.find("mysourceregistry")
      _ = try await (first, second)
      _ = try await finder.find("myregistry")
      #expect(try await azure.requests().filter { $0.hasPrefix("GET /subscriptions/") }.count == 1)
    }
  }

  @Test("in another subscription that the account can see")
  func other() async throws {
    let world = Self.world(
      registries: """
        {"name": "near", "subscription": "s-1", "resourceGroup": "g",
         "roleAssignments": [{"principal": "p-1", "role": "Reader"}]},
        {"name": "far", "subscription": "s-2", "resourceGroup": "g", "publicNetworkAccess": "Disabled",
         "networkRuleBypassOptions": "None", "roleAssignmentMode": "AbacRepositoryPermissions", "sku": "Premium",
         "roleAssignments": [{"principal": "p-1", "role": "Reader"}]}
        """)
    try await withAzure(world: world, as: Self.principal) { azure in
      let found = try await RegistryFinder(azure.manager).find("FAR")
      #expect(found.id.subscription == "s-2")
      #expect(!found.isPublicNetworkAccessEnabled)
      #expect(!found.trustedServicesMayPass)
      #expect(found.roleAssignmentMode == .repository)
    }
  }

  @Test("and not found, with the nearest name")
  func unknown() async throws {
    try await withAzure { azure in
      let finder = RegistryFinder(azure.manager)
      let error = try await failure { try await finder.find("myregistri") }
      #expect(error.kind == .notFound)
      #expect(error.message == "there is no registry `myregistri` in the subscription `Sample subscription`")
      #expect(error.help == "did you mean `myregistry`?")
      let denied = try await failure { try await finder.find(Self.hidden) }
      #expect(denied.kind == .denied)
      #expect(
        denied.message
          == "`11111111-2222-3333-4444-555555555555` may not do `Microsoft.ContainerRegistry/registries/read` on "
          + "`\(Self.hidden)`")
      #expect(
        denied.help
          == "ask the owner for the role `Reader` on `\(Self.hidden)`; a new role takes effect after some minutes")
      #expect(denied.requestID != nil)
      let wrong = try await failure { try await finder.find("/subscriptions/x") }
      #expect(wrong.kind == .usage)
    }
  }

  static let principal = SignInMethod.clientSecret(tenant: "t-1", clientID: "p-1", secret: Secret("secret"))

  static func world(registries: String) -> String {
    """
    {
      "tenants": [{"id": "t-1", "name": "Small", "domain": "small.example"}],
      "servicePrincipals": [{"appId": "p-1", "displayName": "p", "tenant": "t-1", "objectId": "o-1", "secrets": ["secret"]}],
      "subscriptions": [{"id": "s-1", "name": "First", "tenant": "t-1"}, {"id": "s-2", "name": "Second", "tenant": "t-1"}],
      "registries": [\(registries)],
      "operations": {"seconds": 0, "retryAfter": 0}
    }
    """
  }
}
