import AcrCore
import TestSupport

extension HonestRegistry {
  /// What only registries of Azure tell: `/acr/v1`.
  func metadata(_ request: Request, _ path: String) -> Answer {
    if path == "_catalog" {
      let names = state.withLock { $0.repositories.keys.sorted() }
      return .json(["repositories": .array(names.map { .string($0) })])
    }
    let parts = path.split(separator: "/").map(String.init)
    guard let mark = parts.firstIndex(where: { $0.hasPrefix("_") }) else { return attributes(request, path) }
    let name = parts[..<mark].joined(separator: "/")
    guard let repository = state.withLock({ $0.repositories[name] }) else { return .failure(404, "NAME_UNKNOWN") }
    let item = parts.count > mark + 1 ? parts[mark + 1] : nil
    if parts[mark] == "_tags" { return tagMetadata(request, name, repository, item) }
    return manifestMetadata(request, name, repository, item)
  }

  private static let locks: JSONValue = [
    "deleteEnabled": true, "writeEnabled": true, "readEnabled": true, "listEnabled": true,
  ]
  private static let time: JSONValue = "2026-01-02T03:04:05.1234567Z"

  private func attributes(_ request: Request, _ name: String) -> Answer {
    if request.method == "DELETE" {
      let isThere = state.withLock { state in
        state.changes += 1
        return state.repositories.removeValue(forKey: name) != nil
      }
      return isThere ? .json(["manifestsDeleted": [], "tagsDeleted": []], status: 202) : .failure(404, "NAME_UNKNOWN")
    }
    guard let repository = state.withLock({ $0.repositories[name] }) else { return .failure(404, "NAME_UNKNOWN") }
    return .json([
      "imageName": .string(name), "createdTime": Self.time, "lastUpdateTime": Self.time,
      "manifestCount": .integer(Int64(repository.manifests.count)), "tagCount": .integer(Int64(repository.tags.count)),
      "changeableAttributes": Self.locks,
    ])
  }

  private func tagMetadata(_ request: Request, _ name: String, _ repository: Repository, _ item: String?) -> Answer {
    func row(_ tag: String, _ digest: String) -> JSONValue {
      [
        "name": .string(tag), "digest": .string(digest), "createdTime": Self.time, "lastUpdateTime": Self.time,
        "signed": false, "changeableAttributes": Self.locks,
      ]
    }
    if let item {
      guard let digest = repository.tags[item] else { return .failure(404, "TAG_UNKNOWN") }
      guard request.method == "DELETE" else { return .json(["tag": row(item, digest)]) }
      state.withLock { state in
        state.repositories[name]?.tags[item] = nil
        state.changes += 1
      }
      return Answer(202)
    }
    let wanted = request.queryValue("digest")
    let rows = repository.tags.sorted { $0.key < $1.key }.filter { wanted == nil || wanted == $0.value }
    return page(request, "tags", name, rows.map { ($0.key, row($0.key, $0.value)) })
  }

  private func manifestMetadata(
    _ request: Request, _ name: String, _ repository: Repository, _ item: String?
  ) -> Answer {
    func row(_ document: SampleImages.Document) -> JSONValue {
      let tags = repository.tags.filter { $0.value == document.digest }.keys.sorted()
      return [
        "digest": .string(document.digest), "imageSize": .integer(Int64(document.bytes.count)),
        "createdTime": Self.time, "lastUpdateTime": Self.time, "architecture": "amd64", "os": "linux",
        "mediaType": .string(document.mediaType), "tags": .array(tags.map { .string($0) }),
        "changeableAttributes": Self.locks,
      ]
    }
    if let item {
      guard let document = repository.manifests[item] else { return .failure(404, "MANIFEST_UNKNOWN") }
      return .json(["manifest": row(document)])
    }
    let all = repository.manifests.values.sorted { $0.digest < $1.digest }
    return page(request, "manifests", name, all.map { ($0.digest, row($0)) })
  }

  private func page(
    _ request: Request, _ member: String, _ name: String, _ rows: [(key: String, value: JSONValue)]
  ) -> Answer {
    let last = request.queryValue("last") ?? ""
    let count = min(request.queryValue("n").flatMap { Int($0) } ?? 100, Self.pageSize * 2)
    let left = rows.filter { $0.key > last }
    let page = left.prefix(count)
    let json: JSONValue = [
      "registry": "soak", "imageName": .string(name), member: .array(page.map(\.value)),
    ]
    guard left.count > page.count, let end = page.last else { return .json(json) }
    let path = request.target.prefix { $0 != "?" }
    return .json(json, [("Link", "<\(path)?n=\(count)&last=\(end.key)>; rel=\"next\"")])
  }
}
