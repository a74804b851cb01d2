import AcrCore
import AzureIdentity
import OCIRegistry

/// Why the service did not import: which side refused, what is missing, and the cure (wire facts, 3.6).
///
/// The service's own sentence names the target registry even where the source refused, so the sentences here are made
/// anew from its codes and phrases. Its text stays as a note.
struct ImportFailure {
  /// How the source's registry was named.
  enum Source: Sendable, Equatable {
    /// By its id: the rights of who asks count.
    case registry(AzureResourceID, roles: AzureRegistryInfo.RoleAssignmentMode?)
    /// By its host: only the credentials in the request count.
    case host(RegistryHost, user: String?, hasCredentials: Bool)

    init(_ parameters: ServiceImportParameters) {
      switch parameters.source {
      case .registry(let id, let roles): self = .registry(id, roles: roles)
      case .host(let host, let credentials):
        self = .host(host, user: credentials?.userName, hasCredentials: credentials != nil)
      }
    }

    /// The roles that allow pulling there, in backquotes.
    var pullRole: String {
      if case .registry(_, let roles) = self { AzureRole.pull(roles) } else { AzureRole.pull(nil) }
    }

    /// The registry as errors name it for scripts.
    var target: String {
      switch self {
      case .registry(let id, _): id.name
      case .host(let host, _, _): host.name
      }
    }

    /// The registry in backquotes.
    var name: String {
      switch self {
      case .registry(let id, _): "`\(id.name)`"
      case .host(let host, _, _): "`\(host)`"
      }
    }
  }

  /// What is known about a failure.
  struct Facts {
    let code: String?
    /// What the service said, without its preface about operation and target.
    let reason: String
    let source: Source
    let target: AzureRegistryInfo

    /// True where the reason has all of some phrases, in any case.
    func says(_ phrases: String...) -> Bool {
      let text = reason.lowercased()
      return phrases.allSatisfy { text.contains($0.lowercased()) }
    }

    /// The text between two phrases of the reason.
    func between(_ start: String, _ end: String) -> String? {
      guard let first = reason.firstRange(of: start) else { return nil }
      let rest = reason[first.upperBound...]
      guard let last = rest.firstRange(of: end), last.lowerBound > rest.startIndex else { return nil }
      return ServerText.cleaned(String(rest[..<last.lowerBound]), limit: 200)
    }
  }

  /// The error.
  let error: AcrError

  /// Classifies an answer that refused an import, or told that it failed.
  init(
    _ answer: ManagerAnswer, path: String, source: Source, target: AzureRegistryInfo, operationID: String? = nil
  ) {
    let said = ManagerError(answer.json, sent: answer.sent)
    let facts = Facts(
      code: said.code, reason: ImportFailure.withoutPreface(said.raw), source: source, target: target)
    var error: AcrError
    if let known = ImportFailure.rules.lazy.compactMap({ $0(facts) }).first {
      error = known
      let text = ServerText.cleaned(facts.reason, limit: 400)
      if !text.isEmpty { error.notes.append("the service said: \(text)") }
      error.notes += said.details
    } else if answer.status == 404, operationID != nil,
      !said.raw.lowercased().contains(target.id.description.lowercased())
    {
      // The target was there when the import began: what is missing is the source's.
      let text = ServerText.cleaned(facts.reason, limit: 400)
      error = AcrError(
        .notFound, "the source \(source.name) has no such image\(text.isEmpty ? "" : ": \(text)")",
        help: "check the repository and the tag there")
      error.notes += said.details
    } else if answer.isSuccess || operationID != nil && answer.status == 400 {
      error = ImportFailure.unknown(facts, answer)
      error.notes += said.details
    } else {
      error = ManagerFailure(answer, path: path).error
    }
    error.status = answer.status
    error.code = said.code
    // Whoever refused: the sentences about the source begin with it.
    let isOfSource =
      error.message.hasPrefix("the source ") || error.message.hasPrefix("the service cannot reach the source")
    error.target = isOfSource ? source.target : target.loginServer.name
    error.requestID = answer.requestID
    error.retryAfter = answer.retryAfter
    if let operationID { error.notes.append("the operation is `\(operationID)`") }
    self.error = error
  }

  /// Leaves out `Operation registries-… failed. Resource /subscriptions/… `.
  static func withoutPreface(_ message: String) -> String {
    guard message.hasPrefix("Operation "), let resource = message.firstRange(of: " failed. Resource ") else {
      return message
    }
    let rest = message[resource.upperBound...]
    return rest.firstIndex(of: " ").map { String(rest[rest.index(after: $0)...]) } ?? String(rest)
  }

  private static func unknown(_ facts: Facts, _ answer: ManagerAnswer) -> AcrError {
    let text = ServerText.cleaned(facts.reason, limit: 400)
    if text.isEmpty {
      let isCancelled = ServiceProgress(answer.json).status.lowercased().hasPrefix("cancel")
      let what = isCancelled ? "was cancelled in Azure" : "failed, and Azure gave no reason"
      return AcrError(.server, "the import into `\(facts.target.name)` \(what)")
    }
    return AcrError(.server, "the service could not import into `\(facts.target.name)`: \(text)")
  }
}
