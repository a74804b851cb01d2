import AcrCore
import AcrRuntime
import ImportCore
import OCIRegistry

/// Finds the manifests of a repository and what is to be said of each, for registries that only speak the distribution API.
struct MetadataReader: Sendable {
  let store: any ArtifactSource
  let limit: TransferLimit

  /// A manifest that tags point at.
  struct TaggedManifest: Sendable {
    let digest: Digest
    let tags: [String]
  }

  /// What is known of one manifest.
  struct Details: Sendable {
    let node: ManifestNode
    let platform: Platform?
    let created: Timestamp?
    /// The bytes of what it refers to.
    var size: WireSize { node.namedBytes }
  }

  /// The manifests with their tags, in the order in which the tags come.
  /// - Throws: ``AcrError`` of kind `not-found` for an unknown repository.
  func taggedManifests() async throws -> [TaggedManifest] {
    let pages = store.tagPages().readingAhead()
    var found: [(tag: TagName, digest: Digest)] = []
    while let page = try await pages.next() { found += try await digests(of: page) }
    return MetadataReader.collected(found)
  }

  /// The manifests of these tags.
  func taggedManifests(_ tags: [TagName]) async throws -> [TaggedManifest] {
    MetadataReader.collected(try await digests(of: tags))
  }

  private static func collected(_ found: [(tag: TagName, digest: Digest)]) -> [TaggedManifest] {
    var order: [Digest] = []
    var tags: [Digest: [String]] = [:]
    for (tag, digest) in found {
      if tags[digest] == nil { order.append(digest) }
      tags[digest, default: []].append(tag.name)
    }
    return order.map { TaggedManifest(digest: $0, tags: tags[$0] ?? []) }
  }

  /// A tag deleted between the list and the question is left out.
  private func digests(of tags: [TagName]) async throws -> [(tag: TagName, digest: Digest)] {
    try await withThrowingTaskGroup(of: (Int, TagName, Digest?).self) { group in
      for (index, tag) in tags.enumerated() {
        group.addTask { (index, tag, try await limit.withParts(1) { try await store.digest(of: tag) }) }
      }
      var found: [(Int, TagName, Digest)] = []
      for try await (index, tag, digest) in group {
        if let digest { found.append((index, tag, digest)) }
      }
      return found.sorted { $0.0 < $1.0 }.map { ($0.1, $0.2) }
    }
  }

  /// Reads several manifests side by side; one that is gone meanwhile is nil.
  /// - Parameters:
  ///   - children: what indexes say of them: platform and size.
  ///   - budget: what is kept takes from it; nil for the usual limits.
  func details(
    _ digests: [Digest], children: [Descriptor] = [], budget: WireBudget? = nil
  ) async throws -> [Details?] {
    var platforms: [Digest: Platform] = [:]
    var sizes: [Digest: WireSize] = [:]
    for child in children {
      sizes[child.digest] = child.size
      if let platform = child.platform { platforms[child.digest] = platform }
    }
    let nodes = try await NodeReader(store: store, limit: limit, budget: budget).nodes(digests, sizes: sizes)
    return try await details(nodes, platforms: platforms)
  }

  /// The same for manifests that were read; their configurations are.
  func details(_ nodes: [ManifestNode?], platforms: [Digest: Platform]) async throws -> [Details?] {
    let store = store
    let facts = try await NodeReader(store: store, limit: limit).configurations(of: nodes) { config in
      let document = try await ImageConfiguration.read(config, from: store)
      return (Platform(json: document), document["created"]?.string.flatMap(Timestamp.init(rfc3339:)))
    }
    return zip(nodes, facts).map { node, facts in
      node.map { node in
        // BuildKit gives attestations the platform `unknown/unknown`.
        let platform = [platforms[node.digest], facts?.0].lazy.compactMap { $0 }.first { $0.os != "unknown" }
        return Details(
          node: node, platform: platform,
          created: facts?.1 ?? node.created.flatMap(Timestamp.init(rfc3339:)))
      }
    }
  }
}

/// The configuration of an image: a small blob, read whole and checked.
enum ImageConfiguration {
  /// Registries and runtimes keep configurations small; one past this size is not read.
  static let maximumSize: Int64 = 8 << 20

  /// Reads and parses a configuration.
  /// - Throws: ``AcrError`` of kind `invalid` when it is too large, has another digest, or is not JSON.
  static func read(_ descriptor: Descriptor, from store: any ArtifactSource) async throws -> JSONValue {
    guard descriptor.size <= maximumSize else {
      throw AcrError(
        .invalid,
        "the configuration \(descriptor.digest.short) has \(ByteCount.human(descriptor.size)), which is too large to read"
      )
    }
    let bytes = try await VerifiedBlob(descriptor, from: store, observer: { _ in }).all()
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw AcrError(
        .invalid,
        "the configuration \(descriptor.digest.short) is not JSON: \(error.reason) (line \(error.line), column \(error.column))"
      )
    }
  }
}
