import AcrCore
import AcrRuntime
import ImportCore
import OCIRegistry

extension PolicyImage {
  private static let shape = Shape([
    "source", "digest", "mediaType", "platforms", "size", "created", "annotations", "labels",
  ])

  /// What is known of the image, as a record: `source`, `digest`, `mediaType`, `platforms` (a list of texts), `size` (all its
  /// blobs together), `created` (null where nothing tells), `annotations` of its manifest, and `labels` (of an index those of
  /// its first image).
  /// - Throws: what the source throws, and `invalid` for what is no manifest.
  func record(source: String) async throws -> Record {
    let image = try ImageManifest(root, name: name)
    var labelled = image
    if let first = image.images.first, image.kind == .index {
      labelled = try ImageManifest(try await engine.manifest(first.digest, in: store), name: name)
    }
    let labels = try await configuration(of: labelled)?["config"]?["Labels"]?.members ?? []
    let created = try await ImageDate.created(.digest(root.digest), in: store)
    return Record(
      shape: Self.shape,
      values: [
        .string(source), .string(root.digest.description), .string(root.mediaType),
        .list(try await platforms().map { .string($0.description) }),
        .size(try await engine.size(of: root, in: store).bytes), created.map(Value.datetime) ?? .null,
        .record(Self.texts(image.annotations)), .record(Self.texts(labels)),
      ])
  }

  /// The members that are texts; of a repeated name the last counts.
  private static func texts(_ members: [JSONValue.Member]) -> Record {
    var places: [String: Int] = [:]
    var (names, values): ([String], [Value]) = ([], [])
    for member in members {
      guard let text = member.value.string else { continue }
      if let place = places[member.name] {
        values[place] = .string(text)
      } else {
        places[member.name] = names.count
        names.append(member.name)
        values.append(.string(text))
      }
    }
    return Record(shape: Shape(names), values: values)
  }
}
