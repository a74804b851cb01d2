import AcrCore
import AcrSystem
import OCIRegistry
import Synchronization

/// A file that says what a run has finished, so that a second run after a crash saves work: it resumes the uploads that were
/// open, does not look again for referrers of what it has compared, and tells what was deleted. It never stands for a look at the source and the
/// target, which may have changed meanwhile.
///
/// The first line says what the file is. Each fact is a line of JSON that is added when it is true; a line that was cut off
/// by the end of the process counts for nothing. One run uses a journal at a time.
///
/// The addresses of open uploads can hold a signature, so only the file's owner may read it.
public final class ImportJournal: Sendable {
  private struct State {
    var file: OpenFile?
    var facts = JournalFacts()
    /// Told once: from then on a killed run cannot resume what comes.
    var isBroken = false
    /// True after a run that finished everything.
    var isComplete = false
  }

  /// The file.
  public let path: String
  private let warn: @Sendable (String) -> Void
  /// Told after each new fact of a journal that is no file.
  private let changed: (@Sendable () -> Void)?
  private let state: Mutex<State>

  /// Opens a journal and reads what an earlier run left; creates it where there is none.
  /// - Parameter warn: called once when the journal can no longer be written, with a sentence that says why.
  /// - Throws: ``AcrError``: `usage` when the file cannot be opened or is something else, which leaves it as it is;
  ///   `conflict` while another run uses it.
  public init(path: String, warn: @escaping @Sendable (String) -> Void = { _ in }) throws(AcrError) {
    self.path = path
    self.warn = warn
    changed = nil
    let file: OpenFile
    do throws(AcrError) {
      file = try OpenFile(writing: path, .readingAndAppending, permissions: 0o600)
    } catch {
      throw AcrError(.usage, "the journal `\(path)` cannot be opened: \(error.message)", help: "name another file")
    }
    try ImportJournal.claim(file)
    let facts = try JournalReader.read(file)
    state = Mutex(State(file: file, facts: facts))
    if facts.isNew { add(JournalFacts.header) }
  }

  /// Opens a journal that is kept elsewhere than in a file: ``text`` is what has to be kept. Whoever keeps it sees that one
  /// run uses it at a time, or gives each what the other knows (``merge(_:)``).
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - text: what an earlier run left; empty for none.
  ///   - changed: called after each new fact, from any thread.
  /// - Throws: ``AcrError`` of kind `usage` for a text that is no journal.
  public init(name: String, text: [UInt8], changed: @escaping @Sendable () -> Void) throws(AcrError) {
    path = name
    warn = { _ in }
    self.changed = changed
    state = Mutex(State(file: nil, facts: try JournalReader.read(text, name: name)))
  }

  /// What a journal that is kept elsewhere knows. The addresses of open uploads are not in it, since they can hold signatures.
  public var text: [UInt8] { Array(state.withLock { $0.facts }.text.utf8) }

  /// True after a run that finished everything: it leaves nothing for the next one.
  public var isComplete: Bool { state.withLock { $0.isComplete } }

  /// Takes over what another run has noted.
  /// - Throws: ``AcrError`` of kind `usage` for a text that is no journal.
  public func merge(_ text: [UInt8]) throws(AcrError) {
    let other = try JournalReader.read(text, name: path)
    state.withLock { $0.facts.merge(other) }
  }

  /// Gives the file back to other runs. What is noted from then on is lost.
  public func close() {
    state.withLock { state in
      state.file = nil
      state.isBroken = true
    }
  }

  /// Makes sure that the file is a file, that no other process writes it, and that only its owner can read it.
  private static func claim(_ file: OpenFile) throws(AcrError) {
    guard file.status.kind == .regular else {
      throw AcrError(.usage, "the journal `\(file.path)` is not a regular file", help: "name another file")
    }
    guard try file.lock(waits: false) else {
      throw AcrError(
        .conflict, "another run uses the journal `\(file.path)`",
        help: "wait until it ends, or use a separate journal for each run")
    }
    // It may have been made by hand, or come from a backup.
    do throws(AcrError) {
      try file.makePrivate()
    } catch {
      throw AcrError(
        .usage, "others can read the journal `\(file.path)`, and it can hold signed addresses: \(error.message)",
        help: "name a file of your own")
    }
  }

