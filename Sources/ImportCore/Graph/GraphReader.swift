import AcrCore
import AzureRegistry
import OCIRegistry

/// Reads the graph of a repository, or of one image, within a budget: each manifest once, by pages, no bodies kept.
public struct GraphReader: Sendable {
  /// How much of a repository is read.
  public enum Extent: Sendable, Hashable {
    /// Every manifest.
    case whole
    /// What is needed to say what deleting this manifest does. Azure's registries list what an image is, so that only
    /// indexes have to be read there.
    case around(Digest)
    /// What is no image by the list of an Azure registry, and what neither a tag nor an index leads to. Images are listed
    /// then, and read when their bodies are needed (``GraphReader/read(_:of:)``). Everything where there is no such list.
    case listed
    /// No manifest that an Azure registry lists: enough for tags that go alone. Everything where there is no such list.
    case names
  }

  let store: any ArtifactSource
  let limit: TransferLimit
  let limits: WireLimits
  /// Whether the graph shall hold what the registry's lists tell of times and locks.
  var keepsFacts = false
  /// The annotations whose values the graph shall hold.
  var annotations: Set<String> = []

  /// Creates a reader.
  /// - Parameters:
  ///   - limit: the session's limit of transfers.
  ///   - limits: how many manifests, how deep and how much memory a graph may have.
  public init(store: any ArtifactSource, limit: TransferLimit, limits: WireLimits? = nil) {
    self.store = store
    self.limit = limit
    self.limits = limits ?? store.limits
  }

  private var budget: WireBudget { WireBudget(limits, for: "`\(store.displayName)`") }

  /// How many tags are looked through for what is about one image.
  static let treeTags = 10_000

  /// Reads a repository.
  ///
  /// What is missing or damaged is a gap of the graph; a page that cannot be read is an error.
  /// - Throws: ``AcrError``: `not-found` for an unknown repository, `invalid` for more than the budget allows, and what the
  ///   store throws.
  public func repository(_ extent: Extent = .whole) async throws -> ArtifactGraph {
    try await reading(of: extent).graph()
  }

  /// The same before it becomes a graph, so that more can be read.
  func reading(of extent: Extent) async throws -> GraphReading {
    let inventory = try await inventory()
    var reading = GraphReading(name: store.displayName, budget: budget, annotations: annotations)
    reading.gaps = inventory.gaps
    reading.facts = inventory.facts
    var wanted: [GraphReading.Want] = []
    for (tag, digest) in inventory.tags {
      guard let digest else {
        wanted.append(.init(.tag(tag), .tag(tag)))
        continue
      }
      reading.tags.append((tag, digest))
      if inventory.manifests == nil, reading.begin(digest) { wanted.append(.init(.digest(digest), .tag(tag))) }
    }
    let named =
      extent == .listed ? Set(inventory.tags.lazy.filter { $0.tag.subjectDigest != nil }.compactMap(\.digest)) : []
    for (digest, mediaType) in inventory.manifests ?? [] where reading.begin(digest) {
      if extent == .names {
        try reading.add(ManifestNode(listed: digest, mediaType: mediaType ?? ""))
        continue
      }
      if extent == .listed, let mediaType, inventory.facts.manifests[digest]?.isImage == true, !named.contains(digest) {
        try reading.add(ManifestNode(listed: digest, mediaType: mediaType))
        continue
      }
      if case .around(let center) = extent, let mediaType, !MediaType.isIndex(mediaType), digest != center {
        try reading.add(ManifestNode(listed: digest, mediaType: mediaType))
      } else {
        wanted.append(.init(.digest(digest), .listed))
      }
    }
    // A list of manifests may be older than a tag.
    if inventory.manifests != nil {
      for (tag, digest) in reading.tags where reading.begin(digest) {
        wanted.append(.init(.digest(digest), .tag(tag)))
      }
    }
    if case .around(let center) = extent, reading.begin(center) {
      wanted.append(.init(.digest(center), .optional))
    }
    for (tag, _) in inventory.tags {
      if let subject = tag.subjectDigest, reading.begin(subject) { wanted.append(.init(.digest(subject), .optional)) }
    }
    try await read(wanted, into: &reading)
    switch extent {
    case .whole, .names:
      // A complete list of manifests has every referrer, and each names its subject.
      if inventory.manifests == nil { try await addReferrers(to: &reading) { _ in true } }
    case .around(let center):
      let near = Set([center] + (reading.node(center)?.children.map(\.digest) ?? []))
      try await addReferrers(to: &reading) { near.contains($0) }
    case .listed:
      if inventory.manifests == nil { try await addReferrers(to: &reading) { _ in true } }
      try await readLoose(&reading)
    }
    return reading
  }

  /// Reads images that were only listed and that neither a tag nor an index leads to: they may be about something.
  private func readLoose(_ reading: inout GraphReading) async throws {
    var held = Set(reading.tags.map(\.digest))
    for node in reading.nodes { held.formUnion(node.children.lazy.map(\.digest)) }
    try await read(reading.nodes.filter { !$0.isRead && !held.contains($0.digest) }.map(\.digest), of: &reading)
  }

