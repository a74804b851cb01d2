import AcrCore
import TestSupport

extension HonestRegistry {
  typealias Request = LoopbackServer.Request

  /// The true answer to a request.
  /// - Parameter origin: how the client calls this server, `http://127.0.0.1:PORT`.
  func answer(_ request: Request, origin: String) -> Answer {
    let path = request.path
    if path == "/token" || path == "/oauth2/token" { return token(request) }
    if path == "/oauth2/exchange" { return .json(["refresh_token": .string(secrets.refreshToken)]) }
    if let refusal = refusal(request, origin) { return refusal }
    if path == "/v2/" || path == "/v2" { return .json([:], [("Docker-Distribution-API-Version", "registry/2.0")]) }
    if path == "/v2/_catalog" {
      let names = state.withLock { $0.repositories.keys.sorted() }
      return page(request, "repositories", names, [])
    }
    if signIn == .azure, path.hasPrefix("/acr/v1/") { return metadata(request, String(path.dropFirst(8))) }
    guard path.hasPrefix("/v2/") else { return .failure(404, "NOT_FOUND") }
    var parts = path.dropFirst(4).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let last = parts.removeLast()
    if parts.last == "uploads" || (last.isEmpty && parts.last == "uploads") {
      return upload(request, parts.dropLast(2).joined(separator: "/"), last)
    }
    let kind = parts.popLast() ?? ""
    let name = parts.joined(separator: "/")
    switch kind {
    case "tags": return tags(request, name)
    case "manifests": return manifest(request, name, last)
    case "blobs": return blob(request, name, last)
    case "referrers" where listsReferrers: return referrers(request, name, last)
    default: return .failure(404, "NOT_FOUND")
    }
  }

  // MARK: Signing in

  private func token(_ request: Request) -> Answer {
    let form = request.form
    let isKnown =
      request.basicCredentials.map { $0.user == secrets.user && $0.password == secrets.password }
      ?? (form.first { $0.name == "refresh_token" }?.value == secrets.refreshToken)
    guard isKnown || signIn == .none else { return .failure(401, "UNAUTHORIZED") }
    let name = signIn == .azure ? "access_token" : "token"
    return .json([
      name: .string(secrets.accessToken), "expires_in": 300, "issued_at": "2026-01-02T03:04:05Z",
    ])
  }

  private func refusal(_ request: Request, _ origin: String) -> Answer? {
    switch signIn {
    case .none: return nil
    case .basic:
      if request.basicCredentials.map({ $0.user == secrets.user && $0.password == secrets.password }) == true {
        return nil
      }
      return .failure(401, "UNAUTHORIZED", [("WWW-Authenticate", "Basic realm=\"soak\"")])
    case .token, .azure:
      if request.headers["Authorization"] == "Bearer \(secrets.accessToken)" { return nil }
      let realm = signIn == .azure ? "/oauth2/token" : "/token"
      let challenge = "Bearer realm=\"\(origin)\(realm)\",service=\"soak\",scope=\"repository:app:pull\""
      return .failure(401, "UNAUTHORIZED", [("WWW-Authenticate", challenge)])
    }
  }

  // MARK: Lists

  private func page(_ request: Request, _ member: String, _ all: [String], _ more: [JSONValue.Member]) -> Answer {
    let last = request.queryValue("last") ?? ""
    let count = min(request.queryValue("n").flatMap { Int($0) } ?? 100, Self.pageSize)
    let left = all.filter { $0 > last }
    let page = Array(left.prefix(count))
    let json: JSONValue = .object(more + [.init(member, .array(page.map { .string($0) }))])
    guard left.count > page.count, let end = page.last else { return .json(json) }
    let path = request.target.prefix { $0 != "?" }
    return .json(json, [("Link", "<\(path)?n=\(count)&last=\(end)>; rel=\"next\"")])
  }

  private func tags(_ request: Request, _ name: String) -> Answer {
    guard let repository = state.withLock({ $0.repositories[name] }) else { return .failure(404, "NAME_UNKNOWN") }
    return page(request, "tags", repository.tags.keys.sorted(), [.init("name", .string(name))])
  }

