import AcrCore
import AcrLanguage
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

/// Compares what is in two images: files, configurations, packages. Only differences are rows.
struct ContentDiff: Sendable {
  /// What is compared.
  enum Subject: String, Sendable, CaseIterable {
    case files, config, packages
  }

  static let columns = [
    Column("path", help: "the file").only("with --files"),
    Column("name", help: "a setting, or a package").only("with --config and --packages"),
    Column("type", null: "where the SBOM does not say", help: "the kind of package").only("with --packages"),
    Column("what", null: "where one side lacks it", help: "what differs: type, content, mode, owner, link").only(
      "with --files"),
  ]
  private static let fileShape = Shape(["path", "what", "leftSize", "rightSize", "status"])
  private static let settingShape = Shape(["name", "left", "right", "status"])
  private static let packageShape = Shape(["name", "type", "left", "right", "status"])

  let left: ImageArgument.Chosen
  let right: ImageArgument.Chosen
  let session: CommandContext

  /// The rows, and what else is to be said.
  func output(_ subject: Subject, _ run: RunContext) throws -> Output {
    switch subject {
    case .files: return try files(run)
    case .config: return try config(run)
    case .packages: return try packages(run)
    }
  }

  private func files(_ run: RunContext) throws -> Output {
    let (left, right) = (left.files(session), right.files(session))
    let (mine, other) = try Blocking.wait(run) { () async throws -> (FileTree, FileTree) in
      let mine = try await left.tree(isHashed: true)
      return (mine, try await right.tree(isHashed: true))
    }
    var comparison = TreeComparison(mine, other)
    return .rows(
      RowStream {
        comparison.next().map { difference in
          func size(_ file: ImageFile?) -> Value { file.map { .size($0.size) } ?? .null }
          let aspects = difference.aspects.map(\.rawValue).joined(separator: ", ")
          let status: DiffStatus =
            difference.right == nil ? .leftOnly : difference.left == nil ? .rightOnly : .differs
          return .record(
            Record(
              shape: Self.fileShape,
              values: [
                .string(difference.path), aspects.isEmpty ? .null : .string(aspects), size(difference.left),
                size(difference.right), .string(status.rawValue),
              ]))
        }
      })
  }

  private func config(_ run: RunContext) throws -> Output {
    let (left, right) = (left, right)
    let (mine, other) = try Blocking.wait(run) { () async throws -> ([String: String], [String: String]) in
      func settings(_ image: ImageArgument.Chosen) async throws -> [String: String] {
        guard let config = image.model.config else {
          throw AcrError(.notFound, "this manifest of \(image.store.displayName) has no configuration")
        }
        return ImageSettings.all(in: try await ImageConfiguration.read(config, from: image.store))
      }
      let mine = try await settings(left)
      return (mine, try await settings(right))
    }
    let rows = Set(mine.keys).union(other.keys).sorted().compactMap { name -> Value? in
      let status = DiffStatus(mine[name], other[name])
      guard status != .same else { return nil }
      return .record(
        Record(
          shape: Self.settingShape,
          values: [
            .string(name), mine[name].map(Value.string) ?? .null, other[name].map(Value.string) ?? .null,
            .string(status.rawValue),
          ]))
    }
    return .value(.list(rows))
  }

  private func packages(_ run: RunContext) throws -> Output {
    let (left, right, session) = (left, right, session)
    let (mine, other) = try Blocking.wait(run) { () async throws -> (AttachedSBOM, AttachedSBOM) in
      let mine = try await Self.sbom(of: left, beside: right, session)
      return (mine, try await Self.sbom(of: right, beside: left, session))
    }
    for (side, sbom) in [("left", mine), ("right", other)] { run.sink.message("\(side): \(sbom.note)") }
    return .value(.list(Self.packageRows(mine.list.packages, other.list.packages)))
  }

  /// The SBOM of one side.
  /// - Throws: ``AcrError``: where only this side has none, it says so.
  private static func sbom(
    of image: ImageArgument.Chosen, beside other: ImageArgument.Chosen, _ session: CommandContext
  ) async throws -> AttachedSBOM {
    do {
      return try await StatementReader(image, session).sbom()
    } catch var error as AcrError where error.kind == .notFound {
      error.message += ", so its packages cannot be compared with those of `\(other.name)`"
      error.help = "`referrers` lists what is about an image; `diff A B --files` compares the files instead"
      throw error
    }
  }

  private struct Key: Hashable {
    let type: String?
    let name: String
  }

  /// Packages are the same by kind and name; of several versions those that both have do not count.
  private static func packageRows(_ left: [ListedPackage], _ right: [ListedPackage]) -> [Value] {
    let mine = Dictionary(grouping: left) { Key(type: $0.type, name: $0.name) }
    let other = Dictionary(grouping: right) { Key(type: $0.type, name: $0.name) }
    let keys = Set(mine.keys).union(other.keys).sorted { ($0.name, $0.type ?? "") < ($1.name, $1.type ?? "") }
    return keys.compactMap { key in
      func versions(_ packages: [ListedPackage]?) -> String? {
        packages.map { Set($0.map { $0.version ?? "?" }).sorted().joined(separator: ", ") }
      }
      let (a, b) = (versions(mine[key]), versions(other[key]))
      let status = DiffStatus(a, b)
      guard status != .same else { return nil }
      return .record(
        Record(
          shape: packageShape,
          values: [
            .string(key.name), key.type.map(Value.string) ?? .null, a.map(Value.string) ?? .null,
            b.map(Value.string) ?? .null, .string(status.rawValue),
          ]))
    }
  }
}

/// The settings of an image's configuration as names and texts, for comparisons (image-spec, config.md).
enum ImageSettings {
  static func all(in config: JSONValue) -> [String: String] {
    var found: [String: String] = [:]
    for name in ["os", "architecture", "variant", "os.version", "author", "created"] {
      if let text = config[name]?.string { found[name] = text }
    }
    guard let inner = config["config"] else { return found }
    for name in ["User", "WorkingDir", "StopSignal", "ArgsEscaped"] {
      if let value = inner[name], value.string != "" { found[name] = value.string ?? value.text }
    }
    for name in ["Entrypoint", "Cmd", "Shell", "OnBuild", "Healthcheck"] {
      if let value = inner[name], !value.isNull { found[name] = value.text }
    }
    for variable in (inner["Env"]?.array ?? []).compactMap(\.string) {
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      found["Env.\(parts[0])"] = parts.count == 2 ? String(parts[1]) : ""
    }
    for label in inner["Labels"]?.members ?? [] {
      found["Labels.\(label.name)"] = label.value.string ?? label.value.text
    }
    for name in ["ExposedPorts", "Volumes"] {
      for member in inner[name]?.members ?? [] { found["\(name).\(member.name)"] = "" }
    }
    return found
  }
}
