import AcrCore
import OCIRegistry

/// A blob on its way: reads it from the source, hashes what passes, goes on with a range after a broken connection, and
/// lets the last piece out only when length and digest are right. It can be set back to an earlier byte, for a target that
/// lost the rest, without reading everything again.
public actor VerifiedBlob {
  private let source: any ArtifactSource
  private let descriptor: Descriptor
  private let observer: ImportObserver
  private var hasher: DigestHasher
  private var reader: BlobReader?
  /// Bytes that a whole read brings again because the source gives no ranges; they were hashed before.
  private var repeated: Int64 = 0
  private var refusesRanges = false
  /// The first byte that is handed out; those before it are only hashed, since the target has them.
  private var start: Int64 = 0
  private var resumptions = 0
  private var lastResumption: Int64 = 0
  /// States of the hash, one in every few megabytes, to set back to.
  private var checkpoints: [DigestHasher] = []
  /// The piece that is held back until the next one, or the end, shows that it is not the last.
  private var held: [UInt8]?

  /// How often a broken download is taken up again without getting on, before the import fails.
  public static let maximumResumptions = 4
  /// How many bytes count as getting on.
  private static let progress: Int64 = 1 << 20
  private static let checkpointDistance: Int64 = 8 << 20

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
    while let piece = try await next() {
      if bytes.isEmpty { bytes = piece } else { bytes += piece }
    }
    return bytes
  }

  /// Goes on handing out from byte `offset`. What was hashed up to the nearest kept state before it is not read again.
  public func rewind(to offset: Int64) {
    held = nil
    start = offset
    // Nothing was handed out that is not wanted, and nothing read past it.
    guard hasher.count > offset else { return }
    checkpoints.removeAll { $0.count > offset }
    let before = hasher.count
    hasher = checkpoints.last ?? DigestHasher(descriptor.digest.algorithm)
    reader = nil
    repeated = 0
    lastResumption = min(lastResumption, hasher.count)
    observer(.restarted(descriptor.digest, bytes: before - hasher.count))
  }

  /// The next piece to hand out.
  private func read() async throws -> [UInt8]? {
    while true {
      let begin = hasher.count
      guard let piece = try await readHashed() else { return nil }
      guard begin < start else { return piece }
      let known = min(Int64(piece.count), start - begin)
      if known < piece.count { return Array(piece[Int(known)...]) }
    }
  }

  private func readHashed() async throws -> [UInt8]? {
    while true {
      do {
        let reader = try await openReader()
        if let piece = try await reader.next() {
          guard let new = try accept(piece) else { continue }
          return new
        }
        guard descriptor.size <= hasher.count else {
          throw AcrError(
            .network,
            "\(source.displayName) sent \(hasher.count) of \(descriptor.size) bytes of the blob \(descriptor.digest)")
        }
        try checkDigest()
        return nil
      } catch let error as AcrError where error.canResume {
        if hasher.count - lastResumption >= VerifiedBlob.progress { resumptions = 0 }
        guard resumptions < VerifiedBlob.maximumResumptions else { throw error }
        resumptions += 1
        lastResumption = hasher.count
        reader = nil
        repeated = 0
      }
    }
  }

  private func openReader() async throws -> BlobReader {
    if let reader { return reader }
    if descriptor.size == hasher.count, hasher.count > 0 {
      let ended = BlobReader(length: 0) { nil }
      reader = ended
      return ended
    }
    var first = refusesRanges ? 0 : hasher.count
    let opened: BlobReader
    do {
      opened = try await source.blob(descriptor, from: first)
    } catch let error as AcrError where error.code == RangeFailure.code {
      refusesRanges = true
      first = 0
      observer(.note("\(error.message); it was read again from its start"))
      opened = try await source.blob(descriptor, from: 0)
    }
    if let length = opened.length, descriptor.size - first != length {
      throw AcrError(
        .invalid,
        """
        \(source.displayName) announces \(WireSize(clamping: length) + WireSize(clamping: first)) bytes for the blob \(descriptor.digest), and its manifest \
        says \(descriptor.size)
        """)
    }
    repeated = hasher.count - first
    reader = opened
    return opened
  }

  /// Hashes a piece; gives back what of it is new, nil for nothing.
  private func accept(_ piece: [UInt8]) throws -> [UInt8]? {
    var piece = piece
    if repeated > 0 {
      let old = min(repeated, Int64(piece.count))
      repeated -= old
      if old == piece.count { return nil }
      piece = Array(piece[Int(old)...])
    }
    guard descriptor.size >= hasher.count + Int64(piece.count) else {
      throw AcrError(
        .invalid,
        "\(source.displayName) sent more bytes for the blob \(descriptor.digest) than the \(descriptor.size) of its manifest"
      )
    }
    hasher.update(piece)
    if hasher.count - (checkpoints.last?.count ?? 0) >= VerifiedBlob.checkpointDistance { checkpoints.append(hasher) }
    observer(.transferred(descriptor.digest, bytes: Int64(piece.count)))
    return piece
  }

  private func checkDigest() throws {
    let found = hasher.finalize()
    guard found == descriptor.digest else {
      throw source.wrongBytes(of: descriptor, found: found)
    }
  }
}

extension AcrError {
  /// True for a connection that broke or stalled: what came before it still counts.
  fileprivate var canResume: Bool { kind == .network || kind == .timeout }
}
