/// What the entries at a prompt leave for the next ones: variables as globals, and `def`s. A script starts from an empty one.
///
/// A check works on a copy and hands it back in its result; the host keeps it once the entry has been checked, so that an
/// entry that is refused leaves nothing.
public struct SessionScope: Sendable {
  /// A variable of an earlier entry.
  public struct Global: Sendable, Equatable {
    /// Its place among the globals.
    public let index: Int
    /// True for `var`.
    public let isMutable: Bool
  }

  /// The variables by name.
  public internal(set) var variables: [String: Global] = [:]
  /// How many globals there are.
  public internal(set) var globalCount = 0
  /// Every `def` so far; an index stays valid for the whole session.
  public internal(set) var functions: [CheckedFunction] = []
  /// The `def`s by the names they are called by, `module.name` included.
  public internal(set) var functionIndex: [String: Int] = [:]
  /// The `let`s of modules among the globals, as `module.name`.
  public internal(set) var constants: [String: Int] = [:]

  /// Creates an empty scope.
  public init() {}

  /// Declares a variable the host fills, for example `$error`, and returns its place among the globals. A name that is
  /// there already keeps its place.
  @discardableResult
  public mutating func declare(_ name: String, isMutable: Bool = false) -> Int {
    let index = variables[name]?.index ?? globalCount
    if index == globalCount { globalCount += 1 }
    variables[name] = Global(index: index, isMutable: isMutable)
    return index
  }
}

/// Gives the text of a module: the path as written after `use`, and the text that asks for it. Paths are relative to that
/// text's own place; the name of the source that is returned must be the same for the same file.
public typealias ModuleLoader = (_ path: String, _ importer: Source) throws -> Source

/// An error of a ``ModuleLoader`` in words for people.
public struct ModuleError: Error, Sendable {
  /// What went wrong, without the path: `no such file`.
  public let message: String

  /// Creates an error.
  public init(_ message: String) { self.message = message }
}

/// What a check found.
public struct CheckResult: Sendable {
  /// The tree to run; nil when there is an error among the diagnostics.
  public let script: CheckedScript?
  /// Errors, warnings and notes, sorted by place; at most ``Checker/diagnosticLimit``.
  public let diagnostics: [Diagnostic]
  /// The session's names once the script has been accepted.
  public let session: SessionScope

  /// True when something was found that stops the run.
  public var hasErrors: Bool { script == nil }
}
