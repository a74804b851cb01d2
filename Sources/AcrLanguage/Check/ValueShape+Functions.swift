/// What the functions of the language take and give.
extension ValueShape {
  /// What a function gives.
  static func result(ofFunction name: String, _ arguments: [ValueShape]) -> ValueShape {
    switch name {
    case "count", "len", "int": .int
    case "number": .number
    case "upper", "lower", "trim", "replace", "join", "string", "type", "human-size", "reveal", "sha256", "sha512",
      "base64", "from-base64", "path-join", "path-parent", "path-name", "path-stem", "path-extension",
      "replace-matches",
      "pad", "format-date":
      .string
    case "contains", "starts-with", "ends-with", "bool", "semver-match", "any", "all", "exists": .bool
    case "split", "keys": .list(.string)
    case "range": .list(.int)
    case "matches": .list(.any)
    case "date", "now": .datetime
    case "duration": .duration
    case "size": .size
    default: .any
    }
  }

  /// The type that a function needs of an argument; nil where several are fine.
  static func needed(byFunction name: String, at index: Int) -> ValueShape? {
    switch (name, index) {
    case ("upper", 0), ("lower", 0), ("trim", 0), ("split", _), ("replace", _), ("starts-with", _), ("ends-with", _),
      ("sha256", 0), ("sha512", 0), ("base64", 0), ("from-base64", 0), ("exists", 0), ("path-join", _),
      ("path-parent", 0), ("path-name", 0), ("path-stem", 0), ("path-extension", 0), ("matches", _),
      ("replace-matches", _):
      .string
    case ("count", 0), ("any", 0), ("all", 0), ("sum", 0), ("avg", 0), ("min", 0), ("max", 0), ("percentile", 0),
      ("join", 0):
      .list(.any)
    case ("keys", 0), ("merge", _): .record(RecordShape([], isOpen: true))
    default: nil
    }
  }

  /// Which argument of a function is a regular expression.
  static func patternArgument(ofFunction name: String) -> Int? {
    switch name {
    case "matches", "replace-matches": 1
    default: nil
    }
  }

  /// Which argument of a function is a column of the rows in its first.
  static func columnArgument(ofFunction name: String) -> Int? {
    switch name {
    case "sum", "avg", "min", "max": 1
    case "percentile": 2
    default: nil
    }
  }

  /// False for a value that no parameter of a type takes, whatever the value is.
  func mayBecome(_ type: ValueType) -> Bool {
    guard isCertain, self != .null else { return true }
    switch (type, self) {
    case (.any, _), (.int, .int), (.int, .number), (.number, .int), (.number, .number), (.bool, .bool),
      (.duration, .duration), (.size, .size), (.size, .int), (.datetime, .datetime), (.datetime, .string),
      (.list, .list), (.record, .record), (.secret, .secret), (.secret, .string), (.block, .block):
      return true
    case (.string, .list), (.string, .record), (.string, .secret), (.string, .block): return false
    case (.string, _): return true
    default: return false
    }
  }

  /// True for a value of the same kind, whatever is in it.
  func isKind(of other: ValueShape) -> Bool {
    switch (self, other) {
    case (.list, .list), (.record, .record): true
    default: self == other
    }
  }
}
