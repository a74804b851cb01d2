import AcrCore
import AcrLanguage
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

/// `files`: the files of an image.
struct FilesCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let reference = Positional<String>("reference", help: "registry/repository:tag, or @digest", completer: .reference)
    let path = Positional<String?>("path", help: "a folder or file; without it, everything")
    let platform = ImageArgument.PlatformArgument()
    let byLayer = Switch("by-layer", help: "what each layer adds, changes and removes, in the order of its archive")
    let layer = Flag<Int64?>("layer", help: "only what this layer does, from 1")
  }

  let signature = Signature(
    "files",
    summary: "Lists the files of an image, as a container sees them or layer by layer",
    description: """
      Layers are read and looked through as they come; nothing is unpacked, and nothing is written. Of layers with a \
      table of contents (eStargz, zstd:chunked) only that is read. `layer` is the one that a file is from. `status` says \
      what that layer did: `added`, or `changed` where a layer below had the path. Whiteouts hide paths; with \
      --by-layer they are rows with the status `removed`, and `size` is what they hide.
      """,
    group: .registry,
    examples: [
      .init("A folder", "files localhost:5000/base/alpine:3.20 /etc"),
      .init("The largest files", "files localhost:5000/base/alpine:3.20 | sort-by size --desc | first 5"),
      .init("What a layer removes", "files localhost:5000/base/alpine:3.20 --layer 2 | where .status == \"removed\""),
    ], columns: OutputColumns(columns))

  private static let columns = [
    Column("path", help: "without `/` in front").key,
    Column("type", help: "file, folder, link, hard link, character device, block device or pipe"),
    Column("size", .size, help: "of a file; of what is removed, the bytes that are hidden").key,
    Column("mode", help: "permission bits in octal digits"),
    Column("owner", help: "user and group in numbers").detail,
    Column("link", null: "where it is no link", help: "where a link leads"),
    Column("layer", .int, help: "from 1, the base").detail,
    Column("modified", .datetime, help: "when it was changed, as the archive says"),
    Column("status", help: "added, changed or removed"),
  ]
  private static let shape = Shape(columns)

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try locate(call.parameters.reference) {
      try session.store(ArtifactArgument(call[\.reference]), .pull)
    }
    let platform = try ImageArgument.platform(call[\.platform])
    let context = session
    let files = try Blocking.wait(call.run) { try await ImageArgument.read(artifact, platform).files(context) }
    let path = call[\.path] ?? ""
    if call[\.byLayer] || call[\.layer] != nil { return try byLayer(files, path, call) }
    let (tree, notes) = try Blocking.wait(call.run) { () async throws -> (FileTree, LayerNotes) in
      var tree = FileTree()
      var notes = LayerNotes()
      try await files.eachListing { index, listing in
        tree.apply(listing)
        notes.add(index, listing)
      }
      return (tree, notes)
    }
    notes.tell(call.run)
    guard var walk = tree.files(below: path) else {
      throw ArgumentError(
        call.parameters.path,
        AcrError(.notFound, "`\(path)` is not in \(files.name)", help: "`files` without a path lists everything"))
    }
    return .rows(RowStream { walk.next().map(Self.row) })
  }

  /// What each layer does; layers above the wanted one are not read.
  private func byLayer(_ files: ImageFiles, _ path: String, _ call: Call<Parameters>) throws -> Output {
    let only = try call[\.layer].map { number in
      guard (1...max(1, Int64(files.layers.count))).contains(number) else {
        throw ArgumentError(
          call.parameters.layer,
          AcrError(.usage, "\(files.name) has the layers 1 to \(files.layers.count), and not \(number)"))
      }
      return Int(number) - 1
    }
    var tree = FileTree()
    var next = 0
    var rows: [ImageFile] = []
    let run = call.run
    let folder = path.split(separator: "/").joined(separator: "/")
    return .rows(
      RowStream {
        while rows.isEmpty {
          guard next < files.layers.count, next <= only ?? .max else { return nil }
          let index = next
          let listing = try Blocking.wait(run) { try await files.listing(index) }
          next += 1
          var notes = LayerNotes()
          notes.add(index, listing)
          notes.tell(run)
          let changes = tree.changes(applying: listing)
          guard only == nil || only == index else { continue }
          rows = changes.filter { folder.isEmpty || $0.path == folder || $0.path.hasPrefix("\(folder)/") }.reversed()
        }
        return rows.popLast().map(Self.row)
      })
  }

  private static func row(_ file: ImageFile) -> Value {
    .record(
      Record(
        shape: shape,
        values: [
          .string(file.path), .string(file.kind.rawValue), .size(file.size), .string(file.octalMode),
          .string(file.owner), file.target.map(Value.string) ?? .null, .int(Int64(file.layer)),
          .datetime(file.modified), .string(file.status.rawValue),
        ]))
  }
}
