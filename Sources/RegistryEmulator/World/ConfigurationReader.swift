import AcrCore

/// Reads an object of the configuration member by member, and says precisely what is wrong with it.
struct ConfigurationReader {
  /// Where the object stands, for example `registries[1]`.
  let place: String
  private let json: JSONValue

  /// - Parameter known: the members that may occur.
  /// - Throws: ``AcrError`` of kind `usage` for something that is no object, or a member that is not known.
  init(_ json: JSONValue, at place: String, known: Set<String>) throws(AcrError) {
    guard let members = json.members else {
      throw AcrError(.usage, "the configuration's `\(place)` is not an object")
    }
    if let other = members.first(where: { !known.contains($0.name) }) {
      throw AcrError(
        .usage, "the configuration's `\(place)` has an unknown member `\(other.name)`",
        help: "known are: \(known.sorted().joined(separator: ", "))")
    }
    self.place = place
    self.json = json
  }

  private func value<Value>(
    _ name: String, _ type: String, _ convert: (JSONValue) -> Value?
  ) throws(AcrError) -> Value? {
    guard let value = json[name], !value.isNull else { return nil }
    guard let converted = convert(value) else {
      throw AcrError(.usage, "the configuration's `\(place).\(name)` is not \(type)")
    }
    return converted
  }

  /// A text that must be there.
  func string(_ name: String) throws(AcrError) -> String {
    guard let text = try value(name, "a string", \.string) else {
      throw AcrError(.usage, "the configuration's `\(place)` has no `\(name)`")
    }
    return text
  }

  /// A text that may be missing.
  func optional(_ name: String) throws(AcrError) -> String? { try value(name, "a string", \.string) }

  /// One of several words.
  func word(_ name: String, _ words: [String]) throws(AcrError) -> String {
    guard let text = try optional(name) else { return words.first ?? "" }
    guard words.contains(text) else {
      throw AcrError(
        .usage, "the configuration's `\(place).\(name)` is `\(text)`",
        help: "it may be \(words.joined(separator: ", "))")
    }
    return text
  }

  /// A truth value.
  func bool(_ name: String, _ fallback: Bool) throws(AcrError) -> Bool {
    try value(name, "true or false", \.bool) ?? fallback
  }

  /// A whole number.
  func integer(_ name: String, _ fallback: Int64) throws(AcrError) -> Int64 {
    try value(name, "a whole number", \.integer) ?? fallback
  }

  /// A number.
  func number(_ name: String, _ fallback: Double) throws(AcrError) -> Double {
    try value(name, "a number") { value in
      switch value {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    } ?? fallback
  }

  /// A list of texts.
  func strings(_ name: String) throws(AcrError) -> [String] {
    try value(name, "a list of strings") { value in
      guard let items = value.array else { return nil }
      let texts = items.compactMap(\.string)
      return texts.count == items.count ? texts : nil
    } ?? []
  }

  /// A list of objects.
  func list<Item>(
    _ name: String, _ read: (JSONValue, String) throws(AcrError) -> Item
  ) throws(AcrError) -> [Item] {
    guard let items = try value(name, "a list", \.array) else { return [] }
    var list: [Item] = []
    for (index, item) in items.enumerated() {
      list.append(try read(item, place.isEmpty ? "\(name)[\(index)]" : "\(place).\(name)[\(index)]"))
    }
    return list
  }

  /// An object as it stands.
  func object(_ name: String) throws(AcrError) -> [JSONValue.Member] { try value(name, "an object", \.members) ?? [] }
}
