import AcrCore
import AcrLanguage
import AcrRuntime
import AcrText
import Synchronization

/// `help`: explains commands and functions.
final class HelpCommand: Command {
  /// The catalog holds this command too, so it arrives after everything is made.
  private let catalog = Mutex<Catalog?>(nil)

  struct Parameters: ParameterSet {
    let name = Rest<String>("name", help: "a command or function", completer: .command)
  }

  let signature = Signature(
    "help", summary: "Lists the commands, or explains one", group: .messages,
    examples: [.init("One command", "help import"), .init("All commands", "help")])

  /// Tells what there is to explain.
  func use(_ catalog: Catalog) { self.catalog.withLock { $0 = catalog } }

  func run(_ call: Call<Parameters>) throws -> Output {
    guard let catalog = catalog.withLock({ $0 }) else { return .nothing }
    let help = HelpText(catalog: catalog, columns: StandardStream.output.columns)
    var words = call[\.name]
    if words.first == "az", words.count > 1 { words.removeFirst() }
    let name = words.joined(separator: " ")
    if name.isEmpty {
      try show(help.overview(), call)
    } else if let signature = catalog.command(named: name) ?? catalog.command(ofCmdlet: name) {
      try show(help.command(signature), call)
    } else if let function = catalog.function(named: name) {
      try show(help.function(function), call)
    } else if catalog.isPrefix(name) {
      try show(help.family(name), call)
    } else {
      let names = catalog.commandNames + catalog.functions.map(\.name)
      let near = Suggestion.nearest(to: name, in: names)
      throw ArgumentError(
        call.parameters.name,
        AcrError(
          .notFound, "`\(name)` is neither a command nor a function",
          help: near.map { "did you mean `\($0)`?" } ?? "`help` lists commands and functions"))
    }
    return .nothing
  }

  /// At the prompt a text longer than the screen goes through the pager.
  private func show(_ text: String, _ call: Call<Parameters>) throws {
    guard let output = call.run.sink as? ShownValues else { return try call.run.sink.print(trimmed(text)) }
    try output.showLong("\(trimmed(text))\n")
  }

  private func trimmed(_ text: String) -> String {
    var text = text
    while text.last == "\n" { text.removeLast() }
    return text
  }
}
