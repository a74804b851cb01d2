import Foundation

/// What repositories with the trait `isAzure` know beside the distribution API: tokens of their own, and `/acr/v1` with
/// times and locks (data-plane swagger 2021-07-01).
extension MemoryRegistry {
  /// What an Azure registry keeps of a repository beside its content.
  public struct Metadata: Sendable {
    /// When tags and manifests were last changed, in RFC 3339, by tag or digest.
    public var times: [String: String] = [:]
    /// The tags and digests that are locked against deletion.
    public var locked: Set<String> = []
    /// The quarantine states of digests, such as `Quarantined` and `Passed`; those of others are not told.
    public var quarantine: [String: String] = [:]
    /// Whether the whole repository is.
    public var isLocked = false

    /// Creates metadata that says nothing.
    public init() {}

    func json(_ key: String) -> String {
      let time = times[key] ?? "2026-01-01T00:00:00.0000000Z"
      let state = quarantine[key].map { #","quarantineState":"\#($0)""# } ?? ""
      return #"""
        "createdTime":"\#(time)","lastUpdateTime":"\#(time)",\#
        "changeableAttributes":{"deleteEnabled":\#(!locked.contains(key)),"writeEnabled":true\#(state)}
        """#
    }
  }

  /// The answer to a request without a token, or for one.
  static func azureSignIn(_ request: LoopbackServer.Request) -> LoopbackServer.Reply? {
    if request.path == "/oauth2/token" { return .json(#"{"access_token":"sample-token","expires_in":3600}"#) }
    guard request.headers["authorization"] == nil else { return nil }
    let realm = "http://\(request.headers["host"] ?? "")/oauth2/token"
    return .json(
      #"{"errors":[{"code":"UNAUTHORIZED","message":"sign in"}]}"#, status: 401,
      headers: ["WWW-Authenticate": #"Bearer realm="\#(realm)",service="memory",scope="repository:all:pull""#])
  }

  /// Answers a request below `/acr/v1/`.
  static func metadata(
    _ request: LoopbackServer.Request, _ state: Monitor<[String: Repository]>
  ) -> LoopbackServer.Reply {
    let parts = request.path.dropFirst("/acr/v1/".count).split(separator: "/").map { part in
      String(part).removingPercentEncoding ?? String(part)
    }
    let marker = parts.firstIndex { $0 == "_tags" || $0 == "_manifests" }
    let name = parts.prefix(marker ?? parts.count).joined(separator: "/")
    guard let repository = state.current[name] else { return unknown("NAME_UNKNOWN") }
    guard let marker else {
      return .json(
        #"{"imageName":"\#(name)","changeableAttributes":{"deleteEnabled":\#(!repository.metadata.isLocked)}}"#)
    }
    let item = parts.count > marker + 1 ? parts[marker + 1] : nil
    switch (request.method, parts[marker], item) {
    case ("GET", "_tags", nil): return tags(repository, request)
    case ("GET", "_manifests", nil): return manifests(repository, request)
    case ("PATCH", _, let item?):
      let isFree = String(decoding: request.body, as: UTF8.self).contains(#""deleteEnabled":true"#)
      state.update { repositories in
        if isFree { repositories[name]?.metadata.locked.remove(item) }
      }
      return .json("{}")
    case ("DELETE", "_tags", let tag?):
      return state.update { repositories in
        guard repositories[name]?.tags[tag] != nil else { return unknown("TAG_UNKNOWN") }
        if repository.metadata.locked.contains(tag) { return .init(405) }
        repositories[name]?.tags[tag] = nil
        return .init(202)
      }
    default: return unknown("NOT_FOUND")
    }
  }

  private static func unknown(_ code: String) -> LoopbackServer.Reply {
    .json(#"{"errors":[{"code":"\#(code)","message":"\#(code)"}]}"#, status: 404)
  }

  private static func tags(_ repository: Repository, _ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    let wanted = request.queryValue("digest")
    let tags = repository.tags.filter { wanted == nil || $0.value == wanted }.keys.sorted()
    return page(tags, "tags", "_tags", repository, request) { tag in
      #"{"name":"\#(tag)","digest":"\#(repository.tags[tag] ?? "")",\#(repository.metadata.json(tag))}"#
    }
  }

  private static func manifests(_ repository: Repository, _ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    page(repository.manifests.keys.sorted(), "manifests", "_manifests", repository, request) { digest in
      let type = repository.manifests[digest]?.mediaType ?? ""
      let image =
        repository.manifests[digest].map { describe($0, hidesType: digest.hasSuffix("1") || digest.hasSuffix("a")) }
        ?? ""
      return #"{"digest":"\#(digest)","mediaType":"\#(type)",\#(image)\#(repository.metadata.json(digest))}"#
    }
  }

  /// What the list tells of an image: nothing of what it is about.
  /// - Parameter hidesType: describes an artifact as if it were an image, too.
  private static func describe(_ manifest: Manifest, hidesType: Bool) -> String {
    guard !manifest.digests("config").isEmpty else { return "" }
    if let type = manifest.document["artifactType"] as? String {
      if hidesType { return #""architecture":"amd64","os":"linux","# }
      return #""artifactType":"\#(type)","#
    }
    let config = (manifest.document["config"] as? [String: Any])?["mediaType"] as? String ?? ""
    return #""architecture":"amd64","os":"linux","configMediaType":"\#(config)","#
  }

  private static func page(
    _ names: [String], _ member: String, _ list: String, _ repository: Repository, _ request: LoopbackServer.Request,
    _ entry: (String) -> String
  ) -> LoopbackServer.Reply {
    let last = request.queryValue("last") ?? ""
    let rest = names.filter { $0 > last }
    let shown = rest.prefix(repository.traits.pageSize)
    var headers: HeaderFields = [:]
    if shown.count < rest.count, let end = shown.last {
      headers["Link"] = "<\(request.path)?n=\(shown.count)&last=\(end)&orderby=>; rel=\"next\""
    }
    return .json("{\"\(member)\":[\(shown.map(entry).joined(separator: ","))]}", headers: headers)
  }
}
