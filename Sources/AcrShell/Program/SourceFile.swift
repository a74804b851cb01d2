import AcrCore
import AcrLanguage
import AcrSystem

/// Texts in files.
enum SourceFile {
  /// Scripts past this size are something else.
  private static let limit = 64 << 20

  /// Reads a script that a person named, which can be a pipe (`<(command)`).
  /// - Throws: ``AcrError`` that says why it cannot be read.
  static func read(_ path: String) throws(AcrError) -> Source {
    do throws(AcrError) {
      return Source(name: path, bytes: try FileSystem.read(path, upTo: limit, .anything))
    } catch {
      if FileSystem.isFolder(path) { throw AcrError(.usage, "`\(path)` is a folder, and a script is a file") }
      guard error.kind == .notFound else { throw error }
      throw AcrError(
        .notFound, error.message, help: "a line of text runs with `-c`: acrsh -c 'print 1'")
    }
  }

  /// Reads the settings of the prompt, which run automatically: only their owner may have written them.
  /// - Returns: nil where there are none.
  /// - Throws: ``AcrError`` of kind `denied` where another user could have written the file or put it there.
  static func settings(_ path: String) throws(AcrError) -> Source? {
    guard FileSystem.isThere(path) else { return nil }
    let file = try OpenFile(reading: path)
    if file.status.isNull { return nil }
    let help = "chown and chmod go-w it, or start with --no-rc"
    if let reason = file.status.foreignWriter() {
      throw AcrError(.denied, "`\(path)` was not run: \(reason)", help: help)
    }
    // Whoever may write to the folder could put another file there.
    if let folder = FileSystem.folder(of: path), let reason = FileStatus(folder)?.foreignWriter() {
      throw AcrError(.denied, "`\(path)` was not run: of its folder, \(reason)", help: help)
    }
    return Source(name: path, bytes: try file.readAll(upTo: limit))
  }

  /// Reads a module: its path is relative to the text that asks for it. It has to be a regular file that only its
  /// user, the administrator and the owner of that text could have written.
  static func loadModule(_ path: String, _ importer: Source) throws -> Source {
    var folder = ""
    let name = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    if !path.hasPrefix("/"), let slash = importer.name.lastIndex(of: "/") {
      folder = String(importer.name[...slash])
    }
    // A script that is called by a symbolic link, as from a folder of `PATH`, has its modules beside the real file.
    if !path.hasPrefix("/"), FileSystem.isLink(importer.name), let real = FileSystem.resolved(importer.name),
      let slash = real.lastIndex(of: "/"), FileSystem.isThere(String(real[...slash]) + name)
    {
      folder = String(real[...slash])
    }
    let path = folder + name
    do throws(AcrError) {
      let file = try OpenFile(reading: path)
      if let reason = file.status.foreignWriter(alsoTrusted: FileStatus(importer.name)?.owner) {
        throw AcrError(.denied, "`\(path)` is not used: \(reason)")
      }
      return Source(name: path, bytes: try file.readAll(upTo: limit))
    } catch {
      throw ModuleError(error.message)
    }
  }
}
