import AcrCore
import OCIRegistry
import Testing

@testable import AcrCommands

@Suite("Where the person is")
struct PlacesTests {
  private func places(at reference: String?) throws -> Places {
    let places = Places()
    if let reference { places.move(to: try Place(reference: reference)) }
    return places
  }

  @Test(
    "where `cd` leads",
    arguments: [
      (nil, "localhost:5000", "localhost:5000"),
      (nil, "r.azurecr.io/shop/api:1", "r.azurecr.io/shop/api:1"),
      ("localhost:5000", "shop", "localhost:5000/shop"),
      ("localhost:5000/shop", "api:1.0", "localhost:5000/shop/api:1.0"),
      ("localhost:5000/shop/api", ":1.0", "localhost:5000/shop/api:1.0"),
      ("localhost:5000/shop/api:1", "linux/arm64", "localhost:5000/shop/api:1 linux/arm64"),
      ("localhost:5000/shop/api:1", "2", "localhost:5000/shop/api:1 layer 2"),
      ("localhost:5000/shop/api:1", "..", "localhost:5000/shop/api"),
      ("localhost:5000/shop/api:1", "../../web", "localhost:5000/shop/web"),
      ("localhost:5000/shop", "./api", "localhost:5000/shop/api"),
      ("localhost:5000/shop", ".", "localhost:5000/shop"),
      ("localhost:5000/shop", "../../..", nil),
      ("localhost:5000/shop", "/", nil),
      ("localhost:5000/shop", "other.example.com/x", "other.example.com/x"),
      ("localhost:5000/shop", "api:5000/x", "api:5000/x"),
      ("localhost:5000/shop", "localhost:5001", "localhost:5001"),
      ("localhost:5000/shop", "v1.2", "v1.2"),
      ("localhost:5000/shop", "./v1.2", "localhost:5000/shop/v1.2"),
    ] as [(String?, String, String?)])
  func target(_ here: String?, _ text: String, _ expected: String?) throws {
    #expect(try places(at: here).target(of: text)?.text == expected)
  }

  @Test(
    "references that begin with a dot",
    arguments: [
      ("localhost:5000", "./shop/api:1", "localhost:5000/shop/api:1"),
      ("localhost:5000/shop", "./api:1", "localhost:5000/shop/api:1"),
      ("localhost:5000/shop/api:1", ".", "localhost:5000/shop/api:1"),
      ("localhost:5000/shop/api:1", ".:2", "localhost:5000/shop/api:2"),
      ("localhost:5000/shop/api", ".:2", "localhost:5000/shop/api:2"),
      ("localhost:5000/shop/api:1", "../web:2", "localhost:5000/shop/web:2"),
      ("localhost:5000/shop/api", "..", "localhost:5000/shop"),
      ("localhost:5000/shop", "alpine:3.20", "alpine:3.20"),
      ("localhost:5000/shop", ".hidden", ".hidden"),
    ])
  func reference(_ here: String, _ text: String, _ expected: String) throws {
    #expect(try places(at: here).reference(text) == expected)
  }

  @Test(
    "what leads nowhere says so",
    arguments: [
      (nil, "./api:1", "you are nowhere"), ("localhost:5000", "../x", "leads out of localhost:5000"),
    ] as [(String?, String, String)])
  func refused(_ here: String?, _ text: String, _ expected: String) throws {
    let places = try places(at: here)
    let error = try #require(throws: AcrError.self) { try places.reference(text) }
    #expect(error.kind == .usage)
    #expect(error.message.contains(expected))
  }

  @Test(
    "what is no place is refused",
    arguments: [
      ("localhost:5000", ":1.0", "needs a repository"), ("localhost:5000/shop", "API", "API"),
      ("localhost:5000/shop", "api:", "tag is empty"), ("localhost:5000/shop/api:1", "linux", "linux"),
    ])
  func wrong(_ here: String, _ text: String, _ expected: String) throws {
    let places = try places(at: here)
    let error = try #require(throws: AcrError.self) { try places.target(of: text) }
    #expect(error.kind == .usage)
    #expect(error.message.contains(expected), "\(error.message)")
  }
}
