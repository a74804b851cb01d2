import Crypto
import Foundation

/// A registry in memory on 127.0.0.1: manifests, tags, referrers and deletions of many repositories. Blobs are put in
/// directly, and clients read them.
public final class MemoryRegistry: Sendable {
  /// What differs from registry to registry.
  public struct Traits: Sendable {
    /// Whether it lists referrers (distribution-spec 1.1).
    public var hasReferrersAPI: Bool
    /// Whether it deletes a tag alone; docker-registry deletes whole manifests only.
    public var deletesTags: Bool
    /// How many names a page of a list has.
    public var pageSize = 1000
    /// How often a list of referrers has each entry.
    public var referrersRepeat = 1
    /// Whether `sha256-HEX` leads to the manifest of that digest, as at GitLab.
    public var resolvesDigestTags = false
    /// Whether the list of tags is `null`.
    public var hidesTags = false
    /// Whether it also speaks Azure's API; all repositories of a registry have to agree.
    public var isAzure = false

    /// Creates traits.
    public init(hasReferrersAPI: Bool = true, deletesTags: Bool = false) {
      self.hasReferrersAPI = hasReferrersAPI
      self.deletesTags = deletesTags
    }
  }

  /// A manifest as it is stored.
  public struct Manifest: Sendable {
    /// The media type.
    public let mediaType: String
    /// The bytes.
    public let bytes: [UInt8]

