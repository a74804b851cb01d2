import AcrCore
import AcrLanguage
import AcrRuntime
import AcrSystem

/// Checks and runs texts that are whole: files, `-c`, standard input.
struct ScriptRunner {
  private let workshop: Workshop

  init(_ workshop: Workshop) { self.workshop = workshop }

  /// Checks files and reports everything found, warnings too.
  /// - Parameter isStrict: reports more, and a warning counts as an error does.
  /// - Returns: 2 when there is an error, 0 otherwise.
  func check(_ paths: [String], isStrict: Bool) -> Int32 {
    var code: Int32 = 0
    for path in paths {
      do {
        let result = check(try SourceFile.read(path), isStrict: isStrict)
        workshop.reporter.report(result.diagnostics)
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
      workshop.reporter.report(result.diagnostics)
      return 2
    }
    if arguments.contains("--help") || arguments.contains("-h") {
      StandardStream.output.tell("\(ScriptArguments.help(for: script, program: source.name))\n")
      return 0
    }
    let run = workshop.makeRun(isInteractive: false)
    ConsoleSignals.shared.install()
    let outcome = ConsoleSignals.shared.watch { _ in
      run.interrupt()
    } while: {
      workshop.session.run(script, arguments: arguments, in: run)
    }
    workshop.summarizeProgress()
    switch outcome {
    case .finished: return run.hasFailedItems ? 6 : 0
    case .exited(let code): return code
    case .failed(let error):
      workshop.reporter.report([error.diagnostic])
      return error.error.kind.exitCode
    }
  }

  /// Reports an error without a place.
  func fail(_ error: AcrError) -> Int32 {
    workshop.reporter.report([
      Diagnostic(kind: error.kind.name, error.message, source: nil, span: nil, help: error.help)
    ])
    return error.kind.exitCode
  }

  private func check(_ source: Source, isStrict: Bool = false) -> CheckResult {
    Checker.check(
      source: source, catalog: workshop.session.catalog, environment: Set(workshop.environment.keys),
      loader: SourceFile.loadModule, isStrict: isStrict)
  }
}
