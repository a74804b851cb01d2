import AcrCore
import AcrLanguage

/// What is wrong in a document: everything that was found, in the order of the text.
public struct DocumentError: Error, Sendable {
  /// The findings; there is at least one.
  public var diagnostics: [Diagnostic]

  /// The same as an error of a command, which names the first place and counts the others.
  public var error: AcrError {
    guard let first = diagnostics.first else { return AcrError(.usage, "the file cannot be used") }
    var place = first.source?.name ?? "the file"
    if let source = first.source, let span = first.span {
      let position = source.position(of: span.start)
      place += ":\(position.line):\(position.column)"
    }
    let others = diagnostics.count - 1
    return AcrError(
      .usage, "\(place): \(first.message)", help: first.help,
      notes: others == 0 ? [] : ["\(others) more; `acrsh --check \(first.source?.name ?? "FILE")` shows all of them"])
  }
}
