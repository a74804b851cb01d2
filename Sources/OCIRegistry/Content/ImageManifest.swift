import AcrCore

/// What a manifest says, as far as it matters for copying and listing (image-spec, manifest.md and image-index.md).
public struct ImageManifest: Equatable, Sendable {
  /// The three shapes of manifests.
  public enum Kind: String, Sendable {
    /// A list of manifests, one for each platform.
    case index
    /// A configuration and layers that a container can run.
    case image
    /// Anything else kept in a registry: signatures, charts, bills of materials.
    case artifact
  }

  /// The shape.
  public let kind: Kind
  /// The media type.
  public let mediaType: String
  /// The type of an artifact, where the manifest states one.
  public let artifactType: String?
  /// The configuration; nil for an index and for manifests that know none.
  public let config: Descriptor?
  /// Layers, or the blobs of an artifact, in the order of the document.
  public let layers: [Descriptor]
  /// An index's children.
  public let manifests: [Descriptor]
  /// The manifest this one is about.
  public let subject: Descriptor?
  /// The annotations in the order of the document.
  public let annotations: [JSONValue.Member]

  /// The blobs to copy: configuration and layers, each once.
  public var blobs: [Descriptor] {
    var seen: Set<Digest> = []
    return ((config.map { [$0] } ?? []) + layers).filter { seen.insert($0.digest).inserted }
  }

  /// Reads a manifest.
  /// - Parameters:
  ///   - manifest: the bytes and their type.
  ///   - name: how the manifest is called in messages, for example `HOST/NAME:TAG`.
  /// - Throws: ``AcrError`` of kind `invalid` that names the manifest and what is wrong with it.
  public init(_ manifest: FetchedManifest, name: String) throws(AcrError) {
    let place = "the manifest `\(name)`"
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: manifest.bytes, mostValues: Int(WireLimit.values.standard))
    } catch {
      throw AcrError(
        .invalid, "\(place) is not valid JSON: \(error.reason) at line \(error.line), column \(error.column)")
    }
    guard document.members != nil else { throw AcrError(.invalid, "\(place) is not a JSON object") }
    mediaType = manifest.mediaType
    artifactType = document["artifactType"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    annotations = document["annotations"]?.members ?? []
    subject = try Self.descriptor(document["subject"], in: "\(place), member `subject`,")
    switch mediaType {
    case MediaType.ociIndex, MediaType.dockerList:
      guard document["manifests"]?.array != nil else {
        throw AcrError(.invalid, "\(place) is an index without the list `manifests`")
      }
      kind = .index
      config = nil
      layers = []
      manifests = try Self.descriptors("manifests", of: document, in: place)
    case MediaType.ociManifest, MediaType.dockerManifest:
      guard let config = try Self.descriptor(document["config"], in: "\(place), member `config`,") else {
        throw AcrError(.invalid, "\(place) has no `config`")
      }
      let isImage = artifactType == nil && [MediaType.ociConfig, MediaType.dockerConfig].contains(config.mediaType)
      kind = isImage ? .image : .artifact
      self.config = config
      layers = try Self.descriptors("layers", of: document, in: place)
      manifests = []
    case MediaType.ociArtifact, MediaType.orasArtifact:
      kind = .artifact
      config = nil
      layers = try Self.descriptors("blobs", of: document, in: place)
      manifests = []
    default:
      throw AcrError(.invalid, "\(place) is of the type `\(mediaType)`, which is not a manifest that can be copied")
    }
  }

  /// The media type a document states, or the one its shape belongs to; nil when it is no manifest. For registries and
  /// folders that do not say the type.
  static func mediaType(of document: JSONValue) -> String? {
    if let type = document["mediaType"]?.string, MediaType.isManifest(type) { return type }
    if document["manifests"]?.array != nil { return MediaType.ociIndex }
    if let config = document["config"], config.members != nil {
      return config["mediaType"]?.string == MediaType.dockerConfig ? MediaType.dockerManifest : MediaType.ociManifest
    }
    if document["fsLayers"]?.array != nil { return MediaType.dockerSchema1 }
    return document["blobs"]?.array != nil ? MediaType.ociArtifact : nil
  }

  private static func descriptor(_ value: JSONValue?, in place: String) throws(AcrError) -> Descriptor? {
    guard let value, !value.isNull else { return nil }
    return try Descriptor(json: value, in: place)
  }

  /// A list of descriptors; a missing list or `null` is an empty one.
  private static func descriptors(
    _ member: String, of document: JSONValue, in place: String
  ) throws(AcrError) -> [Descriptor] {
    guard let value = document[member], !value.isNull else { return [] }
    guard let items = value.array else { throw AcrError(.invalid, "\(place) has a `\(member)` that is not a list") }
    var found: [Descriptor] = []
    for item in items { found.append(try Descriptor(json: item, in: "\(place), list `\(member)`,")) }
    return found
  }
}
