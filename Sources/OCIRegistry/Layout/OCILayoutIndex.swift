import AcrCore

/// The file `index.json` of an OCI layout folder: which manifests the folder holds, and by which tags (image-spec,
/// image-layout.md). Members this client does not know are kept. Looking up and adding take the same time however many
/// entries there are.
struct OCILayoutIndex: Sendable {
  /// The annotation that holds the tag.
  static let tagAnnotation = "org.opencontainers.image.ref.name"

  /// One entry.
  struct Entry: Sendable {
    /// The descriptor as it stands in the file, in compact form.
    let text: [UInt8]
    /// The manifest.
    let digest: Digest
    /// The tag or other name; nil for an entry without one.
    let name: String?

    init(_ json: JSONValue, _ descriptor: Descriptor) {
      text = Array(json.text.utf8)
      digest = descriptor.digest
      name = descriptor.annotations.last { $0.name == OCILayoutIndex.tagAnnotation }?.value.string
    }

    /// What points at the manifest.
    var descriptor: Descriptor {
      let read = try? JSONValue(parsing: text)
      let found = read.flatMap { try? Descriptor(json: $0, in: "the index") }
      return found ?? Descriptor(mediaType: MediaType.ociManifest, digest: digest, size: .zero)
    }
  }

  /// A manifest that is to be listed.
  struct Change: Sendable {
    /// Its entry, with its tag where it has one: the tag is taken from whatever had it.
    let entry: Entry
    /// What the manifest lists itself. Their entries without a name only kept them reachable until now.
    let children: [Digest]
  }

  /// The members of the document, but for the entries.
  private var document: [JSONValue.Member]
  /// Nil for those that were taken out.
  private var places: [Entry?] = []
  private var removedCount = 0
  /// The first place of each name.
  private var named: [String: Int] = [:]
  /// True where several entries have one name, as other programs may write it.
  private var hasRepeatedNames = false
  /// The places of entries without a name.
  private var unnamed: [Digest: [Int]] = [:]
  /// How many entries each manifest has, and the place of one that was there.
  private var listed: [Digest: (count: Int, place: Int)] = [:]

  /// The index of an empty folder.
  init() {
    document = [.init("schemaVersion", 2), .init("mediaType", .string(MediaType.ociIndex))]
  }

  /// Reads the file, entry by entry.
  /// - Throws: ``AcrError`` of kind `invalid` that names the file.
  init(path: String, bytes: [UInt8]) throws(AcrError) {
    document = []
    var hasList = false
    var scanner = JSONScanner(bytes)
    let first = try Self.next(&scanner, path)
    while first == .objectStart, case .key(let name)? = try Self.next(&scanner, path) {
      guard let start = try Self.next(&scanner, path) else { break }
      guard name == Self.list, start == .arrayStart else {
        if name != Self.list { document.append(.init(name, try Self.value(start, &scanner, path))) }
        continue
      }
      hasList = true
      removeAll()
      while let item = try Self.next(&scanner, path), item != .arrayEnd {
        let json = try Self.value(item, &scanner, path)
        append(Entry(json, try Descriptor(json: json, in: "`\(path)`")))
      }
    }
    // What stands behind the document is an error, too.
    while first != nil, try Self.next(&scanner, path) != nil {}
    guard hasList else {
      throw AcrError(.invalid, "`\(path)` has no list `\(Self.list)`, so it is not the index of an OCI layout")
    }
  }

  private static let list = "manifests"

  private static func next(_ scanner: inout JSONScanner, _ path: String) throws(AcrError) -> JSONEvent? {
    do throws(JSONError) { return try scanner.next() } catch { throw invalid(error, path) }
  }

  private static func value(
    _ first: JSONEvent, _ scanner: inout JSONScanner, _ path: String
  ) throws(AcrError) -> JSONValue {
    do throws(JSONError) { return try JSONValue(first, in: &scanner) } catch { throw invalid(error, path) }
  }

  private static func invalid(_ error: JSONError, _ path: String) -> AcrError {
    AcrError(.invalid, "`\(path)` is not valid JSON: \(error.reason) at line \(error.line), column \(error.column)")
  }

  // MARK: What is in it

  /// How many entries there are.
  var count: Int { places.count - removedCount }

  /// The entries in the file's order.
  var entries: [Entry] { places.compactMap(\.self) }

  /// The entry with a tag. Of several the first counts, as it does for skopeo.
  func entry(tag: TagName) -> Entry? { named[tag.name].flatMap { places[$0] } }

