import AcrCore
import OCIRegistry

/// What the lines of a journal say together.
struct JournalFacts: Sendable {
  /// True for a file without the first line.
  var isNew = true
  /// Digest by source and target.
  var images: [String: Digest] = [:]
  /// Addresses of open uploads, by digest and store.
  var uploads: [Upload: String] = [:]
  var operations: [String: JSONValue] = [:]
  /// What a purge deleted, or began to delete, by repository, tag and digest.
  var deletions: [String: ImportJournal.Deletion] = [:]

  /// A blob on its way to a store.
  struct Upload: Hashable {
    let digest: Digest
    let store: StoreID
  }

  /// The first line: what the file is, and the version of its form.
  static let header: JSONValue = ["journal": "acrsh", "version": 1]

  static func key(_ first: String, _ second: String) -> String { "\(first) \(second)" }

  /// Takes the fact of one line; lines of other kinds are passed over.
  mutating func take(_ json: JSONValue) {
    if let target = json["done"]?.string, let source = json["source"]?.string,
      let digest = json["digest"]?.string.flatMap({ try? Digest($0) })
    {
      images[JournalFacts.key(source, target)] = digest
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
