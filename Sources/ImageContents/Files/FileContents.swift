import AcrCore
import OCIRegistry
import struct Crypto.SHA256

/// The contents of one file of a layer, pulled piece by piece. The last piece comes only when the digest was right: that of the
/// whole layer, or where the layer has a table of contents, the file's own in it.
public actor FileContents {
  private let open: @Sendable () async throws -> LayerBytes
  private var source: LayerBytes?
  private var held: [UInt8]?
  private var isEnded = false

  init(of file: ImageFiles.Located, in image: ImageFiles) {
    open = {
      let layer = image.layers[file.layer]
      let name = image.name(ofLayer: file.layer)
      if file.number == .max, let part = try await image.table?.contents(of: file.path, in: layer, name: name) {
        return { try await part.next() }
      }
      let whole = LayerFile(of: file, in: image)
      return { try await whole.next() }
    }
  }

  /// The next piece; nil after the last.
  /// - Throws: ``AcrError``: `invalid` for a layer that is damaged or has another digest, and what the store throws.
  public func next() async throws -> [UInt8]? {
    let next: LayerBytes
    if let source { next = source } else { next = try await open() }
    source = next
    while !isEnded {
      try Task.checkCancellation()
      guard let piece = try await next() else {
        isEnded = true
        break
      }
      let ready = held
      held = piece
      if let ready { return ready }
    }
    defer { held = nil }
    return held
  }
}

/// A file of a layer that is read whole.
private actor LayerFile {
  private let next: LayerBytes
  private let decompressor: Decompressor
  private let check: @Sendable (Digest?) async throws -> Void
  private var tar: TarReader
  private var handler: Handler
  private var hasher = SHA256()
  private var isEnded = false

  init(of file: ImageFiles.Located, in image: ImageFiles) {
    let name = image.name(ofLayer: file.layer)
    next = image.reader.open(image.layers[file.layer])
    decompressor = Decompressor(name, budget: image.reader.budget)
    tar = TarReader(name, budget: image.reader.budget)
    handler = Handler(number: file.number, path: file.path)
    check = { try await image.check($0, ofLayer: file.layer) }
  }

  func next() async throws -> [UInt8]? {
    while !isEnded {
      if let piece = try await next() {
        try decompressor.feed(piece) { try take($0) }
      } else {
        try decompressor.finish { try take($0) }
        try tar.finish()
        try await check(Digest(sha256: hasher.finalize()))
        isEnded = true
      }
      guard !handler.pieces.isEmpty else { continue }
      defer { handler.pieces = [] }
      return handler.pieces
    }
    return nil
  }

  private func take(_ bytes: UnsafeRawBufferPointer) throws {
    hasher.update(bufferPointer: bytes)
    try tar.feed(bytes, &handler)
  }

  /// Takes the contents of one entry: that with the number, or where a table of contents gave it, the first with the path.
  private struct Handler: TarHandler {
    let number: UInt32
    let path: [UInt8]
    var pieces: [UInt8] = []
    private var isFound = false

    init(number: UInt32, path: [UInt8]) {
      self.number = number
      self.path = path
    }

    mutating func begin(_ entry: TarEntry) -> Bool {
      guard !isFound else { return false }
      isFound = number == .max ? PathText.cleaned(entry.path) == path : entry.number == Int(number)
      return isFound
    }
    mutating func data(_ bytes: UnsafeRawBufferPointer) { pieces += bytes }
    mutating func end() {}
  }
}
