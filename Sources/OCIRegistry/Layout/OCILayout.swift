import AcrCore
import AcrSystem
import AcrText

/// An OCI layout folder (image-spec, image-layout.md): what skopeo, podman and buildx call `oci:PATH`.
///
/// Reading and writing are plain calls of the operating system; they hold a thread for as long as the disk needs.
public struct OCILayout: ArtifactTarget {
  /// The folder.
  public let path: String

  let state: OCILayoutState

  /// Names a folder; nothing is read or made.
  /// - Parameter state: what others know of the same folder (``OCILayouts``).
  public init(path: String, state: OCILayoutState = OCILayoutState()) {
    self.path = path
    self.state = state
  }

  public var id: StoreID { .folder(path) }

  public var displayName: String { "oci:\(path)" }

  var indexPath: String { "\(path)/index.json" }
  var markerPath: String { "\(path)/oci-layout" }

  /// What is meant by a reference: its digest, its tag, or without both the only image of the folder.
  /// - Throws: ``AcrError``: `usage` when the folder holds several images and none is named, `not-found` when it is empty.
  public func selector(for reference: OCILayoutReference) throws -> ManifestSelector {
    if let digest = reference.digest { return .digest(digest) }
    if let tag = reference.tag { return .tag(tag) }
    let entries = try index().entries
    guard let first = entries.first else { throw AcrError(.notFound, "`\(displayName)` holds no image") }
    guard Set(entries.map(\.digest)).count == 1 else {
      let names = entries.compactMap(\.name).prefix(5).map { "`\(displayName):\($0)`" }.joined(separator: ", ")
      throw AcrError(
        .usage, "`\(displayName)` holds several images", help: names.isEmpty ? nil : "name one of them: \(names)")
    }
    return .digest(first.digest)
  }

  public func manifest(_ selector: ManifestSelector) async throws -> FetchedManifest {
    let entry: Descriptor?
    let digest: Digest
    switch selector {
    case .digest(let wanted):
      entry = try withIndex { $0.entry(digest: wanted)?.descriptor }
      digest = wanted
    case .tag(let tag):
      guard let found = try withIndex({ $0.entry(tag: tag)?.descriptor }) else { throw try missing(tag) }
      entry = found
      digest = found.digest
    }
    let bytes: [UInt8]
    do throws(AcrError) {
      bytes = try FileSystem.read(blobPath(digest), upTo: Int(WireLimit.document.standard))
    } catch {
      guard error.kind == .notFound else { throw error }
      throw AcrError(.notFound, "`\(displayName)@\(digest)` does not exist")
    }
    let actual = Digest.of(bytes, digest.algorithm)
    guard actual == digest else {
      throw AcrError(.invalid, "the file `\(blobPath(digest))` has the digest \(actual) and is damaged")
    }
    let stated = entry.flatMap { MediaType.isManifest($0.mediaType) ? $0.mediaType : nil }
    let shape = stated ?? (try? JSONValue(parsing: bytes)).flatMap(ImageManifest.mediaType(of:))
    guard let mediaType = shape else { throw AcrError(.invalid, "`\(displayName)@\(digest)` is not a manifest") }
    return FetchedManifest(bytes: bytes, mediaType: mediaType, digest: digest)
  }

  public func digest(of tag: TagName) async throws -> Digest? { try withIndex { $0.entry(tag: tag)?.digest } }

  public func blob(_ descriptor: Descriptor, from offset: Int64) async throws -> BlobReader {
    let path = blobPath(descriptor.digest)
    let file = try OpenFile(reading: path)
    let size = file.status.size
    guard descriptor.size == size else {
      throw AcrError(.invalid, "the file `\(path)` has \(size) bytes instead of \(descriptor.size)")
    }
    // A link can lead to any file of this machine, which would be sent before its digest is known.
    if FileStatus(path, followsLinks: false)?.kind == .link { try await verify(file, descriptor) }
    try file.seek(to: offset)
    return BlobReader(length: max(0, size - offset)) { try file.readPiece() }
  }

