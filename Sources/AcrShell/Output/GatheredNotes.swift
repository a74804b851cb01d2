import Synchronization

/// Notes that would repeat themselves, gathered: many requests side by side meet the same wait.
final class GatheredNotes: Sendable {
  private struct Topic {
    var lastTold: ContinuousClock.Instant
    var untold = 0
    var lastNote = ""
  }

  /// A topic is told of this often at most.
  private let interval: Duration
  private let topics = Mutex<[String: Topic]>([:])

  /// - Parameter interval: how long notes of a topic are gathered after one was told.
  init(interval: Duration = .seconds(10)) { self.interval = interval }

  /// The note to show now, with how many were gathered since the last one; nil where it only counts.
  /// - Parameter topic: what it is about, for example a host.
  func text(for note: String, about topic: String, now: ContinuousClock.Instant = .now) -> String? {
    topics.withLock { topics in
      guard var known = topics[topic] else {
        topics[topic] = Topic(lastTold: now)
        return note
      }
      known.untold += 1
      known.lastNote = note
      guard now - known.lastTold >= interval else {
        topics[topic] = known
        return nil
      }
      topics[topic] = Topic(lastTold: now)
      return known.untold > 1 ? "\(note) (\(known.untold) times)" : note
    }
  }

  /// The notes that were only counted, at the end of a run.
  func rest() -> [String] {
    let all = topics.withLock { topics in
      defer { topics = [:] }
      return topics
    }
    return all.sorted { $0.key < $1.key }.map(\.value).filter { $0.untold > 0 }
      .map { $0.untold > 1 ? "\($0.lastNote) (\($0.untold) times)" : $0.lastNote }
  }
}
