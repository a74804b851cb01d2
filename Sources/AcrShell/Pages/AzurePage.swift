import AcrCommands
import AcrLanguage

/// `docs/az.md`: what becomes of each command and flag of the Azure CLI that is about this field.
struct AzurePage {
  let catalog: Catalog

  /// What becomes of a flag.
  enum State: Equatable {
    case works
    case accepted(String)
    case refused(String)
    /// Neither a flag here nor explained, which a test refuses.
    case unknown
  }

  /// The state of a flag of a command of the Azure CLI, from the commands themselves.
  func state(of flag: AzureCLI.Flag, in command: AzureCLI.Command) -> State {
    let first = flag.names.first ?? ""
    let note = AzureCLI.note(command.name, first)
    if case .refused(let reason)? = note { return .refused(reason) }
    guard let signature = catalog.command(named: command.name), flag.names.allSatisfy({ takes($0, signature) }) else {
      return .unknown
    }
    if case .accepted(let reason)? = note { return .accepted(reason) }
    return .works
  }

  /// Whether a command here has a flag under a name.
  func takes(_ name: String, _ signature: Signature) -> Bool {
    let bare = String(name.drop { $0 == "-" })
    return signature.allFlags.contains { flag in
      flag.aliases.contains(bare)
        || (name.hasPrefix("--") ? flag.name == bare : flag.short.map { String($0) } == bare)
    }
  }

  /// The page.
  var text: String {
    var text = """
      # Lines of the Azure CLI

      `scripts/generate` writes this page from the commands and from one table of the flags of azure-cli \(AzureCLI.version); \
      `scripts/interop` compares that table with the installed azure-cli. Lines run as they stand, with `az` in front or \
      without. In scripts of a shell, `acrsh -c "az acr …"` takes the place of `az acr …`.

      Every command takes `--help` (`-h`), `--query`, `--output` (`-o`, `--out`), `--only-show-errors`, `--verbose` and \
      `--debug`; those about a registry take `--subscription` too. `-otsv` is `-o tsv`, and `yamlc` is `yaml`. `az --version` \
      and `az version` say whose lines are known.


      """
    for (group, title) in [
      ("acr", "az acr"), ("account", "az account"), ("cloud", "az cloud"), ("", "Others"),
    ] {
      let commands = AzureCLI.commands.filter { command in
        let first = command.name.split(separator: " ").first.map(String.init) ?? ""
        return group.isEmpty ? !["acr", "account", "cloud"].contains(first) : first == group
      }
      text += "## \(title)\n\n| command | works | with a note |\n| --- | --- | --- |\n"
      for command in commands { text += row(command) }
      text += "\n"
    }
    text += """
      ## Azure PowerShell

      Cmdlets of Az.ContainerRegistry about images, manifests, tags, credentials and tokens, with their parameters by \
      the help pages of Azure PowerShell 16.2. All take those that every cmdlet has (`-DefaultProfile`, `-Confirm`, \
      `-ErrorAction` and the like), which change nothing here. `-Name:value` is `-Name value`; `$true` and `$false` are values, and `-Switch:$false` leaves a \
      switch out.

      | cmdlet | is | takes | does not take |
      | --- | --- | --- | --- |
      \(PowerShell.documented.map(row).joined(separator: "\n"))

      ## What acrsh does not have

      These are about other things than images, manifests, tags, tokens and signing in. `run az …` runs them:

      \(AzureCLI.outsideNames.map { "`az \($0)`" }.joined(separator: ", ")).

      ## Where the result differs on purpose

      | line | az | acrsh |
      | --- | --- | --- |
      | `account get-access-token`, `acr login --expose-token`, `acr credential show`, `acr token credential generate` | print \
      secrets everywhere | print them into a pipe, a file or `$(…)`; a terminal shows `secret(…)` ([security.md](security.md)) |
      | `acr import` that fails in Azure | ends with 0 | says why, and ends with its exit code |
      | `acr manifest list-metadata` as JSON | leaves out what a manifest lacks | has it as null, so that all rows have the same \
      members; `-o tsv` leaves it out |
      | exit codes | 1, 2, 3 | [by the kind of error](manual.md#exit-codes) |

      """
    return text
  }

  private func row(_ cmdlet: PowerShell.Documented) -> String {
    let signature = catalog.commands.first { command in
      ((command.cmdlet.map { [$0] } ?? []) + command.moreCmdlets).contains { $0.name == cmdlet.name }
    }
    let refused = cmdlet.parameters.compactMap { parameter in
      PowerShell.refusal(cmdlet.name, parameter).map { "`-\(parameter)`: \($0)" }
    }
    let taken = cmdlet.parameters.filter { PowerShell.refusal(cmdlet.name, $0) == nil }.map { "`-\($0)`" }
    return "| `\(cmdlet.name)` | `\(signature?.name ?? "not here")` | \(taken.joined(separator: " ")) | "
      + "\(refused.joined(separator: "; ")) |"
  }

  private func row(_ command: AzureCLI.Command) -> String {
    guard catalog.command(named: command.name) != nil else { return "| `az \(command.name)` | | not here |\n" }
    var works: [String] = []
    var notes: [String] = []
    for flag in command.flags {
      let name = "`\(flag.names.joined(separator: "`/`"))`"
      switch state(of: flag, in: command) {
      case .works: works.append(name)
      case .accepted(let note):
        works.append(name)
        notes.append("\(name): \(note)")
      case .refused(let reason): notes.append("\(name) is refused: \(reason)")
      case .unknown: notes.append("\(name) is not known")
      }
    }
    return "| `az \(command.name)` | \(works.joined(separator: " ")) | \(notes.joined(separator: "; ")) |\n"
  }
}
