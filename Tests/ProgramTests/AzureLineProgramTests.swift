import AcrCore
import Foundation
import TestSupport
import Testing

/// Lines of the Azure CLI run by the program, beside what azure-cli 2.91 prints for them against the same emulator.
@Suite("What lines of the Azure CLI print", .serialized)
struct AzureLineProgramTests {
  private static let hello = "docker.io/library/hello-world:latest"

  private func output(_ line: String, _ world: AzureWorld, _ options: [String] = []) async throws -> String {
    let result = try await world.run(options + ["-c", line])
    #expect(result.exitCode == 0, "\(line): \(result.errorOutput)")
    return result.output.trimmingCharacters(in: .newlines)
  }

  @Test("members that az prints are there with its names and values")
  func members() async throws {
    try await withAzureWorld { world in
      for (line, wanted) in [
        ("az account show --query environmentName -o tsv", "AzureCloud"),
        ("az account show --query name -o tsv", "Sample subscription"),
        ("az account show -n \"Sample subscription\" --query isDefault -o tsv", "true"),
        ("az acr show -n myregistry --query sku.name -o tsv", "Premium"),
        ("az acr show -n myregistry --query publicNetworkAccess -otsv", "Enabled"),
        ("az acr show -n myregistry -g myResourceGroup --query policies.exportPolicy.status --out tsv", "enabled"),
        ("az acr show -n myregistry --query policies.azureAdAuthenticationAsArmPolicy.status -o tsv", "enabled"),
        ("az acr show -n myregistry --query type -o tsv", "Microsoft.ContainerRegistry/registries"),
        (
          "az acr show -n myregistry --subscription \"Sample subscription\" --query resourceGroup -o tsv",
          "myResourceGroup"
        ),
        ("az acr show -n https://myregistry.azurecr.io/ --query loginServer -o tsv", "myregistry.azurecr.io"),
        ("az acr list --query \"[?name=='myregistry'].sku.tier\" -o tsv", "Premium"),
        ("az version --query '\"azure-cli\"' -o tsv", "2.91.0"), ("az --version | get azure-cli", "\"2.91.0\""),
      ] {
        #expect(try await output(line, world) == wanted, "\(line)")
      }
      // All of az's fields, in az's order.
      let shown = try await output("az account show -o tsv", world)
      #expect(
        shown
          == "AzureCloud\t72f988bf-0000-0000-0000-000000000001\t\(AzureWorld.subscription)\tTrue\t0\tSample subscription"
          + "\tEnabled\t72f988bf-0000-0000-0000-000000000001\t")
      let wrong = try await world.run(["-c", "az acr show -n myregistry -g nogroup"])
      #expect(wrong.exitCode == 3, "\(wrong.errorOutput)")
    }
  }

  @Test("rows for other programs have az's columns in az's order, and tables in a pipe are whole")
  func rows() async throws {
    try await withAzureWorld { world in
      _ = try await output("az acr import -n myregistry --source \(Self.hello) -t hello:1", world)
      let lines = try await output("az acr manifest list-metadata -r myregistry -n hello -o tsv", world)
        .components(separatedBy: "\n").map { $0.components(separatedBy: "\t") }
      let image = try #require(lines.first { $0[0] == "amd64" && $0.last == "linux" })
      #expect(image.count == 9 && image[4].hasPrefix("sha256:") && image[7].hasSuffix("manifest.v1+json"), "\(image)")
      let index = try #require(lines.first { $0.last == "1" })
      #expect(index.count == 7 && index[0].isEmpty && index[2].hasPrefix("sha256:"), "\(index)")
      // The same without the flag, from the program's own option.
      let again = try await output("list-metadata myregistry.azurecr.io/hello", world, ["-o", "tsv"])
      #expect(
        again.components(separatedBy: "\n").count == lines.count && again.hasPrefix(lines[0].joined(separator: "\t")))
      // A query's own order stays.
      let picked = try await output(
        "az acr manifest list-metadata -r myregistry -n hello --query \"[?tags].{t:tags[0],d:digest}\" -o tsv", world)
      #expect(picked.hasPrefix("1\tsha256:"), "\(picked)")
      let table = try await output("az acr manifest list-metadata -r myregistry -n hello -o table", world)
      #expect(table.contains(index[2]) && table.contains("T") && !table.contains("…"), "\(table)")
      let tags = try await output("az acr repository show-tags -n myregistry --repository hello --detail -o tsv", world)
      #expect(tags.components(separatedBy: "\t")[2] == index[2], "\(tags)")
      let manifests = try await output("az acr manifest list -r myregistry -n hello --top 1", world)
      #expect(manifests.contains("\"schemaVersion\": 2"), "\(manifests)")
      // The number of the index's manifests, its type, the version: az's order, by name.
      let shown = try await output("az acr manifest show -r myregistry -n hello:1 -o tsv", world)
      #expect(shown == "5\tapplication/vnd.oci.image.index.v1+json\t2", "\(shown)")
      let metadata = try await output(
        "az acr manifest show-metadata -r myregistry -n hello:1 --query digest -o tsv", world)
      #expect(metadata == index[2])
      let locked = try await output(
        "az acr manifest update-metadata -r myregistry -n hello:1 --write-enabled false "
          + "--query changeableAttributes.writeEnabled -o tsv", world)
      #expect(locked == "false")
      _ = try await output("az acr manifest metadata update -r myregistry -n hello:1 --write-enabled true", world)
      let referrers = try await output(
        "az acr manifest list-referrers -r myregistry -n hello:1", world, ["-o", "json"])
      #expect(referrers.contains("\"manifests\": []"), "\(referrers)")
      let old = try await output("az acr repository show-manifests -n myregistry --repository hello --top 1", world)
      #expect(old.contains("\"timestamp\""), "\(old)")
      // A script is not asked; the image stays.
      let untagged = try await output("az acr repository untag -n myregistry --image hello:1", world)
      #expect(untagged.contains("deleted"))
      #expect(try await world.content(of: "myregistry") == ["hello": "6 manifests"])
    }
  }

  @Test("a token that is asked for by az's name goes into a pipe, and nowhere else")
  func tokens() async throws {
    try await withAzureWorld { world in
      let trace = world.directory.path("trace.jsonl")
      let options = ["--trace", trace]
      for line in [
        "az account get-access-token --query accessToken -o tsv", "az account get-access-token -o tsv",
        "az acr login -n myregistry -t --query refreshToken -o tsv",
        "az acr login -n myregistry --expose-token --output tsv --query accessToken",
      ] {
        let result = try await world.run(options + ["-c", "\(line) --debug"])
        #expect(result.output.hasPrefix("eyJ"), "\(line): \(result.output.prefix(80)) \(result.errorOutput)")
        #expect(!result.errorOutput.contains("eyJ"), "\(line)")
      }
      let json = try await output("az account get-access-token", world, options)
      #expect(json.contains("\"accessToken\": \"eyJ"))
      for line in ["token", "let t = account get-access-token; $t", "account get-access-token | select accessToken"] {
        let result = try await world.run(options + ["-c", line])
        #expect(result.output.contains("secret(…)") && !result.output.contains("eyJ"), "\(line)")
      }
      for line in [
        "account get-access-token | get accessToken", "let t = account get-access-token; print \"$t\"",
        "account get-access-token | to json", "account get-access-token | get accessToken | save t.txt",
      ] {
        let result = try await world.run(options + ["-c", line])
        #expect(result.exitCode != 0 && !(result.output + result.errorOutput).contains("eyJ"), "\(line)")
      }
      #expect(!(try String(contentsOfFile: trace, encoding: .utf8)).contains("eyJ"))
      #expect(!FileManager.default.fileExists(atPath: world.directory.path("t.txt")))
    }
  }

  @Test("a terminal never shows a token")
  func terminal() async throws {
    try await withAzureWorld { world in
      for line in ["az account get-access-token", "az acr login -n myregistry -t"] {
        let program = try BuiltProducts.acrsh(
          ["-c", line], in: world.directory, environment: try world.environment())
        let shown = try await withTerminal(program, columns: 120, rows: 40) { terminal in
          _ = try await terminal.wait()
          return terminal.transcript
        }
        #expect(shown.contains("secret(…)") && !shown.contains("eyJ"), "\(line): \(shown)")
      }
    }
  }

  @Test("an import takes the source as az does")
  func imports() async throws {
    try await withAzureWorld { world in
      // The registry in front of the source is left out where --registry names it.
      let first = try await world.run([
        "-c",
        "az acr import -n myregistry --source mysourceregistry.azurecr.io/aci-helloworld:latest -r mysourceregistry",
      ])
      #expect(first.exitCode == 0 && first.errorOutput.contains("without the registry's name"), "\(first.errorOutput)")
      let request = try #require(try await world.lastImport())
      #expect(request["source"]?["sourceImage"]?.string == "aci-helloworld:latest")
      #expect(request["source"]?["resourceId"]?.string?.hasSuffix("/registries/mysourceregistry") == true)
      // A user without a password is refused, an empty password alone is none.
      let user = try await world.run(["-c", "az acr import -n myregistry --source \(Self.hello) -u bob -p ''"])
      #expect(user.exitCode == 2 && user.errorOutput.contains("`--username` needs `--password`"), "\(user.errorOutput)")
      let none = try await world.run(["-c", "az acr import -n myregistry --source \(Self.hello) -t h:1 -p ''"])
      #expect(none.exitCode == 0, "\(none.errorOutput)")
      #expect(try await world.lastImport()?["source"]?["credentials"] == nil)
      // Credentials beside a resource id are not used, and that is said.
      let id =
        "/subscriptions/\(AzureWorld.subscription)/resourceGroups/sourceResourceGroup/providers/"
        + "Microsoft.ContainerRegistry/registries/mysourceregistry"
      let both = try await world.run([
        "-c", "az acr import -n myregistry --source aci-helloworld:latest -t b:1 -r \(id) -u u -p p",
      ])
      #expect(
        both.exitCode == 0 && both.errorOutput.contains("`--username` and `--password` are not used"),
        "\(both.errorOutput)")
      #expect(try await world.lastImport()?["source"]?["credentials"] == nil)
    }
  }

  @Test("a source at a regional endpoint is the registry of that region, by its id")
  func regionalSource() async throws {
    let registry = """
      {"name": "regional", "subscription": "\(AzureWorld.subscription)", "resourceGroup": "g", "location": "eastus",
       "sku": "Premium", "regionalEndpoints": "Enabled", "images": ["app:v1"],
       "roleAssignments": [{"principal": "\(AzureWorld.principal)", "role": "Owner"}]}
      """
    try await withAzureWorld(registries: registry) { world in
      for line in [
        "az acr import -n myregistry --source regional.eastus.geo.azurecr.io/app:v1 -t one:1",
        "az acr import -n myregistry --source regional.eastus.geo.azurecr.io/app:v1 -t two:1 -r regional",
        "az acr import -n myregistry --source regional.eastus.geo.azurecr.io/app:v1 -t three:1 "
          + "-r regional.eastus.geo.azurecr.io",
      ] {
        _ = try await output(line, world)
        let source = try #require(try await world.lastImport()?["source"])
        #expect(source["resourceId"]?.string?.hasSuffix("/registries/regional") == true, "\(line): \(source)")
        #expect(source["sourceImage"]?.string == "app:v1" && source["registryUri"] == nil, "\(line): \(source)")
      }
      #expect(try await world.content(of: "myregistry").count == 3)
    }
  }

  @Test("--all-tags brings the tags that point at the same image, and no others")
  func allTags() async throws {
    try await withAzureWorld { world in
      for tag in ["1", "1.2", "latest"] {
        _ = try await output("import \(Self.hello) myregistry.azurecr.io/a:\(tag)", world)
      }
      _ = try await output("import docker.io/library/busybox:latest myregistry.azurecr.io/a:other", world)
      for engine in ["service", "direct"] {
        _ = try await output(
          "import myregistry.azurecr.io/a:1.2 myregistry.azurecr.io/\(engine):1.2 --all-tags --engine \(engine)", world)
        let content = try await world.content(of: "myregistry").filter { $0.key.hasPrefix("\(engine):") }
        #expect(Set(content.keys) == ["\(engine):1", "\(engine):1.2", "\(engine):latest"], "\(content)")
        #expect(Set(content.values).count == 1)
      }
    }
  }

  @Test("a registry's token that is not there is no missing registry")
  func missingToken() async throws {
    try await withAzureWorld { world in
      for (line, name) in [
        ("az acr token show -r myregistry -n nosuch", "token `nosuch`"),
        ("az acr scope-map show -r myregistry -n nosuch", "scope map `nosuch`"),
      ] {
        let result = try await world.run(["-c", "login --identity | ignore; \(line)"])
        #expect(result.exitCode == 3 && result.errorOutput.contains("has no \(name)"), "\(line): \(result.errorOutput)")
        #expect(!result.errorOutput.contains("no registry"))
      }
    }
  }

  @Test("cloud show has all members of az, and the values of the cloud")
  func cloud() async throws {
    try await withAzureWorld { world in
      for (query, wanted) in [
        ("endpoints.portal", "https://portal.azure.com"), ("endpoints.gallery", "https://gallery.azure.com/"),
        ("endpoints.activeDirectoryResourceId", "https://management.core.windows.net/"),
        ("suffixes.storageEndpoint", "core.windows.net"), ("suffixes.acrLoginServerEndpoint", ".azurecr.io"),
        ("suffixes.mhsmDns", ".managedhsm.azure.net"), ("profile", "latest"), ("length(keys(endpoints))", "21"),
        ("length(keys(suffixes))", "13"),
      ] {
        let shown = try await output("az cloud show --query \"\(query)\" -o tsv", world)
        #expect(shown == wanted, "\(query)")
      }
      let other = "az cloud show -n AzureUSGovernment --query suffixes.synapseAnalyticsEndpoint -o tsv"
      let shown = try await output(other, world)
      #expect(shown == ".dev.azuresynapse.usgovcloudapi.net")
    }
  }

  @Test("tokens, scope maps, usages, names and regions are those of the resource manager")
  func resources() async throws {
    try await withAzureWorld { world in
      func asOwner(_ line: String) async throws -> String {
        try await output("login --identity | ignore; \(line)", world)
      }
      let password = try await asOwner(
        "az acr token create -r myregistry -n builder --repository app content/read metadata/read "
          + "--query \"credentials.passwords[0].value\" -o tsv")
      #expect(password.count > 10 && !password.contains("secret"))
      #expect(try await asOwner("az acr token list -r myregistry --query \"[].name\" -o tsv").contains("builder"))
      let actions = try await asOwner("az acr scope-map show -n builder-scope-map -r myregistry --query actions -o tsv")
      #expect(actions == "repositories/app/content/read\nrepositories/app/metadata/read", "\(actions)")
      let changed = try await asOwner(
        "az acr scope-map update -n builder-scope-map -r myregistry --add other content/read --remove app metadata/read "
          + "--query actions -o tsv")
      #expect(changed == "repositories/app/content/read\nrepositories/other/content/read", "\(changed)")
      #expect(
        try await asOwner("az acr token update -r myregistry -n builder --status disabled --query status -o tsv")
          == "disabled")
      let renewed = try await asOwner(
        "az acr token credential generate -n builder -r myregistry --password1 --days 30 --query \"passwords[0].value\" -o tsv"
      )
      #expect(renewed.count > 10 && renewed != password)
      let shown = try await asOwner("az acr token show -r myregistry -n builder")
      #expect(!shown.contains(renewed) && !shown.contains(password), "\(shown)")
      #expect(try await asOwner("az acr token delete -r myregistry -n builder -y --query status -o tsv") == "deleted")
      #expect(!(try await asOwner("az acr show-usage -n myregistry --query \"value[0].unit\" -o tsv")).isEmpty)
      #expect(try await asOwner("az acr check-name -n myregistry --query nameAvailable -o tsv") == "false")
      #expect(!(try await asOwner("az account list-locations --query \"[0].name\" -o tsv")).isEmpty)
      let old = try await asOwner("az acr credential show -n myregistry --query \"passwords[1].value\" -o tsv")
      let new = try await asOwner(
        "az acr credential renew -n myregistry --password-name password2 --query \"passwords[1].value\" -o tsv")
      #expect(old != new && !new.contains("secret"))
    }
  }

  @Test("a source on this machine is copied by this machine")
  func loopbackSource() async throws {
    try await withRegistryServer { server in
      try await withTemporaryDirectory { directory in
        let images = SyntheticImages(in: try ImageLayout(path: directory.path("layout")))
        _ = try images.image("app", layers: [100], tag: "v1")
        try await RegistryContent(authority: server.directAuthority).push(images.layout, to: "app")
        try await withAzureWorld { world in
          let result = try await world.run(
            [
              "-c", "import \(server.directAuthority)/app:v1 myregistry.azurecr.io/app:v1 | get engine",
            ], environment: ["NO_PROXY": "127.0.0.1,localhost"])
          #expect(result.exitCode == 0 && result.output.contains("direct"), "\(result.errorOutput)")
          #expect(try await world.lastImport() == nil)
          #expect(try await world.content(of: "myregistry").keys.contains("app:v1"))
        }
      }
    }
  }

  @Test("credentials of one command are used for its registry alone")
  func credentials() async throws {
    try await withAzureWorld { world in
      _ = try await output("az acr import -n myregistry --source \(Self.hello) -t hello:1", world)
      let good = try await world.run([
        "-c", "logout; az acr repository list -n myregistry -u sample -p sample-password",
      ])
      #expect(good.exitCode == 0 && good.output.contains("hello"), "\(good.errorOutput)")
      let bad = try await world.run(["-c", "az acr repository list -n myregistry -u sample -p wrong"])
      #expect(bad.exitCode == 4 && !bad.errorOutput.contains("wrong"), "\(bad.errorOutput)")
      let missing = try await world.run(["-c", "az acr repository list -n myregistry -u sample"])
      #expect(missing.exitCode == 2, "\(missing.errorOutput)")
    }
  }
}
