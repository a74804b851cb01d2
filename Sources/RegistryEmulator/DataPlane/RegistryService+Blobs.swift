import AcrCore
import HTTPTypes
import OCIRegistry

extension RegistryService {
  /// GET, HEAD and DELETE of a blob.
  func blob(_ call: HTTPCall, _ name: RepositoryName, _ digest: Digest) async throws -> Reply {
    if call.method == .delete {
      try authorize(call, name, "delete")
      guard let repository = await registry.store.repository(name), repository.blobs.contains(digest) else {
        throw ErrorReply(RegistryService.unknownBlob(digest))
      }
      guard !repository.manifests.values.contains(where: { $0.references.contains(digest) }) else {
        throw ErrorReply(.registry(.methodNotAllowed, "UNSUPPORTED", "the blob is part of an image"))
      }
      try await registry.store.removeBlob(digest, in: name)
      return Reply(status: .accepted)
    }
    guard call.method == .get || call.method == .head else { return Reply(status: .methodNotAllowed) }
    try authorize(call, name, "pull")
    _ = try await known(name, call)
    guard let size = await registry.store.blobSize(digest, in: name) else {
      throw ErrorReply(RegistryService.unknownBlob(digest))
    }
    if registry.configuration.redirectsBlobs {
      return Reply(status: .temporaryRedirect, headers: [.location: storageAddress(digest, call)])
    }
    return content(call, digest, size)
  }

  /// The bytes of a blob, or the range asked for.
  private func content(_ call: HTTPCall, _ digest: Digest, _ size: Int64) -> Reply {
    var reply = Reply(status: .ok, headers: [.contentType: "application/octet-stream"])
    reply.body = .file(path: registry.store.path(digest), offset: 0, length: size)
    reply.set("Docker-Content-Digest", digest.description)
    reply.headers[.eTag] = "\"\(digest)\""
    if registry.ranges != .ignored { reply.headers[.acceptRanges] = "bytes" }
    if call.method == .get, let range = call.headers[.range] { applyRange(range, to: &reply, size: size) }
    return reply
  }

  // MARK: Storage

  /// Where the bytes are when they are not given here: on another host, with a signature in the query.
  private func storageAddress(_ digest: Digest, _ call: HTTPCall) -> String {
    "\(call.scheme)://localhost:\(registry.port)/storage/\(digest)?sig=\(registry.storageSignature(digest))"
  }

  /// `GET /storage/DIGEST?sig=…`: what Azure's storage does with a signed address. It refuses a request that brings
  /// credentials of the registry along.
  func storage(_ call: HTTPCall) -> Reply {
    guard call.headers[.authorization] == nil else {
      return Reply(status: .badRequest, text: "InvalidAuthenticationInfo: the request has an Authorization header\n")
    }
    guard let digest = try? Digest(call.path.dropFirst("/storage/".count)),
      call.query["sig"] == registry.storageSignature(digest), let size = DiskFile.size(registry.store.path(digest))
    else { return Reply(status: .forbidden, text: "AuthenticationFailed: the signature does not fit\n") }
    return content(call, digest, size)
  }

  /// Answers a range by RFC 7233, or wrongly as a test wants it. A text that is no single range is not heeded (3.1).
  private func applyRange(_ text: String, to reply: inout Reply, size: Int64) {
    guard registry.ranges != .ignored, let range = RegistryService.range(text, size: size) else { return }
    guard registry.ranges != .refused, range.lowerBound < size, !range.isEmpty else {
      reply = Reply(status: .rangeNotSatisfiable, headers: reply.headers)
      reply.headers[.contentRange] = "bytes */\(size)"
      return
    }
    reply.status = .partialContent
    reply.headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
    let missing: Int64 = registry.ranges == .short ? 1 : 0
    if case .file(let path, _, _) = reply.body {
      reply.body = .file(path: path, offset: range.lowerBound, length: Int64(range.count) - missing)
    }
  }

  /// Reads `bytes=a-b`, `bytes=a-` and `bytes=-n`; nil for anything else. A range that starts behind the end is empty.
  static func range(_ text: String, size: Int64) -> Range<Int64>? {
    guard text.hasPrefix("bytes=") else { return nil }
    let ends = text.dropFirst("bytes=".count).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    if ends[0].isEmpty {
      guard let count = Int64(ends[1]), count >= 0 else { return nil }
      return max(0, size - count)..<size
    }
    guard let start = Int64(ends[0]), start >= 0 else { return nil }
    if ends[1].isEmpty { return min(start, size)..<size }
    guard let last = Int64(ends[1]), last >= start else { return nil }
    // `last` may be the largest number there is.
    return start < size ? start..<(last < size ? last + 1 : size) : size..<size
  }

  static func unknownBlob(_ digest: Digest) -> Reply {
    .registry(.notFound, "BLOB_UNKNOWN", "blob unknown to registry", ["digest": .string(digest.description)])
  }

  // MARK: Uploads

  /// `POST /v2/NAME/blobs/uploads/`: opens an upload, mounts a blob, or takes it at once.
  func startUpload(_ call: HTTPCall, _ name: RepositoryName) async throws -> Reply {
    guard call.method == .post else { return Reply(status: .methodNotAllowed) }
    try authorize(call, name, "push", mountedFrom: mountSource(call))
    if let locked = await registry.store.repository(name), !locked.attributes.writeEnabled {
      throw ErrorReply(.disallowed)
    }
    if let mounted = try await mount(call, name) { return mounted }
    let upload = try await registry.uploads.start(name)
    if let text = call.query["digest"] {
      return try await receive(call, upload) { try await finish(upload, text, call) }
    }
    return await progress(.accepted, upload, call)
  }

