import AcrCore
import Foundation
import TestSupport
import Testing

/// The program in its sandbox: what a person who is new to it types, and what scripts do at night.
@Suite("The program in its sandbox", .serialized)
struct SandboxTests {
  private func run(
    _ script: String, in directory: TemporaryDirectory, options: [String] = [], environment: [String: String] = [:]
  ) async throws -> ProgramResult {
    let path = try directory.write(script, to: "script.acr")
    return try await BuiltProducts.acrsh(
      ["--sandbox"] + options + [path], in: directory, environment: environment
    ).run(timeout: .seconds(120))
  }

  /// The values that a script shows, one JSON text to a line.
  private func values(_ result: ProgramResult) throws -> [JSONValue] {
    try result.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
  }

  @Test("the account: who is signed in, tokens, subscriptions, signing in in other ways, and signing out")
  func account() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await run(
        """
        whoami | to jsonl | print
        token | select subscription tenant tokenType | to jsonl | print
        let other = token --tenant contoso.example
        print (join(keys($other), " "))
        let plain = token --reveal
        print (count(split($plain.accessToken, ".")))
        az login --identity --username 66666666-7777-8888-9999-000000000000 | get user | first | to jsonl | print
        Connect-AzAccount -Identity -AccountId 66666666-7777-8888-9999-000000000000 | count | print
        az login --service-principal -u 11111111-2222-3333-4444-555555555555 -p (secret env SAMPLE) --tenant contoso.example \\
          | get name | print
        login --use-device-code | get user | first | to jsonl | print
        account list | get isDefault | first | print
        account set --subscription "Sample subscription"
        try { account set --subscription nothing } catch e { print "${e.kind}: ${e.message}" }
        print (join((cloud list | get name), " "))
        cloud register --name Own --endpoint-resource-manager https://management.example/
        cloud show --name own | get endpoints.resourceManager | print
        cloud unregister --name Own
        logout
        try { whoami } catch e { print "${e.kind}: ${e.message}" }
        try { az acr import -n myregistry --source mcr.microsoft.com/hello-world:latest } catch e { print "${e.kind}: ${e.message}" }
        """, in: directory, environment: ["SAMPLE": "sample-password"])
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      let lines = result.output.split(separator: "\n").map(String.init)
      try #require(lines.count == 14, "\(result.output)\n\(result.errorOutput)")
      let account = try JSONValue(parsing: Array(lines[0].utf8))
      #expect(account["user"]?["name"]?.string == "11111111-2222-3333-4444-555555555555")
      #expect(account["cloudName"]?.string == "AzureCloud")
      #expect(account["name"]?.string == "Sample subscription")
      let token = try JSONValue(parsing: Array(lines[1].utf8))
      #expect(token["subscription"]?.string == "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e")
      #expect(token["tenant"]?.string == "72f988bf-0000-0000-0000-000000000001")
      // As az has it: a token for a tenant names no subscription.
      #expect(lines[2] == "accessToken expiresOn expires_on tenant tokenType")
      #expect(lines[3] == "3")
      #expect(
        lines[4]
          == #"{"assignedIdentityInfo":"MSIClient-66666666-7777-8888-9999-000000000000","name":"userAssignedIdentity","type":"servicePrincipal"}"#
      )
      #expect(lines[5] == "1")
      #expect(lines[6] == "Sample subscription")
      #expect(lines[7] == #"{"name":"sample@contoso.example","type":"user"}"#)
      #expect(lines[8] == "true")
      #expect(lines[9] == "not-found: the account has no subscription `nothing`")
      #expect(lines[10] == "AzureCloud AzureChinaCloud AzureUSGovernment")
      #expect(lines[11] == "https://management.example/")
      #expect(lines[12] == "auth: not signed in to `AzureCloud`")
      #expect(lines[13].hasPrefix("auth: not signed in: Azure needs an account to import into"))
      #expect(!result.errorOutput.contains("sample-password"))
    }
  }

  @Test("flags that do not go together end the program with 2, and an account that is missing with 4")
  func exitCodes() async throws {
    try await withTemporaryDirectory { directory in
      let refused = try await BuiltProducts.acrsh(["-c", "login --identity --tenant t"], in: directory).run()
      #expect(refused.exitCode == 2)
      let nobody = try await BuiltProducts.acrsh(["-c", "whoami"], in: directory).run()
      #expect(nobody.exitCode == 4)
      #expect(nobody.errorOutput.contains("sign in: `login`"))
    }
  }

  @Test(
    "imports by the service: waiting, not waiting, the same again, a conflict, force, dry run, and what is there then")
  func imports() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await run(
        """
        let first = az acr import --name myregistry --source mysourceregistry.azurecr.io/hello-world:latest --image a:1 --image a:2
        print ($first | select status targets engine | to jsonl)
        let listed = az acr manifest list-metadata -r myregistry -n a | where "1" in (.tags ?? [])
        print ($first.digest == $listed[0].digest)
        import mysourceregistry.azurecr.io/hello-world:latest myregistry.azurecr.io/a:1 | get status | print
        try {
          import mysourceregistry.azurecr.io/aci-helloworld:latest myregistry.azurecr.io/a:1
        } catch e { print "${e.kind}: ${e.message}" }
        import mysourceregistry.azurecr.io/aci-helloworld:latest myregistry.azurecr.io/a:1 --force | get status | print
        let started = import mysourceregistry.azurecr.io/hello-world:latest myregistry.azurecr.io/b:1 --no-wait
        print ($started.status == Accepted) (operation list | count)
        operation show ${started.id} | get targets | print
        $started | operation wait | get status | print
        print (operation list | count)
        try { operation show registries-0 } catch e { print "${e.kind}: ${e.message}" }
        Import-AzContainerRegistryImage -RegistryName MYREGISTRY -ResourceGroupName myResourceGroup \\
          -SourceRegistryUri mcr.microsoft.com -SourceImage azuredocs/aci-helloworld:latest -TargetTag c:1 -Mode Force | get targets | print
        az acr import -n myregistry --source mcr.microsoft.com/hello-world:latest -t d:1 --no-preflight | get digest | to json | print
        try { az acr import -n myregistri --source mcr.microsoft.com/hello-world:latest } catch e { print "${e.kind}: ${e.help}" }
        az acr import -n myregistry --source mcr.microsoft.com/hello-world:latest --repository bare --timeout 30s | get status | print
        """.replacing("== Accepted", with: "== \"Accepted\""), in: directory)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(
        result.output.split(separator: "\n").map(String.init) == [
          #"{"status":"imported","targets":["myregistry.azurecr.io/a:1","myregistry.azurecr.io/a:2"],"engine":"service"}"#,
          "true", "unchanged", "conflict: `myregistry.azurecr.io/a:1` already exists and is a different image",
          "imported",
          "true 1", "myregistry.azurecr.io/b:1", "Succeeded", "0",
          "not-found: no operation `registries-0` is known here", "myregistry.azurecr.io/c:1", "null",
          "not-found: did you mean `myregistry`?", "imported",
        ], "\(result.output)\n\(result.errorOutput)")

      let dry = try await run(
        "import mcr.microsoft.com/hello-world:latest myregistry.azurecr.io/x:1 | to jsonl | print\nacr login -n myregistry | get credentials | print\ntry { list-metadata myregistry.azurecr.io/x } catch e { print ${e.kind} }",
        in: directory, options: ["--dry-run"])
      #expect(dry.exitCode == 0, "\(dry.errorOutput)")
      #expect(dry.output.contains(#""dry_run":true"#))
      #expect(dry.output.contains("the account of login\nnot-found\n"), "\(dry.output)")
      #expect(dry.errorOutput.contains("dry run: would ask Azure to import mcr.microsoft.com/hello-world:latest"))
    }
  }

  @Test(
    "a signed image is verified by the sandbox's own trusted root, and a policy lets in only that one, also by Azure")
  func signedImage() async throws {
    try await withTemporaryDirectory { directory in
      let signer = "--identity \"https://github.com/contoso/*\" --issuer https://token.actions.githubusercontent.com"
      _ = try directory.write(
        """
        acrsh: policy
        rules:
          - source: ghcr.io/contoso/*
            signatures:
              - identity: https://github.com/contoso/*
                issuer: https://token.actions.githubusercontent.com
            attestations:
              - type: slsaprovenance
                identity: https://github.com/contoso/*
                issuer: https://token.actions.githubusercontent.com
        """, to: "policy.yaml")
      let result = try await run(
        """
        verify ghcr.io/contoso/api:1.4 \(signer) | get witness | first | print
        verify ghcr.io/contoso/api:1.4 --type slsaprovenance \(signer) | get commit | first | print
        sbom ghcr.io/contoso/api:1.4 | where .name == "libssl3" | get version | first | print
        provenance ghcr.io/contoso/api:1.4 | get commit | print
        try { verify ghcr.io/contoso/untrusted:1.4 \(signer) } catch e { print ${e.kind} }
        try { verify ghcr.io/contoso/api:1.4 --identity "https://github.com/contoso-evil/*" --issuer x } catch e { print ${e.code} }
        let came = import ghcr.io/contoso/api:1.4 myregistry.azurecr.io/quarantine/api:1.4 --policy policy.yaml
        print "${came.status} ${came.engine}"
        print ${came.digest == (manifest digest ghcr.io/contoso/api:1.4)}
        try { import ghcr.io/contoso/untrusted:1.4 myregistry.azurecr.io/x:1 --policy policy.yaml } catch e { print "${e.kind} ${e.code}" }
        print (join((repository list --name myregistry), " "))
        """, in: directory)
      #expect(
        result.output.split(separator: "\n").map(String.init) == [
          "log.sandbox.example", "4f2a1c9be07d3856a1f0c6d94b7e25380d9c61aa", "3.3.1-r3",
          "4f2a1c9be07d3856a1f0c6d94b7e25380d9c61aa", "rejected", "identity", "imported service", "true",
          "rejected signatures", "app base/alpine dev/web quarantine/api",
        ], "\(result.output)\n\(result.errorOutput)")
    }
  }

  @Test("localhost:5000 is the sandbox's own; other ports of this machine are this machine's")
  func ownLoopback() async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let other = server.authority
        let result = try await run(
          """
          print (join((repository list --name localhost:5000), " "))
          import localhost:5000/base/alpine:3.20 \(other)/came/alpine:3.20 | get status | print
          print (join((repository list --name \(other)), " "))
          http get https://api.example.com/v1/status | get state | print
          """, in: directory)
        #expect(
          result.output == "a app base/alpine shop/api shop/web\nimported\ncame/alpine\nok\n",
          "\(result.output)\n\(result.errorOutput)")
      }
    }
  }

  @Test("^C leaves an import running in Azure, and says how to find it again")
  func interrupted() async throws {
    try await withTemporaryDirectory { directory in
      let emulator = try Program(
        try BuiltProducts.executable("acr-emulator"), ["--data", directory.path("azure")]
      ).start()
      defer { emulator.stop() }
      #expect(try await emulator.waitForOutput(within: .seconds(60)) { output, _ in output.contains("\n") })
      let endpoints = try JSONValue(parsing: Array(emulator.output.utf8))
      let control = try #require(endpoints["control"]?.string)
      let target = try #require(endpoints["registries"]?["myregistry"]?.string)
      let source = try #require(endpoints["registries"]?["mysourceregistry"]?.string)
      let client = try LoopbackClient(authority: control)
      _ = try await client.send("POST", "/emulator/imports", body: Array(#"{"seconds": 600}"#.utf8))
      let setUp = """
        cloud register --name Emulated --endpoint-active-directory http://\(control) \\
          --endpoint-resource-manager http://\(control) --suffix-acr-login-server-endpoint .azurecr.io \\
          --endpoint-active-directory-resource-id https://management.core.windows.net/
        cloud set --name Emulated
        login --service-principal -u 11111111-2222-3333-4444-555555555555 -p (secret env SAMPLE) --tenant contoso.example --save
        """
      let environment = ["SAMPLE": "sample-password", "HOME": directory.path("home")]
      let signedIn = try await BuiltProducts.acrsh(["-c", setUp], in: directory, environment: environment).run()
      #expect(signedIn.exitCode == 0, "\(signedIn.errorOutput)")

      let program = try BuiltProducts.acrsh(
        ["-c", "import \(source)/hello-world:latest \(target)/late:1"], in: directory, environment: environment
      ).start()
      defer { program.stop() }
      try await waitForFiles(1, in: directory.path("home/.local/state/acrsh/operations"))
      program.send(SIGINT)
      let result = try #require(try await program.wait(timeout: .seconds(60)))
      #expect(result.exitCode == 130, "\(result.errorOutput)")
      #expect(result.errorOutput.contains("the import continues in Azure"), "\(result.errorOutput)")
      let mark = try #require(result.errorOutput.firstRange(of: "operation wait registries-"), "\(result.errorOutput)")
      let id = result.errorOutput[mark.lowerBound...].dropFirst("operation wait ".count).prefix { !$0.isWhitespace }

      // Another session, signed in by what the first one saved, finds it.
      let again = try await BuiltProducts.acrsh(
        [
          "-c",
          "operation show \(id) | get status | print\nwhoami | get user.name | print\noperation list | count | print",
        ],
        in: directory, environment: environment
      ).run()
      #expect(
        again.output == "Accepted\n11111111-2222-3333-4444-555555555555\n1\n", "\(again.output)\(again.errorOutput)")
      let waited = try await BuiltProducts.acrsh(
        ["-c", "operation wait \(id) --timeout 10ms"], in: directory, environment: environment
      ).run()
      #expect(waited.exitCode == 5, "\(waited.errorOutput)")

      // What was kept is for the owner alone, and holds the sign-in; nothing of it is elsewhere.
      let saved = directory.path("home/.local/state/acrsh/sign-in.json")
      let mode = try FileManager.default.attributesOfItem(atPath: saved)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      for text in [signedIn.output, signedIn.errorOutput, result.output, result.errorOutput, again.errorOutput] {
        #expect(!text.contains("sample-password"))
        #expect(!text.contains("&s="), "a signed address was shown")
      }
    }
  }

  @Test("a registry's content: locks, counts, tags with times, deleting and untagging, which ask first")
  func content() async throws {
    try await withTemporaryDirectory { directory in
      let result = try await run(
        """
        import mysourceregistry.azurecr.io/hello-world:latest myregistry.azurecr.io/shop/api:1 | ignore
        import mysourceregistry.azurecr.io/aci-helloworld:latest myregistry.azurecr.io/shop/api:2 | ignore
        az acr repository show -n myregistry --repository shop/api | select tagCount manifestCount | to jsonl | print
        az acr repository show-tags -n myregistry --repository shop/api --orderby time_desc --output json | print
        repository show-tags -n myregistry --repository shop/api --detail --top 1 | get changeableAttributes | to jsonl | print
        repository update -n myregistry --image shop/api:1 --delete-enabled false | get changeableAttributes.deleteEnabled | print
        try { repository untag -n myregistry --image shop/api:1 --yes } catch e { print "${e.kind}: ${e.help}" }
        try { manifest delete -r myregistry -n shop/api:2 } catch e { print "${e.kind}: ${e.help}" }
        repository untag -n myregistry --image shop/api:2 | get status | print
        repository show-tags -n myregistry --repository shop/api | print
        list-metadata -r myregistry -n shop/api | where .tags == null | count | print
        Get-AzContainerRegistryManifest -RegistryName myregistry -RepositoryName shop/api | where .os == "windows" | count | print
        az acr manifest list-metadata -r myregistry -n shop/api --query "[?tags==null].digest" -o json | count | print
        repository update -n myregistry --image shop/api:1 --delete-enabled true | ignore
        az acr repository delete -n myregistry --repository shop/api --yes | get status | print
        list-metadata -r myregistry -n shop/api --allow-missing | count | print
        acr list | get name | print
        acr show --name myregistry | select sku adminUserEnabled | to jsonl | print
        configure --defaults acr=myregistry
        acr show | get name | print
        """, in: directory)
      #expect(result.exitCode == 0, "\(result.errorOutput)")
      #expect(
        result.output.split(separator: "\n").map(String.init) == [
          // Seven manifests of the image, and what comes along with it.
          #"{"tagCount":2,"manifestCount":8}"#, "2", "1",
          #"{"deleteEnabled":true,"writeEnabled":true,"readEnabled":true,"listEnabled":true}"#, "false",
          "denied: set its attribute `deleteEnabled` first, and that of what is in it",
          "usage: `--yes` deletes without asking", "deleted", "1", "7", "1", "7", "deleted", "0",
          "myregistry", "mysourceregistry", #"{"sku":{"name":"Premium","tier":"Premium"},"adminUserEnabled":true}"#,
          "myregistry",
        ], "\(result.output)\n\(result.errorOutput)")
    }
  }
}
