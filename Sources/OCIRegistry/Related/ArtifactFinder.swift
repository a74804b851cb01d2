import AcrConcurrency
import AcrCore

/// Finds what is about an image, in every place where tools put it: the list of referrers, its fallback tag, cosign's tags
/// and the image index itself.
///
/// For one manifest that takes two round trips: lists and tags are asked for side by side, then the manifests found are
/// read side by side. With ``RelatedLists``, tags about the images of an index are not asked for one by one.
public struct ArtifactFinder: Sendable {
  /// How many referrers of one manifest are read.
  public static let mostReferrers = 1_000
  /// How many blobs of one manifest are told apart.
  static let mostContents = 1_000
  /// With more manifests than this, the list of tags is read instead of asking for each tag.
  private static let mostSubjects = 16
  /// How many tags of that list are looked through.
  private static let mostTags = 10_000
  /// How many requests are under way at a time.
  private static let width = 8

  /// Reads a manifest by its digest.
  public typealias ManifestReader = @Sendable (Digest) async throws -> FetchedManifest

  let store: any ArtifactSource
  private let lists: RelatedLists?
  private let reader: ManifestReader
  private let limit = Limit(ArtifactFinder.width)

  /// Creates a finder for one repository or folder.
  /// - Parameters:
  ///   - lists: what is read once for several images. With it few requests are sent: one for each manifest's list of
  ///     referrers, and for cosign's tags one for each kind about the image itself, and the list of tags for all others.
  ///   - reader: reads manifests, where somebody keeps those that were read.
  public init(store: any ArtifactSource, lists: RelatedLists? = nil, reader: ManifestReader? = nil) {
    self.store = store
    self.lists = lists
    self.reader = reader ?? { try await store.manifest(.digest($0)) }
  }

  /// What is about one manifest.
  /// - Parameter platform: its platform, where an index told it; it is passed on with what is found.
  /// - Throws: ``AcrError``: what the store throws, and `invalid` for more than its limits allow. A referrer that is missing
  ///   or about something else is left out with a note.
  public func related(to digest: Digest, platform: Platform? = nil) async throws -> RelatedArtifacts {
    try await collect([Subject(digest: digest, platform: platform)], index: nil)
  }

  /// What is about an image: about its manifest, and for an index about the images in it and what BuildKit put beside them.
  /// - Parameter platform: only what is about the image of this platform; one named without a variant means all of them.
  /// - Throws: as ``related(to:platform:)``.
  public func related(toImage root: FetchedManifest, platform: Platform? = nil) async throws -> RelatedArtifacts {
    let image = try ImageManifest(root, name: "\(store.displayName)@\(root.digest)")
    guard image.kind == .index else { return try await related(to: root.digest, platform: platform) }
    var subjects = platform == nil ? [Subject(digest: root.digest, platform: nil)] : []
    for entry in image.images {
      if let platform, !(entry.platform.map { platform.includes($0) } ?? false) { continue }
      subjects.append(Subject(digest: entry.digest, platform: entry.platform))
    }
    return try await collect(subjects, index: image)
  }

  /// What is about one manifest and about the index that it was read from, and what BuildKit put into that index about it.
  /// - Parameter index: the manifest that led to it; where it is no index, or the manifest itself, only the manifest counts.
  /// - Throws: as ``related(to:platform:)``.
  public func related(
    to digest: Digest, platform: Platform?, in index: FetchedManifest
  ) async throws -> RelatedArtifacts {
    guard index.digest != digest, MediaType.isIndex(index.mediaType) else {
      return try await related(to: digest, platform: platform)
    }
    let subjects = [Subject(digest: digest, platform: platform), Subject(digest: index.digest, platform: nil)]
    return try await collect(
      subjects, index: try ImageManifest(index, name: "\(store.displayName)@\(index.digest)"))
  }

  /// What BuildKit put into an index about one of its images: its attestations, read by the digests in the index.
  /// - Throws: as ``related(to:platform:)``.
  public func attestations(in index: ImageManifest, about digest: Digest) async throws -> RelatedArtifacts {
    let platform = index.manifests.first { $0.digest == digest }?.platform
    let found = entries(of: index, for: [Subject(digest: digest, platform: platform)])
    return try await read(found)
  }

