import AcrCore
import AcrHTTP
import OCIRegistry
import TestSupport
import Testing

/// Small images made on the spot.
enum Sample {
  struct Image: Sendable {
    let config: [UInt8]
    let layerBytes: [UInt8]
    let layer: Descriptor
    let manifest: FetchedManifest

    /// Writes blobs and manifest.
    @discardableResult
    func push(to target: some ArtifactTarget, tag: String) async throws -> Image {
      _ = try await target.upload(config)
      _ = try await target.upload(layerBytes)
      try await target.putManifest(manifest, as: .tag(TagName(tag)))
      return self
    }
  }

  /// An image whose only layer is a text.
  static func image(_ text: String) -> Image {
    let config = Array(
      #"{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"history":[],"x":"\#(text)"}"#
        .utf8)
    let configDescriptor = blob(config, MediaType.ociConfig)
    let layer = blob(Array(text.utf8), "application/vnd.oci.image.layer.v1.tar")
    return Image(
      config: config, layerBytes: Array(text.utf8), layer: layer, manifest: manifest(configDescriptor, layer))
  }

  static func blob(_ bytes: [UInt8], _ type: String = "application/octet-stream") -> Descriptor {
    Descriptor(mediaType: type, digest: .of(bytes), size: Int64(bytes.count))
  }

  static func manifest(
    _ config: Descriptor, _ layer: Descriptor, extra: [JSONValue.Member] = []
  ) -> FetchedManifest {
    document(
      MediaType.ociManifest,
      [.init("config", json(config)), .init("layers", [json(layer)])] + extra)
  }

  static func index(_ children: [FetchedManifest]) -> FetchedManifest {
    let entries = children.map {
      json(Descriptor(mediaType: $0.mediaType, digest: $0.digest, size: Int64($0.bytes.count)))
    }
    return document(MediaType.ociIndex, [.init("manifests", .array(entries))])
  }

  static func json(_ descriptor: Descriptor) -> JSONValue {
    [
      "mediaType": .string(descriptor.mediaType), "digest": .string(descriptor.digest.description),
      "size": .integer(descriptor.size.bytes),
    ]
  }

  private static func document(_ type: String, _ members: [JSONValue.Member]) -> FetchedManifest {
    let all: [JSONValue.Member] = [.init("schemaVersion", 2), .init("mediaType", .string(type))] + members
    let bytes = Array(JSONValue.object(all).text.utf8)
    return FetchedManifest(bytes: bytes, mediaType: type, digest: .of(bytes))
  }
}

extension ArtifactTarget {
  /// Writes a blob in one piece.
  func upload(_ bytes: [UInt8]) async throws -> Descriptor {
    let blob = Sample.blob(bytes)
    if case .session(let session) = try await startUpload(blob, mountFrom: nil) {
      try await finish(session, blob, bytes: bytes)
    }
    return blob
  }
}

extension ArtifactSource {
  /// Reads a blob whole.
  func read(_ descriptor: Descriptor, from offset: Int64 = 0) async throws -> [UInt8] {
    let reader = try await blob(descriptor, from: offset)
    var bytes: [UInt8] = []
    while let piece = try await reader.next() { bytes += piece }
    return bytes
  }
}

extension RegistryClients {
  func push(_ host: String, _ name: String) throws -> RegistryRepository {
    repository(try RegistryHost(host), try RepositoryName(name), access: .push)
  }
}

/// Runs skopeo and waits for its success.
@discardableResult
func skopeo(_ arguments: String...) async throws -> ProgramResult {
  try await Program("/usr/bin/env", ["skopeo"] + arguments).succeed()
}
