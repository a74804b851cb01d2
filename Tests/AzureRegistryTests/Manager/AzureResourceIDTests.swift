import Testing

@testable import AzureRegistry

struct AzureResourceIDTests {
  private static let id =
    "/subscriptions/s-1/resourceGroups/My-Group_(1)/providers/Microsoft.ContainerRegistry/registries/first"

  @Test func readsItsParts() throws {
    let id = try #require(AzureResourceID(registry: Self.id))
    #expect(id.subscription == "s-1")
    #expect(id.resourceGroup == "My-Group_(1)")
    #expect(id.name == "first")
    #expect(id.description == Self.id)
    #expect(
      id.path.hasSuffix("/resourceGroups/My-Group_%281%29/providers/Microsoft.ContainerRegistry/registries/first"))
  }

  @Test func matchesInAnyCase() throws {
    #expect(AzureResourceID(registry: Self.id) == AzureResourceID(registry: Self.id.uppercased()))
  }

  @Test(
    arguments: [
      "", "first", "/subscriptions/s-1", "\(id)/importImage", "x\(id)", id.replacing("first", with: ""),
      id.replacing("first", with: ".."), id.replacing("first", with: "a?b"),
      id.replacing("registries", with: "clusters"),
    ])
  func refuses(_ text: String) { #expect(AzureResourceID(registry: text) == nil) }
}
