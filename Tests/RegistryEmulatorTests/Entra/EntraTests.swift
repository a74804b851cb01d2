import AcrSystem
import AcrCore
import Foundation
import TestSupport
import Testing

@Suite("Entra, managed identities and the registry's tokens", .serialized)
struct EntraTests {
  static let application = "11111111-2222-3333-4444-555555555555"
  static let commandLine = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

  struct Refusal: Sendable {
    let form: [String: String]
    let tenant: String
    let status: Int
    let error: String
    let code: Int64

    init(_ form: [String: String], tenant: String = "contoso.example", _ status: Int, _ error: String, _ code: Int64) {
      self.form = form
      self.tenant = tenant
      self.status = status
      self.error = error
      self.code = code
    }
  }

  static let secret = [
    "grant_type": "client_credentials", "client_id": application, "client_secret": "sample-password",
    "scope": "https://management.core.windows.net//.default",
  ]

  static func changed(_ changes: [String: String]) -> [String: String] { secret.merging(changes) { $1 } }

  static let refusals = [
    Refusal(changed(["client_secret": "wrong"]), 401, "invalid_client", 7_000_215),
    Refusal(changed(["client_id": "99999999-0000-0000-0000-000000000000"]), 400, "unauthorized_client", 700_016),
    Refusal(secret, tenant: "nowhere.example", 400, "invalid_request", 90_002),
    Refusal(secret, tenant: "common", 401, "unauthorized_client", 50_194),
    Refusal(changed(["scope": "https://management.core.windows.net/"]), 400, "invalid_scope", 1_002_012),
    Refusal(
      changed(["scope": "https://management.core.windows.net//user_impersonation"]), 400, "invalid_scope", 1_002_012),
    Refusal(
      [
        "grant_type": "password", "client_id": commandLine, "username": "sample", "password": "sample-password",
        "scope": "https://management.core.windows.net/",
      ], tenant: "organizations", 400, "invalid_scope", 70_011),
    Refusal(changed(["scope": "https://unknown.example/.default"]), 400, "invalid_resource", 500_011),
    Refusal(changed(["grant_type": "magic"]), 400, "unsupported_grant_type", 70_003),
    Refusal(
      ["grant_type": "password", "client_id": commandLine, "username": "sample", "password": "wrong"],
      tenant: "organizations", 400, "invalid_grant", 50_126),
    Refusal(
      ["grant_type": "refresh_token", "client_id": commandLine, "refresh_token": "nonsense"], tenant: "common", 400,
      "invalid_grant", 70_043),
  ]

  @Test("what Entra refuses, it refuses with its own code")
  func refuses() async throws {
    try await withEmulator(world: nil) { emulator in
      for refusal in Self.refusals {
        let answer = try await emulator.token(tenant: refusal.tenant, refusal.form)
        #expect(answer.status == refusal.status)
        #expect(answer.json["error"]?.string == refusal.error)
        #expect(answer.json["error_codes"]?.array?.first?.integer == refusal.code)
        #expect(answer.json["error_description"]?.string?.hasPrefix("AADSTS\(refusal.code): ") == true)
      }
    }
  }

