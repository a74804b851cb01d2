import AcrCore
import OCIRegistry
import struct Crypto.SHA256

/// A layer's bytes as they come from a store, whose digest the giver checks.
public typealias LayerBytes = @Sendable () async throws -> [UInt8]?

/// Reads layers: decompresses and looks through their archives as they come. Nothing is unpacked.
public struct LayerReader: Sendable {
  /// Opens a layer for reading from its start. Whoever gives it checks length and digest, and throws before the last piece
  /// of wrong bytes.
  public typealias Opener = @Sendable (Descriptor) -> LayerBytes

  let open: Opener
  let budget: ContentBudget

  /// Creates a reader.
  public init(budget: ContentBudget, open: @escaping Opener) {
    self.budget = budget
    self.open = open
  }

  /// The entries of a layer.
  /// - Parameters:
  ///   - name: how the layer is called in messages.
  ///   - isHashed: whether contents are hashed, for comparisons.
  /// - Throws: ``AcrError``: `invalid` for what is no archive, is damaged or holds too much, and what the store throws.
  public func listing(of layer: Descriptor, name: String, isHashed: Bool = false) async throws -> LayerListing {
    var handler = ListingHandler(isHashed: isHashed)
    let decompressor = Decompressor(name, budget: budget)
    var tar = TarReader(name, budget: budget)
    var hasher = SHA256()
    let next = open(layer)
    while let piece = try await next() {
      try Task.checkCancellation()
      try decompressor.feed(piece) {
        hasher.update(bufferPointer: $0)
        try tar.feed($0, &handler)
      }
    }
    try decompressor.finish {
      hasher.update(bufferPointer: $0)
      try tar.feed($0, &handler)
    }
    try tar.finish()
    var listing = handler.listing
    listing.unpacked = Digest(sha256: hasher.finalize())
    return listing
  }
}

/// Gathers entries.
struct ListingHandler: TarHandler {
  private(set) var listing = LayerListing()
  private let isHashed: Bool
  private var hasher = SHA256()
  private var isKept = false

  init(isHashed: Bool) {
    self.isHashed = isHashed
    listing.isHashed = isHashed
  }

  mutating func begin(_ entry: TarEntry) -> Bool {
    isKept = listing.append(entry)
    guard isHashed, isKept, entry.kind == .file else { return false }
    hasher = SHA256()
    return true
  }

  mutating func data(_ bytes: UnsafeRawBufferPointer) { hasher.update(bufferPointer: bytes) }

  mutating func end() { listing.setHash(ContentHash.of(hasher.finalize())) }
}

/// The beginning of a SHA-256: enough to tell contents apart that nobody made to look alike.
enum ContentHash {
  static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    let hash = bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    // 0 means that there is none.
    return hash == 0 ? 1 : hash
  }

  /// That of an empty file.
  static let ofNothing: UInt64 = of(SHA256().finalize())
}

extension Digest {
  /// The digest of a finished hash.
  init?(sha256 hash: SHA256.Digest) {
    let digits = Array("0123456789abcdef".utf8)
    var text = Array("sha256:".utf8)
    for byte in hash {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    try? self.init(String(decoding: text, as: UTF8.self))
  }
}
