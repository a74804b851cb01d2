import AcrConcurrency
import AcrSystem
import Synchronization

/// What a process knows of one layout folder: its index, the entries that are not in the file yet, and which blobs have the
/// bytes that their names say. All who write to the folder at the same time share one, so that they write the index
/// together; others still exclude each other by the folder's lock.
public final class OCILayoutState: Sendable {
  struct Content {
    /// The index with all changes; nil before it was read.
    var index: OCILayoutIndex?
    /// The file that ``index`` was read from or written to.
    var version: FileStatus.Version?
    /// Changes that are not in the file, in their order.
    var unwritten: [OCILayoutIndex.Change] = []
    /// How many changes there were, and how many of these are on the disk: in the file or in the log.
    var changeCount = 0
    var durableCount = 0
    /// How much work is under way that writes more.
    var batches = 0
    var log: OCILayoutLog?
    /// True once logs of runs that were killed were looked for.
    var hasRecovered = false

    /// The number of the first of ``unwritten``.
    var firstUnwritten: Int { changeCount - unwritten.count }
  }

  let content = Mutex(Content())
  /// Who writes the index or its log.
  let turn = Limit(1)
  let files = VerifiedFiles()

  /// Knows nothing yet.
  public init() {}
}

/// The layout folders of a session.
public final class OCILayouts: Sendable {
  private let states = Mutex<[String: OCILayoutState]>([:])

  /// Creates a table without folders.
  public init() {}

  /// A folder; nothing is read or made. By whatever path, one folder has one state.
  public func layout(_ path: String) -> OCILayout {
    let above = FileSystem.folder(of: path) ?? "."
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    guard let place = FileSystem.resolved(path) ?? FileSystem.resolved(above).map({ "\($0)/\(name)" }) else {
      return OCILayout(path: path)
    }
    let state = states.withLock { states in
      let state = states[place] ?? OCILayoutState()
      states[place] = state
      return state
    }
    return OCILayout(path: path, state: state)
  }
}
