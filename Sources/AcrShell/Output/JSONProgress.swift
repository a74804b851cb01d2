import AcrCommands
import AcrCore
import AcrSystem
import ImportCore

/// Progress for programs: one JSON line per event on standard error.
final class JSONProgress: ImportProgress {
  private let stream: StandardStream

  init(stream: StandardStream) { self.stream = stream }

  func start(_ name: String) -> any ImportProgressLine {
    let line = Line(name: name, stream: stream)
    line.write("started", [])
    return line
  }

  private struct Line: ImportProgressLine {
    let name: String
    let stream: StandardStream

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
      write(result == nil ? "failed" : result?.isUnchanged == true ? "unchanged" : "imported", [])
    }

    func write(_ event: String, _ members: [JSONValue.Member]) {
      let head: [JSONValue.Member] = [
        .init("time", .string(Timestamp.now().description)), .init("event", .string(event)),
        .init("import", .string(name)),
      ]
      stream.tell("\(JSONValue.object(head + members).text)\n")
    }
  }
}
