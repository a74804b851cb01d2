import AcrCore
import AcrLanguage
import AcrRuntime
import Synchronization

/// `help`: explains commands and functions.
final class HelpCommand: Command {
  /// The catalog holds this command too, so it arrives after everything is made.
  private let catalog = Mutex<Catalog?>(nil)

  let signature = Signature(
    "help", summary: "Lists the commands, or explains one", group: .talk,
    positionals: [
      .init("name", isRequired: false, isRest: true, help: "a command or function", completer: .command)
    ],
    examples: [.init("One command", "help import"), .init("All commands", "help")])

  /// Tells what there is to explain.
  func use(_ catalog: Catalog) { self.catalog.withLock { $0 = catalog } }

  func run(_ call: Invocation) throws -> Output {
    guard let catalog = catalog.withLock({ $0 }) else { return .nothing }
    let help = HelpText(catalog: catalog)
    var words = call.strings("name")
    if words.first == "az", words.count > 1 { words.removeFirst() }
    let name = words.joined(separator: " ")
    if name.isEmpty {
      try call.run.sink.print(trimmed(help.overview()))
    } else if let signature = catalog.command(named: name) {
      try call.run.sink.print(trimmed(help.command(signature)))
    } else if let function = catalog.function(named: name) {
      try call.run.sink.print(trimmed(help.function(function)))
    } else if catalog.isPrefix(name) {
      try call.run.sink.print(trimmed(help.family(name)))
    } else {
      let names = catalog.commandNames + catalog.functions.map(\.name)
      let near = AcrCore.Suggestion.nearest(to: name, in: names, limit: 1).first
      throw ArgumentError(
        "name",
        AcrError(
          .notFound, "`\(name)` is neither a command nor a function",
          help: near.map { "did you mean `\($0)`?" } ?? "`help` lists what there is"))
    }
    return .nothing
  }

  private func trimmed(_ text: String) -> String {
    var text = text
    while text.last == "\n" { text.removeLast() }
    return text
  }
}
