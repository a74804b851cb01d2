import AcrCore
import HTTPTypes
import OCIRegistry

/// Azure's metadata API, `/acr/v1` (data-plane swagger 2021-07-01; shapes as recorded).
extension RegistryService {
  func metadata(_ call: HTTPCall) async throws -> Reply {
    let path = call.path.dropFirst("/acr/v1/".count)
    for marker in ["/_manifests", "/_tags"] {
      guard let range = path.ranges(of: marker).last else { continue }
      let rest = path[range.upperBound...]
      guard rest.isEmpty || rest.hasPrefix("/"), let name = try? RepositoryName(path[..<range.lowerBound]) else {
        continue
      }
      let item = String(rest.dropFirst())
      if marker == "/_tags" {
        return item.isEmpty ? try await listTags(call, name) : try await oneTag(call, name, item)
      }
      return item.isEmpty ? try await listManifests(call, name) : try await oneManifest(call, name, item)
    }
    guard let name = try? RepositoryName(path) else { return .notFoundText }
    return try await repository(call, name)
  }

  // MARK: Repositories

  private func repository(_ call: HTTPCall, _ name: RepositoryName) async throws -> Reply {
    switch call.method {
    case .get:
      try authorize(call, name, "metadata_read")
      return Reply(json: describe(try await known(name, call)))
    case .patch:
      try authorize(call, name, "metadata_write")
      let record = try await known(name, call)
      return try await change(call, record.attributes, nil, name)
    case .delete:
      try authorize(call, name, "delete")
      let record = try await known(name, call)
      let isLocked =
        !record.attributes.deleteEnabled || record.manifests.values.contains { !$0.attributes.deleteEnabled }
        || record.tags.values.contains { !$0.attributes.deleteEnabled }
      guard !isLocked else { throw ErrorReply(.disallowed) }
      try await registry.store.removeRepository(name)
      return Reply(
        status: .accepted,
        json: [
          "manifestsDeleted": RegistryService.list(record.manifests.keys.map(\.description).sorted()) { .string($0) },
          "tagsDeleted": RegistryService.list(record.tags.keys.sorted()) { .string($0) },
        ])
    default: return Reply(status: .methodNotAllowed)
    }
  }

  private func describe(_ record: RepositoryRecord) -> JSONValue {
    [
      "registry": .string(registry.loginServer), "imageName": .string(record.name.name),
      "createdTime": .string(record.created.azureText), "lastUpdateTime": .string(record.updated.azureText),
      "manifestCount": .integer(Int64(record.manifests.count)), "tagCount": .integer(Int64(record.tags.count)),
      "changeableAttributes": record.attributes.json,
    ]
  }

  /// Takes the locks in the body and answers with what they now are.
  private func change(
    _ call: HTTPCall, _ old: ChangeableAttributes, _ selector: ManifestSelector?, _ name: RepositoryName
  ) async throws -> Reply {
    let bytes = try await call.bytes()
    guard let document = try? JSONValue(parsing: bytes) else {
      throw ErrorReply(.registry(.badRequest, "INVALID_REQUEST", "the body is not JSON"))
    }
    let new = try ChangeableAttributes(json: document, over: old)
    guard try await registry.store.setAttributes(new, of: selector, in: name),
      let record = await registry.store.repository(name)
    else { throw ErrorReply(.unknown(name)) }
    switch selector {
    case nil: return Reply(json: describe(record))
    case .tag(let tag): return Reply(json: envelope(name, "tag", describe(tag.name, record)))
    case .digest(let digest): return Reply(json: envelope(name, "manifest", describe(digest, record)))
    }
  }

  private func envelope(_ name: RepositoryName, _ member: String, _ value: JSONValue) -> JSONValue {
    .object([
      .init("registry", .string(registry.loginServer)), .init("imageName", .string(name.name)), .init(member, value),
    ])
  }

  // MARK: Manifests

  private func listManifests(_ call: HTTPCall, _ name: RepositoryName) async throws -> Reply {
    guard call.method == .get else { return Reply(status: .methodNotAllowed) }
    try authorize(call, name, "metadata_read")
    let record = try await known(name, call)
    let order = RegistryService.order(call)
    guard let list = await registry.store.manifests(of: name, by: order) else { throw ErrorReply(.unknown(name)) }
    let last = await removedPlace(call, name, order)
    let (items, hasMore) = try page(
      list, call, name: \.name, isBehind: last.map { last in { order.places(last, before: $0.place) } })
    var reply = Reply(
      json: envelope(
        name, "manifests",
        RegistryService.list(items) { describe($0.manifest, tags: record.tags(of: $0.manifest.digest)) }))
    if hasMore, let last = items.last {
      let path = "/acr/v1/\(PercentEncoding.encode(name.name))/_manifests"
      reply.set("Link", link(path, last: last.name, call, withOrder: true))
    }
    return reply
  }

  private func oneManifest(_ call: HTTPCall, _ name: RepositoryName, _ text: String) async throws -> Reply {
    try authorize(call, name, call.method == .patch ? "metadata_write" : "metadata_read")
    let record = try await known(name, call)
    guard let digest = try? Digest(text), let manifest = record.manifests[digest] else {
      throw ErrorReply(.registry(.notFound, "MANIFEST_UNKNOWN", "manifest unknown"))
    }
    switch call.method {
    case .get: return Reply(json: envelope(name, "manifest", describe(digest, record)))
    case .patch: return try await change(call, manifest.attributes, .digest(digest), name)
    default: return Reply(status: .methodNotAllowed)
    }
  }

