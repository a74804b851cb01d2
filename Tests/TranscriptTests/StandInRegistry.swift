import AcrCore
import AcrLanguage
import AcrRuntime
import CommandCatalog
import Synchronization

@testable import AcrCommands

/// Commands with the signatures of the real ones, over a registry that is only a table, so that transcripts can show what
/// the language does around commands without a network; and two that fail and count.
enum StandInRegistry {
  /// The commands of one session; `fail` counts its calls.
  static var commands: [any Command] {
    [login, importCommand, listMetadata, showTags, untag, Failing(), Numbers(), From.withYAML]
  }

  private static let session = CommandCatalog.session()

  /// `acr login`
  private static let login = StandIn(for: RegistryLoginCommand(session: session)) { call in
    call.run.sink.message("signed in to \(call[\.name] ?? "") as \(call[\.username] ?? "nobody")")
    return .nothing
  }

  /// `import`
  private static let importCommand = StandIn(for: ImportCommand(session: session)) { whole in
    let call = whole[\.request]
    let source = call[\.source] ?? call[\.from] ?? ""
    let target = call[\.to] ?? "\(call[\.name] ?? "")/\(call[\.image].first ?? source)"
    if call.run.isDryRun {
      call.run.sink.message("dry run: would import \(source) as \(target)")
      return .value(.record(Record(["dry_run": .bool(true), "source": .string(source)])))
    }
    if source.contains("missing") {
      throw ArgumentError(
        call[\.source] == nil ? call.parameters.from : call.parameters.source as any DeclaredParameter,
        AcrError(.notFound, "there is no image `\(source)`", help: "`repository show-tags` lists the tags"))
    }
    var record = Record(["source": .string(source), "target": .string(target)])
    if call[\.force] {
      record = Record(["source": .string(source), "target": .string(target), "forced": .bool(true)])
    }
    return .value(.record(record))
  }

  /// `list-metadata`
  private static let listMetadata = StandIn(for: ListMetadataCommand(session: session)) { call in
    let repository = call[\.repository] ?? "\(call[\.registry] ?? "")/\(call[\.name] ?? "")"
    guard repository.hasSuffix("base/alpine") else {
      if call[\.allowMissing] { return .value(.list([])) }
      throw AcrError(.notFound, "there is no repository `\(repository)`", help: "`--allow-missing` gives no rows")
    }
    var rows = Manifests.rows[...]
    return .rows(RowStream { rows.popFirst() })
  }

  /// `repository show-tags`
  private static let showTags = StandIn(for: ShowTagsCommand(session: session)) { _ in
    .value(.list(["1.0", "1.1", "1.1-arm", "stable"].map(Value.string)))
  }

  /// `repository untag`, the one with a flag that has to be given.
  private static let untag = StandIn(for: RepositoryUntagCommand(session: session)) { _ in .nothing }

  /// The table behind `list-metadata`.
  private enum Manifests {
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

    static let rows = [
      row(0, ["1.0", "stable"], "amd64", 3_400_000, "2025-12-01T08:00:00Z"),
      row(1, ["1.1"], "amd64", 3_600_000, "2026-01-10T08:00:00Z"),
      row(2, ["1.1-arm"], "arm64", 3_300_000, "2026-01-10T08:05:00Z"),
      row(3, [], "amd64", 9_900_000, "2025-10-20T08:00:00Z"),
    ]
  }

  /// `fail`: an error of a kind, as often as wanted in one run; then the number of the call.
  struct Failing: Command {
    struct Parameters: ParameterSet {
      let kind = Positional<String>("kind", help: "the kind of error")
      let times = Flag<Int64?>("times", help: "only the first calls of the session fail")
      let after = Flag<Duration?>("after", help: "how long the registry asks to wait")
      let largest = Flag<WireSize?>("largest", help: "the largest size that the registry takes")
    }

    let signature = Signature("fail", summary: "Fails like a registry", group: .registry)
    private let calls = Count()

    func run(_ call: Call<Parameters>) throws -> Output {
      let number = calls.next()
      if let times = call[\.times], number > times { return .value(.int(number)) }
      guard let kind = ErrorKind(name: call[\.kind]) else { return .nothing }
      var error = AcrError(kind, "the registry said \(kind.name)")
      if kind == .throttled {
        error.status = 429
        error.code = "TOOMANYREQUESTS"
        error.requestID = "7f0c"
        error.target = "contoso.azurecr.io"
        error.retryAfter = call[\.after]
      }
      throw error
    }
  }

  /// `numbers`: 1, 2, 3 … without end, each announced, so that a transcript shows how many rows were asked for.
  struct Numbers: Command {
    let signature = Signature("numbers", summary: "Counts without end", group: .registry)

    func run(_ call: Call<NoParameters>) throws -> Output {
      var number: Int64 = 0
      let run = call.run
      return .rows(
        RowStream {
          number += 1
          run.sink.message("row \(number)")
          return .int(number)
        })
    }
  }
}

/// A command with the name, the parameters and the columns of a real one, which does something else.
struct StandIn<Real: Command>: Command {
  typealias Parameters = Real.Parameters
  let signature: Signature
  private let body: @Sendable (Call<Real.Parameters>) throws -> Output

  init(for command: Real, _ body: @escaping @Sendable (Call<Real.Parameters>) throws -> Output) {
    signature = command.signature
    self.body = body
  }

  func run(_ call: Call<Real.Parameters>) throws -> Output { try body(call) }
}

private final class Count: Sendable {
  private let value = Atomic<Int64>(0)

  func next() -> Int64 { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
