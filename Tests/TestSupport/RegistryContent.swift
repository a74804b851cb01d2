import Crypto
import Foundation

/// Reads and writes a registry directly over HTTP, without authentication and without any code of acrsh: prepares what tests
/// need, and checks what they made. Use ``RegistryServer/directAuthority`` with it.
public struct RegistryContent: Sendable {
  /// What ``verify(_:reference:)`` has seen.
  public struct Summary: Sendable, Equatable {
    /// The digest of the manifest that the reference names.
    public var digest: String
    /// The digests of all manifests: that one and its children.
    public var manifests: Set<String>
    /// The digests of all configurations and layers.
    public var blobs: Set<String>
  }

  /// The parts of a manifest that point at something.
  private struct Manifest: Decodable {
    struct Entry: Decodable {
      var mediaType: String?
      var digest: String
      var size: Int
      var urls: [String]?
    }
    var mediaType: String?
    var config: Entry?
    var layers: [Entry]?
    var blobs: [Entry]?
    var manifests: [Entry]?
  }

  private static let manifestTypes = [
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
  ]

  /// The client for requests of the test's own.
  public let client: LoopbackClient

  /// - Parameter authority: `127.0.0.1:port` of a registry without protection.
  public init(authority: String) throws { client = try LoopbackClient(authority: authority) }

  /// Pushes everything a layout lists, or one tag of it: blobs first, then manifests, children before their index.
  /// - Parameters:
  ///   - tag: the tag in the layout; nil for all entries.
  ///   - repository: the name in the registry.
  public func push(_ layout: ImageLayout, tag: String? = nil, to repository: String) async throws {
    let tops = layout.tops.filter { tag == nil || $0.tag == tag }
    guard !tops.isEmpty else { throw TestSupportError("the layout \(layout.path) has no tag \(tag ?? "")") }
    var pushed: Set<String> = []
    for top in tops {
      let digest = top.descriptor.digest.description
      try await push(
        digest, type: top.descriptor.mediaType, as: top.tag ?? digest, from: layout.path, to: repository, &pushed)
    }
  }

  private func push(
    _ digest: String, type: String, as reference: String, from path: String, to repository: String,
    _ pushed: inout Set<String>
  ) async throws {
    let bytes = try Self.read(digest, in: path)
    let manifest = try Self.decode(bytes, digest)
    for child in manifest.manifests ?? [] where pushed.insert(child.digest).inserted {
      try await push(
        child.digest, type: child.mediaType ?? "", as: child.digest, from: path, to: repository, &pushed)
    }
    for blob in Self.blobs(manifest) where pushed.insert(blob.digest).inserted {
      try await pushBlob(try Self.read(blob.digest, in: path), digest: blob.digest, to: repository)
    }
    let answer = try await client.send(
      "PUT", "/v2/\(repository)/manifests/\(reference)", headers: ["Content-Type": type], body: bytes)
    try Self.expect(201, answer, "PUT manifest \(reference)")
  }

  /// Pushes a repository that was made in memory.
  public func push(_ content: MemoryRegistry.Repository, to repository: String) async throws {
    for (digest, bytes) in content.blobs.sorted(by: { $0.key < $1.key }) {
      try await pushBlob(bytes, digest: digest, to: repository)
    }
    let tags = Dictionary(grouping: content.tags.keys) { content.tags[$0] ?? "" }
    for digest in RandomRepository.inOrder(content) {
      guard let manifest = content.manifests[digest] else { continue }
      for reference in [digest] + (tags[digest] ?? []) {
        let answer = try await client.send(
          "PUT", "/v2/\(repository)/manifests/\(reference)", headers: ["Content-Type": manifest.mediaType],
          body: manifest.bytes)
        try Self.expect(201, answer, "PUT manifest \(reference)")
      }
    }
  }

  /// Uploads one blob.
  public func pushBlob(_ bytes: [UInt8], digest: String, to repository: String) async throws {
    let start = try await client.send("POST", "/v2/\(repository)/blobs/uploads/", body: [])
    try Self.expect(202, start, "POST upload")
    guard let location = start.headers["location"] else { throw TestSupportError("the upload has no Location") }
    let answer = try await client.send(
      "PUT", "\(location)\(location.contains("?") ? "&" : "?")digest=\(digest)",
      headers: ["Content-Type": "application/octet-stream"], body: bytes)
    try Self.expect(201, answer, "PUT blob \(digest)")
  }

