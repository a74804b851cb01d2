import AcrCore
import AcrLanguage
import AcrRuntime
import AzureRegistry

/// Resources of the resource manager as the Azure CLI prints them: the members of `properties` beside the others, and the
/// resource group of the id.
enum AzureResource {
  /// Members that the Azure CLI spells in its own way.
  private static let spellings = ["azureADAuthenticationAsArmPolicy": "azureAdAuthenticationAsArmPolicy"]
  /// Members that are times, which the Azure CLI writes with `+00:00`.
  private static let times: Set<String> = [
    "creationDate", "lastUpdatedTime", "creationTime", "expiry", "timestamp", "createdAt", "lastModifiedAt",
  ]

  /// A record with these columns; a member that the service left out is null.
  /// - Parameter hiding: names of members that are secrets wherever they stand.
  static func record(_ json: JSONValue, _ shape: Shape, hiding secrets: Set<String> = []) -> Record {
    let properties = json["properties"]
    let values = shape.names.map { name -> Value in
      if name == "resourceGroup" { return resourceGroup(json["id"]?.string) }
      let member = json[name] ?? properties?[name]
      return member.map { value($0, of: name, secrets) } ?? .null
    }
    return Record(shape: shape, values: values)
  }

  private static func resourceGroup(_ id: String?) -> Value {
    let parts = id?.split(separator: "/").map(String.init) ?? []
    guard parts.count > 3, parts[2].lowercased() == "resourcegroups" else { return .null }
    return .string(parts[3])
  }

  /// A member as a value.
  static func value(_ json: JSONValue, of name: String = "", _ secrets: Set<String> = []) -> Value {
    switch json {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let number): .int(number)
    case .number(let number): .number(number)
    case .string(let text):
      secrets.contains(name) ? .secret(Secret(text)) : .string(times.contains(name) ? time(text) : text)
    case .array(let items): .list(items.map { value($0, of: name, secrets) })
    case .object(let members):
      .record(
        Record(
          shape: Shape(members.map { spellings[$0.name] ?? $0.name }),
          values: members.map { value($0.value, of: $0.name, secrets) }))
    }
  }

  /// A time in Python's words: six digits behind the point where there are any, and the zone as a number.
  static func time(_ text: String) -> String {
    let zone = ["Z", "+00:00"].first(where: text.hasSuffix)
    guard let zone, Timestamp(rfc3339: text) != nil else { return text }
    let parts = text.dropLast(zone.count).split(separator: ".", maxSplits: 1)
    guard parts.count == 2 else { return "\(parts[0])+00:00" }
    let digits = parts[1].prefix(6)
    if digits.allSatisfy({ $0 == "0" }) { return "\(parts[0])+00:00" }
    return "\(parts[0]).\(digits)\(String(repeating: "0", count: 6 - digits.count))+00:00"
  }
}
