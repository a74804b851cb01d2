import AcrCore

/// A ustar archive made in memory, for layers whose files tests choose.
public struct TarArchive: Sendable {
  private var blocks: [UInt8] = []

  /// Creates an empty archive.
  public init() {}

  /// The archive with its end.
  public var bytes: [UInt8] { blocks + [UInt8](repeating: 0, count: 1024) }
  /// The archive as one gzip member.
  public var gzipped: [UInt8] { TarArchive.gzip(bytes) }

  /// Bytes as one gzip member of stored blocks.
  public static func gzip(_ bytes: [UInt8]) -> [UInt8] { LayerArchive.gzip(bytes) }

  /// Adds a file.
  public mutating func file(
    _ path: String, _ content: String = "", mode: Int = 0o644, owner: Int = 0, modified: Int = 1_700_000_000
  ) {
    add(path, "0", Array(content.utf8), mode: mode, owner: owner, modified: modified)
  }

  /// Adds a folder.
  public mutating func folder(_ path: String, mode: Int = 0o755) { add("\(path)/", "5", mode: mode) }

  /// Adds a symbolic link.
  public mutating func link(_ path: String, to target: String) { add(path, "2", mode: 0o777, target: target) }

  /// Adds another name of a file.
  public mutating func hardLink(_ path: String, to target: String) { add(path, "1", target: target) }

  /// Adds an entry of any type.
  public mutating func add(
    _ path: String, _ type: Character, _ content: [UInt8] = [], mode: Int = 0o644, owner: Int = 0,
    modified: Int = 1_700_000_000, target: String = ""
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
    }
    func octal(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(String(path.prefix(100)), at: 0)
    put(octal(mode, 7), at: 100)
    put(octal(owner, 7), at: 108)
    put(octal(owner, 7), at: 116)
    put(octal(content.count, 11), at: 124)
    put(octal(modified, 11), at: 136)
    put("        ", at: 148)
    put(String(type), at: 156)
    put(String(target.prefix(100)), at: 157)
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6), at: 148)
    header[154] = 0
    blocks += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }
}

extension SyntheticImages {
  /// An image with layers of chosen files.
  /// - Parameters:
  ///   - layers: the blobs of the layers, from the base on.
  ///   - config: further members of the configuration, such as `config` and `history`.
  ///   - platform: what it is for; it stands in the descriptor too.
  @discardableResult
  public func image(
    archives layers: [[UInt8]], config: [JSONValue.Member] = [],
    platform: Platform = Platform(os: "linux", architecture: "amd64"), tag: String? = "latest"
  ) throws -> Descriptor {
    let blobs = try layers.map { try layout.put($0, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip") }
    return try image(blobs: blobs, config: config, platform: platform, tag: tag)
  }

  /// The same of blobs that are there already.
  @discardableResult
  public func image(
    blobs: [Descriptor], config: [JSONValue.Member] = [],
    platform: Platform = Platform(os: "linux", architecture: "amd64"), tag: String? = "latest"
  ) throws -> Descriptor {
    let members: [JSONValue.Member] =
      [.init("architecture", .string(platform.architecture)), .init("os", .string(platform.os))] + config
    let configuration = try layout.put(JSONValue.object(members), mediaType: MediaType.ociConfig)
    let document: JSONValue = [
      "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest), "config": .object(configuration.members),
      "layers": .array(blobs.map { .object($0.members) }),
    ]
    var made = try layout.put(document, mediaType: MediaType.ociManifest)
    try layout.list(made, tag: tag)
    made.platform = platform
    return made
  }
}
