import AcrCore

/// An import that the service has begun: what it takes to ask for it again, now or later (`--no-wait`).
public struct ImportOperation: Sendable {
  /// The service's name for it, `registries-<uuid>`; nil where the service was done at once.
  public let id: String?
  /// The registry that is imported into.
  public let target: AzureRegistryInfo
  /// What is imported, as it was asked for; credentials are not kept.
  public let sourceName: String
  /// The targets as people write them.
  public let targetNames: [String]
  /// How the source's registry was named, which decides who refused.
  let source: ImportFailure.Source
  /// Where to ask; nil where the service was done at once.
  let location: Secret?
  /// The tenant of the target's subscription.
  let tenant: String?
  /// How long the service asked to wait before the next question.
  let retryAfter: Duration?
}

/// How far an import is.
public struct ServiceProgress: Sendable, Equatable {
  /// The service's word: `Accepted`, `Running`, `Succeeded`, ….
  public var status: String
  /// The manifests the service speaks of, as `repository@digest`, with its word for each; usually none.
  public var artifacts: [Artifact] = []

  /// One manifest on its way.
  public struct Artifact: Sendable, Equatable {
    /// `repository@digest`.
    public let name: String
    /// The service's word, for example `Pending`.
    public let status: String
  }

  /// Reads a poll's body. The status is one member of it, and any other is an artifact.
  init(_ json: JSONValue?) {
    status = json?["status"]?.string ?? ""
    artifacts = (json?.members ?? []).compactMap { member in
      guard member.name.contains("@"), let status = member.value.string else { return nil }
      return Artifact(name: member.name, status: status)
    }
  }
}
