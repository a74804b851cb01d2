import AcrLanguage
import ArgumentParser

/// Files that are made from the signatures of commands and functions and from the program's options: `scripts/generate`
/// writes them, and a test fails when one is stale.
enum GeneratedPage: String, CaseIterable, ExpressibleByArgument {
  /// `docs/reference.md`
  case reference
  /// `docs/az.md`
  case az
  /// `docs/acrsh.1`
  case man
  /// `completions/acrsh.bash`
  case bash
  /// `completions/_acrsh`
  case zsh
  /// `completions/acrsh.fish`
  case fish

  /// The file's text.
  func text(_ catalog: Catalog) -> String {
    switch self {
    case .reference: ReferencePage(catalog: catalog).text
    case .az: AzurePage(catalog: catalog).text
    case .man: ManualPage(catalog: catalog).text
    case .bash: BashCompletion(table: ShellTable(catalog)).text
    case .zsh: ZshCompletion(table: ShellTable(catalog)).text
    case .fish: FishCompletion(table: ShellTable(catalog)).text
    }
  }
}

/// What the pages say about a value or flag, in one wording.
enum PageWording {
  /// The help text with what a value may be.
  static func about(_ flag: Signature.Flag) -> String {
    var text = flag.help
    if case .fixed(let values) = flag.completer { text += ": \(values.map { "`\($0)`" }.joined(separator: ", "))" }
    var notes: [String] = []
    if flag.isRequired { notes.append("required") }
    if flag.isRepeatable { notes.append("may be repeated") }
    if let value = flag.defaultText { notes.append("default: \(value)") }
    return notes.isEmpty ? text : "\(text) (\(notes.joined(separator: "; ")))"
  }

  /// The help text of a value without a flag.
  static func about(_ value: Signature.Positional) -> String {
    var text = value.help
    if case .fixed(let values) = value.completer { text += ": \(values.map { "`\($0)`" }.joined(separator: ", "))" }
    return value.isRequired ? "\(text) (required)" : text
  }

  /// `-n, --name STRING`
  static func spelling(_ flag: Signature.Flag) -> String {
    let short = flag.short.map { "-\($0), " } ?? ""
    return "\(short)--\(flag.name)" + (flag.type.map { " \($0.placeholder)" } ?? "")
  }

  /// `FROM`, `IMAGES…`, `{ … }`
  static func spelling(_ value: Signature.Positional) -> String {
    value.type == .block ? "{ … }" : value.name.uppercased() + (value.isRest ? "…" : "")
  }

  /// `-SourceImage`, and what it is here.
  static func meaning(_ parameter: Signature.Cmdlet.Parameter) -> String {
    switch parameter.meaning {
    case .nothing: "nothing here; it is accepted"
    case .flag(let name): "`--\(name)`"
    case .part(let name, _): "a part of `--\(name)`"
    case .choice(let choices):
      choices.sorted { $0.key < $1.key }.map { key, flag in "`\(key)`\(flag.map { ": `--\($0)`" } ?? "")" }
        .joined(separator: ", ")
    }
  }
}
