import AcrCore
import AcrLanguage
import AcrRuntime
import ImportCore
import OCIRegistry

/// `diff`: two images, or two repositories, side by side.
struct DiffCommand: Command {
  let session: CommandContext

  struct Parameters: ParameterSet {
    let left = Positional<String>(
      "left", help: "registry/repository, with :tag or @digest for an image", completer: .reference)
    let right = Positional<String>("right", help: "what to compare it with", completer: .reference)
    let changed = Switch("changed", help: "only differences")
    let files = Switch("files", help: "compares the files of two images; rows are differences")
    let config = Switch(
      "config", help: "compares their settings: environment, labels, entry point; rows are differences")
    let packages = Switch("packages", help: "compares the packages of their SBOMs; rows are differences")
    let platform = Flag<String?>(
      "platform", help: "which image of an index, for --files, --config and --packages, as os/architecture[/variant]")
  }

  let signature = Signature(
    "diff",
    summary: "Compares two images, or the tags of two repositories",
    description: """
      With a tag or digest on either side, compares two images: manifests, configurations and layers of each \
      platform. A side without one means `latest`. With no tag or digest at all, compares two repositories: the \
      digests of their tags. `status` is `same`, `differs`, `left only` or `right only`.

      --files reads the layers of both images and compares what containers see: type, contents, mode, owner and link \
      of each path, not times. --config compares settings, and --packages what their SBOMs list.
      """,
    group: .registry,
    examples: [
      .init("Two images", "diff localhost:5000/base/alpine:3.19 localhost:5000/base/alpine:3.20"),
      .init("What another registry lacks", "diff localhost:5000/base/alpine localhost:5001/base/alpine --changed"),
      .init("Changed files", "diff localhost:5000/base/alpine:3.19 localhost:5000/base/alpine:3.20 --files"),
    ], columns: OutputColumns(RepositoryDiff.columns.prefix(1) + ContentDiff.columns + ImageDiff.columns))

  func run(_ call: Call<Parameters>) throws -> Output {
    let left = try artifact(call[\.left], call.parameters.left)
    let right = try artifact(call[\.right], call.parameters.right)
    if let subject = try subject(call) {
      let platform = try call[\.platform].map { text in
        try locate(call.parameters.platform) { try PlatformChoice.platform(text) }
      }
      let session = session
      let images = try Blocking.wait(call.run) { () async throws -> ContentDiff in
        async let mine = ImageArgument.read(left, platform)
        async let other = ImageArgument.read(right, platform)
        return ContentDiff(left: try await mine, right: try await other, session: session)
      }
      return try images.output(subject, call.run)
    }
    let isImages = [left, right].contains { $0.tag != nil || $0.digest != nil }
    let limit = session.limit
    let (rows, notes) = try Blocking.wait(call.run) {
      isImages
        ? try await ImageDiff(limit: limit).rows(left, right) : try await RepositoryDiff(limit: limit).rows(left, right)
    }
    for note in notes { call.run.sink.message(note) }
    let isShort = call[\.changed]
    let shown = rows.filter { row in
      guard isShort, case .string(let status)? = row["status"] else { return true }
      return status != DiffStatus.same.rawValue
    }
    return .value(.list(shown.map(Value.record)))
  }

  /// What of the images is compared; nil for their manifests.
  private func subject(_ call: Call<Parameters>) throws -> ContentDiff.Subject? {
    let wanted: [(ContentDiff.Subject, Bool)] = [
      (.files, call[\.files]), (.config, call[\.config]), (.packages, call[\.packages]),
    ]
    let chosen = wanted.filter(\.1).map(\.0)
    guard chosen.count <= 1 else {
      throw AcrError(.usage, "`--files`, `--config` and `--packages` exclude each other", help: "give one of them")
    }
    if chosen.isEmpty, call[\.platform] != nil {
      throw ArgumentError(
        call.parameters.platform,
        AcrError(
          .usage, "`--platform` belongs to `--files`, `--config` or `--packages`",
          help: "without them, all platforms are compared"))
    }
    return chosen.first
  }

  private func artifact(_ text: String, _ parameter: any DeclaredParameter) throws -> NamedArtifact {
    try locate(parameter) { try session.store(ArtifactArgument(text), .pull) }
  }
}

/// How the two sides of a row relate.
enum DiffStatus: String {
  case same, differs
  case leftOnly = "left only"
  case rightOnly = "right only"

  /// The status of two values, of which one may be missing.
  init<Value: Equatable>(_ left: Value?, _ right: Value?) {
    self = right == nil ? .leftOnly : left == nil ? .rightOnly : left == right ? .same : .differs
  }
}

/// Compares the tags of two repositories.
private struct RepositoryDiff: Sendable {
  let limit: TransferLimit

  static let columns =
    [Column("tag", help: "the tag").only("for repositories")]
    + ImageDiff.columns.filter { ["left", "right", "status"].contains($0.name) }
  private static let shape = Shape(columns)

  func rows(_ left: NamedArtifact, _ right: NamedArtifact) async throws -> (rows: [Record], notes: [String]) {
    async let leftTags = tags(of: left)
    async let rightTags = tags(of: right)
    let (ours, theirs) = (try await leftTags, try await rightTags)
    let names = ours.order + theirs.order.filter { ours.digests[$0] == nil }
    var counts: [DiffStatus: Int] = [:]
    let rows = names.map { name in
      let (mine, other) = (ours.digests[name], theirs.digests[name])
      let status = DiffStatus(mine, other)
      counts[status, default: 0] += 1
      return Record(
        shape: RepositoryDiff.shape,
        values: [
          .string(name), mine.map { .string($0.description) } ?? .null, other.map { .string($0.description) } ?? .null,
          .string(status.rawValue),
        ])
    }
    let parts = [DiffStatus.same, .differs, .leftOnly, .rightOnly].compactMap { status in
      counts[status].map { "\($0) \(status.rawValue)" }
    }
    let text = names.isEmpty ? "no tags on either side" : "\(names.count) tags: \(parts.joined(separator: ", "))"
    return (rows, [text])
  }

  private func tags(of artifact: NamedArtifact) async throws -> (order: [String], digests: [String: Digest]) {
    let manifests = try await MetadataReader(store: artifact.store, limit: limit).taggedManifests()
    var digests: [String: Digest] = [:]
    for manifest in manifests { for tag in manifest.tags { digests[tag] = manifest.digest } }
    return (digests.keys.sorted { VersionOrder.precedes($0, $1) }, digests)
  }
}
