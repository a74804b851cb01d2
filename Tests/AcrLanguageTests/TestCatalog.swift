import AcrCore
import AcrLanguage
import AcrRuntime
import CommandCatalog

/// The real commands and functions, and `label`, whose parameters have the types that no real command takes.
enum TestCatalog {
  static let catalog = Session(commands: CommandCatalog.commands + [Label()]).catalog
}

private struct Label: Command {
  struct Parameters: ParameterSet {
    let labels = Positional<Record>("labels", help: "")
    let ratio = Flag<Double?>("ratio", help: "")
    let largest = Flag<WireSize?>("largest", help: "")
  }

  let signature = Signature("label", summary: "", group: .registry)

  func run(_ call: Call<Parameters>) throws -> Output { .nothing }
}
