import AcrCore

/// PEM (RFC 7468) as programs and people write it: any width of lines, CRLF too. Base64 stays strict.
public enum PEMText {
  /// One block: what stands behind `BEGIN`, and its bytes.
  public struct Block: Sendable, Equatable {
    /// For example `PUBLIC KEY`.
    public let label: String
    /// The decoded bytes.
    public let bytes: [UInt8]
  }

  /// How long a text may be, in bytes.
  public static let mostBytes = 1 << 20

  /// All blocks of a text.
  /// - Parameter allowsOtherText: true where lines outside of blocks are skipped, as in files of certificates.
  /// - Throws: ``TrustFailure`` of the check `format`.
  public static func blocks(_ text: [UInt8], _ place: String, allowsOtherText: Bool = false) throws(TrustFailure)
    -> [Block]
  {
    guard text.count <= mostBytes else { throw TrustFailure(.format, "\(place) is longer than \(mostBytes) bytes") }
    var blocks: [Block] = []
    var label: String?
    var base64: [UInt8] = []
    for raw in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
      var line = raw
      while let last = line.last, last == 0x0D || last == 0x20 || last == 0x09 { line.removeLast() }
      if let open = label {
        if let end = marker(line, "-----END ") {
          guard end.utf8.elementsEqual(open.utf8), let bytes = Base64.strict(String(decoding: base64, as: UTF8.self)),
            !bytes.isEmpty
          else { throw TrustFailure(.format, "\(place) has a damaged PEM block `\(open)`") }
          blocks.append(Block(label: open, bytes: bytes))
          label = nil
          base64 = []
        } else if line.contains(0x3A) {
          // Old encrypted keys have header lines; nothing that is public has them.
          throw TrustFailure(
            .format, "\(place) has a PEM block `\(open)` with headers: is it an encrypted private key?")
        } else {
          base64.append(contentsOf: line)
        }
      } else if let begin = marker(line, "-----BEGIN ") {
        label = begin
      } else if !line.isEmpty, !allowsOtherText {
        throw TrustFailure(.format, "\(place) is not a PEM text: it has other lines outside of BEGIN and END")
      }
    }
    guard label == nil else { throw TrustFailure(.format, "\(place) has a PEM block without its END line") }
    return blocks
  }

  /// The one block of a text.
  /// - Throws: ``TrustFailure`` of the check `format`.
  public static func single(_ text: [UInt8], _ place: String) throws(TrustFailure) -> Block {
    let blocks = try blocks(text, place)
    guard let block = blocks.first, blocks.count == 1 else {
      throw TrustFailure(.format, "\(place) has \(blocks.count) PEM blocks, and exactly one is needed")
    }
    return block
  }

  private static func marker(_ line: ArraySlice<UInt8>, _ start: String) -> String? {
    guard line.starts(with: start.utf8), line.count > start.utf8.count + 5, line.suffix(5).allSatisfy({ $0 == 0x2D })
    else { return nil }
    return String(decoding: line.dropFirst(start.utf8.count).dropLast(5), as: UTF8.self)
  }
}
