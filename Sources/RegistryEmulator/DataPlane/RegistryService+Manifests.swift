import AcrCore
import HTTPTypes
import OCIRegistry

extension RegistryService {
  /// GET, HEAD, PUT and DELETE of a manifest.
  func manifest(_ call: HTTPCall, _ name: RepositoryName, _ text: String) async throws -> Reply {
    switch call.method {
    case .get, .head:
      try authorize(call, name, "pull")
      return try await readManifest(call, name, try selector(text))
    case .put:
      try authorize(call, name, "push")
      return try await writeManifest(call, name, try selector(text))
    case .delete:
      try authorize(call, name, "delete")
      return try await deleteManifest(name, try selector(text))
    default:
      return Reply(status: .methodNotAllowed)
    }
  }

  /// A tag or a digest in a path.
  private func selector(_ text: String) throws -> ManifestSelector {
    if text.contains(":") {
      guard let digest = try? Digest(text) else {
        throw ErrorReply(.registry(.badRequest, "DIGEST_INVALID", "`\(text)` is not a digest"))
      }
      return .digest(digest)
    }
    guard let tag = try? TagName(text) else {
      throw ErrorReply(.registry(.badRequest, "TAG_INVALID", "manifest tag did not match URI"))
    }
    return .tag(tag)
  }

  private func readManifest(
    _ call: HTTPCall, _ name: RepositoryName, _ selector: ManifestSelector
  ) async throws -> Reply {
    let repository = try await known(name, call)
    guard let record = await registry.store.manifest(selector, in: name) else {
      throw ErrorReply(.unknown(selector, in: name))
    }
    var isReadable = repository.attributes.readEnabled && record.attributes.readEnabled
    if case .tag(let tag) = selector {
      isReadable = isReadable && repository.tags[tag.name]?.attributes.readEnabled != false
    }
    guard isReadable else { throw ErrorReply(.disallowed) }
    if call.method == .get, isAnonymous(call), !registry.takePull() {
      var refusal = Reply.registry(.tooManyRequests, "TOOMANYREQUESTS", EmulatedRegistry.pullLimitText)
      addPullLimit(to: &refusal)
      throw ErrorReply(refusal)
    }
    var reply = Reply(status: .ok, headers: [.contentType: record.mediaType, .eTag: "\"\(record.digest)\""])
    reply.body = .file(path: registry.store.path(record.digest), offset: 0, length: record.size)
    reply.set("Docker-Content-Digest", record.digest.description)
    addPullLimit(to: &reply)
    return reply
  }

  /// The headers by which Docker Hub tells what is left of its limit. Without a limit here, the numbers never run out.
  private func addPullLimit(to reply: inout Reply) {
    guard registry.name == "docker.io" || registry.configuration.pullLimit != nil || registry.pullsLeft != nil else {
      return
    }
    let all = registry.configuration.pullLimit ?? 100
    reply.set("ratelimit-limit", "\(all);w=21600")
    reply.set("ratelimit-remaining", "\(registry.pullsLeft ?? all);w=21600")
  }

  private func writeManifest(
    _ call: HTTPCall, _ name: RepositoryName, _ selector: ManifestSelector
  ) async throws -> Reply {
    let bytes = try await call.bytes()
    guard let document = try? JSONValue(parsing: bytes), document.members != nil else {
      throw ErrorReply(.registry(.badRequest, "MANIFEST_INVALID", "manifest invalid"))
    }
    let header = call.headers[.contentType].map { String($0.prefix { $0 != ";" }) }
    let stated = document["mediaType"]?.string
    if let header, let stated, header != stated {
      throw ErrorReply(
        .registry(
          .badRequest, "MANIFEST_INVALID", "manifest invalid",
          ["reason": .string("the Content-Type `\(header)` is not the document's mediaType `\(stated)`")]))
    }
    guard let type = header ?? stated, MediaType.isManifest(type) else {
      throw ErrorReply(
        .registry(.badRequest, "MANIFEST_INVALID", "media type `\(header ?? stated ?? "")` is not supported"))
    }
    var digest = Digest.of(bytes)
    var tags: [TagName] = []
    switch selector {
    case .tag(let tag): tags = [tag]
    case .digest(let wanted):
      digest = Digest.of(bytes, wanted.algorithm)
      guard wanted == digest else {
        throw ErrorReply(.registry(.badRequest, "DIGEST_INVALID", "provided digest did not match uploaded content"))
      }
      tags = call.query.values("tag").compactMap { try? TagName($0) }
    }
    let record = try await registry.store.putManifest(
      FetchedManifest(bytes: bytes, mediaType: type, digest: digest), in: name, tags: tags)
    var reply = created(record.digest, "/v2/\(name)/manifests/\(record.digest)")
    if let subject = record.subject { reply.set("OCI-Subject", subject.description) }
    return reply
  }