  private func referrers(_ request: Request, _ name: String, _ digest: String) -> Answer {
    let repository = state.withLock { $0.repositories[name] } ?? Repository()
    let wanted = request.queryValue("artifactType")
    let found = repository.manifests.values.sorted { $0.digest < $1.digest }.compactMap { document -> JSONValue? in
      let links = Links(document)
      guard links.subject == digest, wanted == nil || links.artifactType == wanted else { return nil }
      return document.descriptor([.init("artifactType", .string(links.artifactType ?? ""))])
    }
    let json: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(found),
    ]
    return Answer(200, [("Content-Type", MediaType.ociIndex)], body: Array(json.text.utf8))
  }

  // MARK: Manifests and blobs

  private func manifest(_ request: Request, _ name: String, _ reference: String) -> Answer {
    switch request.method {
    case "PUT": return put(request, name, reference)
    case "DELETE":
      return state.withLock { state in
        guard var repository = state.repositories[name] else { return .failure(404, "NAME_UNKNOWN") }
        state.changes += 1
        if reference.contains(":") {
          guard repository.manifests.removeValue(forKey: reference) != nil else {
            return .failure(404, "MANIFEST_UNKNOWN")
          }
          repository.tags = repository.tags.filter { $0.value != reference }
        } else if repository.tags.removeValue(forKey: reference) == nil {
          return .failure(404, "MANIFEST_UNKNOWN")
        }
        state.repositories[name] = repository
        return Answer(202)
      }
    default:
      guard let repository = state.withLock({ $0.repositories[name] }) else { return .failure(404, "NAME_UNKNOWN") }
      guard let document = repository.manifests[repository.tags[reference] ?? reference] else {
        return .failure(404, "MANIFEST_UNKNOWN")
      }
      return Answer(
        200, [("Content-Type", document.mediaType), ("Docker-Content-Digest", document.digest)], body: document.bytes)
    }
  }

  private func put(_ request: Request, _ name: String, _ reference: String) -> Answer {
    let document = SampleImages.Document(
      mediaType: request.headers["Content-Type"] ?? MediaType.ociManifest, bytes: request.body)
    let links = Links(document)
    return state.withLock { state in
      var repository = state.repositories[name] ?? Repository()
      if reference.contains(":"), reference != document.digest {
        state.wrongs.append("a manifest with the digest \(document.digest) was written as \(reference)")
        return .failure(400, "DIGEST_INVALID")
      }
      guard links.blobs.allSatisfy({ repository.blobs[$0] != nil }),
        links.manifests.allSatisfy({ repository.manifests[$0] != nil })
      else { return .failure(400, "MANIFEST_BLOB_UNKNOWN") }
      repository.manifests[document.digest] = document
      if !reference.contains(":") { repository.tags[reference] = document.digest }
      state.repositories[name] = repository
      state.changes += 1
      var headers = [
        ("Location", "/v2/\(name)/manifests/\(document.digest)"), ("Docker-Content-Digest", document.digest),
      ]
      if listsReferrers, let subject = links.subject { headers.append(("OCI-Subject", subject)) }
      return Answer(201, headers)
    }
  }

  private func blob(_ request: Request, _ name: String, _ digest: String) -> Answer {
    guard let bytes = state.withLock({ $0.repositories[name]?.blobs[digest] }) else {
      return .failure(404, "BLOB_UNKNOWN")
    }
    var answer = Answer(
      200,
      [("Content-Type", "application/octet-stream"), ("Docker-Content-Digest", digest), ("Accept-Ranges", "bytes")],
      body: bytes)
    if let range = request.headers["Range"], range.hasPrefix("bytes=") {
      let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, first < bytes.count else {
        return Answer(416, [("Content-Range", "bytes */\(bytes.count)")])
      }
      let last = min((ends.count > 1 ? ends[1] : nil) ?? bytes.count - 1, bytes.count - 1)
      answer.status = 206
      answer.body = Array(bytes[first...max(first, last)])
      answer["Content-Range"] = "bytes \(first)-\(last)/\(bytes.count)"
    }
    return answer
  }

  // MARK: Uploads

  private func upload(_ request: Request, _ name: String, _ id: String) -> Answer {
    let digest = request.queryValue("digest")
    return state.withLock { state in
      switch request.method {
      case "POST":
        if let wanted = request.queryValue("mount"), let from = request.queryValue("from"),
          let bytes = state.repositories[from]?.blobs[wanted]
        {
          state.repositories[name, default: Repository()].blobs[wanted] = bytes
          return Answer(201, [("Location", "/v2/\(name)/blobs/\(wanted)"), ("Docker-Content-Digest", wanted)])
        }
        if let digest, !request.body.isEmpty { return Self.finish(&state, name, digest, request.body) }
        let id = "u\(state.nextUpload)"
        state.nextUpload += 1
        state.uploads[id] = []
        return Self.progress(name, id, 0, 202)
      case "GET":
        guard let bytes = state.uploads[id] else { return .failure(404, "BLOB_UPLOAD_UNKNOWN") }
        return Self.progress(name, id, bytes.count, 204)
      case "PATCH":
        guard let bytes = state.uploads[id] else { return .failure(404, "BLOB_UPLOAD_UNKNOWN") }
        if let range = request.headers["Content-Range"], range.prefix(while: { $0 != "-" }) != "\(bytes.count)" {
          return .failure(416, "RANGE_INVALID")
        }
        state.uploads[id] = bytes + request.body
        return Self.progress(name, id, bytes.count + request.body.count, 202)
      case "PUT":
        guard let bytes = state.uploads.removeValue(forKey: id) else { return .failure(404, "BLOB_UPLOAD_UNKNOWN") }
        return Self.finish(&state, name, digest ?? "", bytes + request.body)
      case "DELETE":
        state.uploads[id] = nil
        return Answer(204)
      default: return .failure(405, "UNSUPPORTED")
      }
    }
  }

  private static func progress(_ name: String, _ id: String, _ count: Int, _ status: Int) -> Answer {
    Answer(
      status,
      [
        ("Location", "/v2/\(name)/blobs/uploads/\(id)"), ("Range", "0-\(max(0, count - 1))"),
        ("Docker-Upload-UUID", id),
      ])
  }

  private static func finish(_ state: inout State, _ name: String, _ digest: String, _ bytes: [UInt8]) -> Answer {
    let found = Digest.of(bytes).description
    guard found == digest else {
      state.wrongs.append("an upload of \(bytes.count) bytes with the digest \(found) was finished as \(digest)")
      return .failure(400, "DIGEST_INVALID")
    }
    state.repositories[name, default: Repository()].blobs[digest] = bytes
    state.changes += 1
    return Answer(201, [("Location", "/v2/\(name)/blobs/\(digest)"), ("Docker-Content-Digest", digest)])
  }
}
