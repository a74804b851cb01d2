import AcrCore

/// The `$filter` of the resource manager's lists of resources: comparisons of some members, joined by `and`
/// (learn, "Resources - List").
struct ResourceFilter {
  /// The member that is compared, in lower case.
  private enum Member: String { case resourceType = "resourcetype", name, resourceGroup = "resourcegroup", location }

  private struct Condition {
    let member: Member
    let value: String
    let isEqual: Bool
    /// True where a part of the member is enough: `substringof('part', name)`.
    var isPart = false
  }

  private var conditions: [Condition] = []

  /// Reads a filter; an empty text lets everything pass.
  /// - Throws: ``ErrorReply`` with the status 400 for one that is not understood, as the service says it.
  init(_ text: String) throws {
    var rest = Substring(text)
    while !rest.allSatisfy(\.isWhitespace) {
      guard let condition = ResourceFilter.condition(&rest) else { throw ResourceFilter.invalid(text) }
      conditions.append(condition)
      let word = ResourceFilter.word(&rest)
      guard word.isEmpty || word == "and", word == "and" || rest.allSatisfy(\.isWhitespace) else {
        throw ResourceFilter.invalid(text)
      }
      if word == "and", rest.allSatisfy(\.isWhitespace) { throw ResourceFilter.invalid(text) }
    }
  }

  private static func invalid(_ text: String) -> ErrorReply {
    ErrorReply(
      .resourceManager(
        .badRequest, "InvalidFilterInQueryString", "Invalid $filter '\(text)' specified in the query string."))
  }

  /// `name eq 'value'`, `name ne 'value'` or `substringof('value', name)`.
  private static func condition(_ rest: inout Substring) -> Condition? {
    let first = word(&rest)
    if first == "substringof" {
      guard take("(", &rest), let value = quoted(&rest), take(",", &rest), let member = Member(rawValue: word(&rest)),
        take(")", &rest)
      else { return nil }
      return Condition(member: member, value: value, isEqual: true, isPart: true)
    }
    let comparison = word(&rest)
    guard let member = Member(rawValue: first), ["eq", "ne"].contains(comparison), let value = quoted(&rest) else {
      return nil
    }
    return Condition(member: member, value: value, isEqual: comparison == "eq")
  }

  /// The next word in lower case; empty where none begins.
  private static func word(_ rest: inout Substring) -> String {
    rest = rest.drop(while: \.isWhitespace)
    let word = rest.prefix(while: \.isLetter)
    rest = rest.dropFirst(word.count)
    return word.lowercased()
  }

  private static func take(_ mark: Character, _ rest: inout Substring) -> Bool {
    rest = rest.drop(while: \.isWhitespace)
    guard rest.first == mark else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// A text between single quotes, in which two stand for one.
  private static func quoted(_ rest: inout Substring) -> String? {
    guard take("'", &rest) else { return nil }
    var text = ""
    while let character = rest.popFirst() {
      guard character == "'" else {
        text.append(character)
        continue
      }
      guard rest.first == "'" else { return text }
      text.append(rest.removeFirst())
    }
    return nil
  }

  /// True for a registry that passes. Names and types are compared without regard to case.
  func matches(_ registry: EmulatedRegistry) -> Bool {
    conditions.allSatisfy { condition in
      let actual =
        switch condition.member {
        case .resourceType: ResourceManagerService.registryType
        case .name: registry.name
        case .resourceGroup: registry.configuration.azure?.resourceGroup ?? ""
        case .location: registry.configuration.azure?.location ?? ""
        }
      let (left, right) = (actual.lowercased(), condition.value.lowercased())
      return (condition.isPart ? left.contains(right) : left == right) == condition.isEqual
    }
  }
}
