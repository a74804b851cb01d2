import AcrCore
import AcrRuntime
import OCIRegistry

/// A file that is kept in a registry: an artifact with one layer, under a tag. Pods need no disk for it.
struct FileArtifact: Sendable {
  /// What kind of file it is, as the artifact says.
  enum Kind: Sendable {
    case report, journal

    var artifactType: String { "application/vnd.acrsh.\(self).v1" }
  }

  /// The reference, as it was written.
  let name: String
  private let store: any ArtifactTarget
  private let tag: TagName
  private let kind: Kind

  /// The longest file that is read, in bytes.
  static let longest: Int64 = 512 << 20
  /// The annotation that names what a write replaced.
  private static let replaced = "acrsh.replaces"

  /// Whether a text names an artifact and no file: it starts with a host, and ends with a tag.
  static func isReference(_ text: String) -> Bool {
    guard let slash = text.firstIndex(of: "/"), RegistryHost.looksLikeHost(text[..<slash]),
      text[..<slash].contains(where: { $0 != "." }), let last = text.split(separator: "/").last, last.contains(":")
    else { return false }
    return true
  }

  /// - Parameter suffix: what is put behind the tag.
  /// - Throws: ``AcrError`` for a text that is no reference with a tag.
  init(_ text: String, _ kind: Kind, suffix: String = "", _ session: CommandContext) throws {
    let image = try ImageReference(text)
    guard let tag = image.tag, image.digest == nil else {
      throw AcrError(.usage, "`\(text)` has no tag", help: "HOST/REPOSITORY:TAG")
    }
    self.tag = try TagName(tag.name + suffix)
    self.kind = kind
    name = text + suffix
    store = session.store(.registry(image.registry), image.repository, .push).store
  }

  private init(_ other: FileArtifact, tag: TagName) {
    (store, kind, self.tag) = (other.store, other.kind, tag)
    name = "\(other.store.displayName):\(tag)"
  }

  /// A file that was read.
  struct Content: Sendable {
    let digest: Digest
    let mediaType: String
    let bytes: [UInt8]
  }

  /// What the tag points at; nil where there is none.
  func digest() async throws -> Digest? {
    do {
      return try await store.digest(of: tag)
    } catch let error as AcrError where error.kind == .notFound {
      return nil
    }
  }

  /// The file; nil where there is none.
  /// - Throws: ``AcrError`` of kind `invalid` for something else under the tag.
  func read() async throws -> Content? {
    guard let digest = try await digest() else { return nil }
    let manifest = try await store.manifest(.digest(digest))
    let json = try? JSONValue(parsing: manifest.bytes)
    guard json?["artifactType"]?.string == kind.artifactType, let layers = json?["layers"]?.array, layers.count == 1
    else { throw AcrError(.invalid, "\(name) is no \(kind) of acrsh", help: "use a tag of its own for it") }
    let layer = try Descriptor(json: layers[0], in: name)
    guard layer.size.bytes <= FileArtifact.longest else {
      throw AcrError(.invalid, "\(name) is longer than \(ByteCount.human(FileArtifact.longest))")
    }
    let reader = try await store.blob(layer, from: 0)
    var bytes: [UInt8] = []
    while let piece = try await reader.next() {
      bytes += piece
      guard Int64(bytes.count) <= layer.size.bytes else { break }
    }
    let found = Digest.of(bytes)
    guard found == layer.digest else { throw store.wrongBytes(of: layer, found: found) }
    return Content(digest: digest, mediaType: layer.mediaType, bytes: bytes)
  }

  /// The files under this tag with ends such as `-3-of-8`.
  func parts() async throws -> [FileArtifact] {
    let start = tag.name + "-"
    return try await store.tagPages().all().filter { other in
      guard other.name.hasPrefix(start) else { return false }
      let words = other.name.dropFirst(start.count).split(separator: "-", omittingEmptySubsequences: false)
      return words.count == 3 && words[1] == "of" && Int(words[0]) != nil && Int(words[2]) != nil
    }.map { FileArtifact(self, tag: $0) }
  }

  // MARK: Writing

  /// How often a write is tried again that another run overwrote.
  private static let tries = 8

  /// Writes the file, and makes sure that it is what the tag points at.
  ///
  /// A registry has no compare-and-swap. The tag is looked at right before and after the write; what another run has written
  /// since `known` is given to `make`, and what it writes over this is found by the second look, and everything begins again.
  /// - Parameters:
  ///   - known: what the tag pointed at when this run read or wrote it last; nil for nothing.
  ///   - settles: how long to wait before the second look; what another run has under way by then is seen.
  ///   - make: makes the bytes; it gets what another run wrote, and nil where the tag is as it was.
  /// - Returns: what the tag points at now.
  /// - Throws: ``AcrError`` of kind `conflict` where others overwrite it all the time.
  func write(
    over known: Digest?, mediaType: String, settles: Duration = .zero, _ make: (Content?) throws -> [UInt8]
  ) async throws -> Digest {
    var known = known
    for attempt in 0..<FileArtifact.tries {
      let other = try await digest() == known ? nil : try await read()
      let base = other?.digest ?? known
      let bytes = try make(other)
      let manifest = try await upload(bytes, mediaType, replacing: base)
      // The upload took its time; the moment between this look and the write is one request.
      if try await digest() == base {
        try await store.putManifest(manifest, as: .tag(tag))
        if settles > .zero { try await Task.sleep(for: settles) }
        if try await digest() == manifest.digest { return manifest.digest }
        // What stands there may have been made without ours.
        known = manifest.digest
      } else {
        known = base
      }
      try await Task.sleep(for: .milliseconds(Int64.random(in: 100...300) << min(attempt, 4)))
    }
    throw AcrError(
      .conflict, "other runs keep writing \(name)",
      help: "use a tag for each run, or --shard, which has one for each part")
  }

  private func upload(_ bytes: [UInt8], _ mediaType: String, replacing: Digest?) async throws -> FetchedManifest {
    let layer = try await put(bytes, mediaType)
    let config = try await put(Array("{}".utf8), "application/vnd.oci.empty.v1+json")
    var annotations: [JSONValue.Member] = [
      .init("org.opencontainers.image.created", .string(Timestamp.now().description))
    ]
    if let replacing { annotations.append(.init(FileArtifact.replaced, .string(replacing.description))) }
    func json(_ descriptor: Descriptor) -> JSONValue {
      [
        "mediaType": .string(descriptor.mediaType), "digest": .string(descriptor.digest.description),
        "size": .integer(descriptor.size.bytes),
      ]
    }
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
      "artifactType": .string(kind.artifactType), "config": json(config), "layers": [json(layer)],
      "annotations": .object(annotations),
    ]
    let text = Array(document.text.utf8)
    return FetchedManifest(
      bytes: text, mediaType: "application/vnd.oci.image.manifest.v1+json", digest: Digest.of(text))
  }

  private func put(_ bytes: [UInt8], _ mediaType: String) async throws -> Descriptor {
    let descriptor = Descriptor(mediaType: mediaType, digest: Digest.of(bytes), size: Int64(bytes.count))
    if try await store.hasBlob(descriptor.digest) { return descriptor }
    switch try await store.startUpload(descriptor, mountFrom: nil) {
    case .mounted: break
    case .session(let upload): try await store.finish(upload, descriptor, bytes: bytes)
    }
    return descriptor
  }
}
