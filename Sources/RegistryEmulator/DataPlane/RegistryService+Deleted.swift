import AcrCore
import HTTPTypes
import OCIRegistry

/// What soft delete keeps: `/acr/v1/_deleted/…`, as azure-cli asks for it (`az acr repository list-deleted`,
/// `az acr manifest list-deleted`, `list-deleted-tags`, `restore`).
extension RegistryService {
  /// Answers a path below `/acr/v1/_deleted/`.
  func deleted(_ call: HTTPCall) async throws -> Reply {
    let path = call.path.dropFirst("/acr/v1/_deleted/".count)
    if path == "_catalog" { return try await deletedCatalog(call) }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let marker = parts.lastIndex(where: { $0 == "_manifests" || $0 == "_tags" }),
      let name = try? RepositoryName(parts[..<marker].joined(separator: "/"))
    else { return .notFoundText }
    switch (parts[marker], parts.count - marker) {
    case ("_manifests", 1): return try await deletedManifests(call, name)
    case ("_tags", 1): return try await deletedTags(call, name)
    case ("_manifests", 2): return try await restore(call, name, parts[marker + 1])
    default: return .notFoundText
    }
  }

  private func deletedCatalog(_ call: HTTPCall) async throws -> Reply {
    guard call.method == .get else { return Reply(status: .methodNotAllowed) }
    try authorize(call, nil, "deleted_catalog")
    let items = await registry.store.deletedItems().repositories
    let (page, hasMore) = try page(ServedList(items, name: \.name.name), call, name: \.name.name)
    var reply = Reply(
      json: [
        "repositories": Self.list(page) {
          [
            "createdAt": .string($0.created.azureText), "deletedAt": .string($0.deleted.azureText),
            "repository": .string($0.name.name),
          ]
        }
      ])
    if hasMore, let last = page.last {
      reply.set("Link", link(call.path, last: last.name.name, call, withOrder: true))
    }
    return reply
  }

  private func deletedManifests(_ call: HTTPCall, _ name: RepositoryName) async throws -> Reply {
    guard call.method == .get else { return Reply(status: .methodNotAllowed) }
    try authorize(call, name, "deleted_read")
    let items = await registry.store.deletedItems().manifests.filter { $0.repository == name }
    let (page, hasMore) = try page(
      ServedList(items, name: \.record.digest.description), call, name: \.record.digest.description)
    var reply = Reply(
      json: [
        "registry": .string(registry.loginServer), "imageName": .string(name.name),
        "manifests": Self.list(page) {
          [
            "createdAt": .string($0.record.created.azureText), "deletedAt": .string($0.deleted.azureText),
            "digest": .string($0.record.digest.description),
          ]
        },
      ])
    if hasMore, let last = page.last {
      reply.set("Link", link(call.path, last: last.record.digest.description, call, withOrder: true))
    }
    return reply
  }

  private func deletedTags(_ call: HTTPCall, _ name: RepositoryName) async throws -> Reply {
    guard call.method == .get else { return Reply(status: .methodNotAllowed) }
    try authorize(call, name, "deleted_read")
    let items = await registry.store.deletedItems().tags.filter { $0.repository == name }
    return Reply(
      json: [
        "registry": .string(registry.loginServer), "imageName": .string(name.name),
        "tags": Self.list(items) {
          [
            "createdAt": .string($0.record.created.azureText), "deletedAt": .string($0.deleted.azureText),
            "digest": .string($0.record.digest.description), "tag": .string($0.name),
          ]
        },
      ])
  }

  /// `POST …/_manifests/DIGEST?force=True` with `{"tag": "…"}`
  private func restore(_ call: HTTPCall, _ name: RepositoryName, _ text: String) async throws -> Reply {
    guard call.method == .post else { return Reply(status: .methodNotAllowed) }
    try authorize(call, name, "deleted_restore")
    guard let digest = try? Digest(text) else {
      throw ErrorReply(.registry(.badRequest, "DIGEST_INVALID", "`\(text)` is not a digest"))
    }
    let bytes = try await call.bytes()
    var tag: TagName?
    if let wanted = (try? JSONValue(parsing: bytes))?["tag"]?.string {
      guard let name = try? TagName(wanted) else {
        throw ErrorReply(.registry(.badRequest, "TAG_INVALID", "`\(wanted)` is not a tag"))
      }
      tag = name
    }
    try await registry.store.restore(
      digest, in: name, tag: tag, isForced: call.query["force"]?.lowercased() == "true")
    return Reply(
      json: [
        "registry": .string(registry.loginServer), "imageName": .string(name.name),
        "digest": .string(digest.description), "tag": tag.map { .string($0.name) } ?? .null,
      ])
  }
}
