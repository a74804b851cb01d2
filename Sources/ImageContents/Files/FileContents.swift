import AcrCore
import OCIRegistry

/// The contents of one file of a layer, pulled piece by piece. The last piece comes only when the whole layer was read and has
/// the right digest.
public actor FileContents {
  private let next: LayerBytes
  private let decompressor: Decompressor
  private var tar: TarReader
  private var handler: Handler
  private var held: [UInt8]?
  private var isEnded = false

  init(of file: ImageFiles.Located, in layer: Descriptor, name: String, _ reader: LayerReader) {
    next = reader.open(layer)
    decompressor = Decompressor(name, budget: reader.budget)
    tar = TarReader(name, budget: reader.budget)
    handler = Handler(number: file.number, path: file.path)
  }

  /// The next piece; nil after the last.
  /// - Throws: ``AcrError``: `invalid` for a layer that is damaged or has another digest, and what the store throws.
  public func next() async throws -> [UInt8]? {
    while !isEnded {
      try Task.checkCancellation()
      if let piece = try await next() {
        try decompressor.feed(piece) { try tar.feed($0, &handler) }
      } else {
        try decompressor.finish { try tar.feed($0, &handler) }
        try tar.finish()
        isEnded = true
      }
      guard !handler.pieces.isEmpty else { continue }
      let ready = held
      held = handler.pieces
      handler.pieces = []
      if let ready { return ready }
    }
    defer { held = nil }
    return held
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
