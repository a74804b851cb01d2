import AcrCommands
import AcrLanguage
import CommandCatalog
import Testing

/// Lines of the Azure CLI as people paste them: from its documentation, articles and scripts.
@Suite("Lines of the Azure CLI")
struct AzureLineTests {
  private static func check(_ line: String) -> [String] {
    Checker.check(source: Source(name: "az.acr", text: line), catalog: CommandCatalog.catalog)
      .diagnostics.filter { $0.severity == .error }.map { "\($0.message)\($0.help.map { " = \($0)" } ?? "")" }
  }

  static let images = [
    "az acr import -n myregistry --source docker.io/library/hello-world:latest -t hello-world:latest",
    "az acr import -n MyRegistry --source sourceregistry.azurecr.io/sourcerepository:sourcetag",
    "az acr import -n MyRegistry --source sourceregistry.azurecr.io/repo:tag -t targetrepository:targettag -t other:1",
    "az acr import -n MyRegistry --source sourcerepository:sourcetag -t targetrepository:targettag -r /subscriptions/0000-0000/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/sourceRegistry",
    "az acr import -n MyRegistry --source docker.io/library/hello-world@sha256:abc123 --repository hello-world",
    "az acr import --name myregistry --source app:1 --registry other --force --no-wait -g group --subscription sub",
    "az acr import -n myregistry --source other.azurecr.io/a:1 -r other",
    "az acr import -n myregistry --source other.azurecr.io/a:1 -r other.azurecr.io -u user -p password",
    "az acr import -nmyregistry --source docker.io/library/nginx:1 -tnginx:1",
    "az acr repository list -n MyRegistry", "az acr repository list --name myregistry --output table",
    "az acr repository list -n myregistry --suffix tenant -u user -p password --top 10",
    "az acr repository list --name myregistry -g group --subscription sub -o tsv",
    "az acr repository show -n MyRegistry --repository hello-world",
    "az acr repository show -n MyRegistry --image hello-world@sha256:abc123", "az acr repository show -n r1234 -t a:1 -u u -p p",
    "az acr repository show-tags -n MyRegistry --repository MyRepository --detail --orderby time_desc --top 10",
    "az acr repository show-tags -n myregistry --repository a --orderby TIME_DESC --query \"[0]\" -otsv",
    "az acr repository show-tags -n myregistry --repository a --suffix s -u u -p p",
    "az acr repository show-manifests -n MyRegistry --repository MyRepository --detail",
    "az acr repository show-manifests --name myregistry --repository a --query \"[?tags[0]==null].digest\" -o tsv",
    "az acr repository delete -n MyRegistry --image hello-world:latest --yes",
    "az acr repository delete -n myregistry --repository hello-world -y -u u -p p --suffix s",
    "az acr repository untag -n MyRegistry --image hello-world:latest", "az acr repository untag -n r1234 -t a:1 -u u -p p",
    "az acr repository update -n MyRegistry --image hello-world:latest --write-enabled false",
    "az acr repository update --name myregistry --repository a --delete-enabled false --write-enabled false -u u -p p",
    "az acr repository list-deleted -n MyRegistry",
  ]

