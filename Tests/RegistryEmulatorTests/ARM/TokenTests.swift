import AcrCore
import TestSupport
import Testing

@Suite("Tokens, scope maps and passwords", .serialized)
struct TokenTests {
  private static let registry =
    "/subscriptions/s-1/resourceGroups/group/providers/Microsoft.ContainerRegistry/registries/first"

  /// A token of the small world's owner for the resource manager.
  static func owner(_ emulator: EmulatorProcess) async throws -> String {
    try await emulator.token(
      tenant: "t-1",
      [
        "grant_type": "password", "client_id": "cli", "username": "owner", "password": "secret",
        "scope": "https://management.core.windows.net//.default",
      ]
    ).string("access_token")
  }

  private func basic(_ user: String, _ password: String) -> HeaderFields {
    HeaderFields(dictionaryLiteral: ("Authorization", "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"))
  }

  @Test("a token with a scope map opens what the map names, until it is disabled, changed or deleted")
  func lifeOfAToken() async throws {
    try await withEmulator { emulator in
      let registry = try emulator.registry("first")
      for name in ["team/app", "team/app/deep", "other"] { try await registry.putImage(name, "v1") }
      let token = try await Self.owner(emulator)
      func manage(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> LoopbackClient.Answer {
        try await emulator.manage(method, "\(Self.registry)/\(path)", token: token, body: body)
      }
      let map: JSONValue = [
        "properties": [
          "description": "the team's",
          "actions": [
            "repositories/team/app/content/read", "repositories/team/*/content/read",
            "repositories/team/app/metadata/read",
          ],
        ]
      ]
      let made = try await manage("PUT", "scopeMaps/team-map", map)
      #expect(made.status == 201)
      #expect(made.json["properties"]?["provisioningState"] == "Succeeded")
      #expect(try await manage("PUT", "scopeMaps/team-map", map).status == 200)
      let id = "\(Self.registry)/scopeMaps/team-map"
      let put = try await manage(
        "PUT", "tokens/teamtoken", ["properties": ["scopeMapId": .string(id), "status": "enabled"]])
      #expect(put.status == 201, "\(put.text)")
      #expect(put.json["properties"]?["credentials"]?["passwords"] == [])
      let generated = try await manage(
        "POST", "generateCredentials", ["tokenId": .string("\(Self.registry)/tokens/teamtoken")])
      let passwords = generated.json["passwords"]?.array?.compactMap { $0["value"]?.string } ?? []
      #expect(Set(passwords).count == 2)
      #expect(generated.json["username"] == "teamtoken")
      func read(_ name: String, _ password: String) async throws -> Int {
        try await registry.send(
          "GET", "/v2/\(name)/manifests/v1", headers: basic("teamtoken", password)
        ).status
      }
      for password in passwords {
        #expect(try await read("team/app", password) == 200)
        #expect(try await read("team/app/deep", password) == 200)
        #expect(try await read("other", password) == 401)
      }
      let push = try await registry.send(
        "POST", "/v2/team/app/blobs/uploads/", headers: basic("teamtoken", passwords[0]))
      #expect(push.status == 401)
      // What a list shows holds no password.
      let list = try await manage("GET", "tokens")
      #expect(list.json["value"]?.array?.compactMap { $0["name"]?.string }.contains("teamtoken") == true)
      for password in passwords { #expect(!list.text.contains(password)) }
      // One new password leaves the other as it is.
      let renewed = try await manage(
        "POST", "generateCredentials",
        ["tokenId": .string("\(Self.registry)/tokens/teamtoken"), "name": "password1"])
      #expect(renewed.json["passwords"]?.array?.count == 1)
      #expect(try await read("team/app", passwords[0]) == 401)
      #expect(try await read("team/app", passwords[1]) == 200)
      // Deleting a password keeps those that are named.
      _ = try await manage(
        "PATCH", "tokens/teamtoken", ["properties": ["credentials": ["passwords": [["name": "password1"]]]]])
      #expect(try await read("team/app", passwords[1]) == 401)
      let first = try #require(renewed.json["passwords"]?.array?.first?["value"]?.string)
      #expect(try await read("team/app", first) == 200)
      _ = try await manage("PATCH", "tokens/teamtoken", ["properties": ["status": "disabled"]])
      #expect(try await read("team/app", first) == 401)
      _ = try await manage("PATCH", "tokens/teamtoken", ["properties": ["status": "enabled"]])
      _ = try await manage(
        "PATCH", "scopeMaps/team-map", ["properties": ["actions": ["repositories/other/content/read"]]])
      #expect(try await read("team/app", first) == 401)
      #expect(try await read("other", first) == 200)
      #expect(try await manage("DELETE", "tokens/teamtoken").status == 200)
      #expect(try await manage("DELETE", "tokens/teamtoken").status == 204)
      #expect(try await manage("GET", "tokens/teamtoken").json["error"]?["code"] == "ResourceNotFound")
      #expect(try await read("other", first) == 401)
    }
  }

  @Test("wrong tokens and scope maps are refused, and those of the system stay")
  func refusals() async throws {
    try await withEmulator { emulator in
      let token = try await Self.owner(emulator)
      let wrong: [(String, String, JSONValue)] = [
        ("PUT", "scopeMaps/bad-map", ["properties": ["actions": ["repositories/UPPER/content/read"]]]),
        ("PUT", "scopeMaps/bad-map", ["properties": ["actions": ["repositories/x/content/fly"]]]),
        ("PUT", "scopeMaps/bad-map", ["properties": ["actions": []]]),
        ("PUT", "scopeMaps/b", ["properties": ["actions": ["repositories/x/content/read"]]]),
        ("PUT", "scopeMaps/_repositories_pull", ["properties": ["actions": ["repositories/x/content/read"]]]),
        ("DELETE", "scopeMaps/_repositories_pull", [:]),
        ("PUT", "tokens/mytoken", ["properties": [:]]),
        ("PUT", "tokens/mytoken", ["properties": ["scopeMapId": "/none"]]),
        (
          "PUT", "tokens/bad_name",
          ["properties": ["scopeMapId": .string("\(Self.registry)/scopeMaps/_repositories_pull")]]
        ),
        (
          "POST", "generateCredentials",
          ["tokenId": .string("\(Self.registry)/tokens/all"), "expiry": "2001-01-01T00:00:00Z"]
        ),
        ("POST", "generateCredentials", ["tokenId": .string("\(Self.registry)/tokens/all"), "name": "third"]),
        ("POST", "generateCredentials", [:]),
      ]
      for (method, path, body) in wrong {
        let answer = try await emulator.manage(method, "\(Self.registry)/\(path)", token: token, body: body)
        #expect(answer.status == 400, "\(path): \(answer.status) \(answer.text)")
      }
      let none = try await emulator.manage(
        "POST", "\(Self.registry)/generateCredentials", token: token,
        body: ["tokenId": .string("\(Self.registry)/tokens/none")])
      #expect(none.status == 404)
      let maps = try await emulator.manage("GET", "\(Self.registry)/scopeMaps", token: token)
      let system = maps.json["value"]?.array?.filter { $0["properties"]?["type"] == "SystemDefined" }
      #expect(system?.count == 5)
      #expect(try await emulator.registry("first").send("GET", "/v2/_catalog", headers: everything).status == 200)
    }
  }

  @Test("tokens outlive the process, and the admin user's passwords can be renewed")
  func kept() async throws {
    try await withTemporaryDirectory { directory in
      let second = Self.registry.replacing("registries/first", with: "registries/second")
      var emulator = try await EmulatorProcess(data: directory.path("data"), world: EmulatorProcess.smallWorld)
      let token = try await Self.owner(emulator)
      let map = "\(Self.registry)/scopeMaps/_repositories_admin"
      _ = try await emulator.manage(
        "PUT", "\(Self.registry)/tokens/keeper", token: token, body: ["properties": ["scopeMapId": .string(map)]])
      let generated = try await emulator.manage(
        "POST", "\(Self.registry)/generateCredentials", token: token,
        body: ["tokenId": .string("\(Self.registry)/tokens/keeper"), "name": "password2"])
      let password = try #require(generated.json["passwords"]?.array?.first?["value"]?.string)
      let renewed = try await emulator.manage(
        "POST", "\(second)/regenerateCredential", token: token, body: ["name": "password"])
      let admin = try #require(renewed.json["passwords"]?.array?.first?["value"]?.string)
      #expect(renewed.json["passwords"]?.array?.last?["value"] == "admin-password")
      #expect(
        try await emulator.manage("POST", "\(second)/regenerateCredential", token: token, body: ["name": "x"]).status
          == 400)
      _ = try await emulator.terminate()
      emulator = try await EmulatorProcess(data: directory.path("data"), world: EmulatorProcess.smallWorld)
      defer { emulator.stop() }
      let registry = try emulator.registry("first")
      #expect(try await registry.send("GET", "/v2/", headers: basic("keeper", password)).status == 200)
      #expect(try await registry.send("GET", "/v2/", headers: everything).status == 200)
      #expect(try await emulator.registry("second").send("GET", "/v2/", headers: basic("second", admin)).status == 200)
      let kept = try directory.read("data/registries/first/resources.json")
      #expect(!String(decoding: kept, as: UTF8.self).contains(password))
    }
  }

  @Test("only those who may change a registry change its tokens")
  func rights() async throws {
    try await withEmulator(world: nil) { emulator in
      let token = try await emulator.managementToken()
      let list = try await emulator.manage("GET", "\(ImportTests.target)/tokens", token: token)
      #expect(list.json["value"]?.array?.compactMap { $0["name"]?.string } == ["sample"])
      let put = try await emulator.manage(
        "PUT", "\(ImportTests.target)/tokens/mytoken", token: token, body: ["properties": [:]])
      #expect(put.status == 403)
      #expect(put.json["error"]?["code"] == "AuthorizationFailed")
    }
  }
}
