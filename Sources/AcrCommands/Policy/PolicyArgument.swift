import AcrRuntime
import ImportCore

/// The flag `--policy` of commands that bring images in.
enum PolicyArgument {
  /// The flag.
  static var flag: Flag<String?> {
    Flag("policy", help: "a file of rules for what may be brought in (acrsh: policy)", completer: .file)
  }

  /// The gate of a policy: the one of the flag, or of `configure --defaults policy=FILE`; nil where there is neither.
  /// - Throws: ``ArgumentError`` for a file that cannot be used.
  static func gate(
    _ parameter: Flag<String?>, _ path: String?, _ session: CommandContext
  ) throws -> PolicyGate? {
    guard let path = try path ?? session.defaults.value(of: Defaults.policy) else { return nil }
    let policy = try locate(parameter) { try PolicyFile.read(path, standardRoot: session.standardRoot) }
    return PolicyGate(policy: policy, engine: session.engine, limit: session.limit)
  }
}
