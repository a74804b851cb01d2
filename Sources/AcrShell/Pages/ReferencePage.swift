import AcrLanguage

/// `docs/reference.md`: every command with its flags, every function, every option of the program.
struct ReferencePage {
  let catalog: Catalog

  var text: String {
    var page = """
      # Reference

      Every command, function and option. This page is made from the commands' signatures by `scripts/generate`, as are `help`,
      completion and the check; a test compares the two. [The manual](manual.md) teaches how they go together.

      A leading `az` is dropped: `az acr import` is `acr import`. Cmdlets and their `-Parameters` are matched without regard to case.

      ## Commands

      | command | does |
      | --- | --- |

      """
    for command in ordered {
      page += "| [`\(command.name)`](#\(anchor(command.name))) | \(cell(command.summary)) |\n"
    }
    page += "| [`where`](#where), [`extend`](#extend) | the two stages that take an expression |\n"
    for (group, heading) in HelpText.headings {
      let commands = catalog.commands.filter { $0.group == group }
      if commands.isEmpty { continue }
      page += "\n## \(heading)\n"
      for command in commands { page += self.command(command) }
      if group == .rows { page += Self.stages }
    }
    page += globalFlags
    page += functions
    page += options
    return page
  }

  private var ordered: [Signature] {
    HelpText.headings.flatMap { group, _ in catalog.commands.filter { $0.group == group } }
  }

  /// The link target a heading gets: small letters, `-` for spaces, no other signs.
  private func anchor(_ heading: String) -> String {
    String(heading.lowercased().compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || $0 == "-" ? $0 : nil })
  }

  private func command(_ signature: Signature) -> String {
    var text = "\n### \(signature.name)\n\n\(signature.summary).\n\n"
    text += "```text\n\(HelpText(catalog: catalog).usage(signature))\n```\n"
    if !signature.aliases.isEmpty {
      text += "\nAlso written \(signature.aliases.map { "`\($0)`" }.joined(separator: ", ")).\n"
    }
    if !signature.description.isEmpty { text += "\n\(HelpText.wrap(signature.description, indent: 0, width: 120))" }
    if signature.changes { text += "\nWith `--dry-run` it says what it would do and changes nothing.\n" }
    let values = signature.positionals.map { (PageWording.spelling($0), PageWording.about($0)) }
    let flags = signature.flags.map { (PageWording.spelling($0), PageWording.about($0)) }
    if !(values + flags).isEmpty { text += "\n| takes | |\n| --- | --- |\n" + rows(values + flags) }
    if !signature.globalFlags.isEmpty { text += "\nAnd the [global flags](#global-flags).\n" }
    if !signature.columns.declared.isEmpty {
      text += "\n| \(signature.columns.isOpen ? "gives, among others" : "gives") | | |\n| --- | --- | --- |\n"
      text += signature.columns.declared.map { column in
        "| `\(cell(column.name))` | \(column.type.rawValue) | \(cell(column.note)) |\n"
      }.joined()
    }
    for cmdlet in (signature.cmdlet.map { [$0] } ?? []) + signature.moreCmdlets {
      text += "\nAs a cmdlet it is `\(cmdlet.name)`:\n\n| parameter | is |\n| --- | --- |\n"
      let parameters = cmdlet.parameters.filter { !$0.isNothing }
      text += parameters.map { "| `-\($0.name)` | \(cell(PageWording.meaning($0))) |\n" }.joined()
    }
    for example in signature.examples {
      let note = Self.notes[example.line].map { "<!-- sandbox: \($0) -->\n" } ?? ""
      text += "\n\(example.title):\n\n\(note)```acr\n\(example.line)\n```\n"
    }
    return text
  }

  /// What `scripts/doc-blocks` has to know about examples that need more than a sandbox and the files of examples/sandbox.
  private static let notes = [
    "let password = secret prompt \"Password\"": "terminal sample-password"
  ]

  /// The two stages that are part of the grammar and have no signature.
  private static let stages = """

    ### where

    Keeps the rows that match a condition; `.x` is the row's column, `$it` the row.

    ```text
    … | where EXPRESSION
    ```

    Rows over a megabyte:

    ```acr
    [{name: "a", size: 2MB}, {name: "b", size: 10KB}] | where .size > 1MB
    ```

    ### extend

    Adds columns to each row; later columns see the earlier ones.

    ```text
    … | extend NAME = EXPRESSION, …
    ```

    A size in megabytes:

    ```acr
    [{name: "a", size: 2MB}] | extend mb = .size / 1MB, large = .mb > 1
    ```

    """

  private var globalFlags: String {
    guard let signature = catalog.commands.max(by: { $0.globalFlags.count < $1.globalFlags.count }) else { return "" }
    let names = HelpText.headings.filter { $0.0.takesGlobalFlags }.map(\.1).joined(separator: "\" and \"")
    return
      "\n## Global flags\n\nEvery command of \"\(names)\" takes the Azure CLI's flags, unless it has a flag of that "
      + "name itself.\n\n| flag | |\n| --- | --- |\n"
      + rows(signature.globalFlags.map { (PageWording.spelling($0), PageWording.about($0)) })
  }

  private var functions: String {
    "\n## Functions\n\nCalled as `f(x)` in expressions.\n\n| function | gives |\n| --- | --- |\n"
      + catalog.functions.sorted { $0.name < $1.name }.map {
        "| `\($0.name)(\($0.parameters))` | \(cell($0.summary)) |\n"
      }.joined()
  }

  private var options: String {
    "\n## Options of the program\n\nThey stand before the script's name; everything behind it belongs to the script.\n\n"
      + "| option | |\n| --- | --- |\n"
      + rows(
        ProgramOption.all.map { option in
          (option.names.joined(separator: ", ") + (option.valueName.map { " \($0.uppercased())" } ?? ""), option.help)
        })
  }

  private func rows(_ rows: [(String, String)]) -> String {
    rows.map { "| `\(cell($0.0))` | \(cell($0.1)) |\n" }.joined()
  }

  private func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
