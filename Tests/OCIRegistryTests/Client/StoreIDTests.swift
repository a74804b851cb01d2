import AcrCore
import Testing

@testable import OCIRegistry

@Suite("The identity of a store")
struct StoreIDTests {
  @Test(
    "What a journal writes reads back as the same store",
    arguments: [
      "docker.io/library/alpine", "localhost:5000/a/b", "127.0.0.1:5000/a", "oci:/tmp/images", "oci:images:with:colons",
      "registry.example.com/a/b/c/d", "no-registry-at-all", "UPPER/Case is neither",
    ])
  func roundTrip(_ text: String) {
    let id = StoreID(text: text)
    #expect(id.text == text)
    #expect(StoreID(text: id.text) == id)
  }

  @Test("A folder and a repository of the same spelling are two stores")
  func kinds() throws {
    let repository = StoreID.repository(try RegistryHost("localhost:5000"), try RepositoryName("a"))
    #expect(StoreID(text: "localhost:5000/a") == repository)
    #expect(StoreID.folder("localhost:5000/a") != repository)
    #expect(StoreID.other("localhost:5000/a") != repository)
  }
}
