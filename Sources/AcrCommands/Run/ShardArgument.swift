import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore

/// `--shard I/N` of the long works.
enum ShardArgument {
  /// The flag of a command.
  /// - Parameter items: what is shared out.
  static func flag(_ items: String) -> Flag<String?> {
    Flag(
      "shard",
      help: "only this part of the \(items): 2/8 is the second of eight; auto/8 in an Indexed Job of Kubernetes",
      check: check)
  }

  static let check: TextCheck = { text in
    do throws(AcrError) {
      // Whether the variable is set is found out when it is needed.
      _ = try Shard(text, jobIndex: "0")
      return nil
    } catch {
      return TextProblem(error.message, help: error.help)
    }
  }

  /// The shard; nil without the flag.
  static func read(_ parameter: any DeclaredParameter, _ text: String?, _ run: RunContext) throws -> Shard? {
    try locate(parameter) { () throws(AcrError) in
      guard let text else { return nil }
      return try Shard(text, jobIndex: run.host.environment["JOB_COMPLETION_INDEX"])
    }
  }
}
