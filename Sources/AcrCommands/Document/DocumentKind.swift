import AcrCore
import AcrDocuments
import AcrLanguage
import AcrSystem
import AcrText

/// A kind of file that people write for a command. Its first key says which: `acrsh: purge-rules`.
///
/// A new kind is one entry in ``all``; `acrsh --check FILE.yaml` then knows it.
public struct DocumentKind: Sendable {
  /// The key that stands first in such a file.
  static let key = "acrsh"

  /// What stands behind the key.
  let name: String
  /// One line: what the file is for.
  let help: String
  /// The keys that can stand in it, beside ``key``.
  let keys: [DocumentKey]
  /// Reads the file and reports what is wrong with it. ``DocumentReader/finish()`` is called afterwards.
  let check: @Sendable (DocumentReader) -> Void

  /// Every kind.
  static let all: [DocumentKind] = [PurgeRulesFile.kind, PolicyFile.kind, MirrorFile.kind]

  /// True for a path whose file is a document and no script.
  public static func isDocument(_ path: String) -> Bool {
    let path = path.lowercased()
    return [".yaml", ".yml", ".json"].contains { path.hasSuffix($0) }
  }

  /// Everything that is wrong with a document, whatever its kind, and warnings. Files of mirrors of other programs are
  /// documents, too.
  public static func problems(of source: Source) -> [Diagnostic] {
    do {
      source.findSecrets(DocumentSecrets.find)
      let reader = DocumentReader(try Document(source))
      if let form = MirrorFile.form(reader.document.root), form != .own {
        _ = MirrorFile(reader, MirrorFile.Context(readsSecrets: false))
      } else if let kind = kind(of: reader, wanted: nil) {
        kind.check(reader)
      }
      try reader.finish()
      return reader.warnings
    } catch let error as DocumentError {
      return error.diagnostics
    } catch {
      return [Diagnostic(.error, "the file cannot be read", source: source, span: Span(0, 0))]
    }
  }

  /// Opens a file that has to be of this kind.
  /// - Throws: ``AcrError`` for a file that cannot be read, ``DocumentError`` for one that is of another kind.
  func open(_ path: String) throws -> DocumentReader {
    let bytes = try FileSystem.read(path, upTo: Document.maximumLength, .anything)
    let reader = DocumentReader(try Document(Source(name: path, bytes: bytes)))
    if DocumentKind.kind(of: reader, wanted: name) == nil { try reader.finish() }
    return reader
  }

  /// Whether a document says that it is of a kind; if not, that is reported.
  static func isOfKind(_ kind: DocumentKind, _ reader: DocumentReader) -> Bool {
    DocumentKind.kind(of: reader, wanted: kind.name) != nil
  }

  /// The kind that a file says it is; nil, and a report, where it says none or another one.
  private static func kind(of reader: DocumentReader, wanted: String?) -> DocumentKind? {
    let names = wanted.map { [$0] } ?? all.map(\.name)
    let spelled = names.map { "`\(key): \($0)`" }.joined(separator: " or ")
    guard case .mapping(let entries) = reader.document.root.content, let first = entries.first, first.key == key else {
      reader.report(
        "the file does not say what it is for", at: reader.document.root.span, help: "let it start with \(spelled)")
      return nil
    }
    guard case .scalar(let name, _) = first.value.content, names.contains(name),
      let kind = all.first(where: { $0.name == name })
    else {
      let name = if case .scalar(let text, _) = first.value.content { text } else { "" }
      reader.report(
        wanted == nil || !all.contains { $0.name == name }
          ? "`\(name)` is no kind of file that acrsh reads" : "this is a file of the kind `\(name)`",
        at: first.value.span, label: Suggestion.nearest(to: name, in: names).map { "did you mean `\($0)`?" },
        help: "let it start with \(spelled)")
      return nil
    }
    return kind
  }
}
