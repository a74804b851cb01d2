import AcrCore

/// The images that are in the registries at the start, made once: small, but of every shape that the graph has.
struct SampleImages: Sendable {
  /// A manifest with its type.
  struct Document: Sendable {
    let mediaType: String
    let bytes: [UInt8]
    let digest: String

    init(_ mediaType: String, _ json: JSONValue) { self.init(mediaType: mediaType, bytes: Array(json.text.utf8)) }

    init(mediaType: String, bytes: [UInt8]) {
      self.mediaType = mediaType
      self.bytes = bytes
      digest = Digest.of(bytes).description
    }

    /// The descriptor that an index or a subject names it by.
    func descriptor(_ more: [JSONValue.Member] = []) -> JSONValue {
      .object(
        [
          .init("mediaType", .string(mediaType)), .init("digest", .string(digest)),
          .init("size", .integer(Int64(bytes.count))),
        ] + more)
    }
  }

  private(set) var manifests: [String: Document] = [:]
  private(set) var blobs: [String: [UInt8]] = [:]
  /// The tags of the source.
  private(set) var tags: [String: String] = [:]
  /// The tags of a target that has seen better days: platforms with tags of their own, an image that the source lost.
  private(set) var oldTags: [String: String] = [:]
  /// Tags of images with a layer that is sent in pieces.
  private(set) var largeTags: [String: String] = [:]

  /// The digests of all manifests and blobs, in one order.
  private(set) var sortedDigests: [String] = []
  /// The bytes of all manifests and small blobs, in one order.
  private(set) var someBodies: [[UInt8]] = []

  static let shared = SampleImages()

  private static let ociImage = MediaType.ociManifest

  private init() {
    var random = SeededGenerator(1)
    let base = random.bytes(1500)
    let amd = image([base, random.bytes(700)], "amd64")
    let arm = image([base, random.bytes(900)], "arm64")
    let windows = image([random.bytes(2000)], "amd64", os: "windows")
    let docker = image([base, random.bytes(300)], "amd64", isDocker: true)
    let index = index([amd, arm])
    let nested = index2(index, windows)
    tags = [
      "v1": index.digest, "latest": index.digest, "v2": nested.digest, "single": amd.digest, "docker": docker.digest,
    ]
    let signature = artifact("application/vnd.example.signature", of: index)
    let attestation = artifact("application/vnd.example.sbom", of: amd)
    _ = artifact("application/vnd.example.signature", of: attestation)
    tags["sha256-\(index.digest.dropFirst(7)).sig"] = signature.digest
    let lost = image([base, random.bytes(400)], "amd64")
    let lostIndex = self.index([lost, arm])
    oldTags = [
      "v1": index.digest, "v1-amd64": amd.digest, "v1-arm64": arm.digest, "gone": lostIndex.digest,
      "latest": lost.digest,
    ]
    // Over 4 MiB, so that it goes up in pieces.
    var large = [UInt8](repeating: 7, count: 4_300_000)
    for place in stride(from: 0, to: large.count, by: 4096) { large[place] = UInt8(truncatingIfNeeded: random.next()) }
    largeTags = ["large": image([base, large], "amd64").digest]
    sortedDigests = (Array(manifests.keys) + blobs.keys).sorted()
    someBodies = sortedDigests.compactMap { manifests[$0]?.bytes ?? blobs[$0] }.filter { $0.count < 100_000 }
  }

  private mutating func blob(_ bytes: [UInt8], _ mediaType: String) -> JSONValue {
    let digest = Digest.of(bytes).description
    blobs[digest] = bytes
    return [
      "mediaType": .string(mediaType), "digest": .string(digest), "size": .integer(Int64(bytes.count)),
    ]
  }

  private mutating func add(_ document: Document) -> Document {
    manifests[document.digest] = document
    return document
  }

  private mutating func image(
    _ layers: [[UInt8]], _ architecture: String, os: String = "linux", isDocker: Bool = false
  ) -> Document {
    let config: JSONValue = [
      "architecture": .string(architecture), "os": .string(os), "created": "2026-01-02T03:04:05Z",
      "config": ["Env": ["PATH=/bin"], "Labels": ["name": "sample"], "Cmd": ["/hello"]],
      "rootfs": ["type": "layers", "diff_ids": .array(layers.map { .string(Digest.of($0).description) })],
      "history": .array(layers.map { _ in ["created": "2026-01-02T03:04:05Z", "created_by": "make"] }),
    ]
    let configType = isDocker ? MediaType.dockerConfig : MediaType.ociConfig
    let layerType =
      isDocker
      ? "application/vnd.docker.image.rootfs.diff.tar.gzip" : "application/vnd.oci.image.layer.v1.tar+gzip"
    let type = isDocker ? MediaType.dockerManifest : Self.ociImage
    let json: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(type), "config": blob(Array(config.text.utf8), configType),
      "layers": .array(layers.map { blob($0, layerType) }),
      "annotations": ["org.opencontainers.image.created": "2026-01-02T03:04:05Z"],
    ]
    return add(Document(type, json))
  }

  private mutating func index(_ children: [Document]) -> Document {
    let platforms: [JSONValue] = [
      ["os": "linux", "architecture": "amd64"], ["os": "linux", "architecture": "arm64", "variant": "v8"],
    ]
    let entries = zip(children, platforms).map { $0.descriptor([.init("platform", $1)]) }
    return add(
      Document(
        MediaType.ociIndex,
        ["schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(entries)]))
  }

  /// An index with an index in it.
  private mutating func index2(_ inner: Document, _ other: Document) -> Document {
    let platform: JSONValue = ["os": "windows", "architecture": "amd64", "os.version": "10.0.20348.1"]
    return add(
      Document(
        MediaType.ociIndex,
        [
          "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex),
          "manifests": [inner.descriptor(), other.descriptor([.init("platform", platform)])],
        ]))
  }

  private mutating func artifact(_ type: String, of subject: Document) -> Document {
    let config = blob(Array("{}".utf8), MediaType.empty)
    let layer = blob(Array("about \(subject.digest)".utf8), type)
    return add(
      Document(
        Self.ociImage,
        [
          "schemaVersion": 2, "mediaType": .string(Self.ociImage), "artifactType": .string(type), "config": config,
          "layers": [layer], "subject": subject.descriptor(),
        ]))
  }
}
