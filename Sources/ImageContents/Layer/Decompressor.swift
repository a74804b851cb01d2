import AcrCore
import CCompression

/// Decompresses one stream of bytes, told apart by its first bytes: gzip of any number of members, zstd of any number of frames,
/// or bytes as they are. It holds one piece of output, whatever the input asks for.
final class Decompressor {
  private static let outputSize = 128 << 10
  /// Zeros behind the last member, which some tools write to fill a block, are not a member.
  private var isPadding = false
  /// True at the start, and where a member or frame has ended.
  private var isBetween = true
  /// The first bytes, until there are enough to tell the compression.
  private var prefix: [UInt8] = []
  private var compression: LayerCompression?
  private var stream: OpaquePointer?
  private let output: UnsafeMutableRawBufferPointer
  private let name: String
  private let budget: ContentBudget
  private var taken: Int64 = 0
  private var given: Int64 = 0

  /// - Parameter name: how the bytes are called in messages: ``the layer sha256:… of `HOST/NAME` ``.
  init(_ name: String, budget: ContentBudget) {
    self.name = name
    self.budget = budget
    output = .allocate(byteCount: Decompressor.outputSize, alignment: 16)
  }

  deinit {
    output.deallocate()
    acr_decompressor_free(stream)
  }

  /// Decompresses a piece.
  /// - Throws: ``AcrError`` of kind `invalid` for broken bytes and for more than the budget allows; what `take` throws.
  func feed(_ bytes: [UInt8], _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
    taken += Int64(bytes.count)
    guard compression == nil else { return try bytes.withUnsafeBytes { try step($0, take) } }
    prefix += bytes
    guard prefix.count >= LayerCompression.prefixLength else { return }
    try begin(take)
  }

  /// Tells that there are no more bytes.
  /// - Throws: ``AcrError`` of kind `invalid` for a stream that is cut off.
  func finish(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
    if compression == nil, !prefix.isEmpty { try begin(take) }
    guard isBetween || isPadding || compression == LayerCompression.none else {
      throw AcrError(
        .invalid,
        "\(name) is cut off: its \(compression?.rawValue ?? "") stream does not end (\(taken) bytes were read)",
        help: "the layer was damaged before it was pushed; push the image again")
    }
  }

  private func begin(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
    let found = LayerCompression(prefix: prefix)
    try refuseOthers()
    compression = found
    if found != .none {
      stream = acr_decompressor_new(Int32((found == .gzip ? ACR_GZIP : ACR_ZSTD).rawValue))
      guard stream != nil else { throw AcrError(.server, "there is not enough memory to decompress \(name)") }
    }
    let first = prefix
    prefix = []
    try first.withUnsafeBytes { try step($0, take) }
  }

  /// Compressions that registries hold and that are not read here.
  private func refuseOthers() throws(AcrError) {
    let kind: String? =
      prefix.starts(with: [0x42, 0x5A, 0x68]) ? "bzip2" : prefix.starts(with: [0xFD, 0x37, 0x7A, 0x58]) ? "xz" : nil
    guard let kind else { return }
    throw AcrError(
      .invalid, "\(name) is compressed with \(kind), and only gzip, zstd and plain archives can be read",
      help: "`blob show --raw` gives its bytes")
  }

  private func step(_ input: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard compression != LayerCompression.none else {
      given += Int64(input.count)
      try budget.check(given, from: taken, name)
      return try take(input)
    }
    var offset = 0
    while offset < input.count || !isBetween {
      if isBetween, compression == .gzip, taken > 0, given > 0 || isPadding {
        if input[offset] == 0 { isPadding = true }
        if isPadding {
          guard input[offset...].allSatisfy({ $0 == 0 }) else { throw broken() }
          return
        }
      }
      var (used, made) = (0, 0)
      let base = input.baseAddress?.advanced(by: offset).assumingMemoryBound(to: UInt8.self)
      let result = acr_decompressor_step(
        stream, base, input.count - offset, &used, output.baseAddress?.assumingMemoryBound(to: UInt8.self),
        output.count, &made)
      offset += used
      given += Int64(made)
      try budget.check(given, from: taken, name)
      if made > 0 { try take(UnsafeRawBufferPointer(rebasing: output[..<made])) }
      switch result {
      case Int32(ACR_MEMBER_ENDED.rawValue): isBetween = true
      case Int32(ACR_GOES_ON.rawValue):
        if used > 0 || made > 0 { isBetween = false }
        // Nothing moves without more input.
        if used == 0, made == 0 { return }
        if offset == input.count, made < output.count { return }
      case Int32(ACR_TOO_LARGE.rawValue):
        throw AcrError(
          .invalid, "\(name) needs more memory to be decompressed than is allowed (a zstd window of more than 128 MiB)",
          help: "compress the layer without `--long` or `--ultra`")
      default: throw broken()
      }
    }
  }

  private func broken() -> AcrError {
    AcrError(
      .invalid, "\(name) is damaged: its \(compression?.rawValue ?? "") stream is not valid after \(given) bytes",
      help: "the layer was damaged before it was pushed; push the image again")
  }
}