  // MARK: What is known

  /// The digest under which an earlier run finished an import; nil when it did not.
  public func finished(_ source: String, _ target: String) -> Digest? {
    state.withLock { $0.facts.images[JournalFacts.Route(source: source, target: target)] }
  }

  /// Where an upload was open that an earlier run did not end.
  func openUpload(of digest: Digest, at store: StoreID) -> String? {
    state.withLock { $0.facts.uploads[JournalFacts.Upload(digest: digest, store: store)] }
  }

  /// What an earlier run began elsewhere and did not see the end of, by the keys it gave.
  public var operations: [String: JSONValue] { state.withLock { $0.facts.operations } }

  /// Something that an earlier run deleted, or was about to delete when it ended.
  public struct Deletion: Sendable {
    /// The row, as it was given to ``note(deletion:isDone:)``.
    public let row: JSONValue
    /// False where the run ended before it saw what came of it.
    public let isDone: Bool
  }

  /// What an earlier run deleted, in the order of its repositories and names.
  public var deletions: [Deletion] {
    state.withLock { $0.facts.deletions.sorted { $0.key < $1.key }.map(\.value) }
  }

  // MARK: What happens

  /// Notes that something is going to be deleted, or was.
  /// - Parameter row: an object with `repository`, `tag` and `digest`.
  public func note(deletion row: JSONValue, isDone: Bool) {
    state.withLock { $0.facts.deletions[JournalFacts.key(ofDeletion: row)] = Deletion(row: row, isDone: isDone) }
    add(JournalFacts.line(Deletion(row: row, isDone: isDone)))
  }

  /// Notes that an import is finished.
  public func note(finished source: String, _ target: String, _ digest: Digest) {
    state.withLock { $0.facts.images[JournalFacts.Route(source: source, target: target)] = digest }
    add(JournalFacts.line(JournalFacts.Route(source: source, target: target), digest))
  }

  /// Notes that something was begun which goes on without this process, such as an import by a service.
  /// - Parameter facts: what it takes to find it again.
  public func note(operation key: String, _ facts: JSONValue) {
    state.withLock { $0.facts.operations[key] = facts }
    add(["operation": .string(key), "facts": facts])
  }

  /// Notes that the end of an operation was seen.
  public func note(ended key: String) {
    guard state.withLock({ $0.facts.operations.removeValue(forKey: key) }) != nil else { return }
    add(["ended": .string(key)])
  }

  func note(blob digest: Digest, at store: StoreID) {
    guard
      state.withLock({ $0.facts.uploads.removeValue(forKey: JournalFacts.Upload(digest: digest, store: store)) }) != nil
    else { return }
    add(["blob": .string(digest.description), "at": .string(store.text)])
  }

  func note(upload location: String, of digest: Digest, at store: StoreID) {
    state.withLock { $0.facts.uploads[JournalFacts.Upload(digest: digest, store: store)] = location }
    add(["upload": .string(digest.description), "at": .string(store.text), "location": .string(location)])
  }

  func forgetUpload(of digest: Digest, at store: StoreID) {
    state.withLock { $0.facts.uploads[JournalFacts.Upload(digest: digest, store: store)] = nil }
  }

  /// Empties the file after a run that finished everything: the next one begins anew.
  public func complete() {
    state.withLock { state in
      try? state.file?.truncate(to: 0)
      state.facts = JournalFacts()
      state.isComplete = true
    }
    changed?()
  }

  /// Adds a line in one call. The page cache keeps it when the process is killed; it is not forced to the disk, since a
  /// line that is lost with the machine only costs a question later.
  private func add(_ line: JSONValue) {
    if let changed { return changed() }
    let bytes = Array((line.text + "\n").utf8)
    let reason: String? = state.withLock { state in
      guard !state.isBroken, let file = state.file else { return nil }
      let end = file.currentStatus.size
      do throws(AcrError) {
        try file.write(bytes)
        return nil
      } catch {
        // Half a line would swallow the next one.
        try? file.truncate(to: end)
        state.isBroken = true
        return error.message
      }
    }
    guard let reason else { return }
    warn("the journal cannot be kept: \(reason). The run continues, but it cannot be resumed if it is killed.")
  }
}
