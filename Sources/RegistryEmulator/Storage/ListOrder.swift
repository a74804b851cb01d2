import AcrCore

/// What `orderby` asks for in the lists of Azure's metadata API.
enum ListOrder: String, Sendable {
  /// By name or digest, which is the order without `orderby`.
  case name = ""
  case timeAscending = "timeasc"
  case timeDescending = "timedesc"

  /// Where an item stands in a list.
  struct Place: Sendable {
    /// The tag's name, or the manifest's digest.
    let name: String
    /// When it changed last.
    let time: Timestamp
  }

  /// True where `left` stands before `right`. What has the same time is sorted by name.
  func places(_ left: Place, before right: Place) -> Bool {
    switch self {
    case .timeAscending where left.time != right.time: left.time < right.time
    case .timeDescending where left.time != right.time: left.time > right.time
    default: left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }
}

/// When the tags and manifests that were removed from one repository had changed last, so that a client that deletes what
/// it reads page by page keeps its place in a list ordered by time. The memory is bounded, and ends with the process.
struct RemovedItems: Sendable {
  /// How many are remembered at least, and twice as many at most.
  static let limit = 10_000

  private var recent: [String: Timestamp] = [:]
  private var older: [String: Timestamp] = [:]

  /// Remembers one.
  mutating func add(_ name: String, _ time: Timestamp) {
    if recent.count >= RemovedItems.limit {
      older = recent
      recent = [:]
    }
    recent[name] = time
  }

  /// The time of one that is gone; nil where it was never there or is forgotten.
  func time(of name: String) -> Timestamp? { recent[name] ?? older[name] }
}
