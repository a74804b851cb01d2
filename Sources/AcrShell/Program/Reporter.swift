import AcrLanguage

/// Writes diagnostics on standard error, for people or for programs.
struct Reporter: Sendable {
  var format: DiagnosticsFormat
  var usesColor = false
  var clearProgress: @Sendable () -> Void = {}

  func report(_ diagnostics: [Diagnostic]) {
    guard !diagnostics.isEmpty else { return }
    clearProgress()
    switch format {
    case .text: StandardStream.error.tell(DiagnosticPrinter(usesColor: usesColor).text(of: diagnostics))
    case .github: for diagnostic in diagnostics { StandardStream.error.tell("\(diagnostic.workflowCommand)\n") }
    case .json: for diagnostic in diagnostics { StandardStream.error.tell("\(diagnostic.json)\n") }
    }
  }
}
