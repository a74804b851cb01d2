import AcrCommands
import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem

/// Checks and runs texts that are whole: files, `-c`, standard input.
struct ScriptRunner {
  private let context: ProgramContext

  init(_ context: ProgramContext) { self.context = context }

  /// Checks files and reports everything found, warnings too: scripts, and the YAML files of commands.
  /// - Parameter isStrict: reports more, and a warning counts as an error does.
  /// - Returns: 2 when there is an error, 0 otherwise.
  func check(_ paths: [String], isStrict: Bool) -> Int32 {
    var code: Int32 = 0
    for path in paths {
      do {
        let source = try SourceFile.read(path)
        if DocumentKind.isDocument(path) {
          let problems = DocumentKind.problems(of: source)
          context.reporter.report(problems)
          if isStrict ? !problems.isEmpty : problems.contains(where: { $0.severity == .error }) { code = 2 }
          continue
        }
        let result = check(source, isStrict: isStrict)
        context.reporter.report(result.diagnostics)
        if result.hasErrors || isStrict && !result.diagnostics.isEmpty { code = 2 }
      } catch {
        code = max(code, fail(error))
      }
    }
    return code
  }

  /// Runs a file.
  func run(path: String, arguments: [String]) -> Int32 {
    do {
      return run(try SourceFile.read(path), arguments: arguments)
    } catch {
      return fail(error)
    }
  }

  /// Checks a text, and runs it when nothing is wrong with it.
  func run(_ source: Source, arguments: [String]) -> Int32 {
    let result = check(source)
    guard let script = result.script else {
      context.reporter.report(result.diagnostics)
      return 2
    }
    if arguments.contains("--help") || arguments.contains("-h") {
      StandardStream.output.tell("\(ScriptArguments.help(for: script, program: source.name))\n")
      return 0
    }
    let run = context.makeRun(atPrompt: false)
    ConsoleSignals.shared.install()
    context.display.waits?.setActive(true)
    let outcome = ConsoleSignals.shared.watch { _ in
      run.interrupt()
    } while: {
      context.session.run(script, arguments: arguments, in: run)
    }
    context.display.waits?.setActive(false)
    context.summarizeProgress()
    switch outcome {
    case .finished: return run.hasFailedItems ? 6 : 0
    case .exited(let code): return code
    case .failed(let error):
      // `| head` has what it wanted: that is no failure to tell of.
      if error.error.kind == .cancelled, error.error.message == StandardStream.readerIsGone.message {
        return StandardStream.readerIsGoneCode
      }
      context.reporter.report([error.diagnostic])
      return error.error.kind.exitCode
    }
  }

  /// Reports an error without a place.
  func fail(_ error: AcrError) -> Int32 {
    context.reporter.report([
      Diagnostic(kind: error.kind.name, error.message, source: nil, span: nil, help: error.help)
    ])
    return error.kind.exitCode
  }

  private func check(_ source: Source, isStrict: Bool = false) -> CheckResult {
    Checker.check(
      source: source, catalog: context.session.catalog, environment: Set(context.environment.keys),
      loader: SourceFile.loadModule, isStrict: isStrict)
  }
}
