import AcrCore
import OCIRegistry

/// Makes the images of the sample world. The same name gives the same digests on every machine.
struct SampleImages {
  let store: RegistryStore

  /// Makes an image by its name, for example `library/hello-world:latest`, unless the tag is there already.
  /// - Throws: ``AcrError`` of kind `usage` for a name that is no reference with a tag.
  func make(_ text: String) async throws {
    let reference = try RepositoryReference(text)
    let tag = reference.tag ?? .latest
    if await store.manifest(.tag(tag), in: reference.repository) != nil { return }
    let short = reference.repository.name.split(separator: "/").last.map(String.init) ?? reference.repository.name
    switch short {
    case "worn": try await makeWorn(reference.repository)
    case "alpine": try await makeAlpine(reference.repository, tag)
    case "hello-world", "busybox", "api", "untrusted":
      try await index(short, reference.repository, tag, SampleImages.manyPlatforms, layer: 2_500)
    case "servercore":
      try await index(
        short, reference.repository, tag,
        [Platform(os: "windows", architecture: "amd64", osVersion: "10.0.17763.5458")], layer: 600_000)
    case "tensorflow":
      let linux = Platform(os: "linux", architecture: "amd64")
      try await single(short, reference.repository, tag, linux, layers: [200_000, 900_000, 300_000])
    default:
      let linux = Platform(os: "linux", architecture: "amd64")
      let root = try await single(short, reference.repository, tag, linux, layers: [40_000, 9_000])
      if ["aci-helloworld", "app"].contains(short) { try await attach(to: root, reference.repository) }
    }
  }

  static let manyPlatforms = [
    Platform(os: "linux", architecture: "amd64"), Platform(os: "linux", architecture: "arm", variant: "v7"),
    Platform(os: "linux", architecture: "arm64", variant: "v8"), Platform(os: "linux", architecture: "s390x"),
    Platform(os: "windows", architecture: "amd64", osVersion: "10.0.20348.2227"),
  ]

  /// - Returns: the digests of the index and its images.
  @discardableResult
  func index(
    _ seed: String, _ repository: RepositoryName, _ tag: TagName, _ platforms: [Platform], layer: Int
  ) async throws -> [Digest] {
    var images: [(FetchedManifest, Platform)] = []
    for platform in platforms {
      images.append((try await image("\(seed)-\(platform)", repository, platform, layers: [layer]), platform))
    }
    return try await index(of: images, repository, tag)
  }

  /// - Returns: the digests of the index and its images.
  @discardableResult
  func index(
    of images: [(FetchedManifest, Platform)], _ repository: RepositoryName, _ tag: TagName
  ) async throws -> [Digest] {
    var children: [JSONValue] = []
    var digests: [Digest] = []
    for (image, platform) in images {
      try await store.putManifest(image, in: repository, tags: [])
      children.append(descriptor(image, platform))
      digests.append(image.digest)
    }
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(children),
    ]
    let index = manifest(document, MediaType.ociIndex)
    try await store.putManifest(index, in: repository, tags: [tag])
    return [index.digest] + digests
  }

  @discardableResult
  private func single(
    _ seed: String, _ repository: RepositoryName, _ tag: TagName, _ platform: Platform, layers: [Int]
  ) async throws -> FetchedManifest {
    let image = try await image(seed, repository, platform, layers: layers)
    try await store.putManifest(image, in: repository, tags: [tag])
    return image
  }

  /// A bill of materials about an image, found by the referrers API.
  /// - Returns: its digest.
  @discardableResult
  func attach(to image: FetchedManifest, _ repository: RepositoryName) async throws -> Digest {
    let text = #"{"spdxVersion":"SPDX-2.3","name":"aci-helloworld","packages":[]}"#
    return try await attach(Array(text.utf8), "application/spdx+json", to: descriptor(image, nil), repository)
  }

  /// An artifact of one blob about an image, found by the referrers API.
  /// - Returns: its digest.
  @discardableResult
  func attach(
    _ bytes: [UInt8], _ type: String, to subject: JSONValue, _ repository: RepositoryName,
    blobType: String? = nil, annotations: JSONValue? = nil
  ) async throws -> Digest {
    let config = try await blob(Array("{}".utf8), MediaType.empty, repository)
    let layer = try await blob(bytes, blobType ?? type, repository)
    var members: [JSONValue.Member] = [
      .init("schemaVersion", 2), .init("mediaType", .string(MediaType.ociManifest)),
      .init("artifactType", .string(type)), .init("config", config), .init("layers", [layer]),
      .init("subject", subject),
    ]
    if let annotations { members.append(.init("annotations", annotations)) }
    let about = manifest(.object(members), MediaType.ociManifest)
    try await store.putManifest(about, in: repository, tags: [])
    return about.digest
  }

  /// - Parameter base: the name of a first layer that images share; nil for none.
  func image(
    _ seed: String, _ repository: RepositoryName, _ platform: Platform, layers sizes: [Int], base: String? = nil
  ) async throws -> FetchedManifest {
    let all = (base.map { [($0, 60_000)] } ?? []) + sizes.enumerated().map { ("\(seed)-\($0)", $1) }
    return try await image(repository, platform, all.map { SampleLayer(seed: $0, size: $1) })
  }

  /// - Parameter labels: the labels of the configuration; nil for none.
  func image(
    _ repository: RepositoryName, _ platform: Platform, _ archives: [SampleLayer], labels: JSONValue? = nil
  ) async throws -> FetchedManifest {
    var layers: [JSONValue] = []
    var contents: [JSONValue] = []
    for archive in archives {
      layers.append(try await blob(archive.compressed, "application/vnd.oci.image.layer.v1.tar+gzip", repository))
      contents.append(.string(Digest.of(archive.archive).description))
    }
    var members: [JSONValue.Member] = [
      .init("created", "2024-01-01T00:00:00Z"), .init("architecture", .string(platform.architecture)),
      .init("os", .string(platform.os)),
    ]
    if let variant = platform.variant { members.append(.init("variant", .string(variant))) }
    if let version = platform.osVersion { members.append(.init("os.version", .string(version))) }
    members += [
      .init("config", labels.map { ["Cmd": ["/bin/sh"], "Labels": $0] } ?? ["Cmd": ["/hello"]]),
      .init("rootfs", ["type": "layers", "diff_ids": .array(contents)]),
    ]
    let config = try await blob(Array(JSONValue.object(members).text.utf8), MediaType.ociConfig, repository)
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest), "config": config, "layers": .array(layers),
    ]
    return manifest(document, MediaType.ociManifest)
  }

  private func blob(_ bytes: [UInt8], _ type: String, _ repository: RepositoryName) async throws -> JSONValue {
    let digest = try await store.putBlob(bytes, in: repository)
    return [
      "mediaType": .string(type), "digest": .string(digest.description), "size": .integer(Int64(bytes.count)),
    ]
  }

  private func manifest(_ document: JSONValue, _ type: String) -> FetchedManifest {
    let bytes = Array(document.text.utf8)
    return FetchedManifest(bytes: bytes, mediaType: type, digest: Digest.of(bytes))
  }

  private func descriptor(_ manifest: FetchedManifest, _ platform: Platform?) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("mediaType", .string(manifest.mediaType)), .init("digest", .string(manifest.digest.description)),
      .init("size", .integer(Int64(manifest.bytes.count))),
    ]
    if let platform {
      var parts: [JSONValue.Member] = [
        .init("architecture", .string(platform.architecture)), .init("os", .string(platform.os)),
      ]
      if let version = platform.osVersion { parts.append(.init("os.version", .string(version))) }
      if let variant = platform.variant { parts.append(.init("variant", .string(variant))) }
      members.append(.init("platform", .object(parts)))
    }
    return .object(members)
  }
}