  static let manifests = [
    "az acr manifest list -r MyRegistry -n MyRepository", "az acr manifest list MyRegistry.azurecr.io/MyRepository",
    "az acr manifest list myregistry.azurecr.io/hello-world --top 1 --orderby time_desc -u u -p p --suffix s",
    "az acr manifest list-metadata -r MyRegistry -n MyRepository",
    "az acr manifest list-metadata MyRegistry.azurecr.io/MyRepository --top 10 --orderby time_desc",
    "az acr manifest list-metadata https://myregistry.azurecr.io/hello-world",
    "az acr manifest list-metadata --registry myregistry --name a --query \"[?tags==null].digest\" -o tsv",
    "az acr manifest list-metadata --name a --registry r1234 --username u --password p --suffix s --subscription sub",
    "az acr manifest metadata list -r MyRegistry -n MyRepository", "az acr manifest show -r MyRegistry -n MyRepository:tag",
    "az acr manifest show MyRegistry.azurecr.io/MyRepository:tag --raw", "az acr manifest show -r r1234 -n a:1 -u u -p p",
    "az acr manifest show MyRegistry.azurecr.io/MyRepository@sha256:8f5471f14e8f7ef7f1fbdc42ce5d5d2d4e0c2a4ac6e4ffc1cd3ea2c0f4ecfb39",
    "az acr manifest show-metadata -r MyRegistry -n MyRepository:tag",
    "az acr manifest show-metadata MyRegistry.azurecr.io/MyRepository:tag -u u -p p",
    "az acr manifest update-metadata MyRegistry.azurecr.io/MyRepository:tag --write-enabled false",
    "az acr manifest update-metadata -r r1234 -n a:1 --delete-enabled true --list-enabled true --read-enabled true",
    "az acr manifest list-referrers -r MyRegistry -n MyRepository:tag",
    "az acr manifest list-referrers MyRegistry.azurecr.io/MyRepository:tag --artifact-type application/spdx+json --recursive",
    "az acr manifest delete -r MyRegistry -n MyRepository:tag --yes", "az acr manifest delete MyRegistry.azurecr.io/a:1 -y",
    "az acr manifest list-deleted -r MyRegistry -n MyRepository", "az acr manifest list-deleted-tags -r r1234 -n a:1",
    "az acr manifest restore -r MyRegistry -n MyRepository:tag", "az acr manifest restore MyRegistry.azurecr.io/a:1 -f -y",
    "az acr manifest restore -r MyRegistry -n MyRepository:tag -d sha256:8f5471f14e8f7ef7f1fbdc42ce5d5d2d4e0c2a4ac6e4ffc1cd3ea2c0f4ecfb39",
  ]

  static let registries = [
    "az acr list -o table", "az acr list -g group --query \"[].{acrLoginServer:loginServer}\" --output table",
    "az acr show -n MyRegistry", "az acr show --name myregistry -g group --query loginServer --output tsv",
    "az acr show -n myregistry --query id --out tsv --subscription sub", "az acr show -nmyregistry --query sku.name -otsv",
    "az acr show-usage -n MyRegistry -g group", "az acr show-endpoints -n MyRegistry", "az acr check-name -n doesthisnameexist",
    "az acr check-name --name myregistry --dnl-scope TenantReuse -g group",
    "az acr check-health -n MyRegistry", "az acr check-health -n myregistry --ignore-errors --yes --repository a",
    "az acr login -n MyRegistry", "az acr login --name myregistry --expose-token --output tsv --query accessToken",
    "az acr login -n myregistry -t --query refreshToken -o tsv", "az acr login -n r1234 -u u -p p --suffix s -g group",
    "az acr credential show -n MyRegistry -g group", "az acr credential show --name myregistry --query \"passwords[0].value\" -o tsv",
    "az acr credential renew -n MyRegistry --password-name password2",
    "az acr token create -r myregistry -n mytoken --scope-map _repositories_push --status enabled",
    "az acr token create --name MyToken --registry myregistry --repository samples/hello-world content/write content/read --output json",
    "az acr token create -n t1 -r myregistry --repository a content/read --repository b content/read metadata/read --no-passwords true",
    "az acr token credential generate --name MyToken --registry myregistry --expiration-in-days 30 --password1 --query 'passwords[0].value' --output tsv",
    "az acr token credential generate -n MyToken -r MyRegistry --days 30",
    "az acr token credential delete -n MyToken -r MyRegistry --password1 --password2",
    "az acr token list -r myregistry --output table", "az acr token show -r myregistry -n MyToken",
    "az acr token update --name MyToken --registry myregistry --scope-map MyScopeMap", "az acr token delete -n t1 -r r1234 -y",
    "az acr token update --name MyToken --registry myregistry --status disabled",
    "az acr scope-map create --name MyScopeMap --registry myregistry --repository samples/hello-world content/write content/read --repository samples/nginx content/write content/read --description \"Sample scope map\"",
    "az acr scope-map update --name MyScopeMap --registry myregistry --add-repository samples/nginx content/write content/read",
    "az acr scope-map update -n m1 -r r1234 --add a content/read --remove b content/read",
    "az acr scope-map list --registry myregistry", "az acr scope-map show -n m1 -r r1234", "az acr scope-map delete -n m1 -r r1234 -y",
  ]

