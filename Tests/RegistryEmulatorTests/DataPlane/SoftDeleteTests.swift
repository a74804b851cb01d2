import AcrCore
import TestSupport
import Testing

@Suite("Soft delete", .serialized)
struct SoftDeleteTests {
  private static let world = """
    {
      "tenants": [{"id": "t-1", "name": "Small", "domain": "small.example"}],
      "subscriptions": [{"id": "s-1", "name": "Small subscription", "tenant": "t-1"}],
      "registries": [
        {"name": "soft", "subscription": "s-1", "resourceGroup": "group", "adminUserEnabled": true,
         "policies": {"softDeletePolicy": "enabled"},
         "tokens": [{"name": "all", "password": "secret",
           "actions": ["pull", "push", "delete", "metadata_read", "metadata_write"]}]}
      ]
    }
    """
  private let admin: HeaderFields = ["Authorization": "Basic \(Base64.encode(Array("soft:admin-password".utf8)))"]

  @Test("what was deleted is listed, survives a restart, and can be restored with its blobs")
  func restore() async throws {
    try await withTemporaryDirectory { directory in
      var emulator = try await EmulatorProcess(data: directory.path("data"), world: Self.world)
      var registry = try emulator.registry("soft")
      let first = try await registry.putImage("team/app", "v1", layer: "first")
      let second = try await registry.putImage("team/app", "v2", layer: "second")
      #expect(try await registry.send("DELETE", "/v2/team/app/manifests/\(first)", headers: admin).status == 202)
      func list(_ path: String, _ member: String) async throws -> [JSONValue]? {
        try await registry.send("GET", "/acr/v1/_deleted/\(path)", headers: admin).json[member]?.array
      }
      #expect(try await list("team/app/_manifests", "manifests")?.compactMap { $0["digest"]?.string } == [first])
      #expect(try await list("team/app/_tags", "tags")?.compactMap { $0["tag"]?.string } == ["v1"])
      #expect(try await list("_catalog", "repositories") == nil)
      #expect(try await registry.send("DELETE", "/acr/v1/team/app", headers: admin).status == 202)
      #expect(try await list("_catalog", "repositories")?.compactMap { $0["repository"]?.string } == ["team/app"])
      #expect(try await list("team/app/_manifests", "manifests")?.count == 2)
      _ = try await emulator.terminate()
      emulator = try await EmulatorProcess(data: directory.path("data"), world: Self.world)
      defer { emulator.stop() }
      registry = try emulator.registry("soft")
      let path = "/acr/v1/_deleted/team/app/_manifests"
      for (digest, tag) in [(first, "v1"), (second, "v2")] {
        let answer = try await registry.send(
          "POST", "\(path)/\(digest)?force=False", headers: admin, body: Array("{\"tag\": \"\(tag)\"}".utf8))
        #expect(answer.status == 200, "\(answer.text)")
      }
      for tag in ["v1", "v2"] {
        try await verifyImage(
          "team/app:\(tag)", at: try emulator.address("soft"), credentials: "soft:admin-password")
      }
      #expect(try await list("team/app/_manifests", "manifests") == nil)
      #expect(try await list("_catalog", "repositories") == nil)
      let again = try await registry.send("POST", "\(path)/\(first)", headers: admin, body: Array("{}".utf8))
      #expect(again.errorCode == "MANIFEST_UNKNOWN")
    }
  }

  @Test("a tag that is there stays unless the restoring is forced, and rights are needed")
  func conflicts() async throws {
    try await withEmulator(world: Self.world) { emulator in
      let registry = try emulator.registry("soft")
      let first = try await registry.putImage("app", "v1", layer: "first")
      #expect(try await registry.send("DELETE", "/v2/app/manifests/\(first)", headers: admin).status == 202)
      try await registry.putImage("app", "v1", layer: "second")
      let path = "/acr/v1/_deleted/app/_manifests/\(first)"
      let body = Array("{\"tag\": \"v1\"}".utf8)
      #expect(try await registry.send("POST", path, headers: admin, body: body).status == 409)
      #expect(try await registry.send("POST", path, headers: everything, body: body).status == 401)
      #expect(try await registry.send("GET", "/acr/v1/_deleted/app/_tags", headers: everything).status == 401)
      #expect(try await registry.send("POST", "\(path)?force=True", headers: admin, body: body).status == 200)
      let head = try await registry.send("HEAD", "/v2/app/manifests/v1", headers: admin)
      #expect(head.headers["Docker-Content-Digest"] == first)
      for wrong in ["/acr/v1/_deleted/app", "/acr/v1/_deleted/UPPER/_tags", "/acr/v1/_deleted/_manifests"] {
        #expect(try await registry.send("GET", wrong, headers: admin).status == 404)
      }
    }
  }
}
