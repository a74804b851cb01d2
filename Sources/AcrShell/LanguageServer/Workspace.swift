import AcrLanguage
import AcrSystem

/// The scripts on this machine that the server knows of: those that are open, as they are in the editor, and those below the
/// editor's folders, as they are on the disk.
final class Workspace {
  /// How many files are looked at, and how deep folders may be nested: the editor may have been started in `/`.
  private static let fileLimit = 2000
  private static let depthLimit = 12
  /// Larger files are no scripts that somebody edits.
  private static let sizeLimit: Int64 = 4 << 20

  /// The editor's folders.
  var folders: [String] = []
  /// The open texts by URI.
  var documents: [String: OpenDocument] = [:]
  private var read: [String: (version: FileStatus.Version, index: SymbolIndex)] = [:]
  private var listed: (time: ContinuousClock.Instant, paths: [String])?

  /// Says that files may have come or gone.
  func forgetFiles() { listed = nil }

  /// The open text of a path.
  func document(at path: String) -> OpenDocument? {
    let path = DocumentURI.normalized(path)
    return documents.values.first { $0.path == path }
  }

  /// What is in the text of a path; nil where there is none that can be read.
  func index(at path: String) -> SymbolIndex? {
    let path = DocumentURI.normalized(path)
    if let document = document(at: path) { return document.index }
    guard let status = FileStatus(path), status.kind == .regular, status.size <= Self.sizeLimit else { return nil }
    if let known = read[path], known.version == status.version { return known.index }
    guard let bytes = try? FileSystem.read(path, upTo: Int(Self.sizeLimit)) else { return nil }
    let index = SymbolIndex(Source(name: path, bytes: bytes))
    read[path] = (status.version, index)
    return index
  }

  /// The paths of all scripts, the open ones first.
  var paths: [String] {
    let open = documents.values.filter { !$0.isDocument }.map(\.path).sorted()
    return open + filesOnDisk.filter { !open.contains($0) }
  }

  private var filesOnDisk: [String] {
    // Listing thousands of files for each request would be slow, and new ones are rare.
    if let listed, ContinuousClock.now - listed.time < .seconds(5) { return listed.paths }
    var found: [String] = []
    for folder in folders { list(folder, depth: 0, into: &found) }
    listed = (.now, found)
    return found
  }

  private func list(_ folder: String, depth: Int, into found: inout [String]) {
    guard depth < Self.depthLimit, found.count < Self.fileLimit else { return }
    for name in (FileSystem.names(in: folder) ?? []).sorted() where !name.hasPrefix(".") && name != "node_modules" {
      let path = "\(folder)/\(name)"
      if name.hasSuffix(".acr") {
        if found.count < Self.fileLimit, !found.contains(path) { found.append(path) }
      } else if FileStatus(path, followsLinks: false)?.kind == .folder {
        list(path, depth: depth + 1, into: &found)
      }
    }
  }
}
