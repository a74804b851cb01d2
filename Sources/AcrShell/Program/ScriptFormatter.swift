import AcrCore
import AcrLanguage
import AcrSystem

/// `acrsh --fmt`: lays out files in place, or says which ones need it.
struct ScriptFormatter {
  let reporter: Reporter
  /// True when nothing is to be written.
  let isCheckOnly: Bool
  /// The commands, for what is secret in a text that is refused.
  let catalog: Catalog

  /// Lays out files; `-` is standard input, whose layout goes to standard output.
  /// - Returns: 0; 2 when a file does not parse, or when with `--check` one differs; or the code of the error when a file
  ///   cannot be read or written.
  func format(_ paths: [String]) -> Int32 {
    var code: Int32 = 0
    for path in paths {
      do {
        code = max(code, try path == "-" ? formatStandardInput() : format(path))
      } catch {
        let error = error as? AcrError ?? AcrError(.invalid, "`\(path)` cannot be read")
        reporter.report([Diagnostic(kind: error.kind.name, error.message, source: nil, span: nil, help: error.help)])
        code = max(code, error.kind.exitCode)
      }
    }
    return code
  }

  private func format(_ path: String) throws -> Int32 {
    let source = try SourceFile.read(path)
    guard let text = layout(of: source) else { return 2 }
    let bytes = Array(text.utf8)
    guard bytes != source.bytes else { return 0 }
    if isCheckOnly {
      try StandardStream.output.write(Array("\(path)\n".utf8))
      return 2
    }
    try FileSystem.replace(path, with: bytes)
    return 0
  }

  private func formatStandardInput() throws -> Int32 {
    let source = Source(name: "<stdin>", bytes: try PlainEditor().readAll())
    guard let text = layout(of: source) else { return 2 }
    if isCheckOnly {
      guard Array(text.utf8) != source.bytes else { return 0 }
      try StandardStream.output.write(Array("\(source.name)\n".utf8))
      return 2
    }
    try StandardStream.output.write(Array(text.utf8))
    return 0
  }

  /// The layout of a text; nil when it does not parse, which is reported.
  private func layout(of source: Source) -> String? {
    switch Formatter.format(source) {
    case .formatted(let text): return text
    case .refused(let diagnostics):
      SecretFinder(catalog: catalog).hideSecrets(of: source)
      reporter.report(diagnostics)
      return nil
    }
  }
}
