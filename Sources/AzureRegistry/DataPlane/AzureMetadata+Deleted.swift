import AcrCore
import AcrHTTP
import HTTPTypes
import OCIRegistry

/// What is deleted and still there, where a registry's policy for soft delete is enabled: `/acr/v1/_deleted`.
extension AzureMetadata {
  /// The repositories in which something was deleted.
  /// - Throws: ``AcrError`` of kind `auth`, `denied`, `not-found` and what the transport throws.
  public func deletedRepositories() async throws -> [String] {
    let found = try await deleted(
      "_catalog", member: "repositories", TokenScope("registry:deleted_catalog:*"), "repositories")
    return found.compactMap(\.string)
  }

  /// The deleted manifests of a repository.
  /// - Throws: as ``deletedRepositories()``.
  public func deletedManifests(of repository: RepositoryName) async throws -> [JSONValue] {
    try await deleted(
      "\(repository)/_manifests", member: "manifests", AzureMetadata.scope(repository, "deleted_read"), "manifests")
  }

  /// The deleted tags of a repository, with the manifests they pointed at.
  /// - Throws: as ``deletedRepositories()``.
  public func deletedTags(of repository: RepositoryName) async throws -> [JSONValue] {
    try await deleted("\(repository)/_tags", member: "tags", AzureMetadata.scope(repository, "deleted_read"), "tags")
  }

  /// Brings a deleted manifest back under a tag.
  /// - Returns: what the registry says of it.
  /// - Throws: as ``deletedRepositories()``; `conflict` where the tag points at another manifest, unless forced.
  public func restore(
    _ digest: Digest, in repository: RepositoryName, as tag: TagName, isForced: Bool
  ) async throws -> JSONValue {
    let name = "`\(client.host)/\(repository)@\(digest)`"
    var call = RegistryCall(
      .post, .path("/acr/v1/_deleted/\(repository)/_manifests/\(digest)?force=\(isForced)"),
      scopes: [AzureMetadata.scope(repository, "deleted_read,deleted_restore")], purpose: "restoring \(name)",
      subject: name)
    call.headers[.contentType] = "application/json"
    call.body = .bytes(Array(JSONValue.object([.init("tag", .string(tag.name))]).text.utf8))
    let response = try await client.send(call)
    guard (200..<300).contains(response.status) else { throw await client.failure(response, to: call) }
    let bytes = await response.body.beginning(upTo: HTTPClient.errorLimit)
    return (try? JSONValue(parsing: bytes)) ?? .null
  }

  private func deleted(
    _ path: String, member: String, _ scope: TokenScope, _ what: String
  ) async throws -> [JSONValue] {
    let subject = "the deleted \(what) of `\(client.host)`"
    let call = RegistryCall(
      .get, .path("/acr/v1/_deleted/\(path)?n=100"), scopes: [scope], purpose: "listing \(subject)", subject: subject)
    let pages = client.documentPages(call) { (document: JSONValue) -> [JSONValue]? in
      guard let items = document[member] else { return nil }
      return items.isNull ? [] : items.array
    }
    var found: [JSONValue] = []
    do {
      while let page = try await pages.next() { found += page }
    } catch var error as AcrError where error.kind == .notFound {
      error.message = "`\(client.host)` keeps nothing that was deleted there"
      error.help = "soft delete is a policy of the registry: acr show --name REGISTRY --query policies.softDeletePolicy"
      throw error
    }
    return found
  }
}
