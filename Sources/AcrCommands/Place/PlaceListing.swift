import AcrCore
import AcrText
import AcrLanguage
import AcrRuntime
import ImageContents
import ImportCore
import OCIRegistry

/// What is at a place, as the rows of `ls`.
struct PlaceListing {
  static let columns = [
    Column("name", help: "what `cd` takes").key,
    Column("kind", help: "registry, folder, repository, tag, platform, layer, or the kind of a file"),
    Column("size", .size, null: "for registries, repositories and tags", help: "the bytes of a layer or file"),
    Column(
      "digest", null: "for registries, repositories, tags and files", help: "of a platform's manifest, or a layer"),
  ]
  private static let shape = Shape(columns)

  private let place: Place
  private let session: CommandContext

  init(_ place: Place, _ session: CommandContext) {
    self.place = place
    self.session = session
  }

  /// The registries of the account, and those that this session knows.
  static func registries(_ session: CommandContext) async -> [Value] {
    await RegistryLookup(session: session).registries().map { row($0.host, "registry") }
  }

  /// Makes sure that the place is there, as far as the registry tells: many give no list of their repositories.
  /// - Throws: ``AcrError`` of kind `not-found` with what is near, and what the registry throws.
  func check() async throws {
    if place.image != nil {
      let image = try await read()
      if let layer = place.layer { try check(layer, image) }
      return
    }
    guard !place.path.isEmpty else {
      // The first page tells whether it answers.
      _ = try await ifListed { try await session.registries.client(place.host).catalog().next() }
      return
    }
    if try await hasTags() { return }
    guard let names = try await ifListed(repositories) else { return }
    let prefix = place.path.joined(separator: "/")
    guard !names.contains(where: { $0.hasPrefix("\(prefix)/") || $0 == prefix }) else { return }
    throw AcrError(
      .notFound, "\(place.host) has no repository `\(prefix)`, and none below it",
      help: Suggestion.nearest(to: prefix, in: names).map { "did you mean `\($0)`?" }
        ?? "`ls \(place.host)` lists its repositories")
  }

  /// The rows.
  func rows() async throws -> [Value] {
    if place.image != nil { return try await imageRows() }
    var rows: [Value] = []
    // At a repository the tags are enough, where the registry gives no list.
    let listed = place.path.isEmpty ? try await repositories() : try await ifListed(repositories)
    let names = listed ?? []
    let prefix = place.path.isEmpty ? "" : place.path.joined(separator: "/") + "/"
    var seen: Set<Substring> = []
    let known = Set(names)
    for name in names where name.hasPrefix(prefix) && name.count > prefix.count {
      let part = name.dropFirst(prefix.count).prefix { $0 != "/" }
      guard seen.insert(part).inserted else { continue }
      rows.append(Self.row(String(part), known.contains(prefix + part) ? "repository" : "folder"))
    }
    let isThere = place.path.isEmpty || !rows.isEmpty
    guard !place.path.isEmpty else { return rows }
    do {
      rows += try await tags().map { Self.row(":\($0)", "tag") }
    } catch let error as AcrError where error.kind == .notFound && isThere {
      // A folder, and no repository itself.
    }
    return rows
  }

  // MARK: - Registries

  /// What a list gives; nil where the registry answers and gives none, as Docker Hub and GHCR do.
  private func ifListed<Result>(_ list: () async throws -> Result) async throws -> Result? {
    do {
      return try await list()
    } catch let error as AcrError where [.auth, .denied, .notFound, .invalid].contains(error.kind) {
      return nil
    }
  }

  /// All repositories, in the order of their names: what is missing in a part of the list could be in the rest.
  private func repositories() async throws -> [String] {
    var names: [String] = []
    let pages = session.registries.client(place.host).catalog()
    while let page = try await pages.next() { names += page.map(\.name) }
    return names.sorted()
  }

  private func tags() async throws -> [String] {
    guard let store = try store() else { return [] }
    var names: [String] = []
    let pages = store.tagPages()
    while let page = try await pages.next() { names += page.map(\.name) }
    return names.sorted(by: VersionOrder.precedes)
  }

  private func hasTags() async throws -> Bool {
    guard let store = try store() else { return false }
    do {
      return try await store.tagPages().next()?.isEmpty == false
    } catch let error as AcrError where error.kind == .notFound {
      return false
    }
  }

  private func store() throws -> (any ArtifactTarget)? {
    guard place.repository != nil else { return nil }
    return try session.store(ArtifactArgument(place.folder.reference), .pull).store
  }

  // MARK: - Images

  private func read() async throws -> ImageArgument.Chosen {
    try await ImageArgument.read(session.store(ArtifactArgument(place.reference), .pull), place.platform)
  }

  private func check(_ layer: Int, _ image: ImageArgument.Chosen) throws(AcrError) {
    guard layer <= image.model.layers.count else {
      throw AcrError(
        .notFound, "\(image.name) has \(image.model.layers.count) layers, and no layer \(layer)",
        help: "`ls` lists them")
    }
  }

  private func imageRows() async throws -> [Value] {
    if place.platform == nil, place.layer == nil {
      let artifact = try session.store(ArtifactArgument(place.reference), .pull)
      let root = try await artifact.store.manifest(artifact.selector)
      let model = try ImageManifest(root, name: artifact.store.displayName)
      if model.kind == .index, model.images.count > 1 {
        return model.images.map { image in
          Self.row(
            image.platform?.description ?? image.digest.short, "platform", size: nil, image.digest.description)
        }
      }
    }
    let image = try await read()
    guard let number = place.layer else {
      return image.model.layers.enumerated().map { index, layer in
        Self.row(String(index + 1), "layer", size: layer.size.bytes, layer.digest.description)
      }
    }
    try check(number, image)
    var tree = FileTree()
    var rows: [Value] = []
    let files = image.files(session)
    for index in 0..<number {
      let changes = tree.changes(applying: try await files.listing(index))
      guard index == number - 1 else { continue }
      rows = changes.map { Self.row($0.path, $0.status == .removed ? "removed" : $0.kind.rawValue, size: $0.size) }
    }
    return rows
  }

  private static func row(_ name: String, _ kind: String, size: Int64? = nil, _ digest: String? = nil) -> Value {
    .record(
      Record(
        shape: shape,
        values: [
          .string(name), .string(kind), size.map { .size($0) } ?? .null, digest.map { .string($0) } ?? .null,
        ]))
  }
}
