import AcrCore

/// One blob of an artifact that is about an image.
public struct RelatedBlob: Sendable {
  let mediaType: String
  let content: [UInt8]
  let annotations: [JSONValue.Member]

  /// Describes a blob.
  public init(_ mediaType: String, _ content: String, _ annotations: [String: String] = [:]) {
    self.init(mediaType, Array(content.utf8), annotations)
  }

  /// Describes a blob of any bytes.
  public init(_ mediaType: String, _ content: [UInt8], _ annotations: [String: String] = [:]) {
    self.mediaType = mediaType
    self.content = content
    self.annotations = annotations.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }
  }
}

extension SyntheticImages {
  /// An artifact of any blobs, as tools write them about images.
  /// - Parameters:
  ///   - type: the `artifactType`; nil for cosign's older artifacts, which are named by a tag.
  ///   - subject: what it names as its subject.
  ///   - tag: its tag; nil lists it without one.
  @discardableResult
  public func related(
    _ blobs: [RelatedBlob], type: String? = nil, subject: Descriptor? = nil, annotations: [JSONValue.Member] = [],
    tag: String? = nil
  ) throws -> Descriptor {
    let made = try relatedManifest(blobs, type: type, subject: subject, annotations: annotations)
    try layout.list(made, tag: tag)
    return made
  }

  /// What BuildKit puts into an index: a manifest with bare statements about the image of one platform.
  /// - Returns: the entry for the index.
  public func attestationEntry(
    about image: Descriptor, statements: [(predicateType: String, text: String)]
  ) throws -> Descriptor {
    let blobs = statements.map { statement in
      RelatedBlob(
        "application/vnd.in-toto+json", statement.text, ["in-toto.io/predicate-type": statement.predicateType])
    }
    var made = try relatedManifest(blobs, type: nil, subject: nil, annotations: [])
    made.artifactType = nil
    made.platform = Platform(os: "unknown", architecture: "unknown")
    made.annotations = [
      .init("vnd.docker.reference.digest", .string(image.digest.description)),
      .init("vnd.docker.reference.type", "attestation-manifest"),
    ]
    return made
  }

  /// An index of entries that are there already.
  @discardableResult
  public func index(of entries: [Descriptor], tag: String? = "latest") throws -> Descriptor {
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex),
      "manifests": .array(entries.map { .object($0.members) }),
    ]
    let index = try layout.put(document, mediaType: MediaType.ociIndex)
    try layout.list(index, tag: tag)
    return index
  }

  private func relatedManifest(
    _ blobs: [RelatedBlob], type: String?, subject: Descriptor?, annotations: [JSONValue.Member]
  ) throws -> Descriptor {
    let config =
      try type == nil
      ? layout.put(["architecture": "unknown", "os": "unknown", "config": [:]], mediaType: MediaType.ociConfig)
      : layout.put(Array("{}".utf8), mediaType: MediaType.empty)
    let layers = try blobs.map { blob in
      var made = try layout.put(blob.content, mediaType: blob.mediaType)
      made.annotations = blob.annotations
      return JSONValue.object(made.members)
    }
    var members: [JSONValue.Member] = [.init("schemaVersion", 2), .init("mediaType", .string(MediaType.ociManifest))]
    if let type { members.append(.init("artifactType", .string(type))) }
    members.append(.init("config", .object(config.members)))
    members.append(.init("layers", .array(layers)))
    if let subject {
      let target = Descriptor(mediaType: subject.mediaType, digest: subject.digest, size: subject.size)
      members.append(.init("subject", .object(target.members)))
    }
    if !annotations.isEmpty { members.append(.init("annotations", .object(annotations))) }
    var made = try layout.put(JSONValue.object(members), mediaType: MediaType.ociManifest)
    made.artifactType = type
    return made
  }
}

extension MemoryRegistry.Repository {
  /// What an OCI layout holds under its tags and as referrers.
  public init(_ layout: ImageLayout) throws {
    self.init()
    for entry in layout.tops {
      try put(entry.descriptor.digest, entry.descriptor.mediaType, of: layout)
      if let tag = entry.tag { tags[tag] = entry.descriptor.digest.description }
    }
  }

  private mutating func put(_ digest: Digest, _ mediaType: String, of layout: ImageLayout) throws {
    // An index may name what is not there.
    guard let bytes = try? layout.read(digest) else { return }
    guard MediaType.isManifest(mediaType) else {
      blobs[digest.description] = bytes
      return
    }
    guard manifests[digest.description] == nil else { return }
    put(manifest: bytes, mediaType: mediaType)
    let document = try JSONValue(parsing: bytes)
    let parts = (document["manifests"]?.array ?? []) + (document["layers"]?.array ?? []) + [document["config"] ?? .null]
    for part in parts {
      guard let text = part["digest"]?.string, let type = part["mediaType"]?.string else { continue }
      try put(try Digest(text), type, of: layout)
    }
  }
}