    /// The document.
    public var document: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] ?? [:]
    }

    /// The digests under a member that holds descriptors, or one.
    public func digests(_ member: String) -> [String] {
      let value = document[member]
      let entries = value as? [[String: Any]] ?? (value as? [String: Any]).map { [$0] } ?? []
      return entries.compactMap { $0["digest"] as? String }
    }
  }

  /// What one repository holds.
  public struct Repository: Sendable {
    /// The traits.
    public var traits = Traits()
    /// What a registry of Azure keeps beside.
    public var metadata = Metadata()
    /// Manifests by their digest.
    public var manifests: [String: Manifest] = [:]
    /// Digests by tag.
    public var tags: [String: String] = [:]
    /// Blobs by their digest.
    public var blobs: [String: [UInt8]] = [:]

    /// Creates an empty repository.
    public init() {}

    /// Adds a blob.
    /// - Returns: its digest.
    public mutating func put(blob bytes: [UInt8]) -> String {
      let digest = MemoryRegistry.digest(bytes)
      blobs[digest] = bytes
      return digest
    }

    /// Adds a manifest.
    /// - Returns: its digest.
    @discardableResult
    public mutating func put(manifest bytes: [UInt8], mediaType: String, tag: String? = nil) -> String {
      let digest = MemoryRegistry.digest(bytes)
      manifests[digest] = Manifest(mediaType: mediaType, bytes: bytes)
      if let tag { tags[tag] = digest }
      return digest
    }

    /// What a reader of a tag or digest would miss: manifests below it and their blobs.
    public func missing(below digest: String) -> [String] {
      var seen: Set<String> = []
      var waiting = [digest]
      var missing: [String] = []
      while let next = waiting.popLast() {
        guard seen.insert(next).inserted else { continue }
        guard let manifest = manifests[next] else {
          missing.append(next)
          continue
        }
        waiting += manifest.digests("manifests")
        for blob in manifest.digests("config") + manifest.digests("layers") where blobs[blob] == nil {
          missing.append(blob)
        }
      }
      return missing
    }
  }

  private let state = Monitor<[String: Repository]>([:])
  private let server: LoopbackServer

  /// Starts the registry.
  /// - Parameter rounds: holds answers back, to count how many requests come one after another.
  public init(rounds: RequestRounds? = nil) throws {
    let state = state
    server = try LoopbackServer { request in
      rounds?.wait()
      return MemoryRegistry.answer(request, state)
    }
  }

  /// `127.0.0.1:port`
  public var authority: String { server.authority }
  /// The requests so far.
  public var requests: [LoopbackServer.Request] { server.requests }

  /// Ends it.
  public func stop() { server.stop() }

  /// A repository as it is now.
  public subscript(_ name: String) -> Repository {
    get { state.current[name] ?? Repository() }
    set { state.update { $0[name] = newValue } }
  }

  /// `sha256:…` of bytes.
  public static func digest(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text = Array("sha256:".utf8)
    for byte in SHA256.hash(data: bytes) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  // MARK: Answers

  private static func answer(_ request: LoopbackServer.Request, _ state: Monitor<[String: Repository]>)
    -> LoopbackServer.Reply
  {
    let path = request.path
    if state.current.values.contains(where: \.traits.isAzure) {
      if let answer = azureSignIn(request) { return answer }
      if path.hasPrefix("/acr/v1/") { return metadata(request, state) }
    }
    if path == "/v2/" { return .json("{}") }
    if path == "/v2/_catalog" {
      let names = state.current.keys.sorted().map { "\"\($0)\"" }.joined(separator: ",")
      return .json("{\"repositories\":[\(names)]}")
    }
    guard path.hasPrefix("/v2/") else { return error(404, "NOT_FOUND") }
    let parts = path.dropFirst(4).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 3 else { return error(404, "NOT_FOUND") }
    let name = parts.dropLast(2).joined(separator: "/")
    let (kind, reference) = (parts[parts.count - 2], parts[parts.count - 1])
    guard let repository = state.current[name] else { return error(404, "NAME_UNKNOWN") }
    switch (request.method, kind) {
    case ("GET", "tags"): return list(repository, request)
    case ("GET", "manifests"), ("HEAD", "manifests"): return manifest(repository, reference)
    case ("GET", "blobs"), ("HEAD", "blobs"):
      guard let blob = repository.blobs[reference] else { return error(404, "BLOB_UNKNOWN") }
      return LoopbackServer.Reply(200, ["Docker-Content-Digest": reference], body: blob)
    case ("GET", "referrers"): return referrers(repository, reference)
    case ("PUT", "manifests"):
      let digest = digest(request.body)
      state.update { repositories in
        repositories[name]?.put(
          manifest: request.body, mediaType: request.headers["content-type"] ?? "",
          tag: reference.contains(":") ? nil : reference)
      }
      return LoopbackServer.Reply(201, ["Docker-Content-Digest": digest])
    case ("DELETE", "manifests"): return delete(name, reference, state)
    default: return error(405, "UNSUPPORTED")
    }
  }

  private static func error(_ status: Int, _ code: String) -> LoopbackServer.Reply {
    .json(#"{"errors":[{"code":"\#(code)","message":"\#(code)"}]}"#, status: status)
  }

  private static func list(_ repository: Repository, _ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    let last = request.queryValue("last") ?? ""
    let rest = repository.tags.keys.filter { $0 > last }.sorted()
    if repository.traits.hidesTags { return .json(#"{"name":"r","tags":null}"#) }
    let page = rest.prefix(repository.traits.pageSize)
    let names = page.map { "\"\($0)\"" }.joined(separator: ",")
    var headers: HeaderFields = [:]
    if page.count < rest.count, let end = page.last {
      headers["Link"] = "<\(request.path)?n=\(page.count)&last=\(end)>; rel=\"next\""
    }
    return .json("{\"name\":\"r\",\"tags\":[\(names)]}", headers: headers)
  }

  private static func manifest(_ repository: Repository, _ reference: String) -> LoopbackServer.Reply {
    var digest = reference.contains(":") ? reference : repository.tags[reference] ?? ""
    if digest.isEmpty, repository.traits.resolvesDigestTags {
      digest = reference.replacingOccurrences(of: "-", with: ":")
    }
    guard let manifest = repository.manifests[digest] else { return error(404, "MANIFEST_UNKNOWN") }
    return LoopbackServer.Reply(
      200, ["Content-Type": manifest.mediaType, "Docker-Content-Digest": digest], body: manifest.bytes)
  }

  private static func referrers(_ repository: Repository, _ digest: String) -> LoopbackServer.Reply {
    // A registry that does not know the list answers without a code of the specification.
    guard repository.traits.hasReferrersAPI else { return LoopbackServer.Reply(404, text: "404 page not found\n") }
    let found = repository.manifests.filter { $0.value.digests("subject") == [digest] }
    let entries = found.sorted { $0.key < $1.key }.flatMap { key, manifest in
      [String](
        repeating: #"{"mediaType":"\#(manifest.mediaType)","digest":"\#(key)","size":\#(manifest.bytes.count)}"#,
        count: repository.traits.referrersRepeat)
    }
    let type = "application/vnd.oci.image.index.v1+json"
    return .json(
      #"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[\#(entries.joined(separator: ","))]}"#,
      headers: ["Content-Type": type])
  }

  private static func delete(_ name: String, _ reference: String, _ state: Monitor<[String: Repository]>)
    -> LoopbackServer.Reply
  {
    state.update { repositories in
      guard var repository = repositories[name] else { return error(404, "NAME_UNKNOWN") }
      let digest = reference.contains(":") ? reference : ""
      let keys = repository.tags.filter { $0.value == digest }.map(\.key) + [reference]
      if keys.contains(where: repository.metadata.locked.contains) { return error(405, "UNSUPPORTED") }
      if reference.contains(":") {
        guard repository.manifests.removeValue(forKey: reference) != nil else {
          return error(404, "MANIFEST_UNKNOWN")
        }
        if repository.traits.isAzure {
          // Azure's registries delete what is about a manifest with it.
          var about = [reference]
          while let subject = about.popLast() {
            for (digest, manifest) in repository.manifests where manifest.digests("subject") == [subject] {
              repository.manifests[digest] = nil
              about.append(digest)
            }
          }
        }
        repository.tags = repository.tags.filter { repository.manifests[$0.value] != nil }
      } else {
        guard repository.traits.deletesTags else { return error(405, "UNSUPPORTED") }
        repository.tags[reference] = nil
      }
      repositories[name] = repository
      return LoopbackServer.Reply(202)
    }
  }
}