  public func blob(_ descriptor: Descriptor, in range: Range<Int64>) async throws -> BlobReader {
    try await blob(descriptor, from: range.lowerBound).limited(to: Int64(range.count))
  }

  public func blobSize(_ digest: Digest) async throws -> WireSize? {
    FileSystem.size(blobPath(digest)).map { WireSize(clamping: $0) }
  }

  /// Reads a blob to its end before anything of it is handed out.
  private func verify(_ file: OpenFile, _ descriptor: Descriptor) async throws {
    let actual = try await state.files.digest(of: file, expected: descriptor.digest)
    guard actual == descriptor.digest else {
      throw AcrError(
        .invalid, "`\(file.path)` is a symbolic link to a file with the digest \(actual)",
        help: "a layout's blobs are files named by their own digest; copy the layout again")
    }
  }

  public func wrongBytes(of descriptor: Descriptor, found: Digest) -> AcrError {
    AcrError(
      .invalid, "the file `\(blobPath(descriptor.digest))` has the digest \(found) and is damaged",
      help: "`import --force IMAGE \(displayName):TAG` replaces the file")
  }

  /// The tags of the folder as one page. Names that are no tags (skopeo allows whole references) are left out.
  public func tagPages() -> PageReader<TagName> {
    let pages = SinglePage { try index().entries.compactMap { $0.name.flatMap { try? TagName($0) } } }
    return PageReader { try await pages.next() }
  }

  /// The manifests listed in the folder's index, each with its tag or other name; nil for an entry without one.
  /// - Throws: ``AcrError``: `not-found` when there is no folder, `invalid` when it is no layout.
  public func listedManifests() throws -> [(descriptor: Descriptor, name: String?)] {
    try index().entries.map { ($0.descriptor, $0.name) }
  }

  /// The manifests listed in the folder's index that name `digest` as their subject.
  public func referrers(of digest: Digest) async throws -> [Descriptor] {
    try await referrersBySubject()[digest] ?? []
  }

  /// The manifests listed in the folder's index that name a subject, by its digest. All manifests are read for it.
  public func referrersBySubject() async throws -> [Digest: [Descriptor]] {
    var found: [Digest: [Descriptor]] = [:]
    var seen: Set<Digest> = []
    for entry in try index().entries where seen.insert(entry.digest).inserted {
      let manifest = try await manifest(.digest(entry.digest))
      guard let model = try? ImageManifest(manifest, name: "\(displayName)@\(manifest.digest)"),
        let subject = model.subject
      else { continue }
      var descriptor = entry.descriptor
      descriptor.artifactType = model.artifactType ?? model.config?.mediaType
      descriptor.annotations = model.annotations
      found[subject.digest, default: []].append(descriptor)
    }
    return found
  }

  public func hasBlob(_ digest: Digest) async throws -> Bool { try await isIntact(digest, size: nil) }

  /// True for a manifest that is there and listed: one whose run was killed before it was listed is found by nobody.
  public func hasManifest(_ digest: Digest) async throws -> Bool {
    guard FileSystem.size(blobPath(digest)) != nil, try withIndex({ $0.entry(digest: digest) != nil }) else {
      return false
    }
    return try await hasBlob(digest)
  }

  func blobPath(_ digest: Digest) -> String { "\(path)/blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }

  private func missing(_ tag: TagName) throws(AcrError) -> AcrError {
    let near = Suggestion.near(tag.name, in: try index().entries.compactMap(\.name))
    return AcrError(
      .notFound, "`\(displayName):\(tag)` does not exist",
      help: near.isEmpty ? nil : "did you mean \(near.map { "`\($0)`" }.joined(separator: ", "))?")
  }
}

/// A list that comes at once, as the only page.
private actor SinglePage<Element: Sendable> {
  private var load: (@Sendable () throws -> [Element])?

  init(_ load: @escaping @Sendable () throws -> [Element]) { self.load = load }

  func next() throws -> [Element]? {
    defer { load = nil }
    return try load?()
  }
}
