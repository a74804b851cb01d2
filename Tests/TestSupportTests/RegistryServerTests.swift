import Foundation
import Testing

@testable import TestSupport

/// The real registry in its three flavours, seen by curl and skopeo.
@Suite struct RegistryServerTests {
  private func curl(_ arguments: String...) async throws -> String {
    try await Program("curl", ["-sS", "--max-time", "20", "-w", "%{http_code}", "-o", "/dev/null"] + arguments)
      .succeed().output
  }

  @Test func plainAnswersAndLogs() async throws {
    try await withRegistryServer { registry in
      #expect(try await curl("\(registry.url)/v2/") == "200")
      #expect(try await curl("-I", "\(registry.url)/v2/a/b/manifests/none") == "404")
      #expect(
        try await registry.requestLog().map(\.description) == ["GET /v2/ 200", "HEAD /v2/a/b/manifests/none 404"])
      try await registry.forgetRequests()
      #expect(try await curl("http://\(registry.directAuthority)/v2/") == "200")
      #expect(try await registry.requestLog().isEmpty)
    }
  }

  @Test func tlsNeedsTheAuthorityAndThePassword() async throws {
    try await withRegistryServer(.tlsWithPassword(user: "ann", password: "s3cret")) { registry in
      let caFile = try #require(registry.caFile)
      let port = try #require(registry.authority.split(separator: ":").last)
      #expect(try await Program("curl", ["-sS", "\(registry.url)/v2/"]).run().exitCode == 60)
      #expect(try await curl("--cacert", caFile, "\(registry.url)/v2/") == "401")
      #expect(try await curl("--cacert", caFile, "-u", "ann:wrong", "\(registry.url)/v2/") == "401")
      #expect(try await curl("--cacert", caFile, "-u", "ann:s3cret", "\(registry.url)/v2/") == "200")
      #expect(try await curl("--cacert", caFile, "-u", "ann:s3cret", "https://localhost:\(port)/v2/") == "200")
    }
  }

  @Test func tokenServerLetsSkopeoIn() async throws {
    try await withTokenServer(accounts: ["ann": .init(password: "s3cret")], anonymous: .pull) { tokens in
      try await withRegistryServer(.token(tokens)) { registry in
        try await withTemporaryDirectory { directory in
          #expect(try await curl("\(registry.url)/v2/") == "401")
          let login = ["login", "--tls-verify=false", "--authfile", directory.path("auth.json"), "-u", "ann"]
          let refused = try await Program(
            "skopeo", login + ["--password-stdin", registry.authority], input: "wrong"
          ).run()
          #expect(refused.exitCode != 0)
          try await Program("skopeo", login + ["--password-stdin", registry.authority], input: "s3cret").succeed()
          #expect(tokens.tokenRequests.last?.user == "ann")
        }
      }
    }
  }

  @Test func tokensExpireAndAreChecked() async throws {
    try await withTokenServer { tokens in
      try await withRegistryServer(.token(tokens)) { registry in
        let url = "\(registry.url)/v2/a/tags/list"
        let reader = try tokens.makeToken(scopes: ["repository:a:pull"])
        #expect(try await curl("-H", "Authorization: Bearer \(reader)", url) == "404")
        let stranger = try tokens.makeToken(scopes: ["repository:b:pull"])
        #expect(try await curl("-H", "Authorization: Bearer \(stranger)", url) == "401")
        let forged = reader.dropLast(8) + "AAAAAAAA"
        #expect(try await curl("-H", "Authorization: Bearer \(forged)", url) == "401")
        let expired = try tokens.makeToken(scopes: ["repository:a:pull"], lifetime: .seconds(-1))
        #expect(try await curl("-H", "Authorization: Bearer \(expired)", url) == "401")
      }
    }
  }

  @Test func aTokenEndsWhenItsLifetimeIsOver() async throws {
    try await withTokenServer { tokens in
      try await withRegistryServer(.token(tokens)) { registry in
        let url = "\(registry.url)/v2/a/tags/list"
        let token = try tokens.makeToken(scopes: ["repository:a:pull"], lifetime: .seconds(4))
        let header = "Authorization: Bearer \(token)"
        #expect(try await curl("-H", header, url) == "404")
        // Without the registry's leeway taken into account this would need more than a minute.
        var status = "404"
        for _ in 0..<60 where status == "404" {
          try await Task.sleep(for: .milliseconds(250))
          status = try await curl("-H", header, url)
        }
        #expect(status == "401")
      }
    }
  }

  @Test func missingProgramNamesItsPackage() throws {
    let error = #expect(throws: TestSupportError.self) {
      try Program.locate("no-such-program-here", package: "its-package")
    }
    #expect(error?.description.contains("apt-get install its-package") == true)
  }
}
