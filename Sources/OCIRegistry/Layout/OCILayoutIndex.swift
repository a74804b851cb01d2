import AcrCore

/// The file `index.json` of an OCI layout folder: which manifests the folder holds, and by which tags (image-spec,
/// image-layout.md). Members this client does not know are kept.
struct OCILayoutIndex {
  /// The annotation that holds the tag.
  static let tagAnnotation = "org.opencontainers.image.ref.name"

  /// One entry: the descriptor as it stands in the file.
  struct Entry {
    var json: JSONValue
    let descriptor: Descriptor

    /// The tag or other name; nil for an entry without one.
    var name: String? { descriptor.annotations.last { $0.name == OCILayoutIndex.tagAnnotation }?.value.string }
  }

  private var document: [JSONValue.Member]
  private(set) var entries: [Entry]

  /// The index of an empty folder.
  init() {
    document = [.init("schemaVersion", 2), .init("mediaType", .string(MediaType.ociIndex)), .init("manifests", [])]
    entries = []
  }

  /// Reads the file.
  /// - Throws: ``AcrError`` of kind `invalid` that names the file.
  init(path: String, bytes: [UInt8]) throws(AcrError) {
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw AcrError(
        .invalid, "`\(path)` is not valid JSON: \(error.reason) at line \(error.line), column \(error.column)")
    }
    guard let members = json.members, let items = json["manifests"]?.array else {
      throw AcrError(.invalid, "`\(path)` has no list `manifests`, so it is not the index of an OCI layout")
    }
    document = members
    entries = []
    for item in items { entries.append(Entry(json: item, descriptor: try Descriptor(json: item, in: "`\(path)`"))) }
  }

  /// The text of the file.
  var bytes: [UInt8] {
    let manifests = JSONValue.array(entries.map(\.json))
    let members = document.map { $0.name == "manifests" ? .init($0.name, manifests) : $0 }
    return Array(JSONValue.object(members).text.utf8)
  }

  /// The entry with a tag. Of several the first counts, as it does for skopeo.
  func entry(tag: TagName) -> Entry? { entries.first { $0.name == tag.name } }

  /// Adds a manifest.
  /// - Parameters:
  ///   - tag: the tag, which is taken from whatever had it; nil to make sure of an entry of any name.
  ///   - children: what the manifest lists itself. Their entries without a name only kept them reachable until now.
  mutating func add(_ manifest: FetchedManifest, tag: TagName?, children: Set<Digest>) {
    entries.removeAll { entry in
      if let tag, entry.name == tag.name { return true }
      guard entry.name == nil else { return false }
      return children.contains(entry.descriptor.digest) || (tag != nil && entry.descriptor.digest == manifest.digest)
    }
    if tag == nil, entries.contains(where: { $0.descriptor.digest == manifest.digest }) { return }
    let size = Int64(manifest.bytes.count)
    var json: [JSONValue.Member] = [
      .init("mediaType", .string(manifest.mediaType)), .init("digest", .string(manifest.digest.description)),
      .init("size", .integer(size)),
    ]
    var annotations: [JSONValue.Member] = []
    if let tag {
      annotations = [.init(Self.tagAnnotation, .string(tag.name))]
      json.append(.init("annotations", .object(annotations)))
    }
    let descriptor = Descriptor(
      mediaType: manifest.mediaType, digest: manifest.digest, size: size, annotations: annotations)
    entries.append(Entry(json: .object(json), descriptor: descriptor))
  }
}
