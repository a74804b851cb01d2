import AcrCore
import AcrLanguage
import AcrRuntime
import Synchronization

/// Commands with the shapes of the real ones, over a registry that is only a table, so that transcripts can show what the
/// language does around commands without a network.
enum StandInRegistry {
  /// The commands of one session; `fail` counts its calls.
  static var commands: [any Command] {
    [Login(), StandInImport(), StandInMetadata(), ShowTags(), Failing(), Numbers()]
  }

  /// `acr login`
  struct Login: Command {
    let signature = Signature(
      "acr login", summary: "Signs in to one registry", group: .registry,
      flags: [
        .init("name", short: "n", .string, isRequired: true, help: "the registry"),
        .init("username", short: "u", .string, help: "the user"),
        .init("password", short: "p", .secret, help: "the password or token"),
        .init("expose-token", help: "give the token"),
      ],
      cmdlet: .init("Connect-AzContainerRegistry", parameters: [.init("Name", .flag("name"))]))

    func run(_ call: Invocation) throws -> Output {
      let user = call.string("username") ?? "nobody"
      call.run.sink.talk("signed in to \(call.string("name") ?? "") as \(user)")
      return .nothing
    }
  }

  /// `import`
  struct StandInImport: Command {
    let signature = Signature(
      "import", aliases: ["acr import"], summary: "Copies an image into a registry", group: .registry,
      positionals: [
        .init("from", isRequired: false, help: "the image, as a whole reference"),
        .init("to", isRequired: false, help: "what it becomes"),
      ],
      flags: [
        .init("name", short: "n", .string, help: "the registry to import into"),
        .init("source", .string, help: "the image to import"),
        .init("image", short: "t", .string, isRepeatable: true, help: "the image's repository:tag in the target"),
        .init("registry", short: "r", .string, help: "the source's registry"),
        .init("username", short: "u", .string, help: "the user for the source's registry"),
        .init("password", short: "p", .secret, help: "the password or token for the source's registry"),
        .init("force", help: "moves tags that point at another image"),
        .init("timeout", .duration, help: "how long to wait"),
        .init("largest", .size, help: "refuse larger images"),
      ],
      changes: true,
      cmdlet: .init(
        "Import-AzContainerRegistryImage",
        parameters: [
          .init("RegistryName", .flag("name")), .init("SourceRegistryUri", .part(of: "source", order: 0)),
          .init("SourceImage", .part(of: "source", order: 1)), .init("TargetTag", .flag("image")),
          .init("Mode", .choice(["Force": "force", "NoForce": nil])),
        ]))

    func run(_ call: Invocation) throws -> Output {
      let source = call.string("source") ?? call.string("from") ?? ""
      let target = call.string("to") ?? "\(call.string("name") ?? "")/\(call.strings("image").first ?? source)"
      if call.run.isDryRun {
        call.run.sink.talk("dry run: would import \(source) as \(target)")
        return .value(.record(Record(["dry_run": .bool(true), "source": .string(source)])))
      }
      if source.contains("missing") {
        throw ArgumentError(
          call.string("source") == nil ? "from" : "source",
          AcrError(.notFound, "there is no image `\(source)`", help: "`repository show-tags` lists the tags"))
      }
      var record = Record(["source": .string(source), "target": .string(target)])
      if call.isOn("force") {
        record = Record(["source": .string(source), "target": .string(target), "forced": .bool(true)])
      }
      return .value(.record(record))
    }
  }

  /// `list-metadata`
  struct StandInMetadata: Command {
    let signature = Signature(
      "list-metadata", aliases: ["acr manifest list-metadata"], summary: "Lists the manifests of a repository",
      group: .registry,
      positionals: [.init("repository", isRequired: false, help: "registry/repository")],
      flags: [
        .init("registry", short: "r", .string, help: "the registry"),
        .init("name", short: "n", .string, help: "the repository"),
        .init("allow-missing", help: "a repository that does not exist has no rows"),
      ],
      cmdlet: .init(
        "Get-AzContainerRegistryManifest",
        parameters: [.init("RegistryName", .flag("registry")), .init("RepositoryName", .flag("name"))]))

