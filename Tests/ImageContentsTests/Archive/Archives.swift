import AcrCore
import Foundation
import TestSupport

@testable import ImageContents

/// Reads archives and layers of tests.
enum Archives {
  /// The entries of a plain archive that comes in pieces of one size.
  static func listing(_ bytes: [UInt8], pieces: Int = 4096) throws -> LayerListing {
    var handler = ListingHandler(isHashed: false)
    try read(bytes, pieces: pieces, &handler)
    return handler.listing
  }

  static func read(_ bytes: [UInt8], pieces: Int, _ handler: inout some TarHandler) throws {
    var tar = TarReader("the archive", budget: ContentBudget(for: "the archive"))
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + pieces)
      try bytes[start..<end].withUnsafeBytes { try tar.feed($0, &handler) }
      start = end
    }
    try tar.finish()
  }

  /// Decompressed bytes.
  static func decompressed(_ bytes: [UInt8], pieces: Int, limits: WireLimits = .standard) throws -> [UInt8] {
    let decompressor = Decompressor("the layer", budget: ContentBudget(limits, for: "the image"))
    var found: [UInt8] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + pieces)
      try decompressor.feed(Array(bytes[start..<end])) { found += $0 }
      start = end
    }
    try decompressor.finish { found += $0 }
    return found
  }

  /// The files of an image whose layers are these bytes.
  static func files(
    _ layers: [[UInt8]], limits: WireLimits = .standard, cache: ListingCache = ListingCache(),
    diffIDs: ImageFiles.DiffIDReader? = nil
  ) -> ImageFiles {
    let descriptors = layers.map { bytes in
      Descriptor(mediaType: "application/octet-stream", digest: Digest.of(bytes), size: Int64(bytes.count))
    }
    let contents = Dictionary(zip(descriptors.map(\.digest), layers), uniquingKeysWith: { first, _ in first })
    return ImageFiles(
      name: "the image", layers: descriptors, store: nil, cache: cache, limits: limits, diffIDs: diffIDs
    ) {
      layer in
      let source = Pieces(contents[layer.digest] ?? [])
      return { await source.next() }
    }
  }

  static func file(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
}

/// Bytes that come in pieces.
actor Pieces {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func next() -> [UInt8]? {
    guard position < bytes.count else { return nil }
    let end = min(bytes.count, position + 3000)
    defer { position = end }
    return Array(bytes[position..<end])
  }
}

extension LayerListing {
  /// `KIND PATH -> TARGET SIZE` of each entry.
  var lines: [String] {
    entries.map { entry in
      let target = String(decoding: target(entry), as: UTF8.self)
      return
        "\(entry.mark == .none ? entry.kind.rawValue : "\(entry.mark)") \(String(decoding: path(entry), as: UTF8.self))"
        + (target.isEmpty ? "" : " -> \(target)") + " \(entry.size)"
    }
  }
}
