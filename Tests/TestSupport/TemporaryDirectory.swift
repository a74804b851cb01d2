import Foundation

/// A folder of its own below the system's temporary folder, readable by this user only.
///
/// ``withTemporaryDirectory(_:)`` removes it at the end of a scope; an owner that lives longer calls ``remove()``.
public struct TemporaryDirectory: Sendable {
  /// The absolute path, without a slash at the end and without symbolic links.
  public let path: String

  /// Creates an empty folder with a unique name (`mkdtemp`).
  public init() throws {
    let base = URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
    var template = Array("\(base)/acrsh-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestSupportError.system("mkdtemp in \(base)") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The absolute path of a name inside the folder; nothing is created.
  public func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, and the folders on the way to it.
  /// - Returns: the file's absolute path.
  @discardableResult
  public func write(_ text: String, to name: String, mode: mode_t = 0o644) throws -> String {
    try write(Array(text.utf8), to: name, mode: mode)
  }

  /// Writes a file, and the folders on the way to it.
  /// - Returns: the file's absolute path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o644) throws -> String {
    let file = path(name)
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    guard chmod(file, mode) == 0 else { throw TestSupportError.system("chmod \(file)") }
    return file
  }

  /// Creates a folder, and those on the way to it.
  /// - Returns: its absolute path.
  @discardableResult
  public func makeDirectory(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    return path(name)
  }

  /// The bytes of a file in the folder.
  public func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// Removes the folder and all it holds. A folder that is gone already is no error.
  public func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}

/// Runs `body` with a new folder and removes it afterwards, also when `body` throws.
public func withTemporaryDirectory<Result>(
  isolation: isolated (any Actor)? = #isolation, _ body: (TemporaryDirectory) async throws -> Result
) async throws -> Result {
  let directory = try TemporaryDirectory()
  defer { directory.remove() }
  return try await body(directory)
}