/// A layer: a tar archive in a gzip envelope, by default with one file of bytes that look random and follow from a name.
struct SampleLayer {
  /// The tar archive (POSIX ustar).
  let archive: [UInt8]

  /// - Parameter size: the size of the file in bytes.
  init(seed: String, size: Int) { self.init([.file("hello", SampleLayer.bytes(seed, size))]) }

  /// Bytes that look random and follow from a name.
  static func bytes(_ seed: String, _ size: Int) -> [UInt8] {
    var state = seed.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    var words: [UInt64] = []
    words.reserveCapacity(size / 8 + 1)
    for _ in 0...size / 8 {
      // xorshift64* by Vigna.
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      words.append((state &* 0x2545_F491_4F6C_DD1D).littleEndian)
    }
    return words.withUnsafeBytes { Array($0.prefix(size)) }
  }

  /// One entry of the archive.
  struct Entry {
    let path: String
    let content: [UInt8]
    let link: String
    /// The type of the entry: `0` a file, `2` a symbolic link, `5` a folder.
    let kind: String
    let mode: String

    static func file(_ path: String, _ content: [UInt8], mode: String = "0000644") -> Entry {
      Entry(path: path, content: content, link: "", kind: "0", mode: mode)
    }
    static func text(_ path: String, _ text: String) -> Entry { .file(path, Array(text.utf8)) }
    static func folder(_ path: String) -> Entry {
      Entry(path: "\(path)/", content: [], link: "", kind: "5", mode: "0000755")
    }
    static func link(_ path: String, to target: String) -> Entry {
      Entry(path: path, content: [], link: target, kind: "2", mode: "0000777")
    }

    /// The header of 512 bytes, and the content in whole blocks.
    fileprivate var blocks: [UInt8] {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) {
        header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
      }
      func octal(_ value: Int, _ width: Int) -> String {
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
      }
      put(path, at: 0)
      put(mode, at: 100)
      put("0000000", at: 108)
      put("0000000", at: 116)
      put(octal(content.count, 11), at: 124)
      put(octal(1_704_067_200, 11), at: 136)
      put("        \(kind)", at: 148)
      put(link, at: 157)
      put("ustar", at: 257)
      put("00", at: 263)
      put(octal(header.reduce(0) { $0 + Int($1) }, 6), at: 148)
      header[154] = 0
      return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
  }

  /// An archive of these entries; paths and targets of links have at most 100 bytes.
  init(_ entries: [Entry]) {
    archive = entries.flatMap(\.blocks) + [UInt8](repeating: 0, count: 1024)
  }

  /// The archive as gzip (RFC 1952) with stored blocks (RFC 1951, 3.2.4): its bytes do not compress.
  var compressed: [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    bytes.reserveCapacity(archive.count + archive.count / 65_535 * 5 + 64)
    var position = 0
    repeat {
      let count = min(65_535, archive.count - position)
      let isLast = position + count == archive.count
      let length = UInt16(count)
      bytes.append(isLast ? 1 : 0)
      withUnsafeBytes(of: length.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: (~length).littleEndian) { bytes += $0 }
      bytes += archive[position..<position + count]
      position += count
    } while position < archive.count
    withUnsafeBytes(of: SampleLayer.checksum(archive).littleEndian) { bytes += $0 }
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: archive.count).littleEndian) { bytes += $0 }
    return bytes
  }

  /// CRC-32 (RFC 1952, 8).
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var table: [UInt32] = []
    for index in 0..<256 as Range<UInt32> {
      var value = index
      for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
      table.append(value)
    }
    var checksum: UInt32 = .max
    for byte in bytes { checksum = (checksum >> 8) ^ table[Int((checksum ^ UInt32(byte)) & 255)] }
    return ~checksum
  }
}
