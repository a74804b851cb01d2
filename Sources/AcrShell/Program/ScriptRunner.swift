import AcrCore
import AcrLanguage
import AcrRuntime
import Glibc

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
      StandardStream.output.tell(ScriptArguments.help(for: script, program: source.name) + "\n")
      return 0
    }
    let run = workshop.makeRun(isInteractive: false)
    ConsoleSignals.shared.install()
    let sink = workshop.sink
    let outcome = ConsoleSignals.shared.watch {
      if $0 > 1 { sink.talk("still stopping; ^\\ ends acrsh at once") }
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

/// Texts in files.
enum SourceFile {
  /// Scripts past this size are something else.
  private static let limit = 64 << 20

  /// Reads a script.
  /// - Throws: ``AcrError`` that says why it cannot be read.
  static func read(_ path: String) throws(AcrError) -> Source {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    while true {
      let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = max(-1, Glibc.read(file, buffer.baseAddress, buffer.count)) + 0
        if count < 0 { count = 0 }
      }
      guard !piece.isEmpty else { break }
      bytes += piece
      guard bytes.count <= limit else {
        throw AcrError(.usage, "`\(path)` is larger than \(ByteCount.human(Int64(limit)))")
      }
    }
    var status = stat()
    if fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw AcrError(.usage, "`\(path)` is a folder, and a script is a file")
    }
    return Source(name: path, bytes: bytes)
  }

  /// Reads a module: its path is relative to the text that asks for it.
  static func loadModule(_ path: String, _ importer: Source) throws -> Source {
    var folder = ""
    if !path.hasPrefix("/"), let slash = importer.name.lastIndex(of: "/") {
      folder = String(importer.name[...slash])
    }
    do {
      return try read(folder + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path))
    } catch {
      throw ModuleError(error.message)
    }
  }

  private static func failure(_ path: String) -> AcrError {
    let reason = String(cString: strerror(errno))
    return AcrError(
      errno == ENOENT ? .notFound : .usage, "`\(path)` cannot be read: \(reason)",
      help: errno == ENOENT ? "a line of text runs with `-c`: acrsh -c 'print 1'" : nil)
  }
}