  /// Reads manifests that were only listed.
  func read(_ digests: [Digest], of reading: inout GraphReading) async throws {
    try await read(digests.map { .init(.digest($0), .listed) }, into: &reading)
  }

  /// Asks the registry what is about these manifests.
  /// - Returns: false for a registry that does not tell.
  func askForReferrers(of digests: Set<Digest>, _ reading: inout GraphReading) async throws -> Bool {
    try await addReferrers(to: &reading) { digests.contains($0) }
    return (store as? RegistryRepository)?.mayListReferrers ?? true
  }

  /// Reads one image with everything below it and about it.
  /// - Throws: as ``repository(_:)``.
  public func tree(_ root: FetchedManifest) async throws -> ArtifactGraph {
    var reading = GraphReading(name: store.displayName, budget: budget)
    _ = reading.begin(root.digest)
    try reading.add(root, .listed, depth: 0)
    if let gap = reading.gaps.first, !reading.isKnown(root.digest) { throw AcrError(.invalid, gap.message) }
    try await read([], into: &reading)
    if let layout = store as? OCILayout {
      for (subject, found) in try await layout.referrersBySubject() where reading.isKnown(subject) {
        reading.note(found, about: subject)
      }
      try await read([], into: &reading)
    } else {
      try await addReferrers(to: &reading) { _ in true }
    }
    try await addCompanions(to: &reading)
    return reading.graph()
  }

  // MARK: The work

  /// Reads manifests, then their children, until there are none left.
  func read(_ wanted: [GraphReading.Want], into reading: inout GraphReading) async throws {
    reading.waiting += wanted
    let window = ManifestWindow(limit: limit)
    let store = store
    while !reading.waiting.isEmpty {
      let wave = reading.waiting
      reading.waiting = []
      try await window.read(
        wave, size: \.size, fetch: { try await GraphReader.fetch($0, from: store) }, bytes: \.bytes
      ) { want, answer in
        switch answer {
        case .found(let manifest): try reading.take(manifest, want)
        case .missing(let error): reading.miss(want, error)
        }
      }
    }
  }

  private enum Answer: Sendable {
    case found(FetchedManifest)
    case missing(AcrError)

    var bytes: Int { if case .found(let manifest) = self { manifest.bytes.count } else { 0 } }
  }

  /// What is not there, or is no manifest, is an answer; all else is an error.
  private static func fetch(_ want: GraphReading.Want, from store: any ArtifactSource) async throws -> Answer {
    do {
      return .found(try await store.manifest(want.selector))
    } catch let error as AcrError where error.kind == .notFound || error.kind == .invalid {
      return .missing(error)
    }
  }

  /// Asks the registry what is about each manifest, and about what is about it. A registry without such a list is asked
  /// once in a session; its referrers stand under tags.
  private func addReferrers(to reading: inout GraphReading, _ isAsked: (Digest) -> Bool) async throws {
    guard !(store is OCILayout) else { return }
    var asked: Set<Digest> = []
    for round in 0... {
      let subjects = reading.nodes.map(\.digest).filter { isAsked($0) && !asked.contains($0) }
      guard !subjects.isEmpty else { return }
      guard round <= limits.count(.nesting) else {
        reading.note(gap: limits.exceeded(.nesting, by: "the referrers of `\(store.displayName)`").message)
        return
      }
      asked.formUnion(subjects)
      var found: [(Digest, [Descriptor])] = []
      try await ManifestWindow(limit: limit).read(
        subjects, size: { _ in WireSize(clamping: 4096) },
        fetch: { subject in try await self.store.listedReferrers(of: subject) ?? [] },
        bytes: { $0.count * 200 },
        each: { subject, list in if !list.isEmpty { found.append((subject, list)) } })
      for (subject, list) in found { reading.note(list, about: subject) }
      try await read([], into: &reading)
    }
  }

  /// Adds what tags are about the manifests of an image: lists of referrers, and what cosign writes.
  private func addCompanions(to reading: inout GraphReading) async throws {
    var tags: [TagName] = []
    do {
      let pages = store.tagPages()
      while let page = try await pages.next() {
        tags += page.filter { $0.subjectDigest != nil }
        guard tags.count < GraphReader.treeTags else { break }
      }
    } catch let error as AcrError where [.denied, .auth, .notFound].contains(error.kind) {
      // An image can be readable where the list of tags is not.
      return
    }
    var left = tags
    // What is about an image may have something about it in turn.
    while true {
      let next = left.filter { tag in tag.subjectDigest.map { reading.isKnown($0) } ?? false }
      guard !next.isEmpty else { return }
      let chosen = Set(next)
      left.removeAll { chosen.contains($0) }
      try await read(next.map { .init(.tag($0), .tag($0)) }, into: &reading)
    }
  }
}
