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
  /// What is imported where: the same for the same import of another run.
  public var key: String { ImportOperation.key(sourceName, targetNames) }

  static func key(_ source: String, _ targets: [String]) -> String {
    "\(source) \(targets.joined(separator: " "))"
  }

  /// How the source's registry was named, which decides who refused.
  let source: ImportFailure.Source
  /// Where to ask; nil where the service was done at once.
  let location: Secret?
  /// The tenant of the target's subscription.
  let tenant: String?
  /// How long the service asked to wait before the next question.
  let retryAfter: Duration?
}

/// What became of an import.
public enum ImportState: Sendable {
  /// It has not ended.
  case running(ServiceProgress)
  /// Everything is at the target.
  case succeeded
  /// It ended without it.
  case failed(AcrError)
}

extension ImportOperation {
  /// The operation with the signed address at which to ask for it: for a file that only its owner can read, and nothing else.
  public var json: JSONValue? {
    guard let id, let location else { return nil }
    let targetRoles = target.roleAssignmentMode.rawValue
    return [
      "id": .string(id), "source": .string(sourceName), "targets": .array(targetNames.map(JSONValue.string)),
      "target": [
        "id": .string(target.id.description), "sku": ["name": .string(target.sku)],
        "properties": ["loginServer": .string(target.loginServer.name), "roleAssignmentMode": .string(targetRoles)],
      ],
      "from": source.json, "location": .string(location.reveal()), "tenant": tenant.map(JSONValue.string) ?? .null,
    ]
  }

  /// Reads what ``json`` wrote; nil where it is damaged.
  public init?(json: JSONValue) {
    guard let id = json["id"]?.string, let source = json["source"]?.string,
      let target = json["target"].flatMap(AzureRegistryInfo.init), let location = json["location"]?.string,
      let from = json["from"].flatMap(ImportFailure.Source.init(json:))
    else { return nil }
    self.init(
      id: id, target: target, sourceName: source, targetNames: (json["targets"]?.array ?? []).compactMap(\.string),
      source: from, location: Secret(location), tenant: json["tenant"]?.string, retryAfter: nil)
  }
}

extension ImportFailure.Source {
  fileprivate var json: JSONValue {
    switch self {
    case .registry(let id, let roles):
      ["id": .string(id.description), "roles": roles.map { .string($0.rawValue) } ?? .null]
    case .host(let host, let user, let hasCredentials):
      [
        "host": .string(host.name), "user": user.map(JSONValue.string) ?? .null,
        "hasCredentials": .bool(hasCredentials),
      ]
    }
  }

  fileprivate init?(json: JSONValue) {
    if let id = json["id"]?.string.flatMap(AzureResourceID.init(registry:)) {
      let roles = json["roles"]?.string.flatMap(AzureRegistryInfo.RoleAssignmentMode.init(rawValue:))
      self = .registry(id, roles: roles)
    } else if let host = json["host"]?.string.flatMap({ try? RegistryHost($0) }) {
      self = .host(host, user: json["user"]?.string, hasCredentials: json["hasCredentials"]?.bool ?? false)
    } else {
      return nil
    }
  }
}

extension ManagerAnswer {
  /// True for the one word that means success.
  /// - Parameter evenIfEmpty: also for an answer without a body or without a status.
  func saysSucceeded(evenIfEmpty: Bool) -> Bool {
    if evenIfEmpty, bytes.isEmpty { return true }
    guard let json, json.members != nil else { return false }
    guard let status = json["status"] else { return evenIfEmpty }
    return status.string?.lowercased() == "succeeded"
  }
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
