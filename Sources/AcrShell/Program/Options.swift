import AcrRuntime
import ArgumentParser
import ImportCore

/// The program's flags, not those of commands.
private typealias Flag<Value> = ArgumentParser.Flag<Value>

/// The options of the program itself. Everything behind a script's name belongs to the script.
struct Options: ParsableCommand {
  /// The ways to call it.
  static let synopsis = [
    "acrsh [options]                       the prompt",
    "acrsh [options] SCRIPT [arguments]    a script; `-` reads standard input",
    "acrsh [options] -c TEXT               a line",
    "acrsh --check [--strict] FILE...      parse and check, run nothing",
    "acrsh --fmt [--check] FILE...         lay out files, or say which ones need it",
    "acrsh --lsp                           the language server, for editors",
  ]

  static let configuration = CommandConfiguration(
    commandName: "acrsh", abstract: "A scriptable shell for Azure Container Registry and every other OCI registry.",
    usage: synopsis.joined(separator: "\n"),
    discussion: "`acrsh -c help` lists the commands of the language.")

  @Option(name: .customShort("c"), help: ArgumentHelp("Run this text instead of a file.", valueName: "text"))
  var texts: [String] = []

  /// The text of `-c`.
  var command: String? { texts.last }

  @Flag(help: "Parse and check the files, run nothing. The exit code is 2 if there is an error.")
  var check = false

  @Flag(
    help: ArgumentHelp(
      "With --check: also report `reveal`, secrets written in a script and `def`s that nothing calls; warnings count, so "
        + "that the exit code is 2 when there is one."))
  var strict = false

  @Flag(
    help: ArgumentHelp(
      "Lay out the files in place; `-` reads standard input and writes standard output. With --check nothing is written; "
        + "files that differ are named, and the exit code is 2."))
  var fmt = false

  @Flag(help: "Speak the Language Server Protocol on standard input and output.")
  var lsp = false

  @Flag(help: "Read and check as usual, but change nothing: print what would be done.")
  var dryRun = false

  @Flag(
    help: "Write each statement to standard error before it runs, as it is written; secrets are left out.")
  var traceScript = false

  @Flag(
    help: ArgumentHelp(
      "Use an emulated Azure on this machine, with sample registries and accounts (docs/sandbox.md). Nothing leaves the "
        + "machine, and everything is removed at the end."))
  var sandbox = false

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "How shown values are written: table, wide, list, grid, json, jsonc, jsonl, tsv, yaml or none (default: table on a terminal, json otherwise).",
      valueName: "format"), completion: .list(OutputFormat.allCases.map(\.rawValue)))
  var output: OutputFormat?

  @Option(
    help: ArgumentHelp(
      "How errors are written: text, json, or github (annotations in GitHub Actions).", valueName: "format"))
  var diagnostics = DiagnosticsFormat.text

  @Option(
    help: ArgumentHelp(
      "How progress is shown: auto (lines that move on a terminal; plain where CI=true), plain (a line when an import ends, and every 10 seconds), json, or none.",
      valueName: "format"))
  var progress = ProgressFormat.auto

  @Option(help: ArgumentHelp("How many transfers run at a time.", valueName: "count"))
  var transfers = TransferLimit.standard

  @Option(
    help: ArgumentHelp(
      "Allow plain HTTP and untrusted certificates for this registry (host or host:port).",
      valueName: "host"))
  var insecureRegistry: [String] = []

  @Option(
    help: ArgumentHelp(
      "Raise or lower a limit on what servers may send (docs/manual.md, \"Limits\"): memory=256MiB, pages=20000.",
      valueName: "name=value"))
  var limit: [String] = []

  @Option(
    help: ArgumentHelp("Trust the certificate authorities in this PEM file.", valueName: "path"),
    completion: .file())
  var caFile: String?

  @Option(
    help: ArgumentHelp("Append one line of JSON per request to this file, without secrets.", valueName: "path"),
    completion: .file())
  var trace: String?

  @Flag(help: "At the prompt, do not show long tables in `$PAGER`.")
  var noPager = false

  @Flag(help: "Start the prompt without running `rc.acr`.")
  var noRc = false
  /// For `scripts/generate`.
  @Option(help: .hidden)
  var generate: GeneratedPage?

  @Flag(help: "Show the version.")
  var version = false

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp(
      "A script and its arguments; `-` reads standard input. Without one: the prompt.", valueName: "script"))
  var script: [String] = []

  mutating func validate() throws {
    if texts.count > 1 { throw ValidationError("-c is given twice: separate the lines of one text with `;`") }
    if command != nil, check { throw ValidationError("-c and --check cannot be combined: write the text into a file") }
    if command != nil, fmt || lsp { throw ValidationError("-c cannot be combined with --fmt or --lsp") }
    if fmt, script.isEmpty { throw ValidationError("--fmt needs a file, or `-` for standard input") }
    if lsp, fmt || check || !script.isEmpty {
      throw ValidationError("--lsp takes no files and no other mode: the editor sends the texts")
    }
    if strict, !check || fmt {
      throw ValidationError("--strict requires --check: acrsh --check --strict FILE")
    }
    if check, script.isEmpty { throw ValidationError("--check needs a file") }
    if !(1...256).contains(transfers) { throw ValidationError("--transfers takes a number from 1 to 256") }
    // What is captured starts at the first word that is none of the options above.
    if ["--help", "-h"].contains(script.first) { throw CleanExit.helpRequest() }
    if let first = script.first, first.hasPrefix("-"), first != "-" {
      throw ValidationError("Unknown option '\(first)'")
    }
  }
}

extension OutputFormat: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
}

/// How errors are written.
enum DiagnosticsFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, github
}

/// How progress is shown.
enum ProgressFormat: String, ExpressibleByArgument, CaseIterable {
  case auto, plain, json, none
}
