import AcrCore
import AcrSystem

/// Writes rows into a file as they come. JSON and JSON lines go to the file at once. The header of CSV and TSV has the columns
/// of all rows, so those wait, in memory and from some size on in a file, until the last one has come.
final class RowWriter {
  private let format: DataFormat
  private let rows: () throws -> Value?
  private let meter: Meter
  private var json: JSONWriter?
  private var table: SpooledTable?
  private var isDone = false

  /// How many bytes are gathered before they are written.
  private static let pieceSize = 64 << 10

  /// - Parameters:
  ///   - rows: gives the next row; nil at the end.
  ///   - folder: where a file may be made that is gone afterwards.
  init(_ format: DataFormat, folder: String, _ meter: Meter, rows: @escaping () throws -> Value?) {
    self.format = format
    self.rows = rows
    self.meter = meter
    switch format {
    case .json:
      var writer = JSONWriter(indent: 2)
      writer.startArray()
      json = writer
    case .jsonl: json = JSONWriter()
    case .csv: table = SpooledTable(separator: ",", folder: folder, meter)
    case .tsv: table = SpooledTable(separator: "\t", folder: folder, meter)
    }
  }

  /// The next piece of the file; nil at its end.
  /// - Throws: ``AcrError`` for what the format cannot hold, and what making the rows throws.
  func next() throws -> [UInt8]? {
    if let table {
      if !isDone {
        while let row = try rows() { try table.add(row) }
        isDone = true
        try table.finish()
      }
      return try table.next()
    }
    guard !isDone else { return nil }
    var piece: [UInt8] = []
    while piece.count < RowWriter.pieceSize, !isDone {
      let mark = meter.place
      defer { meter.release(mark) }
      guard let row = try rows() else {
        isDone = true
        if format == .json {
          json?.endArray()
          piece += (json?.drain() ?? []) + [0x0A]
        }
        break
      }
      if format == .jsonl {
        var writer = JSONWriter()
        try row.write(to: &writer, meter)
        piece += writer.bytes
        piece.append(0x0A)
      } else {
        var writer = json ?? JSONWriter(indent: 2)
        json = nil
        try row.write(to: &writer, meter)
        piece += writer.drain()
        json = writer
      }
    }
    return piece.isEmpty ? nil : piece
  }
}

/// A table whose columns are known when its last row is. Rows are written with the columns known so far; later ones stand
/// behind them, so an earlier row only lacks separators at its end.
private final class SpooledTable {
  private let writer: DelimitedWriter
  private let folder: String
  private let meter: Meter
  private var names: [String] = []
  private var known: Set<String> = []
  private var lastShape: Shape?
  private var count = 0
  /// From which row on there were how many columns.
  private var widths: [(row: Int, columns: Int)] = []
  private var buffer: [UInt8] = []
  private var file: TemporaryFile?
  private var reading: OpenFile?
  private var hasHeader = false
  // Where reading stands.
  private var row = 0
  private var isInQuotes = false
  private var hasLeftOver = true

  /// How much is kept in memory.
  private static let most = 2 << 20

  init(separator: String, folder: String, _ meter: Meter) {
    writer = DelimitedWriter(separator: separator, meter)
    self.folder = folder
    self.meter = meter
  }

  func add(_ value: Value) throws {
    guard case .record(let record) = value else {
      throw AcrError(.invalid, "\(writer.format) is made of records, and row \(count) is \(value.typePhrase)")
    }
    if record.shape !== lastShape {
      lastShape = record.shape
      for name in record.shape.names where known.insert(name).inserted { names.append(name) }
      if widths.last?.columns ?? 0 != names.count { widths.append((count, names.count)) }
    }
    count += 1
    guard !names.isEmpty else { return }
    if widths.count == 1, widths[0].row > 0 {
      // The rows before the first column are rows, too.
      for _ in 0..<widths[0].row { buffer += writer.line(Array(repeating: "", count: names.count)).utf8 }
      widths[0].row = 0
    }
    buffer += try writer.line(record, names).utf8
    if buffer.count > SpooledTable.most { try spool() }
  }

  private func spool() throws {
    let file = try file ?? TemporaryFile(in: folder, permissions: 0o600)
    self.file = file
    try file.file.write(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  func finish() throws { if let file { reading = try OpenFile(reading: file.path) } }

  func next() throws -> [UInt8]? {
    guard !names.isEmpty else { return nil }
    if !hasHeader {
      hasHeader = true
      return Array(writer.line(names).utf8)
    }
    if let reading {
      if let piece = try reading.readPiece() { return completed(piece) }
      self.reading = nil
      file = nil
    }
    guard hasLeftOver else { return nil }
    hasLeftOver = false
    defer { buffer = [] }
    return buffer.isEmpty ? nil : completed(buffer)
  }

  /// The rows of a piece with all columns.
  private func completed(_ piece: [UInt8]) -> [UInt8] {
    guard widths.count > 1 else { return piece }
    let end: UInt8 = writer.separator == "," ? 0x0D : 0x0A
    let separators = Array(writer.separator.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(piece.count + piece.count / 8)
    for byte in piece {
      if byte == 0x22 { isInQuotes.toggle() }
      if byte == end, !isInQuotes {
        while widths.count > 1, widths[1].row <= row { widths.removeFirst() }
        for _ in widths[0].columns..<names.count { result += separators }
        row += 1
      }
      result.append(byte)
    }
    return result
  }
}
