import AcrCommands
import AcrCore
import AcrSystem
import ImportCore
import Synchronization

/// Progress for programs: one JSON line per event on standard error, and one about all at the end of several.
final class JSONProgress: ImportProgress {
  private let stream: StandardStream
  private let total = Mutex(ProgressTotal())

  init(stream: StandardStream) { self.stream = stream }

  func expect(_ count: Int) {
    total.withLock { $0.expect(count) }
    write("expected", [.init("imports", .integer(Int64(count)))])
  }

  func pass(_ result: ImportResult?) {
    total.withLock { total in
      total.begin()
      total.end(result)
    }
  }

  func start(_ name: String) -> any ImportProgressLine {
    total.withLock { $0.begin() }
    let line = Line(name: name, progress: self)
    line.write("started", [])
    return line
  }

  /// A message of the program, as an event.
  func note(_ text: String) { write("note", [.init("text", .string(text))]) }

  /// What the imports since the last call came to, when they were more than one.
  func summarize() {
    let members = total.withLock { total in
      defer { total = ProgressTotal() }
      return total.summary == nil ? nil : total.members
    }
    if let members { write("summary", members) }
  }

  private func write(_ event: String, _ members: [JSONValue.Member]) {
    let head: [JSONValue.Member] = [
      .init("time", .string(Timestamp.now().description)), .init("event", .string(event)),
    ]
    stream.tell(data: JSONValue.object(head + members).text + "\n")
  }

  private struct Line: ImportProgressLine {
    let name: String
    let progress: JSONProgress

    func report(_ event: ImportEvent) {
      switch event {
      case .planned(let manifests, let blobs, let bytes):
        write(
          "planned",
          [
            .init("manifests", .integer(Int64(manifests))), .init("blobs", .integer(Int64(blobs))),
            .init("bytes", .integer(bytes.bytes)),
          ])
      case .transferred: return
      case .restarted(let digest, _): write("restarted", [.init("digest", .string(digest.description))])
      case .blob(let digest, let size, let outcome):
        let members: [JSONValue.Member] = [
          .init("digest", .string(digest.description)), .init("size", .integer(size.bytes)),
          .init("outcome", outcome == .copied ? "copied" : "present"),
        ]
        write("blob", members)
      case .manifest(let digest): write("manifest", [.init("digest", .string(digest.description))])
      case .note(let text): write("note", [.init("text", .string(text))])
      case .tagged(let target): write("tagged", [.init("target", .string(target))])
      }
    }

    func finish(_ result: ImportResult?) {
      progress.total.withLock { $0.end(result) }
      write(result == nil ? "failed" : result?.isUnchanged == true ? "unchanged" : "imported", [])
    }

    func write(_ event: String, _ members: [JSONValue.Member]) {
      progress.write(event, [.init("import", .string(name))] + members)
    }
  }
}
