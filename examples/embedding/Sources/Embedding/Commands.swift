import AcrLanguage
import AcrRuntime

/// `stock`: a table of what there is.
struct Stock: Command {
  let warehouse: Warehouse
  let signature = Signature(
    "stock", summary: "Lists what the warehouse has", group: .work,
    columns: [.init("name", help: "what it is"), .init("count", .int, help: "how many there are")])

  func run(_ call: Call<NoParameters>) throws -> Output {
    let rows = warehouse.items.map { item in
      Value.record(Record(["name": .string(item.name), "count": .int(item.count)]))
    }
    return .value(.list(rows))
  }
}

/// `take NAME --count N`: changes something, so a dry run stops before it.
struct Take: Command {
  struct Parameters: ParameterSet {
    let name = Positional<String>("name", help: "what to take")
    let count = Flag<Int64>("count", default: 1, help: "how many")
  }

  let warehouse: Warehouse
  let signature = Signature("take", summary: "Takes some of an item", group: .work, changes: true)

  func run(_ call: Call<Parameters>) throws -> Output {
    guard !call.run.isDryRun else { return .nothing }
    return .value(.int(try warehouse.take(call[\.count], of: call[\.name])))
  }
}
