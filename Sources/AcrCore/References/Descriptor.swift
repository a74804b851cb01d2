/// What points at a blob or manifest (image-spec, descriptor.md).
public struct Descriptor: Equatable, Sendable {
  /// The media type of what it points at.
  public var mediaType: String
  /// The digest of its bytes.
  public var digest: Digest
  /// The number of its bytes, as the document says.
  public var size: WireSize
  /// The platform, in an index's entries.
  public var platform: Platform?
  /// The type of an artifact, in an index's entries (image-spec 1.1).
  public var artifactType: String?
  /// Annotations, in the order of the document.
  public var annotations: [JSONValue.Member]
  /// Addresses outside the registry; non-empty only for foreign layers, which are not copied.
  public var urls: [String]

  /// Creates a descriptor of something whose size is known here.
  public init(
    mediaType: String, digest: Digest, size: Int64, platform: Platform? = nil, artifactType: String? = nil,
    annotations: [JSONValue.Member] = [], urls: [String] = []
  ) {
    self.init(
      mediaType: mediaType, digest: digest, size: WireSize(clamping: size), platform: platform,
      artifactType: artifactType, annotations: annotations, urls: urls)
  }

  /// Creates a descriptor.
  public init(
    mediaType: String, digest: Digest, size: WireSize, platform: Platform? = nil, artifactType: String? = nil,
    annotations: [JSONValue.Member] = [], urls: [String] = []
  ) {
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
    self.platform = platform
    self.artifactType = artifactType
    self.annotations = annotations
    self.urls = urls
  }

  /// Reads a descriptor out of a manifest.
  /// - Throws: ``AcrError`` of kind `invalid` that names the missing or wrong member.
  public init(json: JSONValue, in place: String) throws(AcrError) {
    guard let digestText = json["digest"]?.string else {
      throw AcrError(.invalid, "\(place) has an entry without a digest")
    }
    guard let digest = try? Digest(digestText) else {
      throw AcrError(.invalid, "\(place) has an entry with the invalid digest `\(digestText)`")
    }
    guard let size = WireSize(json["size"]) else {
      throw AcrError(.invalid, "\(place) has an entry without a size (\(digest.short))")
    }
    self.init(
      mediaType: json["mediaType"]?.string ?? "application/octet-stream", digest: digest, size: size,
      platform: json["platform"].flatMap(Platform.init(json:)), artifactType: json["artifactType"]?.string,
      annotations: json["annotations"]?.members ?? [], urls: json["urls"]?.array?.compactMap(\.string) ?? [])
  }

  /// True for layers that live elsewhere and may not be distributed; registries do not hold their bytes.
  public var isForeign: Bool {
    !urls.isEmpty || mediaType.contains(".foreign.") || mediaType.contains("nondistributable")
  }
}

/// An operating system and a processor (image-spec, image-index.md).
public struct Platform: Hashable, Sendable, CustomStringConvertible {
  /// For example `linux`.
  public var os: String
  /// For example `amd64`.
  public var architecture: String
  /// For example `v8`.
  public var variant: String?
  /// For Windows, the build.
  public var osVersion: String?

  /// Creates a platform.
  public init(os: String, architecture: String, variant: String? = nil, osVersion: String? = nil) {
    self.os = os
    self.architecture = architecture
    self.variant = variant
    self.osVersion = osVersion
  }

  /// Reads an index entry's `platform`; nil where os or architecture is missing.
  public init?(json: JSONValue) {
    guard let os = json["os"]?.string, let architecture = json["architecture"]?.string else { return nil }
    self.init(
      os: os, architecture: architecture, variant: json["variant"]?.string, osVersion: json["os.version"]?.string)
  }

  /// True where `other` is this platform; a platform named without a variant means all of them.
  public func includes(_ other: Platform) -> Bool {
    os == other.os && architecture == other.architecture && (variant == nil || variant == other.variant)
  }

  /// `linux/arm64/v8`
  public var description: String { "\(os)/\(architecture)\(variant.map { "/\($0)" } ?? "")" }
}