  /// An entry of a manifest.
  func entry(digest: Digest) -> Entry? {
    guard let found = listed[digest] else { return nil }
    if let entry = places[found.place] { return entry }
    return entries.first { $0.digest == digest }
  }

  /// The text of the file.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(places.reduce(256) { $0 + ($1.map { $0.text.count + 1 } ?? 0) })
    bytes.append(UInt8(ascii: "{"))
    for member in document {
      bytes += JSONValue.string(member.name).text.utf8
      bytes.append(UInt8(ascii: ":"))
      bytes += member.value.text.utf8
      bytes.append(UInt8(ascii: ","))
    }
    bytes += "\"\(Self.list)\":[".utf8
    var isFirst = true
    for case let entry? in places {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      bytes += entry.text
      isFirst = false
    }
    bytes += "]}".utf8
    return bytes
  }

  // MARK: Changes

  /// Lists a manifest.
  mutating func apply(_ change: Change) {
    let entry = change.entry
    if let name = entry.name { take(name) }
    for child in change.children { removeUnnamed(child) }
    if entry.name != nil {
      removeUnnamed(entry.digest)
      append(entry)
    } else if listed[entry.digest] == nil {
      append(entry)
    }
    // Half of it empty: the rest moves together.
    guard removedCount > 64, removedCount > places.count / 2 else { return }
    let kept = entries
    removeAll()
    for entry in kept { append(entry) }
  }

  /// Takes a name away from all that have it.
  private mutating func take(_ name: String) {
    guard let place = named[name] else { return }
    remove(place)
    guard hasRepeatedNames else { return }
    for place in places.indices where places[place]?.name == name { remove(place) }
  }

  private mutating func removeUnnamed(_ digest: Digest) {
    for place in unnamed[digest] ?? [] { remove(place) }
  }

  private mutating func append(_ entry: Entry) {
    let place = places.count
    if let name = entry.name {
      if named[name] == nil { named[name] = place } else { hasRepeatedNames = true }
    } else {
      unnamed[entry.digest, default: []].append(place)
    }
    listed[entry.digest] = (1 + (listed[entry.digest]?.count ?? 0), listed[entry.digest]?.place ?? place)
    places.append(entry)
  }

  private mutating func remove(_ place: Int) {
    guard let entry = places[place] else { return }
    places[place] = nil
    removedCount += 1
    if let name = entry.name {
      if named[name] == place { named[name] = nil }
    } else {
      unnamed[entry.digest]?.removeAll { $0 == place }
      if unnamed[entry.digest]?.isEmpty == true { unnamed[entry.digest] = nil }
    }
    guard let found = listed[entry.digest] else { return }
    listed[entry.digest] = found.count > 1 ? (found.count - 1, found.place) : nil
  }

  private mutating func removeAll() {
    (places, named, unnamed, listed, removedCount) = ([], [:], [:], [:], 0)
  }
}

extension OCILayoutIndex.Change {
  /// Lists a manifest by its tag; without one it is only made sure that an entry of any name is there.
  init(_ manifest: FetchedManifest, tag: TagName?) {
    let size = Int64(manifest.bytes.count)
    var json: [JSONValue.Member] = [
      .init("mediaType", .string(manifest.mediaType)), .init("digest", .string(manifest.digest.description)),
      .init("size", .integer(size)),
    ]
    var annotations: [JSONValue.Member] = []
    if let tag {
      annotations = [.init(OCILayoutIndex.tagAnnotation, .string(tag.name))]
      json.append(.init("annotations", .object(annotations)))
    }
    entry = OCILayoutIndex.Entry(
      .object(json),
      Descriptor(mediaType: manifest.mediaType, digest: manifest.digest, size: size, annotations: annotations))
    children = (try? ImageManifest(manifest, name: "the manifest"))?.manifests.map(\.digest) ?? []
  }

  /// The change as a line of the log.
  var line: [UInt8] {
    let listed = JSONValue.array(children.map { .string($0.description) }).text
    return Array("{\"children\":\(listed),\"entry\":".utf8) + entry.text + Array("}\n".utf8)
  }

  /// Reads a line of the log; nil for one that was cut off.
  init?(line: some Collection<UInt8>) {
    guard let json = try? JSONValue(parsing: Array(line)), let entry = json["entry"],
      let descriptor = try? Descriptor(json: entry, in: "the log"), let children = json["children"]?.array
    else { return nil }
    self.entry = OCILayoutIndex.Entry(entry, descriptor)
    self.children = children.compactMap { $0.string.flatMap { try? Digest($0) } }
  }
}