  static let account = [
    "az login", "az login --use-device-code", "az login --tenant contoso.example --allow-no-subscriptions",
    "az login --service-principal -u id -p secret --tenant contoso.example", "az login --identity", "az login -i",
    "az login --identity --client-id 00000000-0000-0000-0000-000000000000", "az login --service-principal -u i --certificate c.pem --tenant t",
    "az login --scope https://management.core.windows.net//.default https://graph.microsoft.com/.default",
    "az login --skip-subscription-discovery --service-principal -u i -p s --tenant t", "az logout", "az logout --username me@contoso.example",
    "az account show", "az account show --query environmentName -o tsv", "az account show -s sub", "az account show -n sub",
    "az account show --query id --output tsv", "az account list --all --refresh -o table", "az account set -s sub",
    "az account set --subscription \"My Demos\"", "az account set -n sub", "az account clear", "az account list-locations -o table",
    "az account get-access-token", "az account get-access-token --resource https://containerregistry.azure.net",
    "az account get-access-token --query accessToken -o tsv", "az account get-access-token --query accessToken -otsv",
    "az account get-access-token --resource-type ms-graph", "az account get-access-token -n sub --scope a/.default b/.default",
    "az account get-access-token --tenant 00000000-0000-0000-0000-000000000000", "az cloud list -o table", "az cloud show -o yamlc",
    "az cloud set -n AzureUSGovernment --profile latest", "az cloud list-profiles", "az configure --defaults acr=myregistry group=g",
    "az version", "az --version", "az acr import --help", "az acr -h", "az acr manifest --help", "az --help",
    "az acr repository list --name myregistry --help",
  ]

  static let cmdlets = [
    "Get-AzContainerRegistryTag -RegistryName r1234 -RepositoryName a -DefaultProfile $p",
    "Remove-AzContainerRegistryTag -RegistryName r1234 -RepositoryName a -Name 1 -PassThru",
    "Remove-AzContainerRegistryManifest -RegistryName r1234 -RepositoryName a -Manifest sha256:abc -Confirm",
    "Update-AzContainerRegistryTag -RegistryName r1234 -RepositoryName a -Name 1 -WriteEnabled false",
    "Update-AzContainerRegistryRepository -RegistryName r1234 -Name a -DeleteEnabled false",
    "Get-AzContainerRegistryRepository -RegistryName r1234 -First 10", "Get-AzContainerRegistry -ResourceGroupName g",
    "Get-AzContainerRegistryCredential -ResourceGroupName g -Name r1234",
    "Update-AzContainerRegistryCredential -ResourceGroupName g -RegistryName r1234 -PasswordName password2",
    "Get-AzContainerRegistryUsage -ResourceGroupName g -RegistryName r1234",
    "New-AzContainerRegistryToken -ResourceGroupName g -RegistryName r1234 -Name t -ScopeMapId m -Status enabled",
    "Get-AzContainerRegistryToken -ResourceGroupName g -RegistryName r1234 -Name t",
    "Remove-AzContainerRegistryScopeMap -ResourceGroupName g -RegistryName r1234 -Name m",
    "Test-AzContainerRegistryNameAvailability -Name r1234", "Get-AzAccessToken -ResourceUrl https://x.example -AsSecureString",
    "Connect-AzAccount -Identity -Environment AzureCloud -Force", "Disconnect-AzAccount", "Get-AzContext",
    "Import-AzContainerRegistryImage -SourceImage a:1 -SourceRegistryUri docker.io/library -ResourceGroupName g -RegistryName r1234 -TargetTag a:1 -Mode Force -AsJob",
  ].map { $0.contains("$p") ? "let p = 1; \($0)" : $0 }

