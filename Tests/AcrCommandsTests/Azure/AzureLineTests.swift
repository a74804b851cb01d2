import AcrCommands
import AcrLanguage
import CommandCatalog
import Foundation
import Testing

/// Lines of the Azure CLI as people paste them: from its documentation, articles and scripts.
@Suite("Lines of the Azure CLI")
struct AzureLineTests {
  private static func check(_ line: String) -> [String] {
    Checker.check(source: Source(name: "az.acr", text: line), catalog: CommandCatalog.catalog)
      .diagnostics.filter { $0.severity == .error }.map { "\($0.message)\($0.help.map { " = \($0)" } ?? "")" }
  }

  /// The lines of `azure-lines.txt`; `#` begins a heading.
  static let lines: [String] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Transcripts/azure-lines.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
  }()

  @Test("are there") func present() { #expect(Self.lines.count > 120) }

  @Test("parse and pass the check", arguments: lines)
  func passes(line: String) { #expect(Self.check(line) == [], "\(line)") }

  @Test(
    "about other things say how to run them, and guess nothing",
    arguments: [
      ("az acr task create -n t -r r", "acr task"), ("az acr build -r r .", "acr build"),
      ("acr task list -r r", "acr task"),
      ("az acr cache list -r r", "acr cache"), ("az acr replication list -r r", "acr replication"),
      ("az acr config content-trust show -r r", "acr config"), ("az acr create -n r -g g --sku Basic", "acr create"),
      ("az acr update -n r --admin-enabled true", "acr update"), ("az acr delete -n r", "acr delete"),
      ("az acr webhook list -r r", "acr webhook"), ("az account lock list", "account lock"),
      ("az rest --url x", "rest"),
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
      (
        "az acr login -n myregistry && az acr repository list -n myregistry",
        "a failing command already stops the script"
      ),
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

  @Test(
    "of PowerShell with `$true` and `$false`, and with values behind a colon",
    arguments: [
      "Update-AzContainerRegistryTag -RegistryName r1234 -RepositoryName a -Name 1 -WriteEnabled $false",
      "Update-AzContainerRegistryTag -RegistryName r1234 -RepositoryName a -Name 1 -WriteEnabled:$FALSE -ReadEnabled $True",
      "Update-AzContainerRegistryRepository -RegistryName r1234 -Name a -DeleteEnabled:true",
      "Remove-AzContainerRegistryTag -RegistryName:r1234 -RepositoryName:a -Name:1 -Confirm:$false",
      "Get-AzAccessToken -AsSecureString:$false", "Connect-AzAccount -Identity:$true",
      "Connect-AzAccount -UseDeviceAuthentication:$false",
      "Import-AzContainerRegistryImage -SourceImage a:1 -SourceRegistryUri docker.io/library -ResourceGroupName g "
        + "-RegistryName r1234 -TargetTag a:1 -Mode:Force",
    ])
  func powerShell(line: String) { #expect(Self.check(line) == [], "\(line)") }

  @Test(
    "of PowerShell with other values are refused",
    arguments: [
      "Update-AzContainerRegistryTag -RegistryName r1234 -RepositoryName a -Name 1 -WriteEnabled $no",
      "Update-AzContainerRegistryTag -RegistryName r1234 -RepositoryName a -Name 1 -WriteEnabled:$no",
      "Update-AzContainerRegistryTag -RegistryName r1234 -RepositoryName a -Name 1 -WriteEnabled:maybe",
      "Connect-AzAccount -Identity:sure",
    ])
  func powerShellMistakes(line: String) { #expect(Self.check(line).count == 1, "\(line): \(Self.check(line))") }

  @Test("with a password behind its letter keep it secret")
  func attachedPassword() {
    let source = Source(name: "az.acr", text: "az acr login -n myregistry -u me -phunter2horse --nmae x")
    let result = Checker.check(source: source, catalog: CommandCatalog.catalog)
    let text = DiagnosticPrinter().text(of: result.diagnostics).rendered
    #expect(text.contains("--nmae") && !text.contains("hunter2horse"), "\(text)")
  }
}

/// The cmdlets behind the table of docs/az.md.
@Suite("The cmdlets of Azure PowerShell")
struct PowerShellTests {
  private static let cmdlets: [String: Signature.Cmdlet] = {
    let all = CommandCatalog.catalog.commands.flatMap { ($0.cmdlet.map { [$0] } ?? []) + $0.moreCmdlets }
    return Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }()

  @Test("take each parameter of their help, or say why not", arguments: PowerShell.documented.map(\.name))
  func known(name: String) throws {
    let documented = try #require(PowerShell.documented.first { $0.name == name })
    let cmdlet = try #require(Self.cmdlets[name], "no command has the cmdlet `\(name)`")
    let taken = Set(cmdlet.parameters.map(\.name))
    for parameter in documented.parameters {
      let reason = PowerShell.refusal(name, parameter)
      #expect(taken.contains(parameter) == (reason == nil), "\(name) -\(parameter): \(reason ?? "not explained")")
    }
  }

  @Test("of registries are all in the table")
  func complete() {
    let names = Set(PowerShell.documented.map(\.name))
    for name in Self.cmdlets.keys where name.contains("ContainerRegistry") { #expect(names.contains(name), "\(name)") }
  }

  @Test("write a digest behind @, and a tag behind a colon")
  func joints() {
    #expect(Self.cmdlets["Update-AzContainerRegistryManifest"]?.joint == "@")
    #expect(Self.cmdlets["Update-AzContainerRegistryTag"]?.joint == ":")
  }
}

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
