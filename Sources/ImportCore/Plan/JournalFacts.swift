import AcrCore
import OCIRegistry

/// What the lines of a journal say together.
struct JournalFacts: Sendable {
  /// True for a file without the first line.
  var isNew = true
  /// What was finished, by source and target.
  var images: [Route: Digest] = [:]
  /// Addresses of open uploads, by digest and store.
  var uploads: [Upload: String] = [:]
  var operations: [String: JSONValue] = [:]
  /// What a purge deleted, or began to delete, by repository, tag and digest.
  var deletions: [String: ImportJournal.Deletion] = [:]

  /// An image's way.
  struct Route: Hashable {
    let source: String
    let target: String
  }

  /// A blob on its way to a store.
  struct Upload: Hashable {
    let digest: Digest
    let store: StoreID
  }

  /// The first line: what the file is, and the version of its form.
  static let header: JSONValue = ["journal": "acrsh", "version": 1]

  /// The facts as lines, without the addresses of open uploads, which can hold signatures.
  var text: String {
    var lines = [JournalFacts.header]
    for (route, digest) in images.sorted(by: { ($0.key.target, $0.key.source) < ($1.key.target, $1.key.source) }) {
      lines.append(JournalFacts.line(route, digest))
    }
    for (key, facts) in operations.sorted(by: { $0.key < $1.key }) {
      lines.append(["operation": .string(key), "facts": facts])
    }
    for (_, deletion) in deletions.sorted(by: { $0.key < $1.key }) {
      lines.append(JournalFacts.line(deletion))
    }
    return lines.map { $0.text + "\n" }.joined()
  }

  static func line(_ route: Route, _ digest: Digest) -> JSONValue {
    ["done": .string(route.target), "source": .string(route.source), "digest": .string(digest.description)]
  }

  static func line(_ deletion: ImportJournal.Deletion) -> JSONValue {
    ["purge": deletion.row, "finished": .bool(deletion.isDone)]
  }

  /// Takes over what another journal knows and this one does not.
  mutating func merge(_ other: JournalFacts) {
    images.merge(other.images) { mine, _ in mine }
    operations.merge(other.operations) { mine, _ in mine }
    deletions.merge(other.deletions) { mine, theirs in mine.isDone ? mine : theirs }
  }

  /// Takes the fact of one line; lines of other kinds are passed over.
  mutating func take(_ json: JSONValue) {
    if let target = json["done"]?.string, let source = json["source"]?.string,
      let digest = json["digest"]?.string.flatMap({ try? Digest($0) })
    {
      images[Route(source: source, target: target)] = digest
    } else if let upload = JournalFacts.upload(json["blob"], json["at"]) {
      uploads[upload] = nil
    } else if let upload = JournalFacts.upload(json["upload"], json["at"]), let location = json["location"]?.string {
      uploads[upload] = location
    } else if let key = json["operation"]?.string, let facts = json["facts"] {
      operations[key] = facts
    } else if let key = json["ended"]?.string {
      operations[key] = nil
    } else if let row = json["purge"], let isDone = json["finished"]?.bool {
      deletions[JournalFacts.key(ofDeletion: row)] = .init(row: row, isDone: isDone)
    }
  }

  static func key(ofDeletion row: JSONValue) -> String {
    ["repository", "tag", "digest"].map { row[$0]?.string ?? "" }.joined(separator: " ")
  }

  private static func upload(_ digest: JSONValue?, _ store: JSONValue?) -> Upload? {
    guard let digest = digest?.string.flatMap({ try? Digest($0) }), let store = store?.string else { return nil }
    return Upload(digest: digest, store: StoreID(text: store))
  }
}
