/// The fields of an HTTP message in their order, looked up without regard to case.
public struct HeaderFields: Sendable, ExpressibleByDictionaryLiteral {
  /// Names, as they were written, and values.
  public private(set) var all: [(name: String, value: String)] = []

  /// Creates fields from a literal, `["Content-Type": "text/plain"]`; names may repeat.
  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { add(name, value) }
  }

  /// The first value of a name; setting it replaces all values, and nil removes the field.
  public subscript(_ name: String) -> String? {
    get { values(name).first }
    set {
      let wanted = name.lowercased()
      all.removeAll { $0.name.lowercased() == wanted }
      if let newValue { add(name, newValue) }
    }
  }

  /// Every value of a name.
  public func values(_ name: String) -> [String] {
    let wanted = name.lowercased()
    return all.filter { $0.name.lowercased() == wanted }.map(\.value)
  }

  /// Appends a field.
  public mutating func add(_ name: String, _ value: String) { all.append((name, value)) }
}
