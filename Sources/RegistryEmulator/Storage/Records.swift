import AcrCore
import OCIRegistry

/// The four locks Azure keeps for repositories, tags and manifests (data-plane swagger, `changeableAttributes`).
struct ChangeableAttributes: Equatable, Sendable {
  var deleteEnabled = true
  var writeEnabled = true
  var readEnabled = true
  var listEnabled = true

  init() {}

  /// Takes what a document says over those of `old`.
  /// - Throws: ``ErrorReply`` with the status 400 for a member that is no boolean.
  init(json: JSONValue, over old: ChangeableAttributes) throws {
    self = old
    for member in json.members ?? [] {
      guard let path = ChangeableAttributes.paths[member.name] else { continue }
      guard let value = member.value.bool else {
        throw ErrorReply(.registry(.badRequest, "INVALID_REQUEST", "`\(member.name)` is neither true nor false"))
      }
      self[keyPath: path] = value
    }
  }

  private static let paths: [String: any WritableKeyPath<ChangeableAttributes, Bool> & Sendable] = [
    "deleteEnabled": \.deleteEnabled, "writeEnabled": \.writeEnabled, "readEnabled": \.readEnabled,
    "listEnabled": \.listEnabled,
  ]

  var json: JSONValue {
    [
      "deleteEnabled": .bool(deleteEnabled), "writeEnabled": .bool(writeEnabled), "readEnabled": .bool(readEnabled),
      "listEnabled": .bool(listEnabled),
    ]
  }
}

/// What a registry keeps about a manifest beside its bytes.
struct ManifestRecord: Equatable, Sendable {
  var digest: Digest
  var mediaType: String
  /// The number of bytes of the manifest itself.
  var size: Int64
  /// The sizes of configuration and layers together, or of an index's manifests.
  var imageSize: Int64
  var created: Timestamp
  var updated: Timestamp
  var platform: Platform?
  var configMediaType: String?
  var artifactType: String?
  var subject: Digest?
  var annotations: [JSONValue.Member]
  /// Blobs and manifests it refers to, which may not be removed before it.
  var references: [Digest]
  var attributes = ChangeableAttributes()
}

/// What a registry keeps about a tag.
struct TagRecord: Equatable, Sendable {
  var digest: Digest
  var created: Timestamp
  var updated: Timestamp
  var attributes = ChangeableAttributes()
}

extension ManifestRecord {
  /// The record as it stands on the disk.
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("digest", .string(digest.description)), .init("mediaType", .string(mediaType)),
      .init("size", .integer(size)), .init("imageSize", .integer(imageSize)),
      .init("created", .string(created.description)), .init("updated", .string(updated.description)),
      .init("references", .array(references.map { .string($0.description) })),
      .init("annotations", .object(annotations)), .init("attributes", attributes.json),
    ]
    if let platform {
      members += [.init("os", .string(platform.os)), .init("architecture", .string(platform.architecture))]
    }
    if let configMediaType { members.append(.init("configMediaType", .string(configMediaType))) }
    if let artifactType { members.append(.init("artifactType", .string(artifactType))) }
    if let subject { members.append(.init("subject", .string(subject.description))) }
    return .object(members)
  }

  /// Reads a record back; nil for a file that is none.
  init?(json: JSONValue) {
    guard let digest = json["digest"]?.string.flatMap({ try? Digest($0) }), let type = json["mediaType"]?.string,
      let size = json["size"]?.integer, let created = json["created"]?.string.flatMap(Timestamp.init(rfc3339:)),
      let updated = json["updated"]?.string.flatMap(Timestamp.init(rfc3339:))
    else { return nil }
    self.init(
      digest: digest, mediaType: type, size: size, imageSize: json["imageSize"]?.integer ?? 0, created: created,
      updated: updated, platform: Platform(json: json), configMediaType: json["configMediaType"]?.string,
      artifactType: json["artifactType"]?.string, subject: json["subject"]?.string.flatMap { try? Digest($0) },
      annotations: json["annotations"]?.members ?? [],
      references: json["references"]?.array?.compactMap { $0.string.flatMap { try? Digest($0) } } ?? [])
    if let stored = json["attributes"], let read = try? ChangeableAttributes(json: stored, over: .init()) {
      attributes = read
    }
  }
}

extension TagRecord {
  /// The record as it stands on the disk.
  var json: JSONValue {
    [
      "digest": .string(digest.description), "created": .string(created.description),
      "updated": .string(updated.description), "attributes": attributes.json,
    ]
  }

  /// Reads a record back; nil for a file that is none.
  init?(json: JSONValue) {
    guard let digest = json["digest"]?.string.flatMap({ try? Digest($0) }),
      let created = json["created"]?.string.flatMap(Timestamp.init(rfc3339:)),
      let updated = json["updated"]?.string.flatMap(Timestamp.init(rfc3339:))
    else { return nil }
    self.init(digest: digest, created: created, updated: updated)
    if let stored = json["attributes"], let read = try? ChangeableAttributes(json: stored, over: .init()) {
      attributes = read
    }
  }
}
