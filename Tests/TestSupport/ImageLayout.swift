import AcrCore
import struct Crypto.SHA256
import Foundation

/// An OCI image layout on disk (image-spec, image-layout.md) that tests write blobs, manifests and tags into.
public final class ImageLayout: Sendable {
  /// The folder, the one that `skopeo` takes as `oci:folder`.
  public let path: String
  private let entries = Monitor<[Entry]>([])

  /// A manifest with a tag, or a manifest that is only reached by its digest.
  public struct Entry: Sendable {
    /// What it points at.
    public let descriptor: Descriptor
    /// The tag; nil for a manifest without one, such as a referrer.
    public let tag: String?
  }

  /// Creates an empty layout in a new folder.
  public init(path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: "\(path)/blobs/sha256", withIntermediateDirectories: true)
    try write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: "\(path)/oci-layout")
    try writeIndex()
  }

  /// The entries of `index.json`, in the order in which they were made.
  public var tops: [Entry] { entries.current }

  /// Stores a blob or a manifest.
  @discardableResult
  public func put(_ bytes: [UInt8], mediaType: String) throws -> Descriptor {
    guard let digest = Digest(bytes: Array(SHA256.hash(data: bytes))) else {
      throw TestSupportError("SHA-256 gave no 32 bytes")
    }
    try write(bytes, to: file(digest))
    return Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
  }

  /// Stores a JSON document as compact text.
  @discardableResult
  public func put(_ document: JSONValue, mediaType: String) throws -> Descriptor {
    try put(Array(document.text.utf8), mediaType: mediaType)
  }

  /// Lists a manifest in `index.json`.
  public func list(_ descriptor: Descriptor, tag: String? = nil) throws {
    entries.update { $0.append(Entry(descriptor: descriptor, tag: tag)) }
    try writeIndex()
  }

  /// The bytes of a blob or manifest.
  public func read(_ digest: Digest) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: file(digest))))
  }

  /// The absolute path of a blob.
  public func file(_ digest: Digest) -> String { "\(path)/blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }

  /// The manifest that has a tag.
  public func descriptor(tag: String) throws -> Descriptor {
    guard let entry = tops.last(where: { $0.tag == tag }) else {
      throw TestSupportError("the layout \(path) has no tag \(tag)")
    }
    return entry.descriptor
  }

  private func writeIndex() throws {
    let items = tops.map { entry in
      var descriptor = entry.descriptor
      descriptor.annotations = []
      var members = descriptor.members
      if let tag = entry.tag {
        members.append(.init("annotations", ["org.opencontainers.image.ref.name": .string(tag)]))
      }
      return JSONValue.object(members)
    }
    let index: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(items),
    ]
    try write(Array(index.text.utf8), to: "\(path)/index.json")
  }

  private func write(_ bytes: [UInt8], to file: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }
}

extension Descriptor {
  /// The descriptor as JSON members, in the order of the specification.
  var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("mediaType", .string(mediaType)), .init("digest", .string(digest.description)),
      .init("size", .integer(size.bytes)),
    ]
    if let platform {
      var parts: [JSONValue.Member] = [
        .init("architecture", .string(platform.architecture)), .init("os", .string(platform.os)),
      ]
      if let version = platform.osVersion { parts.append(.init("os.version", .string(version))) }
      if let variant = platform.variant { parts.append(.init("variant", .string(variant))) }
      members.append(.init("platform", .object(parts)))
    }
    if let artifactType { members.append(.init("artifactType", .string(artifactType))) }
    if !annotations.isEmpty { members.append(.init("annotations", .object(annotations))) }
    return members
  }
}
