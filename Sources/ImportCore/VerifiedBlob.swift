import AcrCore
import OCIRegistry

/// A blob on its way: reads it from the source, hashes what passes, goes on with a range after a broken connection, and
/// lets the last piece out only when length and digest are right.
public actor VerifiedBlob {
  private let source: any ArtifactSource
  private let descriptor: Descriptor
  private let observer: ImportObserver
  private var hasher: DigestHasher
  private var reader: BlobReader?
  private var resumptions = 0
  /// The piece that is held back until the next one, or the end, shows that it is not the last.
  private var held: [UInt8]?

  /// How often a broken download is taken up again before the import fails.
  public static let maximumResumptions = 4

  /// Creates a reader of one blob; nothing is asked of the source before the first piece.
  public init(_ descriptor: Descriptor, from source: any ArtifactSource, observer: @escaping ImportObserver) {
    self.descriptor = descriptor
    self.source = source
    self.observer = observer
    hasher = DigestHasher(descriptor.digest.algorithm)
  }

  /// The bytes read so far.
  public var count: Int64 { hasher.count }

  /// The next piece; nil after the last, when the whole blob has the right digest.
  /// - Throws: ``AcrError`` of kind `invalid` for a wrong length or digest, or what the source throws.
  public func next() async throws -> [UInt8]? {
    while let piece = try await read() {
      let ready = held
      held = piece
      if let ready { return ready }
    }
    guard let last = held else { return nil }
    held = nil
    return last
  }

  /// The whole blob, for small ones.
  public func all() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(descriptor.size))
    while let piece = try await next() { bytes += piece }
    return bytes
  }

  private func read() async throws -> [UInt8]? {
    while true {
      do {
        let reader = try await openReader()
        if let piece = try await reader.next() {
          try accept(piece)
          return piece
        }
        guard hasher.count >= descriptor.size else {
          throw AcrError(
            .network,
            "\(source.displayName) sent \(hasher.count) of \(descriptor.size) bytes of the blob \(descriptor.digest)")
        }
        try checkDigest()
        return nil
      } catch let error as AcrError where error.canResume && resumptions < VerifiedBlob.maximumResumptions {
        resumptions += 1
        reader = nil
      }
    }
  }

  private func openReader() async throws -> BlobReader {
    if let reader { return reader }
    if hasher.count == descriptor.size, hasher.count > 0 {
      let ended = BlobReader(length: 0) { nil }
      reader = ended
      return ended
    }
    let opened = try await source.blob(descriptor, from: hasher.count)
    if let length = opened.length, length != descriptor.size - hasher.count {
      throw AcrError(
        .invalid,
        """
        \(source.displayName) announces \(length + hasher.count) bytes for the blob \(descriptor.digest), and its manifest \
        says \(descriptor.size)
        """)
    }
    reader = opened
    return opened
  }

  private func accept(_ piece: [UInt8]) throws {
    guard hasher.count + Int64(piece.count) <= descriptor.size else {
      throw AcrError(
        .invalid,
        "\(source.displayName) sent more bytes for the blob \(descriptor.digest) than the \(descriptor.size) of its manifest"
      )
    }
    hasher.update(piece)
    observer(.transferred(descriptor.digest, bytes: Int64(piece.count)))
  }

  private func checkDigest() throws {
    let found = hasher.finalize()
    guard found == descriptor.digest else {
      throw AcrError(
        .invalid,
        "the blob \(descriptor.digest) of \(source.displayName) has the digest \(found): its bytes were changed on the way",
        help: "nothing was written under its name; try again, and tell the registry's operator if it stays so")
    }
  }
}

extension AcrError {
  /// True for a connection that broke or stalled: what came before it still counts.
  fileprivate var canResume: Bool { kind == .network || kind == .timeout }
}
