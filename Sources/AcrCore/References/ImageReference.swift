/// An image or artifact by name: `[registry/]repository[:tag][@digest]`.
public struct ImageReference: Hashable, Sendable, CustomStringConvertible {
  /// The registry.
  public var registry: RegistryHost
  /// The repository.
  public var repository: RepositoryName
  /// The tag, when one is written.
  public var tag: TagName?
  /// The digest, when one is written. With both, the digest decides and the tag is for people.
  public var digest: Digest?

  /// Creates a reference from its parts.
  public init(registry: RegistryHost, repository: RepositoryName, tag: TagName? = nil, digest: Digest? = nil) {
    self.registry = registry
    self.repository = repository
    self.tag = tag
    self.digest = digest
  }

  /// Reads a whole reference by Docker's rules: without a registry it is Docker Hub's, and a one-part name of Docker Hub
  /// is in `library/`.
  /// - Throws: ``AcrError`` of kind `usage` that says which part is wrong.
  public init(_ text: some StringProtocol) throws(AcrError) {
    var rest = Substring(text)
    guard !rest.isEmpty else { throw AcrError(.usage, "the image reference is empty") }
    var registry = RegistryHost.dockerHub
    if let slash = rest.firstIndex(of: "/"), RegistryHost.looksLikeHost(rest[..<slash]) {
      registry = try RegistryHost(rest[..<slash])
      rest = rest[rest.index(after: slash)...]
      guard !rest.isEmpty else { throw AcrError(.usage, "`\(text)` names a registry but no repository") }
    }
    let parts = try RepositoryReference(rest, in: text)
    var repository = parts.repository
    if registry == .dockerHub, !repository.name.contains("/") {
      repository = try RepositoryName("library/\(repository.name)")
    }
    self.init(registry: registry, repository: repository, tag: parts.tag, digest: parts.digest)
  }

  /// The tag to use where one is needed: the written one, or `latest`.
  public var tagOrLatest: TagName { tag ?? .latest }

  public var description: String { "\(registry)/\(pathDescription)" }

  /// The reference without its registry.
  public var pathDescription: String {
    RepositoryReference(repository: repository, tag: tag, digest: digest).description
  }
}

/// What names an image within one registry: `repository[:tag][@digest]`.
public struct RepositoryReference: Hashable, Sendable, CustomStringConvertible {
  /// The repository.
  public var repository: RepositoryName
  /// The tag, when one is written.
  public var tag: TagName?
  /// The digest, when one is written.
  public var digest: Digest?

  /// Creates a reference from its parts.
  public init(repository: RepositoryName, tag: TagName? = nil, digest: Digest? = nil) {
    self.repository = repository
    self.tag = tag
    self.digest = digest
  }

  /// Reads `repository[:tag][@digest]`.
  /// - Throws: ``AcrError`` of kind `usage` that names the wrong part and the whole text.
  public init(_ text: some StringProtocol) throws(AcrError) { try self.init(Substring(text), in: text) }

  fileprivate init(_ text: Substring, in whole: some StringProtocol) throws(AcrError) {
    var rest = text
    do throws(AcrError) {
      if let at = rest.firstIndex(of: "@") {
        digest = try Digest(rest[rest.index(after: at)...])
        rest = rest[..<at]
      }
      if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
        tag = try TagName(rest[rest.index(after: colon)...])
        rest = rest[..<colon]
      }
      repository = try RepositoryName(rest)
    } catch {
      var error = error
      if !error.message.contains("`\(whole)`") { error.message += " (in `\(whole)`)" }
      throw error
    }
  }

  public var description: String {
    repository.name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
  }
}
