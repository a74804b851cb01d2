import AcrCore
import Foundation
import TestSupport
import Testing

/// The steps of the GitHub Action in .github/actions/acrsh, as GitHub runs them: bash, with the runner's variables.
@Suite("The GitHub Action")
struct GitHubActionTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private func step(
    _ name: String, in directory: TemporaryDirectory, _ environment: [String: String]
  ) async throws -> ProgramResult {
    var all = try Environment.isolated(in: directory)
    let own = (try BuiltProducts.executable("acrsh") as NSString).deletingLastPathComponent
    all["PATH"] = "\(own):\(all["PATH"] ?? "/usr/bin:/bin")"
    all["RUNNER_TEMP"] = directory.path
    all.merge(environment) { $1 }
    return try await Program(
      "bash", ["\(Self.folder)/.github/actions/acrsh/\(name)"], environment: all, directory: directory.path
    ).run(timeout: .seconds(120))
  }

  @Test("`check` shows errors beside their lines, takes patterns, and refuses one that fits nothing")
  func check() async throws {
    try await withTemporaryDirectory { directory in
      try directory.makeDirectory("scripts/deep")
      _ = try directory.write("print 1\n", to: "scripts/good one.acr")
      _ = try directory.write("print 1\npritn 2\n", to: "scripts/deep/bad.acr")
      let bad = try await step("check", in: directory, ["ACRSH_CHECK": "scripts/**/*.acr\n"])
      #expect(bad.exitCode == 2)
      #expect(
        bad.errorOutput.hasPrefix("::error file=scripts/deep/bad.acr,line=2,endLine=2,col=1,endColumn=5,title=acrsh::"),
        "\(bad.errorOutput)")
      #expect(bad.errorOutput.contains("did you mean `print`?"))
      let good = try await step("check", in: directory, ["ACRSH_CHECK": "scripts/*.acr"])
      #expect(good.exitCode == 0 && good.output.contains("1 files checked"), "\(good.output)\(good.errorOutput)")
      let none = try await step("check", in: directory, ["ACRSH_CHECK": "nothing/*.acr"])
      #expect(none.exitCode == 2 && none.errorOutput.hasPrefix("::error title=acrsh::no file fits"))
    }
  }

  @Test("`run` gives the script its arguments, and shows its error beside the line")
  func run() async throws {
    try await withTemporaryDirectory { directory in
      _ = try directory.write("param name\nprint \"hello ${name}\"\nthrow \"no\"\n", to: "a.acr")
      let result = try await step(
        "run", in: directory, ["ACRSH_SCRIPT": "a.acr", "ACRSH_ARGUMENTS": "a b\n"])
      #expect(result.output == "hello a b\n", "\(result.errorOutput)")
      #expect(result.errorOutput.hasPrefix("::error file=a.acr,line=3"), "\(result.errorOutput)")
      #expect(result.exitCode == 1)
    }
  }

  @Test("`install` compares the check sum before it installs")
  func install() async throws {
    try await withTemporaryDirectory { directory in
      let name = "acrsh-9.9.9-linux-x86_64"
      try directory.makeDirectory("\(name)/bin")
      let script = try String(contentsOfFile: "\(Self.folder)/scripts/install.sh", encoding: .utf8)
      _ = try directory.write(script, to: "\(name)/install.sh", mode: 0o755)
      _ = try directory.write("#!/bin/sh\necho acrsh 9.9.9\n", to: "\(name)/bin/acrsh", mode: 0o755)
      try await Program("tar", ["-czf", "\(name).tar.gz", name], directory: directory.path).succeed()
      let archive = try directory.read("\(name).tar.gz")
      let sum = try await Program("sha256sum", ["\(name).tar.gz"], directory: directory.path).succeed().output
      for isWhole in [true, false] {
        try await withLoopbackServer(handler: { request in
          if request.target == "/v9.9.9/SHA256SUMS" { return .init(200, body: Array(sum.utf8)) }
          guard request.target == "/v9.9.9/\(name).tar.gz" else { return .init(404) }
          return .init(200, body: isWhole ? archive : archive + [0])
        }) { server in
          let path = directory.path("github-path-\(isWhole)")
          let result = try await step(
            "install", in: directory,
            [
              "ACRSH_VERSION": "9.9.9", "ACRSH_REPOSITORY": "contoso/acrsh", "GITHUB_PATH": path,
              "ACRSH_DOWNLOADS": "\(server.url)/v9.9.9",
            ])
          if isWhole {
            #expect(result.exitCode == 0 && result.output == "acrsh 9.9.9\n", "\(result.output)\(result.errorOutput)")
            let added = try String(contentsOfFile: path, encoding: .utf8)
            #expect(added == "\(directory.path("acrsh-9.9.9/installed/bin"))\n")
          } else {
            #expect(result.exitCode == 1 && result.errorOutput.contains("the check sum of \(name).tar.gz is wrong"))
            #expect(!FileManager.default.fileExists(atPath: path))
          }
        }
      }
    }
  }

  @Test("`sign-in` trades the job's token for the account's, and masks it")
  func signIn() async throws {
    try await withAzureWorld { world in
      let claims: JSONValue = [
        "iss": "https://token.actions.githubusercontent.com", "sub": "repo:sample/sample:ref:refs/heads/main",
        "aud": "api://AzureADTokenExchange", "exp": .integer(Timestamp.now().seconds + 600),
      ]
      let token =
        "\(Base64URL.encode(Array(#"{"alg":"RS256"}"#.utf8))).\(Base64URL.encode(Array(claims.text.utf8))).AAAA"
      try await withLoopbackServer(handler: { request in
        guard request.target == "/token?v=1&audience=api%3A%2F%2FAzureADTokenExchange",
          request.headers["Authorization"] == "bearer job-secret"
        else { return .init(403) }
        return .json(#"{"count":1,"value":"\#(token)"}"#)
      }) { server in
        var environment = try world.environment()
        environment.merge([
          "ACRSH_CLIENT_ID": AzureWorld.principal, "ACRSH_TENANT_ID": "contoso.example",
          "ACTIONS_ID_TOKEN_REQUEST_URL": "\(server.url)/token?v=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-secret",
          "NO_PROXY": "127.0.0.1",
        ]) { $1 }
        let result = try await step("sign-in", in: world.directory, environment)
        #expect(result.exitCode == 0, "\(result.errorOutput)")
        #expect(result.output == "::add-mask::\(token)\n")
        #expect(!result.errorOutput.contains(token))
        let who = try await world.run(["-c", "whoami | get user.name | print"])
        #expect(who.output == "\(AzureWorld.principal)\n", "\(who.errorOutput)")
        environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = ""
        let refused = try await step("sign-in", in: world.directory, environment)
        #expect(refused.exitCode == 1 && refused.errorOutput.contains("add 'permissions: id-token: write'"))
      }
    }
  }
}
