import AcrCore
import OCIRegistry

/// What the service is asked to import: the body of `importImage` (wire facts, 3.4).
public struct ServiceImportParameters: Sendable {
  /// How the source's registry is named.
  public enum Source: Sendable {
    /// An Azure registry by its id: the service reads it with the rights of who asks, and as a trusted service.
    /// The roles that count there are for messages only.
    case registry(AzureResourceID, roles: AzureRegistryInfo.RoleAssignmentMode? = nil)
    /// Any registry by its host, with credentials that the service shows there; it is asked anonymously without.
    case host(RegistryHost, SourceCredentials?)
  }

  /// Credentials as the service takes them.
  public struct SourceCredentials: Sendable, Equatable {
    /// The user; nil for an access token of Entra, which stands alone.
    public var userName: String?
    /// The password or token.
    public var password: Secret

    /// Creates credentials.
    public init(userName: String?, password: Secret) {
      self.userName = userName
      self.password = password
    }

    /// Creates what the service takes from credentials for a registry; nil for anonymous.
    /// - Throws: ``AcrError`` of kind `usage` for an identity token, which the service cannot exchange.
    public init?(_ credentials: Credentials) throws(AcrError) {
      switch credentials {
      case .anonymous: return nil
      case .user(let name, let password): self.init(userName: name, password: password)
      case .accessToken(let token): self.init(userName: nil, password: token)
      case .identityToken:
        throw AcrError(
          .usage, "the service cannot use an identity token for the source's registry",
          help: "give a user and a password: --username USER --password PASSWORD")
      }
    }
  }

  /// The source's registry.
  public var source: Source
  /// The image in it: `repository:tag` or `repository@digest`.
  public var image: RepositoryReference
  /// The tags to write.
  public var targetTags: [RepositoryReference]
  /// The repositories that get the manifests without a tag.
  public var untaggedRepositories: [RepositoryName]
  /// True to move tags that exist. Without it, the import fails before anything is copied where one does.
  public var isForced: Bool

  /// Creates parameters.
  /// - Throws: ``AcrError`` of kind `usage` without any target, and for a target with a digest: the service would refuse
  ///   both only after a while.
  public init(
    source: Source, image: RepositoryReference, targetTags: [RepositoryReference],
    untaggedRepositories: [RepositoryName] = [], isForced: Bool = false
  ) throws(AcrError) {
    guard !targetTags.isEmpty || !untaggedRepositories.isEmpty else {
      throw AcrError(.usage, "an import needs a target", help: "name one: --image REPOSITORY:TAG")
    }
    if let target = targetTags.first(where: { $0.digest != nil }) {
      throw AcrError(
        .usage, "the target `\(target)` has a digest, and a target's digest cannot be chosen",
        help: "`--repository \(target.repository)` imports the image by digest, without a tag")
    }
    self.source = source
    self.image = image
    self.targetTags = targetTags
    self.untaggedRepositories = untaggedRepositories
    self.isForced = isForced
  }

  /// The source as people write it.
  public var sourceName: String {
    switch source {
    case .registry(let id, _): "\(id.name)/\(image)"
    case .host(let host, _): "\(host)/\(image)"
    }
  }

  /// The targets in a registry as people write them.
  public func targetNames(in registry: AzureRegistryInfo) -> [String] {
    (targetTags.map(\.description) + untaggedRepositories.map(\.name)).map { "\(registry.loginServer)/\($0)" }
  }

  /// What is imported where: the same for the same import of another run.
  public func key(in registry: AzureRegistryInfo) -> String {
    ImportOperation.key(sourceName, targetNames(in: registry))
  }

  /// The error for a source that does not let the service pull with what it has to show there: the sentence that the
  /// service's own refusal would become, for whoever finds out before it is asked.
  public var refusedPull: AcrError { ImportFailure.refusedPull(of: image.repository.name, at: .init(self)) }

  /// What of the body no message may show.
  var secrets: [Secret] {
    if case .host(_, let credentials?) = source { [credentials.password] } else { [] }
  }

  /// The body in the members and their order that az sends. It holds the source's password, where there is one.
  var body: [UInt8] {
    var writer = JSONWriter()
    writer.startObject()
    writer.key("source")
    writer.startObject()
    switch source {
    case .registry(let id, _):
      writer.key("resourceId")
      writer.string(id.description)
    case .host(let host, let credentials):
      writer.key("registryUri")
      writer.string(host.name)
      if let credentials { ServiceImportParameters.write(credentials, to: &writer) }
    }
    writer.key("sourceImage")
    writer.string(image.digest.map { "\(image.repository)@\($0)" } ?? image.description)
    writer.endObject()
    ServiceImportParameters.write("targetTags", targetTags.map(\.description), to: &writer)
    ServiceImportParameters.write("untaggedTargetRepositories", untaggedRepositories.map(\.name), to: &writer)
    writer.key("mode")
    writer.string(isForced ? "Force" : "NoForce")
    writer.endObject()
    return writer.bytes
  }

  private static func write(_ credentials: SourceCredentials, to writer: inout JSONWriter) {
    writer.key("credentials")
    writer.startObject()
    if let name = credentials.userName {
      writer.key("username")
      writer.string(name)
    }
    writer.key("password")
    writer.string(credentials.password.reveal())
    writer.endObject()
  }

  private static func write(_ name: String, _ items: [String], to writer: inout JSONWriter) {
    guard !items.isEmpty else { return }
    writer.key(name)
    writer.startArray()
    for item in items { writer.string(item) }
    writer.endArray()
  }
}