  /// What is about any of several manifests, none of which is likely to have something.
  /// - Throws: as ``related(to:platform:)``.
  public func related(toAny digests: [Digest]) async throws -> RelatedArtifacts {
    try await collect(digests.map { Subject(digest: $0, platform: nil) }, index: nil, asked: 0)
  }

  struct Subject: Sendable {
    let digest: Digest
    let platform: Platform?
  }

  /// A manifest that is to be read.
  struct Found: Sendable {
    let subject: Subject
    let digest: Digest
    let place: RelatedArtifact.Place
  }

  /// - Parameter asked: for how many of the subjects tags are asked for by their names, where there are ``RelatedLists``.
  private func collect(
    _ subjects: [Subject], index: ImageManifest?, asked: Int = 1
  ) async throws -> RelatedArtifacts {
    var found = index.map { entries(of: $0, for: subjects) } ?? []
    var notes: [String] = []
    async let listed = referrers(of: subjects)
    async let tagged = tags(about: subjects, asked: asked)
    let (lists, tags) = (try await listed, try await tagged)
    notes += tags.notes
    // The lists under fallback tags, where a registry gave none itself.
    let fallbacks = tags.found.filter { $0.place == .fallbackTag }
    let named = try await parallel(fallbacks) { try await members(ofFallback: $0) }
    for subject in subjects {
      let digest = subject.digest
      var mine = lists[digest] ?? []
      mine += zip(fallbacks, named).filter { $0.0.subject.digest == digest }.flatMap(\.1)
      if mine.count > Self.mostReferrers {
        notes.append(
          "`\(store.displayName)@\(digest.short)` has \(mine.count) referrers, and only the first "
            + "\(Self.mostReferrers) were read")
        mine = Array(mine.prefix(Self.mostReferrers))
      }
      found += mine
      found += tags.found.filter { $0.subject.digest == digest && $0.place != .fallbackTag }
    }
    var result = try await read(found)
    result.notes = notes + result.notes
    return result
  }

  // MARK: Where they are

