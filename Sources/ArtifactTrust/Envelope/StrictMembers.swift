import AcrCore

/// The members of a JSON object with their types checked, for messages that name the member: `bundle.tlogEntries[0].logIndex`.
/// A member that is `null` counts as absent, as in the JSON of protocol buffers.
public struct StrictMembers: Sendable {
  /// The object.
  public let json: JSONValue
  /// Where it stands.
  public let place: String

  /// Takes a value that has to be an object.
  /// - Throws: ``TrustFailure`` of the check `format`, as all below.
  public init(_ json: JSONValue, _ place: String) throws(TrustFailure) {
    guard json.members != nil else { throw TrustFailure(.format, "\(place) is not an object") }
    self.json = json
    self.place = place
  }

  /// A member; nil where it is absent or `null`.
  public func value(_ name: String) -> JSONValue? {
    guard let value = json[name], !value.isNull else { return nil }
    return value
  }

  /// True where a member is there and not `null`.
  public func has(_ name: String) -> Bool { value(name) != nil }

  /// The failure for a member.
  public func failure(_ name: String, _ what: String) -> TrustFailure {
    TrustFailure(.format, "`\(name)` of \(place) \(what)")
  }

  /// A text; nil where the member is absent.
  public func optionalString(_ name: String) throws(TrustFailure) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string else { throw failure(name, "is not a text") }
    return text
  }

  /// A text that has to be there.
  public func string(_ name: String) throws(TrustFailure) -> String {
    guard let text = try optionalString(name) else { throw failure(name, "is missing") }
    return text
  }

  /// An object; nil where the member is absent.
  public func optionalObject(_ name: String) throws(TrustFailure) -> StrictMembers? {
    guard let value = value(name) else { return nil }
    guard value.members != nil else { throw failure(name, "is not an object") }
    return try StrictMembers(value, "\(place).\(name)")
  }

  /// An object that has to be there.
  public func object(_ name: String) throws(TrustFailure) -> StrictMembers {
    guard let object = try optionalObject(name) else { throw failure(name, "is missing") }
    return object
  }

  /// The objects of an array; none where the member is absent.
  /// - Parameter limit: how many there may be.
  public func objects(_ name: String, limit: Int) throws(TrustFailure) -> [StrictMembers] {
    guard let value = value(name) else { return [] }
    guard let items = value.array else { throw failure(name, "is not a list") }
    guard items.count <= limit else { throw failure(name, "has \(items.count) entries, more than \(limit)") }
    var objects: [StrictMembers] = []
    for (index, item) in items.enumerated() { objects.append(try StrictMembers(item, "\(place).\(name)[\(index)]")) }
    return objects
  }

  /// Bytes as standard base64 with padding; nil where the member is absent.
  public func optionalBytes(_ name: String) throws(TrustFailure) -> [UInt8]? {
    guard let text = try optionalString(name) else { return nil }
    guard let bytes = Base64.strict(text) else { throw failure(name, "is not standard base64") }
    return bytes
  }

  /// Bytes that have to be there; they may be empty.
  public func bytes(_ name: String) throws(TrustFailure) -> [UInt8] {
    guard let bytes = try optionalBytes(name) else { throw failure(name, "is missing") }
    return bytes
  }

  /// A number from 0 to 2⁶³ − 1, written as a number or, as protocol buffers do, as its digits; nil where absent.
  public func optionalCount(_ name: String) throws(TrustFailure) -> Int64? {
    guard let value = value(name) else { return nil }
    let number: Int64? =
      switch value {
      case .integer(let number): number
      case .string(let text) where text.utf8.allSatisfy({ (0x30...0x39).contains($0) }): Int64(text)
      default: nil
      }
    guard let number, number >= 0 else { throw failure(name, "is not a whole number from 0 to \(Int64.max)") }
    return number
  }

  /// A number that is 0 where it is absent.
  public func count(_ name: String) throws(TrustFailure) -> Int64 { try optionalCount(name) ?? 0 }
}

extension Base64 {
  /// The bytes of a text that is exactly what ``encode(_:)`` gives for them: standard alphabet, padded, no bits left over,
  /// no white space; nil for any other text.
  public static func strict(_ text: String) -> [UInt8]? {
    guard text.utf8.count.isMultiple(of: 4), let bytes = decode(text) else { return nil }
    // Only the last group can differ: bits that belong to no byte.
    let last = bytes.count - (bytes.count.isMultiple(of: 3) ? 3 : bytes.count % 3)
    guard last >= 0 else { return bytes }
    guard encode(bytes[last...]).utf8.elementsEqual(text.utf8.suffix(4)) else { return nil }
    return bytes
  }
}
