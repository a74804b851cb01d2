import AcrCore

/// JSON documents about trust, read without any freedom: no member twice, no byte order mark, bounded depth and number of
/// values. Two readers that take different ones of two members are how a signed document comes to mean two things.
public enum StrictJSON {
  /// How deep brackets may be nested.
  public static let depthLimit = 64
  /// How many values a document may have.
  public static let valueLimit = 1_000_000

  /// Reads one document.
  /// - Parameters:
  ///   - place: what the document is, as the beginning of a sentence: `the bundle`.
  ///   - mostBytes: how long it may be.
  /// - Throws: ``TrustFailure`` of the check `format`.
  public static func parse(_ bytes: [UInt8], _ place: String, mostBytes: Int) throws(TrustFailure) -> JSONValue {
    guard bytes.count <= mostBytes else {
      throw TrustFailure(.format, "\(place) is longer than \(mostBytes) bytes")
    }
    guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw TrustFailure(.format, "\(place) begins with a byte order mark")
    }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes, mostValues: valueLimit)
    } catch {
      throw TrustFailure(.format, "\(place) is not valid JSON: \(error.reason) (line \(error.line))")
    }
    try check(value, place, depth: 0)
    return value
  }

  private static func check(_ value: JSONValue, _ place: String, depth: Int) throws(TrustFailure) {
    switch value {
    case .array(let items):
      guard depth < depthLimit else { throw tooDeep(place) }
      for item in items { try check(item, place, depth: depth + 1) }
    case .object(let members):
      guard depth < depthLimit else { throw tooDeep(place) }
      var names = Set<String>(minimumCapacity: members.count)
      for member in members {
        guard names.insert(member.name).inserted else {
          throw TrustFailure(.format, "\(place) has the member `\(member.name)` twice")
        }
        try check(member.value, place, depth: depth + 1)
      }
    default: break
    }
  }

  private static func tooDeep(_ place: String) -> TrustFailure {
    TrustFailure(.format, "\(place) has more than \(depthLimit) open brackets")
  }
}
