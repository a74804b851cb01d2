import AcrSystem
import AcrCore
import AcrLanguage
import AcrRuntime
import ArgumentParser

/// The program: reads the options, and runs a script, a line, a check or the prompt.
public struct Program {
  /// The version, as `--version` and the user agent tell it.
  public static let version = "0.1.0"

  private let options: Options
  private let context: ProgramContext

  /// Runs the program with the process's arguments, and ends the process.
  public static func run() -> Never { ProcessEnd.exit(main()) }

  /// Runs the program with the process's arguments and returns its exit code (docs/manual.md, "Exit codes").
  public static func main(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) -> Int32 {
    // A closed pipe is an error of the write, not the end of the process.
    ProcessEnd.ignoreBrokenPipes()
    ProcessInformation.tuneAllocator()
    let options: Options
    do {
      options = try Options.parse(arguments)
    } catch {
      let isHelp = Options.exitCode(for: error) == .success
      let text = Options.fullMessage(for: error)
      (isHelp ? StandardStream.output : .error).tell("\(text)\n")
      return isHelp ? 0 : 2
    }
    if options.version {
      StandardStream.output.tell("acrsh \(version)\n")
      return 0
    }
    let context: ProgramContext
    do {
      context = try ProgramContext(options)
    } catch {
      let diagnostic = Diagnostic(kind: error.kind.name, error.message, source: nil, span: nil, help: error.help)
      Reporter(format: options.diagnostics).report([diagnostic])
      return error.kind.exitCode
    }
    let code = Program(options: options, context: context).run()
    context.shutDown(code)
    return code
  }

  private func run() -> Int32 {
    let runner = ScriptRunner(context)
    if let page = options.generate {
      StandardStream.output.tell(data: page.text(context.session.catalog))
      return 0
    }
    if options.lsp { return LanguageServer(context).run() }
    if options.fmt {
      return ScriptFormatter(
        reporter: context.reporter, isCheckOnly: options.check, catalog: context.session.catalog
      ).format(options.script)
    }
    if options.check { return runner.check(options.script, isStrict: options.strict) }
    if let command = options.command {
      return runner.run(Source(name: "-c", text: command), arguments: options.script)
    }
    if let path = options.script.first {
      let arguments = Array(options.script.dropFirst())
      return path == "-" ? runStandardInput(runner, arguments) : runner.run(path: path, arguments: arguments)
    }
    guard TerminalDevice.isTerminal(FileDescriptor.input) else { return runStandardInput(runner, []) }
    return InteractiveShell(context).run()
  }

  private func runStandardInput(_ runner: ScriptRunner, _ arguments: [String]) -> Int32 {
    do {
      let bytes = try PlainEditor().readAll()
      return runner.run(Source(name: "<stdin>", bytes: bytes), arguments: arguments)
    } catch {
      return runner.fail(error as? AcrError ?? AcrError(.invalid, "standard input cannot be read"))
    }
  }
}