  @Test("the hosts of a sign-in are those of the authority that was asked for")
  func instances() async throws {
    try await withEmulator { emulator in
      let control = try emulator.control()
      func ask(_ endpoint: String) async throws -> LoopbackClient.Answer {
        let text = endpoint.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try await control.send(
          "GET", "/common/discovery/instance?api-version=1.1&authorization_endpoint=\(text)")
      }
      func aliases(_ answer: LoopbackClient.Answer, of host: String) -> [String]? {
        let entries = answer.json["metadata"]?.array ?? []
        return entries.lazy.compactMap { $0["aliases"]?.array?.compactMap(\.string) }.first { $0.contains(host) }
      }
      let china = try await ask("https://login.chinacloudapi.cn/organizations/oauth2/v2.0/authorize")
      #expect(
        china.json["tenant_discovery_endpoint"]?.string
          == "https://login.chinacloudapi.cn/organizations/v2.0/.well-known/openid-configuration")
      #expect(aliases(china, of: "login.chinacloudapi.cn")?.first == "login.partner.microsoftonline.cn")
      let own = try emulator.endpoint("authority")
      let here = try await ask("\(own)/t-1/oauth2/v2.0/authorize")
      #expect(
        here.json["tenant_discovery_endpoint"]?.string == "\(own)/t-1/v2.0/.well-known/openid-configuration")
      #expect(aliases(here, of: try emulator.endpoint("control"))?.count == 1)
      let unknown = try await ask("https://login.evil.example/common/oauth2/v2.0/authorize")
      #expect(unknown.status == 400)
      #expect(unknown.json["error"]?.string == "invalid_instance")
      #expect(try await control.send("GET", "/common/discovery/instance").status == 400)
    }
  }

  @Test("a person's scope without a resource is one of Microsoft Graph's")
  func graphScope() async throws {
    try await withEmulator(world: nil) { emulator in
      let answer = try await emulator.token(
        tenant: "organizations",
        [
          "grant_type": "password", "client_id": Self.commandLine, "username": "sample", "password": "sample-password",
          "scope": "openid User.Read",
        ])
      #expect(try claims(of: answer.string("access_token"))["aud"]?.string == "https://graph.microsoft.com")
    }
  }

  @Test("a secret gives a token for the resource manager whose claims say who it is")
  func secretGivesToken() async throws {
    try await withEmulator(world: nil) { emulator in
      let token = try await emulator.managementToken()
      let claims = try claims(of: token)
      #expect(claims["aud"]?.string == "https://management.core.windows.net/")
      #expect(claims["appid"]?.string == Self.application)
      #expect(claims["tid"]?.string == "72f988bf-0000-0000-0000-000000000001")
      let answer = try await emulator.manage("GET", "/subscriptions", token: token, version: "2022-12-01")
      #expect(answer.json["value"]?.array?.first?["displayName"]?.string == "Sample subscription")
      var broken = token
      broken.removeLast(4)
      #expect(try await emulator.manage("GET", "/subscriptions", token: broken + "AAAA").status == 401)
    }
  }

  @Test("a certificate signs an assertion that openssl made, and another key's does not pass")
  func certificate() async throws {
    try await withEmulator(world: nil) { emulator in
      try await withTemporaryDirectory { directory in
        let file = try emulator.endpoint("principalCertificate")
        let other = directory.path("other.pem")
        try await Program("openssl", ["genrsa", "-out", other, "2048"]).succeed()
        let thumbprint = try await Program(
          "bash", ["-c", "openssl x509 -in '\(file)' -outform der | openssl dgst -sha1 -binary | base64"]
        ).succeed().output
        // msal gives times with a fraction.
        for (key, life, status) in [(file, ".25", 200), (file, "", 200), (other, "", 401)] {
          let assertion = try await assertion(signedWith: key, thumbprint: thumbprint, fraction: life, in: directory)
          let answer = try await emulator.token([
            "grant_type": "client_credentials", "client_id": Self.application, "client_assertion": assertion,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "scope": "https://containerregistry.azure.net/.default",
          ])
          #expect(answer.status == status, "\(answer.text)")
        }
      }
    }
  }

  @Test("a federated token passes when issuer, subject and audience are those of the credential")
  func federated() async throws {
    try await withEmulator(world: nil) { emulator in
      for (subject, status) in [("repo:sample/sample:ref:refs/heads/main", 200), ("repo:other/other", 401)] {
        let claims: JSONValue = [
          "iss": "https://token.actions.githubusercontent.com", "sub": .string(subject),
          "aud": "api://AzureADTokenExchange", "exp": .integer(Timestamp.now().seconds + 600),
        ]
        let token = "\(base64URL(#"{"alg":"RS256"}"#)).\(base64URL(claims.text)).AAAA"
        let answer = try await emulator.token([
          "grant_type": "client_credentials", "client_id": Self.application, "client_assertion": token,
          "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          "scope": "https://management.core.windows.net//.default",
        ])
        #expect(answer.status == status, "\(answer.text)")
      }
    }
  }

  @Test("a device code waits for a person, then gives tokens that can be refreshed")
  func deviceCode() async throws {
    try await withEmulator(world: nil) { emulator in
      let scope = "https://management.core.windows.net//.default offline_access openid profile"
      let poll = ["grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": Self.commandLine]
      func start() async throws -> JSONValue {
        try await emulator.control().post(
          "/organizations/oauth2/v2.0/devicecode", form: ["client_id": Self.commandLine, "scope": scope]
        ).json
      }
      try await emulator.admin("POST", "devices/next", [:])
      let codes = try await start()
      var form = poll
      form["device_code"] = try #require(codes["device_code"]?.string)
      form["scope"] = scope
      #expect(try await emulator.token(tenant: "common", form).json["error"]?.string == "authorization_pending")
      try await emulator.admin("POST", "devices/\(codes["user_code"]?.string ?? "")", ["user": "sample"])
      let tokens = try await emulator.token(tenant: "common", form)
      #expect(tokens.status == 200)
      #expect(tokens.json["id_token"] != nil)
      #expect(try await emulator.token(tenant: "common", form).json["error"]?.string == "expired_token")
      let refreshed = try await emulator.token(
        tenant: "organizations",
        [
          "grant_type": "refresh_token", "client_id": Self.commandLine, "scope": scope,
          "refresh_token": try tokens.string("refresh_token"),
        ])
      #expect(try claims(of: refreshed.string("access_token"))["upn"]?.string == "sample@contoso.example")
      let declined = try await start()
      try await emulator.admin("POST", "devices/\(declined["user_code"]?.string ?? "")", ["declined": true])
      form["device_code"] = declined["device_code"]?.string
      #expect(try await emulator.token(tenant: "common", form).json["error"]?.string == "authorization_declined")
    }
  }

  @Test("managed identities get tokens from IMDS and from App Service")
  func managedIdentity() async throws {
    try await withEmulator(world: nil) { emulator in
      let control = try emulator.control()
      let query = "resource=https%3A%2F%2Fmanagement.core.windows.net%2F"
      let path = "/metadata/identity/oauth2/token?api-version=2018-02-01&\(query)"
      let answer = try await control.send(
        "GET", "\(path)&client_id=66666666-7777-8888-9999-000000000000", headers: ["Metadata": "true"])
      #expect(answer.json["expires_in"]?.string == "86399")
      #expect(try claims(of: answer.string("access_token"))["xms_mirid"] != nil)
      #expect(try await control.send("GET", path).status == 400)
      let unknown = try await control.send("GET", "\(path)&client_id=nobody", headers: ["Metadata": "true"])
      #expect(unknown.json["error_description"]?.string == "Identity not found")
      let service = "/msi/token?api-version=2019-08-01&\(query)"
      let header = HeaderFields(dictionaryLiteral: ("X-IDENTITY-HEADER", try emulator.endpoint("identityHeader")))
      #expect(try await control.send("GET", service, headers: header).json["expires_on"]?.string != nil)
      #expect(try await control.send("GET", service).json["statusCode"]?.integer == 401)
    }
  }

  @Test("an Entra token is exchanged, the refresh token gives an access token, and that opens the API")
  func exchange() async throws {
    try await withEmulator(world: nil) { emulator in
      let registry = try emulator.registry("mysourceregistry")
      let service = try emulator.address("mysourceregistry")
      let challenge = try await registry.send("GET", "/v2/")
      #expect(challenge.status == 401)
      #expect(
        challenge.headers["WWW-Authenticate"]
          == "Bearer realm=\"http://\(service)/oauth2/token\",service=\"\(service)\"")
      let exchanged = try await registry.post(
        "/oauth2/exchange",
        form: ["grant_type": "access_token", "service": service, "access_token": try await emulator.managementToken()])
      let scope = "repository:aci-helloworld:metadata_read,pull,push"
      let token = try await registry.post(
        "/oauth2/token",
        form: [
          "grant_type": "refresh_token", "service": service, "scope": scope,
          "refresh_token": try exchanged.string("refresh_token"),
        ]
      ).string("access_token")
      let granted = try claims(of: token)["access"]?.array?.first?["actions"]?.array?.compactMap(\.string)
      #expect(granted == ["metadata_read", "pull"])
      let bearer: HeaderFields = ["Authorization": "Bearer \(token)"]
      #expect(try await registry.send("GET", "/acr/v1/aci-helloworld/_manifests", headers: bearer).status == 200)
      #expect(try await registry.send("GET", "/acr/v1/hello-world/_manifests", headers: bearer).status == 401)
      #expect(try await registry.send("POST", "/v2/aci-helloworld/blobs/uploads/", headers: bearer).status == 401)
      let other = try emulator.registry("sourceregistry")
      #expect(try await other.send("GET", "/v2/", headers: bearer).status == 401)
    }
  }

  @Test("https answers with a certificate of the authority in the printed file")
  func https() async throws {
    try await withEmulator { emulator in
      let address = try emulator.address("first")
      let file = try emulator.endpoint("certificateAuthority")
      let answer = try await Program("curl", ["-s", "-i", "--cacert", file, "https://\(address)/v2/"]).succeed().output
      #expect(answer.contains("realm=\"https://\(address)/oauth2/token\""))
      let named = try await Program(
        "curl",
        [
          "-s", "--cacert", file, "--connect-to", "first.azurecr.io:443:\(address)", "-i",
          "https://first.azurecr.io/v2/",
        ]
      ).succeed().output
      #expect(named.contains("realm=\"https://first.azurecr.io/oauth2/token\""))
      #expect(try await Program("curl", ["-s", "https://\(address)/v2/"]).run().exitCode != 0)
    }
  }

  @Test("as a proxy, every name of the world leads to the emulator")
  func proxy() async throws {
    try await withEmulator(world: nil) { emulator in
      let file = try emulator.endpoint("certificateAuthority")
      let proxy = "http://\(try emulator.endpoint("control"))"
      func get(_ url: String, _ options: String...) async throws -> String {
        try await Program("curl", ["-s", "-i", "--proxy", proxy, "--cacert", file, url] + options).succeed().output
      }
      let registry = try await get("https://myregistry.azurecr.io/v2/")
      #expect(registry.contains("realm=\"https://myregistry.azurecr.io/oauth2/token\""))
      #expect(
        try await get("https://registry-1.docker.io/v2/").contains("realm=\"https://registry-1.docker.io/token\""))
      #expect(
        try await get("https://management.azure.com/subscriptions?api-version=2022-12-01").contains(
          "AuthenticationFailed"))
      let discovery = try await get(
        "https://login.microsoftonline.com/contoso.example/v2.0/.well-known/openid-configuration")
      #expect(
        discovery.contains("https://login.microsoftonline.com/72f988bf-0000-0000-0000-000000000001/oauth2/v2.0/token"))
      let address = "http://169.254.169.254/metadata/identity/oauth2/token"
      let query = "?api-version=2018-02-01&resource=https://management.azure.com/"
      #expect(try await get(address + query, "-H", "Metadata: true").contains("\"access_token\""))
    }
  }

  // MARK: Tokens

  private func claims(of token: String) throws -> JSONValue {
    let parts = token.split(separator: ".")
    let text = String(try #require(parts.dropFirst().first)).replacing("-", with: "+").replacing("_", with: "/")
    return try JSONValue(parsing: try #require(Base64.decode(text)))
  }

  private func base64URL(_ text: String) -> String { base64URL(Array(text.utf8)) }

  private func base64URL(_ bytes: [UInt8]) -> String {
    Base64.encode(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  private func assertion(
    signedWith key: String, thumbprint: String, fraction: String, in directory: TemporaryDirectory
  ) async throws -> String {
    let name = thumbprint.trimmingCharacters(in: .whitespacesAndNewlines).replacing("=", with: "")
    let head: JSONValue = [
      "alg": "RS256", "typ": "JWT", "x5t": .string(name.replacing("+", with: "-").replacing("/", with: "_")),
    ]
    let claims: JSONValue = [
      "aud": "https://login.microsoftonline.com/x/oauth2/v2.0/token", "iss": .string(Self.application),
      "sub": .string(Self.application), "exp": .integer(Timestamp.now().seconds + 600), "jti": "1",
    ]
    let expiry = "\(claims["exp"]?.integer ?? 0)"
    let text = claims.text.replacing(expiry, with: expiry + fraction)
    let signed = "\(base64URL(head.text)).\(base64URL(text))"
    try directory.write(signed, to: "signed")
    try await Program(
      "openssl", ["dgst", "-sha256", "-sign", key, "-out", directory.path("signature"), directory.path("signed")]
    ).succeed()
    return "\(signed).\(base64URL(try directory.read("signature")))"
  }
}
