import AcrCore
import Glibc
import OCIRegistry
import Synchronization

/// A file that says what a run has finished, so that a second run after a crash leaves that out and goes on with the
/// uploads that were open. Each fact is a line of JSON that is added when it is true; a line that was cut off by the end
/// of the process counts for nothing.
///
/// The addresses of open uploads can hold a signature, so only the file's owner may read it.
public final class ImportJournal: Sendable {
  private struct State {
    var file: Int32
    /// Digest and media type by source and target.
    var images: [String: Digest] = [:]
    var blobs: [String: Set<Digest>] = [:]
    var uploads: [String: String] = [:]
  }

  /// The file.
  public let path: String
  private let state: Mutex<State>

  /// Opens a journal and reads what an earlier run left; creates it where there is none.
  /// - Throws: ``AcrError``: `usage` when the file cannot be opened or is something else.
  public init(path: String) throws(AcrError) {
    self.path = path
    let file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      let reason = String(cString: strerror(errno))
      throw AcrError(.usage, "the journal `\(path)` cannot be opened: \(reason)", help: "name another file")
    }
    var state = State(file: file)
    do throws(AcrError) {
      try ImportJournal.read(file, path, into: &state)
    } catch {
      close(file)
      throw error
    }
    self.state = Mutex(state)
  }

  deinit { state.withLock { _ = close($0.file) } }

  // MARK: What is known

  /// The digest under which an earlier run finished an import; nil when it did not.
  public func finished(_ source: String, _ target: String) -> Digest? {
    state.withLock { $0.images[ImportJournal.key(source, target)] }
  }

  /// The blobs that an earlier run brought, by the name of their store.
  var blobs: [String: Set<Digest>] { state.withLock { $0.blobs } }

  /// Where an upload was open that an earlier run did not end.
  func openUpload(of digest: Digest, at store: String) -> String? {
    state.withLock { $0.uploads[ImportJournal.key(digest.description, store)] }
  }

  // MARK: What happens

  /// Notes that an import is finished.
  public func note(finished source: String, _ target: String, _ digest: Digest) {
    state.withLock { state in
      state.images[ImportJournal.key(source, target)] = digest
      add(["done": .string(target), "source": .string(source), "digest": .string(digest.description)], state.file)
    }
  }

  func note(blob digest: Digest, at store: String) {
    state.withLock { state in
      state.uploads[ImportJournal.key(digest.description, store)] = nil
      if state.blobs[store, default: []].insert(digest).inserted {
        add(["blob": .string(digest.description), "at": .string(store)], state.file)
      }
    }
  }

  func note(upload location: String, of digest: Digest, at store: String) {
    state.withLock { state in
      state.uploads[ImportJournal.key(digest.description, store)] = location
      add(
        ["upload": .string(digest.description), "at": .string(store), "location": .string(location)], state.file)
    }
  }

  func forgetUpload(of digest: Digest, at store: String) {
    state.withLock { $0.uploads[ImportJournal.key(digest.description, store)] = nil }
  }

  /// Empties the file after a run that finished everything: the next one begins anew, and looks at what is there.
  public func complete() {
    state.withLock { state in
      _ = ftruncate(state.file, 0)
      state.images = [:]
      state.blobs = [:]
      state.uploads = [:]
    }
  }

  // MARK: The file

  /// Adds a line in one call. The page cache keeps it when the process is killed; it is not forced to the disk, since a
  /// line that is lost with the machine only costs a question later.
  private func add(_ line: JSONValue, _ file: Int32) {
    let bytes = Array((line.text + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  }

  private static func key(_ first: String, _ second: String) -> String { "\(first) \(second)" }

  private static func read(_ file: Int32, _ path: String, into state: inout State) throws(AcrError) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    var isFirst = true
    for line in bytes.split(separator: 0x0A) {
      guard let json = try? JSONValue(parsing: Array(line)), json.members != nil else {
        if isFirst {
          throw AcrError(.usage, "`\(path)` is not a journal of acrsh", help: "name a file of its own for it")
        }
        continue
      }
      isFirst = false
      take(json, into: &state)
    }
    // A line without an end would swallow the next one.
    if let last = bytes.last, last != 0x0A { _ = write(file, "\n", 1) }
  }

  private static func take(_ json: JSONValue, into state: inout State) {
    if let target = json["done"]?.string, let source = json["source"]?.string,
      let digest = json["digest"]?.string.flatMap({ try? Digest($0) })
    {
      state.images[key(source, target)] = digest
    } else if let digest = json["blob"]?.string.flatMap({ try? Digest($0) }), let store = json["at"]?.string {
      state.blobs[store, default: []].insert(digest)
      state.uploads[key(digest.description, store)] = nil
    } else if let digest = json["upload"]?.string, let store = json["at"]?.string,
      let location = json["location"]?.string
    {
      state.uploads[key(digest, store)] = location
    }
  }
}
