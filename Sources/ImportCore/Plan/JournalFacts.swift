import AcrCore
import OCIRegistry

/// What the lines of a journal say together.
struct JournalFacts: Sendable {
  /// True for a file without the first line.
  var isNew = true
  /// Digest by source and target.
  var images: [String: Digest] = [:]
  /// Addresses of open uploads, by digest and store.
  var uploads: [String: String] = [:]
  var operations: [String: JSONValue] = [:]

  /// The first line: what the file is, and the version of its form.
  static let header: JSONValue = ["journal": "acrsh", "version": 1]

  static func key(_ first: String, _ second: String) -> String { "\(first) \(second)" }

  /// Takes the fact of one line; lines of other kinds are passed over.
  mutating func take(_ json: JSONValue) {
    if let target = json["done"]?.string, let source = json["source"]?.string,
      let digest = json["digest"]?.string.flatMap({ try? Digest($0) })
    {
      images[JournalFacts.key(source, target)] = digest
    } else if let digest = json["blob"]?.string, let store = json["at"]?.string {
      uploads[JournalFacts.key(digest, store)] = nil
    } else if let digest = json["upload"]?.string, let store = json["at"]?.string,
      let location = json["location"]?.string
    {
      uploads[JournalFacts.key(digest, store)] = location
    } else if let key = json["operation"]?.string, let facts = json["facts"] {
      operations[key] = facts
    } else if let key = json["ended"]?.string {
      operations[key] = nil
    }
  }
}
