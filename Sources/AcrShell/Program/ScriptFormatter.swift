import AcrCore
import AcrLanguage
import Glibc

/// `acrsh --fmt`: lays out files in place, or says which ones need it.
struct ScriptFormatter {
  let reporter: Reporter
  /// True when nothing is to be written.
  let isCheckOnly: Bool

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
    try SourceFile.replace(path, with: bytes)
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
      reporter.report(diagnostics)
      return nil
    }
  }
}

extension SourceFile {
  /// Gives a file new content in one step, with the mode and, where that is allowed, the owner it had. Behind a symbolic
  /// link the file itself is replaced.
  /// - Throws: ``AcrError`` when that fails; the file is then as it was.
  static func replace(_ path: String, with bytes: [UInt8]) throws(AcrError) {
    guard let resolved = realpath(path, nil) else { throw notWritten(path) }
    let target = String(cString: resolved)
    free(resolved)
    var status = stat()
    guard stat(target, &status) == 0 else { throw notWritten(path) }
    let temporary = "\(target).\(getpid()).tmp"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw notWritten(path) }
    var isWritten = false
    defer { if !isWritten { unlink(temporary) } }
    do {
      defer { close(file) }
      // Another owner's file may be ours to write and yet not ours to give away.
      _ = fchown(file, status.st_uid, status.st_gid)
      guard fchmod(file, status.st_mode & 0o7777) == 0 else { throw notWritten(path) }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw notWritten(path) }
        rest = rest.dropFirst(count)
      }
      guard fsync(file) == 0 else { throw notWritten(path) }
    }
    guard rename(temporary, target) == 0 else { throw notWritten(path) }
    isWritten = true
  }

  private static func notWritten(_ path: String) -> AcrError {
    AcrError(.usage, "`\(path)` cannot be written: \(String(cString: strerror(errno)))")
  }
}