  /// The repository that a mount names.
  private func mountSource(_ call: HTTPCall) -> RepositoryName? {
    call.query["mount"] == nil ? nil : call.query["from"].flatMap { try? RepositoryName($0) }
  }

  /// Makes a blob of another repository known in this one, when the client may pull it there.
  private func mount(_ call: HTTPCall, _ name: RepositoryName) async throws -> Reply? {
    guard let text = call.query["mount"], let digest = try? Digest(text) else { return nil }
    if let source = mountSource(call) {
      guard (try? authorize(call, source, "pull")) != nil,
        await registry.store.blobSize(digest, in: source) != nil
      else { return nil }
    } else {
      guard await registry.store.blobSize(digest, in: name) != nil else { return nil }
    }
    try await registry.store.link(digest, in: name)
    return created(digest, "/v2/\(name)/blobs/\(digest)")
  }

  /// PATCH, PUT, GET and DELETE of an upload.
  func upload(_ call: HTTPCall, _ name: RepositoryName, _ id: String) async throws -> Reply {
    try authorize(call, name, "push")
    guard let upload = await registry.uploads.upload(id, in: name) else {
      throw ErrorReply(.registry(.notFound, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"))
    }
    guard UploadState.isSigned(call.query["_state"] ?? "", for: upload.id, by: registry) else {
      throw ErrorReply(
        .registry(
          .badRequest, "BLOB_UPLOAD_INVALID", "blob upload invalid",
          "the address has to be the `Location` of an answer, with its query"))
    }
    switch call.method {
    case .get, .head:
      return await progress(.noContent, upload, call)
    case .delete:
      await registry.uploads.remove(id)
      return Reply(status: .noContent)
    case .patch:
      return try await receive(call, upload) { await progress(.accepted, upload, call) }
    case .put:
      guard let text = call.query["digest"] else {
        throw ErrorReply(.registry(.badRequest, "DIGEST_INVALID", "digest missing"))
      }
      return try await receive(call, upload) { try await finish(upload, text, call) }
    default:
      return Reply(status: .methodNotAllowed)
    }
  }

  /// Writes the body at the upload's end, piece by piece as it comes, and answers. A connection that breaks leaves what
  /// came before, which the client can ask for and go on from.
  private func receive(
    _ call: HTTPCall, _ upload: UploadFile, _ answer: () async throws -> Reply
  ) async throws -> Reply {
    try await upload.begin()
    do {
      try await checkOrder(call, upload)
      for try await piece in call.body { try await upload.append(Array(piece.readableBytesView)) }
      let reply = try await answer()
      await upload.end()
      return reply
    } catch {
      await upload.end()
      throw error
    }
  }

  /// `Content-Range: a-b` must begin where the upload ends (distribution-spec, "Pushing a blob in chunks").
  private func checkOrder(_ call: HTTPCall, _ upload: UploadFile) async throws {
    guard let text = call.headers[.contentRange] else { return }
    let ends = text.replacing("bytes ", with: "").prefix { $0 != "/" }.split(separator: "-").map { Int64($0) }
    guard ends.count == 2, let start = ends[0], let last = ends[1], last >= start else {
      throw ErrorReply(.registry(.badRequest, "BLOB_UPLOAD_INVALID", "the Content-Range `\(text)` is not `start-end`"))
    }
    // Both ends may be the largest number there is, so nothing is added to their difference.
    if let length = call.headers[.contentLength].flatMap({ WireSize(digits: $0) }), length.bytes - 1 != last - start {
      throw ErrorReply(.registry(.badRequest, "SIZE_INVALID", "Content-Length does not fit Content-Range"))
    }
    guard await upload.count == start else {
      var reply = await progress(.rangeNotSatisfiable, upload, call)
      reply.body = Reply.registry(.rangeNotSatisfiable, "BLOB_UPLOAD_INVALID", "the chunk is out of order").body
      throw ErrorReply(reply)
    }
  }

  private func finish(_ upload: UploadFile, _ text: String, _ call: HTTPCall) async throws -> Reply {
    guard let digest = try? Digest(text) else {
      throw ErrorReply(.registry(.badRequest, "DIGEST_INVALID", "`\(text)` is not a digest"))
    }
    let actual = try await upload.digest(digest.algorithm)
    guard actual == digest else {
      await registry.uploads.remove(upload.id)
      throw ErrorReply(
        .registry(
          .badRequest, "DIGEST_INVALID", "provided digest did not match uploaded content",
          ["expected": .string(text), "actual": .string(actual.description)]))
    }
    try await registry.store.adopt(upload.path, as: digest, in: upload.repository)
    await registry.uploads.remove(upload.id)
    return created(digest, "/v2/\(upload.repository)/blobs/\(digest)")
  }

  /// 201 with the place of what was made.
  func created(_ digest: Digest, _ location: String) -> Reply {
    var reply = Reply(status: .created, headers: [.location: location])
    reply.set("Docker-Content-Digest", digest.description)
    return reply
  }

  private func progress(_ status: HTTPResponse.Status, _ upload: UploadFile, _ call: HTTPCall) async -> Reply {
    let count = await upload.count
    let state = UploadState.make(upload.id, offset: count, by: registry)
    var reply = Reply(
      status: status,
      headers: [.location: "/v2/\(upload.repository)/blobs/uploads/\(upload.id)?_nouploadcache=false&_state=\(state)"])
    reply.headers[.range] = "0-\(max(0, count - 1))"
    reply.set("Docker-Upload-UUID", upload.id)
    return reply
  }
}