    private static let digests = ["a", "b", "c", "d"].map { "sha256:" + String(repeating: $0, count: 64) }

    private static func row(_ digest: Int, _ tags: [String], _ architecture: String, _ size: Int64, _ time: String)
      -> Value
    {
      .record(
        Record([
          "digest": .string(digests[digest]), "tags": .list(tags.map(Value.string)), "os": .string("linux"),
          "architecture": .string(architecture), "imageSize": .size(size),
          "lastUpdateTime": Timestamp(rfc3339: time).map(Value.datetime) ?? .null,
        ]))
    }

    private static let rows = [
      row(0, ["1.0", "stable"], "amd64", 3_400_000, "2025-12-01T08:00:00Z"),
      row(1, ["1.1"], "amd64", 3_600_000, "2026-01-10T08:00:00Z"),
      row(2, ["1.1-arm"], "arm64", 3_300_000, "2026-01-10T08:05:00Z"),
      row(3, [], "amd64", 9_900_000, "2025-10-20T08:00:00Z"),
    ]

    func run(_ call: Invocation) throws -> Output {
      let repository = call.string("repository") ?? "\(call.string("registry") ?? "")/\(call.string("name") ?? "")"
      guard repository.hasSuffix("base/alpine") else {
        if call.isOn("allow-missing") { return .value(.list([])) }
        throw AcrError(.notFound, "there is no repository `\(repository)`", help: "`--allow-missing` gives no rows")
      }
      var rows = Self.rows[...]
      return .rows(RowStream { rows.popFirst() })
    }
  }

  /// `repository show-tags`
  struct ShowTags: Command {
    let signature = Signature(
      "repository show-tags", aliases: ["acr repository show-tags"], summary: "Lists the tags of a repository",
      group: .registry,
      flags: [
        .init("name", short: "n", .string, isRequired: true, help: "the registry"),
        .init("repository", .string, isRequired: true, help: "the repository"),
      ])

    func run(_ call: Invocation) throws -> Output {
      .value(.list(["1.0", "1.1", "1.1-arm", "stable"].map(Value.string)))
    }
  }

  /// `fail`: an error of a kind, as often as wanted in one run; then the number of the call.
  struct Failing: Command {
    let signature = Signature(
      "fail", summary: "Fails like a registry", group: .registry,
      positionals: [.init("kind", help: "the kind of error")],
      flags: [
        .init("times", .int, help: "only the first calls of the session fail"),
        .init("after", .duration, help: "how long the registry asks to wait"),
      ])
    private let calls = Count()

    func run(_ call: Invocation) throws -> Output {
      let number = calls.next()
      if let times = call.int("times"), number > times { return .value(.int(number)) }
      guard let kind = ErrorKind(name: call.string("kind") ?? "") else { return .nothing }
      var error = AcrError(kind, "the registry said \(kind.name)")
      if kind == .throttled {
        error.status = 429
        error.code = "TOOMANYREQUESTS"
        error.requestID = "7f0c"
        error.target = "contoso.azurecr.io"
        error.retryAfter = call.duration("after").map { .nanoseconds($0) }
      }
      throw error
    }
  }

  /// `numbers`: 1, 2, 3 … without end, each announced, so that a transcript shows how many rows were asked for.
  struct Numbers: Command {
    let signature = Signature("numbers", summary: "Counts without end", group: .registry)

    func run(_ call: Invocation) throws -> Output {
      var number: Int64 = 0
      let run = call.run
      return .rows(
        RowStream {
          number += 1
          run.sink.talk("row \(number)")
          return .int(number)
        })
    }
  }
}

private final class Count: Sendable {
  private let value = Atomic<Int64>(0)

  func next() -> Int64 { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