  private func entries(of index: ImageManifest, for subjects: [Subject]) -> [Found] {
    let wanted = Dictionary(subjects.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
    let listed = Set(index.manifests.map(\.digest))
    return index.manifests.compactMap { entry in
      guard let about = entry.attestedDigest, listed.contains(about), let subject = wanted[about] else { return nil }
      return Found(subject: subject, digest: entry.digest, place: .index)
    }
  }

  private func referrers(of subjects: [Subject]) async throws -> [Digest: [Found]] {
    if let layout = store as? OCILayout {
      let all = if let lists { try await lists.referrers(in: layout) } else { try await layout.referrersBySubject() }
      return Dictionary(
        subjects.map { subject in
          (subject.digest, (all[subject.digest] ?? []).map { Self.found($0, subject, .referrersAPI) })
        }, uniquingKeysWith: { first, _ in first })
    }
    let lists = try await parallel(subjects) { subject in
      (try await store.listedReferrers(of: subject.digest) ?? []).map { Self.found($0, subject, .referrersAPI) }
    }
    return Dictionary(zip(subjects.map(\.digest), lists), uniquingKeysWith: { first, _ in first })
  }

  private static func found(_ entry: Descriptor, _ subject: Subject, _ place: RelatedArtifact.Place) -> Found {
    Found(subject: subject, digest: entry.digest, place: place)
  }

  /// A tag that may be about a manifest.
  private struct Name: Sendable {
    let subject: Subject
    let place: RelatedArtifact.Place
    let tag: TagName
  }

  /// The tags that are named after manifests, with what they point at.
  private func tags(about subjects: [Subject], asked: Int) async throws -> (found: [Found], notes: [String]) {
    if let lists, !(store is OCILayout) { return try await tags(about: subjects, asked: asked, lists) }
    if subjects.count <= Self.mostSubjects { return (try await pointed(by: try Self.names(about: subjects)), []) }
    var names: [Name] = []
    var notes: [String] = []
    let wanted = Dictionary(subjects.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
    let pages = store.tagPages()
    var count = 0
    while let page = try await pages.next() {
      for tag in page {
        guard let subject = tag.subjectDigest.flatMap({ wanted[$0] }), let kind = tag.related else { continue }
        names.append(Name(subject: subject, place: kind.place, tag: tag))
      }
      count += page.count
      if count >= Self.mostTags {
        notes.append("only the first \(count) tags of `\(store.displayName)` were looked through")
        break
      }
    }
    return (try await pointed(by: names), notes)
  }

  /// The same with few requests: names of the first subjects are asked for, those of the others looked up in the list of tags.
  private func tags(
    about subjects: [Subject], asked count: Int, _ lists: RelatedLists
  ) async throws -> (found: [Found], notes: [String]) {
    if lists.isForMany, let list = try await lists.companions() {
      return (try await pointed(by: Self.names(about: subjects, in: list)), [])
    }
    let (first, rest) = (Array(subjects.prefix(count)), Array(subjects.dropFirst(count)))
    let names = try Self.names(about: first)
    guard !rest.isEmpty else { return (try await pointed(by: names), []) }
    async let asked = pointed(by: names)
    let list = try await lists.companions()
    var found = try await asked
    // A list that lacks what is there says nothing of the others either.
    if let list, found.allSatisfy({ list[$0.subject.digest] != nil }) {
      found += try await pointed(by: Self.names(about: rest, in: list))
      return (found, [])
    }
    guard rest.count <= Self.mostSubjects else {
      return (
        found,
        ["`\(store.displayName)` has too many tags to find signatures of all \(rest.count) platforms among them"]
      )
    }
    found += try await pointed(by: try Self.names(about: rest))
    return (found, [])
  }

  /// The names that something about these manifests can have.
  private static func names(about subjects: [Subject]) throws -> [Name] {
    try subjects.flatMap { subject in
      try RelatedTag.allCases.map { kind in
        Name(subject: subject, place: kind.place, tag: try TagName(about: subject.digest, kind))
      }
    }
  }

  /// Those of them that a list has.
  private static func names(about subjects: [Subject], in list: [Digest: [TagName]]) -> [Name] {
    subjects.flatMap { subject in
      (list[subject.digest] ?? []).compactMap { tag in
        tag.related.map { Name(subject: subject, place: $0.place, tag: tag) }
      }
    }
  }

  /// What tags point at, those that exist.
  private func pointed(by names: [Name]) async throws -> [Found] {
    let digests = try await parallel(names) { try await store.digest(of: $0.tag) }
    return zip(names, digests).compactMap { name, digest -> Found? in
      // Some registries (GitLab) resolve `sha256-HEX` to the manifest of that digest itself.
      guard let digest, digest != name.subject.digest else { return nil }
      return Found(subject: name.subject, digest: digest, place: name.place)
    }
  }

  /// What the index under a fallback tag lists; nothing where it is no index.
  private func members(ofFallback found: Found) async throws -> [Found] {
    guard let manifest = try await manifest(found.digest), MediaType.isIndex(manifest.mediaType) else { return [] }
    let index = try ImageManifest(manifest, name: "\(store.displayName)@\(manifest.digest)")
    return index.manifests.map { Self.found($0, found.subject, .fallbackTag) }
  }

  /// A manifest; nil for one that is not there.
  func manifest(_ digest: Digest) async throws -> FetchedManifest? {
    do {
      return try await reader(digest)
    } catch let error as AcrError where error.kind == .notFound {
      return nil
    }
  }

  /// Runs work for each, some at a time; the results are in the order of the input.
  func parallel<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], _ work: @escaping @Sendable (Input) async throws -> Output
  ) async throws -> [Output] {
    try await withThrowingTaskGroup(of: (Int, Output).self) { group in
      for (position, input) in inputs.enumerated() {
        group.addTask { [limit] in (position, try await limit.run { try await work(input) }) }
      }
      var outputs = [Output?](repeating: nil, count: inputs.count)
      for try await (position, output) in group { outputs[position] = output }
      return outputs.compactMap { $0 }
    }
  }
}
