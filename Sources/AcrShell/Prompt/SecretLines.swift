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
    let source = Source(name: "<prompt>", text: entry)
    guard Self.loadsModule(entry) else {
      // Ten thousand entries pass here when the prompt starts, and few are worth a closer look.
      guard known.finder.knowsSecretFunctions || known.finder.mayHoldSecrets(entry) else { return false }
      return !known.finder.spans(in: source).isEmpty
    }
    // An entry that loads a module and calls it: the check knows what the module takes.
    _ = Checker.check(source: source, catalog: catalog, session: known.session, loader: SourceFile.loadModule)
    return !source.secretSpans.isEmpty
  }

  /// Whether `use` and a quote stand somewhere. Over bytes: `contains(_:)` of texts is slow for so many entries.
  private static func loadsModule(_ entry: String) -> Bool {
    var rest = entry.utf8[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "u")) {
      rest = rest[start...]
      if rest.starts(with: "use \"".utf8) || rest.starts(with: "use '".utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
