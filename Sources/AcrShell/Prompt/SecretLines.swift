import AcrLanguage
import Synchronization

/// Knows which entries hold a secret as plain text, so that they stay out of the history: what diagnostics hide
/// (``SecretFinder``), with the `def`s of the session.
final class SecretLines: Sendable {
  private struct Known {
    var finder: SecretFinder
    var session = SessionScope()
  }

  private let catalog: Catalog
  private let known: Mutex<Known>

  init(_ catalog: Catalog) {
    self.catalog = catalog
    known = Mutex(Known(finder: SecretFinder(catalog: catalog)))
  }

  /// From now on the `def`s of this session count.
  func use(_ session: SessionScope) {
    known.withLock { $0 = Known(finder: SecretFinder(catalog: catalog, session: session), session: session) }
  }

  func contains(_ entry: String) -> Bool {
    let known = known.withLock { $0 }
    // Ten thousand entries pass here when the prompt starts: without a flag, a name or a call there is nothing to find.
    guard known.finder.knowsSecretFunctions || entry.utf8.contains(where: { "-=:".utf8.contains($0) }) else {
      return false
    }
    let source = Source(name: "<prompt>", text: entry)
    guard entry.contains("use") else { return !known.finder.spans(in: source).isEmpty }
    // An entry that loads a module and calls it: the check knows what the module takes.
    _ = Checker.check(source: source, catalog: catalog, session: known.session, loader: SourceFile.loadModule)
    return !source.secretSpans.isEmpty
  }
}