  /// One manifest in full: an index with what it refers to.
  private func describe(_ digest: Digest, _ record: RepositoryRecord) -> JSONValue {
    guard let manifest = record.manifests[digest] else { return .null }
    var members = describe(manifest, tags: record.tags(of: digest)).members ?? []
    if MediaType.isIndex(manifest.mediaType) {
      let references = manifest.references.map { child -> JSONValue in
        let platform = record.manifests[child]?.platform
        return .object(
          [.init("digest", .string(child.description))]
            + (platform.map {
              [.init("architecture", .string($0.architecture)), .init("os", .string($0.os))]
            } ?? []))
      }
      members.append(.init("references", .array(references)))
    }
    return .object(members)
  }

  /// One manifest as an entry of the list. `tags` is absent without tags, and the platform for an index, as recorded.
  private func describe(_ manifest: ManifestRecord, tags: [String]) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("digest", .string(manifest.digest.description)), .init("imageSize", .integer(manifest.imageSize)),
      .init("createdTime", .string(manifest.created.azureText)),
      .init("lastUpdateTime", .string(manifest.updated.azureText)),
    ]
    if let platform = manifest.platform {
      members += [
        .init("architecture", .string(platform.architecture)), .init("os", .string(platform.os)),
      ]
    }
    members.append(.init("mediaType", .string(manifest.mediaType)))
    if let type = manifest.configMediaType { members.append(.init("configMediaType", .string(type))) }
    if let type = manifest.artifactType { members.append(.init("artifactType", .string(type))) }
    if !tags.isEmpty { members.append(.init("tags", .array(tags.map { .string($0) }))) }
    members.append(.init("changeableAttributes", manifest.attributes.json))
    return .object(members)
  }

  // MARK: Tags

  private func listTags(_ call: HTTPCall, _ name: RepositoryName) async throws -> Reply {
    guard call.method == .get else { return Reply(status: .methodNotAllowed) }
    try authorize(call, name, "metadata_read")
    let record = try await known(name, call)
    let order = RegistryService.order(call)
    guard var list = await registry.store.tags(of: name, by: order) else { throw ErrorReply(.unknown(name)) }
    if let digest = call.query["digest"] {
      list = ServedList(list.items.filter { record.tags[$0.name]?.digest.description == digest }, name: \.name)
    }
    let last = await removedPlace(call, name, order)
    let (items, hasMore) = try page(
      list, call, name: \.name, isBehind: last.map { last in { order.places(last, before: $0) } })
    var reply = Reply(json: envelope(name, "tags", RegistryService.list(items) { describe($0.name, record) }))
    if hasMore, let last = items.last {
      let path = "/acr/v1/\(PercentEncoding.encode(name.name))/_tags"
      reply.set("Link", link(path, last: last.name, call, withOrder: true))
    }
    return reply
  }

  private func oneTag(_ call: HTTPCall, _ name: RepositoryName, _ text: String) async throws -> Reply {
    let action =
      switch call.method {
      case .delete: "delete"
      case .patch: "metadata_write"
      default: "metadata_read"
      }
    try authorize(call, name, action)
    // A repository that is not there has no such tag either: this is what Azure says then (recorded).
    let found = await registry.store.repository(name)
    guard let record = found, let tag = try? TagName(text), let entry = record.tags[tag.name] else {
      throw ErrorReply(.registry(.notFound, "TAG_UNKNOWN", "the specified tag does not exist"))
    }
    switch call.method {
    case .get: return Reply(json: envelope(name, "tag", describe(tag.name, record)))
    case .patch: return try await change(call, entry.attributes, .tag(tag), name)
    case .delete: return try await deleteTag(tag, in: record)
    default: return Reply(status: .methodNotAllowed)
    }
  }

  private func describe(_ tag: String, _ record: RepositoryRecord) -> JSONValue {
    guard let entry = record.tags[tag] else { return .null }
    return [
      "name": .string(tag), "digest": .string(entry.digest.description),
      "createdTime": .string(entry.created.azureText),
      "lastUpdateTime": .string(entry.updated.azureText), "signed": false,
      "changeableAttributes": entry.attributes.json,
    ]
  }

  // MARK: Order

  /// The order that `orderby` asks for; by name for a word that is none.
  private static func order(_ call: HTTPCall) -> ListOrder { ListOrder(rawValue: call.query["orderby"] ?? "") ?? .name }

  /// Where `last` stood in a list ordered by time, when it was removed since the page before.
  private func removedPlace(_ call: HTTPCall, _ name: RepositoryName, _ order: ListOrder) async -> ListOrder.Place? {
    guard order != .name, let last = call.query["last"], !last.isEmpty,
      let time = await registry.store.removalTime(of: last, in: name)
    else { return nil }
    return ListOrder.Place(name: last, time: time)
  }

  /// A list as Azure writes it: `null` for an empty one, by which Microsoft's own clients find the end.
  static func list<Item>(_ items: [Item], _ describe: (Item) -> JSONValue) -> JSONValue {
    items.isEmpty ? .null : .array(items.map(describe))
  }
}
