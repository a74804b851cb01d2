import AcrCore

/// Reads a tar archive as it comes, piece by piece: v7, ustar, pax and GNU, with long names, sparse files and numbers in
/// base 256. It holds one header, and the records or the name of the next entry.
///
/// What is no archive is an error that says where. Entries of unknown types are passed over with their data.
struct TarReader {
  /// How many bytes of records, or of a long name, an entry may have before it.
  static let mostHeaderBytes: Int64 = 1 << 20

  private enum State {
    case header
    /// Further blocks of a GNU sparse header.
    case sparseBlock
    /// Records or a long name.
    case meta(UInt8)
    case data
    case padding
    case ended
  }

  private let name: String
  private let budget: ContentBudget
  private var state = State.header
  /// A block, or what else has to be whole before it can be read.
  private var gathered: [UInt8] = []
  /// How many bytes of data or padding are left.
  private var left: Int64 = 0
  private var padding: Int64 = 0
  private var position: Int64 = 0
  private var isWanted = false
  private var zeroBlocks = 0
  private var count = 0

  private var shared = PaxFields()
  private var next = PaxFields()
  private var longName: [UInt8]?
  private var longTarget: [UInt8]?
  private var entry = TarEntry()
  private var expander: SparseExpander?

  /// - Parameter name: how the archive is called in messages.
  init(_ name: String, budget: ContentBudget) {
    self.name = name
    self.budget = budget
  }

