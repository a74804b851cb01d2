import AcrCore

/// Makes images and artifacts in an ``ImageLayout``. The same calls make the same digests on every machine.
public struct SyntheticImages: Sendable {
  /// Whose media types manifests and configurations have.
  public enum Format: Sendable, CaseIterable {
    case oci, docker

    var manifest: String { self == .oci ? MediaType.ociManifest : MediaType.dockerManifest }
    var index: String { self == .oci ? MediaType.ociIndex : MediaType.dockerList }
    var config: String { self == .oci ? MediaType.ociConfig : MediaType.dockerConfig }
    var layer: String {
      self == .oci
        ? "application/vnd.oci.image.layer.v1.tar+gzip" : "application/vnd.docker.image.rootfs.diff.tar.gzip"
    }
  }

  /// Where everything is written.
  public let layout: ImageLayout

  /// Writes into a layout.
  public init(in layout: ImageLayout) { self.layout = layout }

  /// A stored layer and the digest of the tar inside.
  private struct Layer {
    let descriptor: Descriptor
    let diffID: String
  }

  /// An image for one platform.
  /// - Parameters:
  ///   - name: decides, with the index of each layer, about the content. The same name and sizes give the same image.
  ///   - layers: the size of each layer's content in bytes; blobs are about 1.5 kB larger.
  ///   - sharedWith: a name; the first `sharedCount` layers are those of that name instead.
  ///   - tag: the tag in the layout; nil lists the image without one.
  /// - Returns: the manifest.
  @discardableResult
  public func image(
    _ name: String, layers: [Int], format: Format = .oci,
    platform: Platform = Platform(os: "linux", architecture: "amd64"), sharedWith base: String? = nil,
    sharedCount: Int = 0, tag: String? = "latest"
  ) throws -> Descriptor {
    let made = try layers.enumerated().map { index, size in
      try layer(seed: "\(index < sharedCount ? base ?? name : name)-\(index)", size: size, format: format)
    }
    let manifest = try manifest(name, made, format: format, platform: platform)
    try layout.list(manifest, tag: tag)
    return manifest
  }

  /// An index over one image for each platform; the images share the base layers and have one layer of their own.
  /// - Returns: the index; the children's descriptors are in its manifest, with their platforms.
  @discardableResult
  public func index(
    _ name: String, platforms: [Platform] = SyntheticImages.commonPlatforms, baseLayers: [Int], ownLayer: Int,
    format: Format = .oci, tag: String? = "latest"
  ) throws -> Descriptor {
    let base = try baseLayers.enumerated().map { try layer(seed: "\(name)-base-\($0)", size: $1, format: format) }
    let children = try platforms.map { platform in
      let seed = "\(name)-\(platform)".replacing("/", with: "-")
      let own = try layer(seed: seed, size: ownLayer, format: format)
      var child = try manifest(seed, base + [own], format: format, platform: platform)
      child.platform = platform
      return JSONValue.object(child.members)
    }
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(format.index), "manifests": .array(children),
    ]
    let index = try layout.put(document, mediaType: format.index)
    try layout.list(index, tag: tag)
    return index
  }

  /// An artifact with a configuration of its own type, like a Helm chart.
  @discardableResult
  public func helmChart(_ name: String, size: Int = 4096, tag: String? = "1.0.0") throws -> Descriptor {
    let config = try layout.put(
      ["name": .string(name), "version": "1.0.0", "apiVersion": "v2"],
      mediaType: "application/vnd.cncf.helm.config.v1+json")
    let chart = try layout.put(
      LayerArchive(seed: "\(name)-chart", size: size).bytes,
      mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip")
    return try artifact(config: config, layers: [chart], artifactType: nil, subject: nil, tag: tag)
  }

  /// An artifact whose configuration is the empty blob `{}` (image-spec 1.1, manifest.md, "Guidelines for Artifact Usage").
  /// - Parameter subject: what it refers to; nil for an artifact of its own.
  @discardableResult
  public func artifact(
    type: String, content: String, subject: Descriptor? = nil, tag: String? = nil
  ) throws -> Descriptor {
    let config = try layout.put(Array("{}".utf8), mediaType: MediaType.empty)
    let blob = try layout.put(Array(content.utf8), mediaType: type)
    return try artifact(config: config, layers: [blob], artifactType: type, subject: subject, tag: tag)
  }

  /// The index that stands for the referrers of a manifest where a registry has no referrers API: the tag
  /// `sha256-<hex>` (distribution-spec, "Referrers Tag Schema").
  @discardableResult
  public func referrersTag(of subject: Descriptor, listing referrers: [Descriptor]) throws -> Descriptor {
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex),
      "manifests": .array(referrers.map { .object($0.members) }),
    ]
    let index = try layout.put(document, mediaType: MediaType.ociIndex)
    try layout.list(index, tag: "\(subject.digest.algorithm.rawValue)-\(subject.digest.hex)")
    return index
  }

  /// linux/amd64, linux/arm64/v8 and windows/amd64.
  public static let commonPlatforms = [
    Platform(os: "linux", architecture: "amd64"), Platform(os: "linux", architecture: "arm64", variant: "v8"),
    Platform(os: "windows", architecture: "amd64", osVersion: "10.0.20348.2227"),
  ]

  private func layer(seed: String, size: Int, format: Format) throws -> Layer {
    let archive = LayerArchive(seed: seed, size: size)
    return Layer(descriptor: try layout.put(archive.bytes, mediaType: format.layer), diffID: archive.diffID)
  }

  private func manifest(
    _ name: String, _ layers: [Layer], format: Format, platform: Platform
  ) throws -> Descriptor {
    let created: JSONValue = "2024-01-01T00:00:00Z"
    var members: [JSONValue.Member] = [
      .init("architecture", .string(platform.architecture)), .init("os", .string(platform.os)),
      .init("created", created), .init("config", ["Cmd": ["/hello"], "Labels": ["synthetic": .string(name)]]),
      .init("rootfs", ["type": "layers", "diff_ids": .array(layers.map { .string($0.diffID) })]),
      .init("history", .array(layers.map { _ in ["created": created, "created_by": .string(name)] })),
    ]
    if let variant = platform.variant { members.append(.init("variant", .string(variant))) }
    if let version = platform.osVersion { members.append(.init("os.version", .string(version))) }
    let config = try layout.put(JSONValue.object(members), mediaType: format.config)
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(format.manifest), "config": .object(config.members),
      "layers": .array(layers.map { .object($0.descriptor.members) }),
    ]
    return try layout.put(document, mediaType: format.manifest)
  }

  private func artifact(
    config: Descriptor, layers: [Descriptor], artifactType: String?, subject: Descriptor?, tag: String?
  ) throws -> Descriptor {
    var members: [JSONValue.Member] = [.init("schemaVersion", 2), .init("mediaType", .string(MediaType.ociManifest))]
    if let artifactType { members.append(.init("artifactType", .string(artifactType))) }
    members.append(.init("config", .object(config.members)))
    members.append(.init("layers", .array(layers.map { .object($0.members) })))
    if let subject {
      var target = subject
      target.platform = nil
      target.artifactType = nil
      target.annotations = []
      members.append(.init("subject", .object(target.members)))
    }
    var made = try layout.put(JSONValue.object(members), mediaType: MediaType.ociManifest)
    made.artifactType = artifactType
    try layout.list(made, tag: tag)
    return made
  }
}