  /// Reads a reference with everything it points at, and checks each digest and size against the bytes.
  /// - Parameter reference: a tag or a digest.
  /// - Throws: ``TestSupportError`` that names the first thing that is missing or wrong.
  @discardableResult
  public func verify(_ repository: String, reference: String) async throws -> Summary {
    try await Self.verify(reference) { kind, name in
      let headers: HeaderFields = kind == .manifest ? ["Accept": Self.manifestTypes.joined(separator: ", ")] : [:]
      let answer = try await client.send("GET", "/v2/\(repository)/\(kind.rawValue)/\(name)", headers: headers)
      try Self.expect(200, answer, "\(kind.rawValue) \(name) of \(repository)")
      return answer.body
    }
  }

  /// Reads a tag or digest of an OCI layout folder, made by whatever program, and checks it like ``verify(_:reference:)``.
  @discardableResult
  public static func verify(layout path: String, reference: String) async throws -> Summary {
    struct Index: Decodable {
      struct Entry: Decodable {
        var digest: String
        var annotations: [String: String]?
      }
      var manifests: [Entry]
    }
    let index = try JSONDecoder().decode(
      Index.self, from: try Data(contentsOf: URL(fileURLWithPath: "\(path)/index.json")))
    let entry = index.manifests.last {
      $0.digest == reference || $0.annotations?["org.opencontainers.image.ref.name"] == reference
    }
    guard let entry else { throw TestSupportError("\(path)/index.json does not list \(reference)") }
    return try await verify(entry.digest) { _, digest in try read(digest, in: path) }
  }

  /// The tags of a repository in the registry's order; empty where the repository does not exist.
  public func tags(_ repository: String) async throws -> [String] {
    struct List: Decodable { var tags: [String]? }
    let answer = try await client.send("GET", "/v2/\(repository)/tags/list")
    if answer.status == 404 { return [] }
    try Self.expect(200, answer, "tags of \(repository)")
    return try JSONDecoder().decode(List.self, from: Data(answer.body)).tags ?? []
  }

  private enum Kind: String { case manifest = "manifests", blob = "blobs" }

  private static func verify(
    _ reference: String, _ fetch: (Kind, String) async throws -> [UInt8]
  ) async throws -> Summary {
    var summary = Summary(digest: "", manifests: [], blobs: [])
    var waiting: [(name: String, size: Int?)] = [(reference, nil)]
    while let next = waiting.popLast() {
      let bytes = try await fetch(.manifest, next.name)
      let digest = next.name.contains(":") ? next.name : hash(bytes)
      try check(bytes, digest, next.size)
      if summary.manifests.isEmpty { summary.digest = digest }
      summary.manifests.insert(digest)
      let manifest = try decode(bytes, digest)
      for child in manifest.manifests ?? [] where !summary.manifests.contains(child.digest) {
        waiting.append((child.digest, child.size))
      }
      for blob in blobs(manifest) where summary.blobs.insert(blob.digest).inserted {
        try check(try await fetch(.blob, blob.digest), blob.digest, blob.size)
      }
    }
    return summary
  }

  /// Configuration and layers, without layers whose bytes a registry does not hold.
  private static func blobs(_ manifest: Manifest) -> [Manifest.Entry] {
    ([manifest.config].compactMap { $0 } + (manifest.layers ?? []) + (manifest.blobs ?? []))
      .filter { $0.urls?.isEmpty ?? true }
  }

  private static func decode(_ bytes: [UInt8], _ digest: String) throws -> Manifest {
    do {
      return try JSONDecoder().decode(Manifest.self, from: Data(bytes))
    } catch {
      throw TestSupportError("\(digest) is no manifest: \(error)")
    }
  }

  private static func check(_ bytes: [UInt8], _ digest: String, _ size: Int?) throws {
    let found = hash(bytes)
    guard found == digest else { throw TestSupportError("\(digest) has \(bytes.count) bytes that hash to \(found)") }
    if let size, size != bytes.count {
      throw TestSupportError("\(digest) has \(bytes.count) bytes, and the manifest says \(size)")
    }
  }

  private static func hash(_ bytes: [UInt8]) -> String {
    "sha256:" + SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func read(_ digest: String, in path: String) throws -> [UInt8] {
    let file = "\(path)/blobs/\(digest.replacingOccurrences(of: ":", with: "/"))"
    guard let data = FileManager.default.contents(atPath: file) else {
      throw TestSupportError("\(digest) is not in the layout \(path)")
    }
    return Array(data)
  }

  private static func expect(_ status: Int, _ answer: LoopbackClient.Answer, _ what: String) throws {
    guard answer.status == status else {
      throw TestSupportError("\(what): status \(answer.status) instead of \(status)\n\(answer.text)")
    }
  }
}