  /// Removes a manifest by its digest; by a tag, the tag alone (distribution-spec, "Deleting tags").
  private func deleteManifest(_ name: RepositoryName, _ selector: ManifestSelector) async throws -> Reply {
    guard let repository = await registry.store.repository(name) else { throw ErrorReply(.unknown(name)) }
    switch selector {
    case .tag(let tag):
      return try await deleteTag(tag, in: repository)
    case .digest(let digest):
      guard let record = repository.manifests[digest] else { throw ErrorReply(.unknown(selector, in: name)) }
      let areTagsFree = repository.tags(of: digest).allSatisfy {
        repository.tags[$0]?.attributes.deleteEnabled != false
      }
      guard record.attributes.deleteEnabled, repository.attributes.deleteEnabled, areTagsFree else {
        throw ErrorReply(.disallowed)
      }
      try await registry.store.removeManifest(digest, in: name)
      return Reply(status: .accepted)
    }
  }

  /// Removes a tag unless it or its repository is locked.
  func deleteTag(_ tag: TagName, in repository: RepositoryRecord) async throws -> Reply {
    guard let record = repository.tags[tag.name] else {
      throw ErrorReply(.registry(.notFound, "TAG_UNKNOWN", "the specified tag does not exist"))
    }
    guard record.attributes.deleteEnabled, repository.attributes.deleteEnabled else { throw ErrorReply(.disallowed) }
    try await registry.store.removeTag(tag, in: repository.name)
    return Reply(status: .accepted)
  }

  // MARK: Lists

  /// `GET /v2/_catalog` and `GET /acr/v1/_catalog`.
  func catalog(_ call: HTTPCall) async throws -> Reply {
    try authorize(call, nil, "catalog")
    var names: [String] = []
    for name in await registry.store.names {
      guard let key = try? RepositoryName(name), let record = await registry.store.repository(key) else { continue }
      if record.attributes.listEnabled { names.append(name) }
    }
    let (items, hasMore) = try page(ServedList(names) { $0 }, call) { $0 }
    let isNull = registry.configuration.azure != nil || names.isEmpty
    var reply = Reply(json: [
      "repositories": isNull ? RegistryService.list(items) { .string($0) } : .array(items.map { .string($0) })
    ])
    if hasMore, let last = items.last {
      reply.set("Link", link(call.path, last: last, call, withOrder: call.path.hasPrefix("/acr/")))
    }
    return reply
  }

  /// `GET /v2/NAME/tags/list`
  func tags(_ call: HTTPCall, _ name: RepositoryName) async throws -> Reply {
    try authorize(call, name, "pull")
    _ = try await known(name, call)
    guard let list = await registry.store.tags(of: name, by: .name) else { throw ErrorReply(.unknown(name)) }
    let (items, hasMore) = try page(list, call, name: \.name)
    var reply = Reply(json: ["name": .string(name.name), "tags": .array(items.map { .string($0.name) })])
    if hasMore, let last = items.last {
      reply.set("Link", link("/v2/\(name)/tags/list", last: last.name, call, withOrder: false))
    }
    return reply
  }

  /// `GET /v2/NAME/referrers/DIGEST` (distribution-spec, "Listing Referrers"): an index, empty when there are none.
  func referrers(_ call: HTTPCall, _ name: RepositoryName, _ text: String) async throws -> Reply {
    guard call.method == .get else { return Reply(status: .methodNotAllowed) }
    try authorize(call, name, "pull")
    guard let digest = try? Digest(text) else {
      throw ErrorReply(.registry(.badRequest, "DIGEST_INVALID", "`\(text)` is not a digest"))
    }
    var records = await registry.store.referrers(of: digest, in: name)
    var reply = Reply(status: .ok)
    if let type = call.query["artifactType"] {
      records = records.filter { $0.artifactType == type }
      reply.set("OCI-Filters-Applied", "artifactType")
    }
    let (items, hasMore) = try page(ServedList(records, name: \.digest.description), call, name: \.digest.description)
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(items.map(\.descriptorJSON)),
    ]
    reply.headers[.contentType] = MediaType.ociIndex
    reply.body = .bytes(Array(document.text.utf8))
    if hasMore, let last = items.last {
      reply.set(
        "Link", link("/v2/\(name)/referrers/\(digest)", last: last.digest.description, call, withOrder: false))
    }
    return reply
  }
}

extension RegistryStore {
  /// The manifests of a repository that name a digest as their subject, sorted by their own.
  func referrers(of digest: Digest, in name: RepositoryName) -> [ManifestRecord] {
    let manifests = repository(name)?.referrers(of: digest) ?? []
    return manifests.sorted { $0.digest.description < $1.digest.description }.map { record in
      var record = record
      record.artifactType = record.artifactType ?? record.configMediaType
      return record
    }
  }
}

extension ManifestRecord {
  /// The manifest as an entry of a referrers list.
  fileprivate var descriptorJSON: JSONValue {
    var members: [JSONValue.Member] = [
      .init("mediaType", .string(mediaType)), .init("digest", .string(digest.description)),
      .init("size", .integer(size)),
    ]
    if let artifactType { members.append(.init("artifactType", .string(artifactType))) }
    if !annotations.isEmpty { members.append(.init("annotations", .object(annotations))) }
    return .object(members)
  }
}
