import AcrCore
import AcrLanguage
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

/// `file show`: the contents of one file of an image.
struct FileShowCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let reference = Positional<String>("reference", help: "registry/repository:tag, or @digest", completer: .reference)
    let path = Positional<String>("path", help: "the file, as a container sees it; links are followed")
    let platform = ImageArgument.PlatformArgument()
  }

  let signature = Signature(
    "file show",
    summary: "Gives the contents of a file of an image",
    description: """
      Gives the bytes as they are: to a file with `| save FILE`, to a pipe, or as text to the next command. Layers are \
      read from the top down to the one that has the file. The last bytes come when that layer's digest was right.
      """,
    group: .registry,
    examples: [
      .init("What a distribution calls itself", "file show localhost:5000/base/alpine:3.20 /etc/os-release"),
      .init("A program in a file", "file show localhost:5000/base/alpine:3.20 /bin/busybox | save busybox"),
    ])

  func run(_ call: Call<Parameters>) throws -> Output {
    let artifact = try locate(call.parameters.reference) {
      try session.store(ArtifactArgument(call[\.reference]), .pull)
    }
    let platform = try ImageArgument.platform(call[\.platform])
    let context = session
    let path = call[\.path]
    let files = try Blocking.wait(call.run) { try await ImageArgument.read(artifact, platform).files(context) }
    let found = try locate(call.parameters.path) {
      let found = try Blocking.wait(call.run) { try await files.locate(path) }
      guard found.kind == .file else {
        throw AcrError(
          .invalid, "`\(path)` of \(files.name) is a \(found.kind.rawValue), and has no contents",
          help: found.kind == .folder ? "`files REFERENCE \(path)` lists it" : nil)
      }
      return found
    }
    let contents = files.contents(of: found)
    let run = call.run
    return .bytes(ByteStream { try Blocking.wait(run) { try await contents.next() } })
  }
}
