import AcrCore
import OCIRegistry

/// What was deleted from a registry with soft delete, and can be restored until its time is over
/// (learn, "Recover deleted artifacts with soft delete policy").
struct DeletedItems: Sendable {
  /// How long things are kept, in seconds: seven days, the policy's default.
  static let life: Int64 = 7 * 86_400

  struct Manifest: Sendable {
    let repository: RepositoryName
    let record: ManifestRecord
    let deleted: Timestamp
  }

  struct Tag: Sendable {
    let repository: RepositoryName
    let name: String
    let record: TagRecord
    let deleted: Timestamp
  }

  struct Repository: Sendable {
    let name: RepositoryName
    let created: Timestamp
    let deleted: Timestamp
  }

  var manifests: [Manifest] = []
  var tags: [Tag] = []
  var repositories: [Repository] = []

  init() {}

  /// The bytes that must stay: those of the manifests, and of what they refer to.
  var needed: Set<Digest> {
    manifests.reduce(into: []) { needed, item in
      needed.insert(item.record.digest)
      needed.formUnion(item.record.references)
    }
  }

  /// Forgets what was kept long enough.
  mutating func expire(at now: Timestamp = .now()) {
    let oldest = Timestamp(seconds: now.seconds - DeletedItems.life)
    manifests.removeAll { $0.deleted < oldest }
    tags.removeAll { $0.deleted < oldest }
    repositories.removeAll { $0.deleted < oldest }
  }

  // MARK: The disk

  private static func path(_ folder: String) -> String { "\(folder)/deleted.json" }

  /// Reads what an earlier process kept.
  init(keptIn folder: String) {
    guard let bytes = try? DiskFile.read(Self.path(folder)), let json = try? JSONValue(parsing: bytes) else { return }
    func common(_ item: JSONValue) -> (RepositoryName, Timestamp)? {
      guard let name = item["repository"]?.string.flatMap({ try? RepositoryName($0) }),
        let deleted = item["deleted"]?.string.flatMap(Timestamp.init(rfc3339:))
      else { return nil }
      return (name, deleted)
    }
    for item in json["manifests"]?.array ?? [] {
      guard let (name, time) = common(item), let record = item["record"].flatMap(ManifestRecord.init(json:)) else {
        continue
      }
      manifests.append(Manifest(repository: name, record: record, deleted: time))
    }
    for item in json["tags"]?.array ?? [] {
      guard let (name, time) = common(item), let record = item["record"].flatMap(TagRecord.init(json:)),
        let tag = item["tag"]?.string
      else { continue }
      tags.append(Tag(repository: name, name: tag, record: record, deleted: time))
    }
    for item in json["repositories"]?.array ?? [] {
      guard let (name, time) = common(item), let made = item["created"]?.string.flatMap(Timestamp.init(rfc3339:)) else {
        continue
      }
      repositories.append(Repository(name: name, created: made, deleted: time))
    }
  }

  func save(in folder: String) throws {
    func common(_ name: RepositoryName, _ time: Timestamp) -> [JSONValue.Member] {
      [.init("repository", .string(name.name)), .init("deleted", .string(time.description))]
    }
    let document: JSONValue = [
      "manifests": .array(
        manifests.map { .object(common($0.repository, $0.deleted) + [.init("record", $0.record.json)]) }),
      "tags": .array(
        tags.map {
          .object(
            common($0.repository, $0.deleted) + [.init("tag", .string($0.name)), .init("record", $0.record.json)])
        }),
      "repositories": .array(
        repositories.map {
          .object(common($0.name, $0.deleted) + [.init("created", .string($0.created.description))])
        }),
    ]
    try DiskFile.replace(Self.path(folder), with: Array(document.text.utf8), isDurable: false)
  }
}