  @Test("parse and pass the check", arguments: images + manifests + registries + account + cmdlets)
  func passes(line: String) { #expect(Self.check(line) == [], "\(line)") }

  @Test(
    "about other things say how to run them, and guess nothing",
    arguments: [
      ("az acr task create -n t -r r", "acr task"), ("az acr build -r r .", "acr build"), ("acr task list -r r", "acr task"),
      ("az acr cache list -r r", "acr cache"), ("az acr replication list -r r", "acr replication"),
      ("az acr config content-trust show -r r", "acr config"), ("az acr create -n r -g g --sku Basic", "acr create"),
      ("az acr update -n r --admin-enabled true", "acr update"), ("az acr delete -n r", "acr delete"),
      ("az acr webhook list -r r", "acr webhook"), ("az account lock list", "account lock"), ("az rest --url x", "rest"),
      ("az group create -n g -l westus", "group"), ("az aks list", "aks"),
    ])
  func elsewhere(line: String, name: String) {
    #expect(Self.check(line) == ["acrsh has no `\(name)` = `run az \(name) …` runs it"], "\(line)")
  }

  @Test(
    "with shell around them say what does the same here",
    arguments: [
      ("TOKEN=$(az account get-access-token --query accessToken -o tsv)", "declare a variable with `let TOKEN = …`"),
      ("az acr repository list -n myregistry | jq '.[]'", "`--query EXPRESSION` and `get` pick from a result"),
      ("az acr repository list -n myregistry | head -5", "`first N` takes the first rows"),
      ("az acr login -n myregistry && az acr repository list -n myregistry", "a failing command already stops the script"),
      ("az acr repository list -n myregistry | grep hello", "`where"), ("export ACR=myregistry", "`let NAME = VALUE`"),
    ])
  func shell(line: String, part: String) {
    let found = Self.check(line)
    #expect(found.count == 1 && found.first?.contains(part) == true, "\(line): \(found)")
  }

  @Test(
    "with mistakes are refused with the reason",
    arguments: [
      ("az acr token create -n t -r r --gateway g", "`acr token create` does not take `--gateway` here"),
      ("az acr login -n r1234 --endpoint eastus", "`acr login` does not take `--endpoint` here"),
      ("az acr import -n r1234 --source other.example/a:1 -r second", "give the source without the registry's name"),
      ("az acr manifest list-metdata -r r1234 -n a", "`acr manifest list-metdata` is not a command"),
      ("az acr show -name r1234", "`-name` is not a flag of `acr show`"),
    ])
  func mistakes(line: String, part: String) {
    let found = Self.check(line)
    #expect(found.first?.contains(part) == true, "\(line): \(found)")
  }

  @Test("with a password behind its letter keep it secret")
  func attachedPassword() {
    let source = Source(name: "az.acr", text: "az acr login -n myregistry -u me -phunter2horse --nmae x")
    let result = Checker.check(source: source, catalog: CommandCatalog.catalog)
    let text = DiagnosticPrinter().text(of: result.diagnostics).rendered
    #expect(text.contains("--nmae") && !text.contains("hunter2horse"), "\(text)")
  }
}

/// The table behind docs/az.md.
@Suite("The flags of the Azure CLI")
struct AzureFlagTests {
  @Test("are taken, taken with a note, or refused with a reason", arguments: AzureCLI.commands)
  func known(command: AzureCLI.Command) throws {
    let signature = try #require(CommandCatalog.catalog.command(named: command.name), "no command `\(command.name)`")
    for flag in command.flags {
      let isTaken = flag.names.allSatisfy { name in
        let bare = String(name.drop { $0 == "-" })
        return signature.allFlags.contains {
          $0.aliases.contains(bare) || (name.hasPrefix("--") ? $0.name == bare : $0.short.map(String.init) == bare)
        }
      }
      let note = flag.names.first.flatMap { AzureCLI.note(command.name, $0) }
      if case .refused? = note {
        #expect(!isTaken, "`\(command.name) \(flag.names)` is refused and taken")
      } else {
        #expect(isTaken, "`\(command.name) \(flag.names)` is neither taken nor refused with a reason")
      }
    }
    #expect(signature.allFlags.contains { $0.name == "query" } && signature.allFlags.contains { $0.name == "output" })
  }
}
