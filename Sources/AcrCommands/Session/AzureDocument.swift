import AcrCore
import AcrLanguage
import AcrRuntime

/// Documents of Azure's registries as values: times are datetimes and sizes are sizes, everything else is as it came.
enum AzureDocument {
  /// The columns of every row of `list-metadata`, in order: what a registry leaves out is null, so that scripts can ask
  /// for a column without knowing whether the manifest is tagged or an index.
  private static let shape = Shape(MetadataRow.azureColumns)

  /// The columns of `/acr/v1/…/_tags`, in the order in which the registry sends them.
  static let tagColumns = [
    Column("name", help: "the tag"),
    Column("digest", help: "the manifest it points at"),
    Column("createdTime", .datetime, help: "when it was made"),
    Column("lastUpdateTime", .datetime, help: "when it was last moved"),
    Column("signed", .bool, help: "whether it is signed with Docker Content Trust"),
    Column("changeableAttributes", .record, help: "the locks"),
  ]

  /// A document, member by member.
  static func value(_ json: JSONValue) -> Value {
    switch json {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let number): .int(number)
    case .number(let number): .number(number)
    case .string(let text): .string(text)
    case .array(let items): .list(items.map(value))
    case .object(let members):
      .record(Record(shape: Shape(members.map(\.name)), values: members.map { value($0.value, of: $0.name) }))
    }
  }

  /// A manifest of `/acr/v1/…/_manifests` as a row. Members beyond the usual columns stand behind them.
  static func manifest(_ json: JSONValue) -> Value {
    var values = [Value](repeating: .null, count: shape.names.count)
    var more: [(String, Value)] = []
    for member in json.members ?? [] {
      let value = value(member.value, of: member.name)
      if let index = shape.index(of: member.name) { values[index] = value } else { more.append((member.name, value)) }
    }
    guard !more.isEmpty else { return .record(Record(shape: shape, values: values)) }
    let extended = shape.adding(more.map(\.0), rank: .detail)
    return .record(Record(shape: extended, values: values + more.map(\.1)))
  }

  private static func value(_ json: JSONValue, of name: String) -> Value {
    switch name {
    case "createdTime", "lastUpdateTime":
      if let time = json.string.flatMap(Timestamp.init(rfc3339:)) { return .datetime(time) }
    case "imageSize": if let size = json.integer { return .size(size) }
    default: break
    }
    return value(json)
  }
}
