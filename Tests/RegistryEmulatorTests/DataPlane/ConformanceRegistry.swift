import AcrCore
import Crypto
import TestSupport
import Testing

/// The servers that are held against the OCI distribution specification, version 1.1. The tests are written from its text;
/// each names the section it is about.
enum ConformanceServer: String, CaseIterable, CustomTestStringConvertible, Sendable {
  case emulator
  /// Debian's docker-registry 2.8, which is older than version 1.1 of the specification.
  case dockerRegistry

  var testDescription: String { rawValue }
}

/// What the specification has and a server may lack.
enum Offer: CaseIterable, Sendable {
  case referrers, tagDeletion, tagPages, chunkOrder, brokenChunks, manifestsBySHA512, ownDigestNames, blobInOneRequest
  case unsatisfiableRanges, tooLargeManifests, blameOfTheClient

  /// Why a server lacks it; nil for one that has it. The tests meet the lack with the answer that the server gives in its
  /// place, so that this list cannot grow old unnoticed.
  func reasonOfLack(at server: ConformanceServer) -> String? {
    guard server == .dockerRegistry else { return nil }
    switch self {
    case .referrers: return "the interface is of version 1.1; the server answers 404, after which clients use tags"
    case .tagDeletion: return "it deletes by digest alone and takes a tag for a digest that does not fit"
    case .tagPages: return "it gives all tags whatever `n` and `last` say, unsorted"
    case .chunkOrder: return "it does not read `Content-Range` and appends what comes"
    case .brokenChunks:
      return "it wants the `_state` of the last answer, and cannot be asked how far an upload came without it"
    case .manifestsBySHA512: return "it computes SHA-256 of manifests whatever the digest in the path says"
    case .ownDigestNames: return "it names a blob pushed by SHA-512 by its SHA-256, and answers to both"
    case .blobInOneRequest:
      return "it takes a POST with a digest for the beginning of an upload, as the specification allows"
    case .unsatisfiableRanges: return "it announces a body with its 416 and sends none"
    case .blameOfTheClient: return "it answers 500 to the manifest `null` and to a name of 300 letters"
    case .tooLargeManifests: return "it refuses above 4 MiB with 400 instead of 413"
    }
  }
}

/// A registry under test.
struct ConformanceRegistry: Sendable {
  let server: ConformanceServer
  let client: LoopbackClient
  private let credentials: HeaderFields

  static let manifestType = "application/vnd.oci.image.manifest.v1+json"
  static let indexType = "application/vnd.oci.image.index.v1+json"
  /// What a client that takes every manifest sends.
  static let accepted: HeaderFields = ["Accept": "\(manifestType), \(indexType)"]

  /// Starts a server for one test.
  static func run(
    _ server: ConformanceServer, _ body: (ConformanceRegistry) async throws -> Void
  ) async throws {
    switch server {
    case .emulator:
      try await withEmulator { emulator in
        try await body(
          ConformanceRegistry(server: server, client: emulator.registry("first"), credentials: everything))
      }
    case .dockerRegistry:
      try await withRegistryServer { registry in
        try await body(
          ConformanceRegistry(
            server: server, client: try LoopbackClient(authority: registry.authority), credentials: [:]))
      }
    }
  }

  func lacks(_ offer: Offer) -> Bool { offer.reasonOfLack(at: server) != nil }

  func send(
    _ method: String, _ target: String, _ headers: HeaderFields = [:], _ body: [UInt8]? = nil
  ) async throws -> LoopbackClient.Answer {
    var fields = headers
    for (name, value) in credentials.all { fields.add(name, value) }
    return try await client.send(method, target, headers: fields, body: body)
  }

  // MARK: Blobs

  /// Opens an upload.
  /// - Returns: where it goes on.
  func startUpload(_ name: String) async throws -> String {
    let answer = try await send("POST", "/v2/\(name)/blobs/uploads/", ["Content-Length": "0"])
    #expect(answer.status == 202)
    return try #require(answer.headers["Location"])
  }

  /// An address with one more item in its query, whether it has one already or not.
  static func adding(_ item: String, to location: String) -> String {
    location + (location.contains("?") ? "&" : "?") + item
  }

  func chunk(_ location: String, _ bytes: [UInt8], range: String? = nil) async throws -> LoopbackClient.Answer {
    var headers: HeaderFields = ["Content-Type": "application/octet-stream"]
    headers["Content-Range"] = range
    return try await send("PATCH", location, headers, bytes)
  }

  func finish(_ location: String, _ digest: String, _ bytes: [UInt8] = []) async throws -> LoopbackClient.Answer {
    try await send(
      "PUT", Self.adding("digest=\(digest)", to: location), ["Content-Type": "application/octet-stream"], bytes)
  }

  /// Uploads a blob by POST and PUT.
  @discardableResult
  func push(_ bytes: [UInt8], to name: String, digest: String? = nil) async throws -> String {
    let digest = digest ?? sha256(bytes)
    let answer = try await finish(try await startUpload(name), digest, bytes)
    guard answer.status == 201 else { throw TestSupportError("the blob: \(answer.status) \(answer.text)") }
    return digest
  }

  // MARK: Manifests

  /// A manifest with one layer, whose blobs are pushed.
  func manifest(
    in name: String, layer: String = "layer", _ more: [JSONValue.Member] = []
  ) async throws -> (bytes: [UInt8], digest: String) {
    let (config, content) = (Array("{}".utf8), Array(layer.utf8))
    let (configDigest, layerDigest) = (try await push(config, to: name), try await push(content, to: name))
    let document = imageManifest(config: (configDigest, config.count), layer: (layerDigest, content.count))
    let bytes = Array(JSONValue.object((document.members ?? []) + more).text.utf8)
    return (bytes, sha256(bytes))
  }

  func putManifest(
    _ bytes: [UInt8], _ name: String, _ reference: String, type: String = manifestType
  ) async throws -> LoopbackClient.Answer {
    try await send("PUT", "/v2/\(name)/manifests/\(reference)", ["Content-Type": type], bytes)
  }

  /// Pushes an image under a tag.
  /// - Returns: its digest.
  @discardableResult
  func image(_ name: String, _ tag: String, layer: String = "layer") async throws -> String {
    let (bytes, digest) = try await manifest(in: name, layer: layer)
    let answer = try await putManifest(bytes, name, tag)
    guard answer.status == 201 else { throw TestSupportError("the manifest: \(answer.status) \(answer.text)") }
    return digest
  }
}

/// The digest of bytes by SHA-512.
func sha512(_ bytes: [UInt8]) -> String {
  "sha512:" + SHA512.hash(data: bytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