  /// Reads a piece.
  /// - Throws: ``AcrError`` of kind `invalid` for what is no archive or holds too much; what the handler throws.
  mutating func feed(_ bytes: UnsafeRawBufferPointer, _ handler: inout some TarHandler) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let before = rest.count
      switch state {
      case .ended: return
      case .header:
        guard gather(&rest, upTo: TarHeader.size) else { break }
        try takeHeader(&handler)
      case .sparseBlock:
        guard gather(&rest, upTo: TarHeader.size) else { break }
        try takeSparseBlock(&handler)
      case .meta(let type):
        let part = rest.prefix(Int(left))
        gathered += part
        rest = rest.dropFirst(part.count)
        left -= Int64(part.count)
        if left == 0 {
          try takeMeta(type)
          state = .padding
          left = padding
        }
      case .data:
        let part = rest.prefix(Int(clamping: left))
        rest = rest.dropFirst(part.count)
        left -= Int64(part.count)
        if isWanted { try deliver(UnsafeRawBufferPointer(rebasing: part), &handler) }
        if left == 0 { try endData(&handler) }
      case .padding:
        let part = rest.prefix(Int(left))
        rest = rest.dropFirst(part.count)
        left -= Int64(part.count)
      }
      position += Int64(before - rest.count)
      if case .padding = state, left == 0 { state = .header }
    }
  }

  /// Tells that there are no more bytes.
  /// - Throws: ``AcrError`` of kind `invalid` for an archive that is cut off.
  mutating func finish() throws(AcrError) {
    switch state {
    case .ended: return
    // An archive may end without its zero blocks, and the data of the last entry without its padding.
    case .header where gathered.isEmpty && (count > 0 || zeroBlocks > 0 || position == 0): return
    case .padding: return
    default:
      throw AcrError(
        .invalid, "\(name) is cut off: its tar archive ends in the middle of an entry, after \(position) bytes",
        help: "the layer was damaged before it was pushed; push the image again")
    }
  }

  /// Gathers bytes until there are enough; false until then.
  private mutating func gather(_ rest: inout Slice<UnsafeRawBufferPointer>, upTo count: Int) -> Bool {
    let part = rest.prefix(count - gathered.count)
    gathered += part
    rest = rest.dropFirst(part.count)
    return gathered.count == count
  }

  // MARK: Headers

  private mutating func takeHeader(_ handler: inout some TarHandler) throws {
    defer { gathered.removeAll(keepingCapacity: true) }
    if gathered.allSatisfy({ $0 == 0 }) {
      zeroBlocks += 1
      if zeroBlocks == 2 { state = .ended }
      return
    }
    guard let header = gathered.withUnsafeBytes({ TarHeader($0) }) else {
      // Tools that end an archive with one zero block may leave anything behind it.
      if zeroBlocks > 0 {
        state = .ended
        return
      }
      throw AcrError(
        .invalid,
        count == 0 && position < 512
          ? "\(name) is not a tar archive"
          : "\(name) is damaged: byte \(position) of its tar archive begins no entry (wrong check sum)",
        help: "`blob show --raw` gives the bytes of the layer")
    }
    zeroBlocks = 0
    guard let stored = next.size ?? header.size else { throw damaged("an entry with an impossible size") }
    switch header.type {
    case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
      let size = header.size ?? .max
      guard size <= TarReader.mostHeaderBytes else {
        throw AcrError(
          .invalid,
          "\(name) has an entry with \(size) bytes of names and attributes, and \(TarReader.mostHeaderBytes) are read")
      }
      state = size == 0 ? .header : .meta(header.type)
      left = size
      padding = TarReader.padding(size)
    default: try beginEntry(header, stored, &handler)
    }
  }

  private mutating func takeMeta(_ type: UInt8) throws {
    defer { gathered.removeAll(keepingCapacity: true) }
    switch type {
    case UInt8(ascii: "x"):
      guard next.read(gathered) else { throw damaged("pax records that cannot be read") }
    case UInt8(ascii: "g"):
      guard shared.read(gathered) else { throw damaged("pax records that cannot be read") }
    case UInt8(ascii: "L"): longName = Array(gathered.prefix { $0 != 0 })
    default: longTarget = Array(gathered.prefix { $0 != 0 })
    }
  }

  private mutating func beginEntry(_ header: TarHeader, _ stored: Int64, _ handler: inout some TarHandler) throws {
    let sparse = next.sparse
    defer { if case .sparseBlock = state {} else { forgetNext() } }
    var entry = TarEntry()
    entry.path = sparse.name ?? next.path ?? longName ?? shared.path ?? header.name
    entry.target = next.target ?? longTarget ?? shared.target ?? header.target
    entry.mode = UInt32(truncatingIfNeeded: header.mode & 0o7777)
    entry.user = next.user ?? shared.user ?? header.user
    entry.group = next.group ?? shared.group ?? header.group
    entry.userName = next.userName ?? shared.userName ?? header.userName
    entry.groupName = next.groupName ?? shared.groupName ?? header.groupName
    entry.modified = next.modified ?? shared.modified ?? header.modified
    entry.number = count
    let isFile: Bool
    switch header.type {
    case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
      // v7 has no type for folders.
      let isFolder = entry.path.last == 0x2F
      entry.kind = isFolder ? .folder : .file
      isFile = true
    case UInt8(ascii: "S"): isFile = true
    case UInt8(ascii: "1"): (entry.kind, isFile) = (.hardLink, false)
    case UInt8(ascii: "2"): (entry.kind, isFile) = (.link, false)
    case UInt8(ascii: "3"): (entry.kind, isFile) = (.character, false)
    case UInt8(ascii: "4"): (entry.kind, isFile) = (.block, false)
    case UInt8(ascii: "5"): (entry.kind, isFile) = (.folder, false)
    case UInt8(ascii: "6"): (entry.kind, isFile) = (.pipe, false)
    default:
      // A volume's name, a list of a folder, or what a later program made up.
      isWanted = false
      return skip(stored)
    }
    // Only files have data, whatever their size field says: that is how container runtimes read archives.
    let data = isFile ? stored : 0
    entry.size = entry.kind == .file ? sparse.realSize ?? stored : 0
    self.entry = entry
    left = data
    padding = TarReader.padding(data)
    expander = nil
    if header.type == UInt8(ascii: "S") {
      try beginGNUSparse(&handler)
    } else {
      if sparse.isThere || sparse.major != nil {
        let isInData = sparse.major == 1
        expander = SparseExpander(isInData ? nil : sparse.map, size: self.entry.size)
        guard expander != nil else { throw damaged("a sparse file whose map makes no sense") }
      }
      try announce(&handler)
    }
  }

  private mutating func skip(_ stored: Int64) {
    left = stored
    padding = TarReader.padding(stored)
    state = stored == 0 ? .header : .data
  }

  /// Hands the entry to the handler and goes on with its data.
  private mutating func announce(_ handler: inout some TarHandler) throws {
    try budget.takeFile()
    count += 1
    isWanted = try handler.begin(entry) && entry.kind == .file
    state = .data
    if left == 0 { try endData(&handler) }
  }

  private mutating func forgetNext() {
    next = PaxFields()
    (longName, longTarget) = (nil, nil)
  }

  // MARK: Data

  private mutating func deliver(_ bytes: UnsafeRawBufferPointer, _ handler: inout some TarHandler) throws {
    guard expander != nil else { return try handler.data(bytes) }
    guard try expander?.feed(bytes, { try handler.data($0) }) == true else {
      throw damaged("a sparse file whose map makes no sense")
    }
  }

  private mutating func endData(_ handler: inout some TarHandler) throws {
    if isWanted {
      try expander?.finish { try handler.data($0) }
      try handler.end()
    }
    isWanted = false
    expander = nil
    left = padding
    state = padding == 0 ? .header : .padding
  }

  // MARK: GNU sparse files

  private mutating func beginGNUSparse(_ handler: inout some TarHandler) throws {
    let block = gathered
    var map: [Int64] = []
    let isExtended = block.withUnsafeBytes { bytes -> Bool in
      TarReader.readPairs(bytes, at: 386, count: 4, &map)
      return bytes[482] != 0
    }
    guard let real = block.withUnsafeBytes({ TarHeader.number($0, 483, 12) }), real >= 0 else {
      throw damaged("a sparse file with an impossible size")
    }
    entry.size = real
    next.sparse.map = map
    if isExtended {
      state = .sparseBlock
    } else {
      try endSparseHeader(&handler)
    }
  }

  private mutating func takeSparseBlock(_ handler: inout some TarHandler) throws {
    var map: [Int64] = []
    let isExtended = gathered.withUnsafeBytes { bytes -> Bool in
      TarReader.readPairs(bytes, at: 0, count: 21, &map)
      return bytes[504] != 0
    }
    gathered.removeAll(keepingCapacity: true)
    next.sparse.map += map
    guard next.sparse.map.count <= PaxFields.mostNumbers else { throw damaged("a sparse file with too many parts") }
    if !isExtended {
      try endSparseHeader(&handler)
      forgetNext()
    }
  }

  private mutating func endSparseHeader(_ handler: inout some TarHandler) throws {
    expander = SparseExpander(next.sparse.map, size: entry.size)
    guard expander != nil else { throw damaged("a sparse file whose map makes no sense") }
    try announce(&handler)
  }

  private static func readPairs(_ bytes: UnsafeRawBufferPointer, at offset: Int, count: Int, _ map: inout [Int64]) {
    for pair in 0..<count {
      let place = offset + pair * 24
      guard bytes[place] != 0, let start = TarHeader.number(bytes, place, 12),
        let length = TarHeader.number(bytes, place + 12, 12)
      else { return }
      map += [start, length]
    }
  }

  private static func padding(_ size: Int64) -> Int64 { (512 - size % 512) % 512 }

  private func damaged(_ what: String) -> AcrError {
    AcrError(
      .invalid, "\(name) is damaged: its tar archive has \(what) (at byte \(position))",
      help: "the layer was damaged before it was pushed; push the image again")
  }
}
