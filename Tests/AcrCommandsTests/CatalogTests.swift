import AcrLanguage
import CommandCatalog
import Testing

/// Every command of the program, as its declarations have it.
@Suite("The catalog")
struct CatalogTests {
  static let catalog = CommandCatalog.catalog

  @Test(
    "names of parameters and columns occur once, and every line of help says something", arguments: catalog.commands)
  func names(command: Signature) {
    let flags = command.flags.map(\.name) + command.positionals.map(\.name)
    #expect(Set(flags).count == flags.count, "\(command.name): \(flags)")
    let letters = command.flags.compactMap(\.short)
    #expect(Set(letters).count == letters.count, "\(command.name): \(letters)")
    #expect(
      Set(command.columns.names).count == command.columns.names.count, "\(command.name): \(command.columns.names)")
    let lines =
      command.flags.map(\.help) + command.positionals.map(\.help) + command.columns.declared.map(\.help)
      + [command.summary]
    for line in lines {
      #expect(!line.isEmpty && !line.contains("\n") && line.last != ".", "\(command.name): \(line)")
    }
  }

  @Test("only the last positional is a rest, and what is required stands first", arguments: catalog.commands)
  func order(command: Signature) {
    let rests = command.positionals.dropLast().filter(\.isRest)
    #expect(rests.isEmpty, "\(command.name)")
    let late = command.positionals.drop { $0.isRequired }.filter(\.isRequired)
    #expect(late.isEmpty, "\(command.name)")
  }

  /// Completers and cmdlets name parameters by texts: the compiler does not read them, this does.
  @Test("completers and cmdlets name parameters that there are", arguments: catalog.commands)
  func references(command: Signature) {
    let flags = Set(command.flags.map(\.name))
    let parameters = flags.union(command.positionals.map(\.name))
    for completer in command.flags.map(\.completer) + command.positionals.map(\.completer) {
      let named: [String] =
        switch completer {
        case .repository(let registry), .image(let registry): [registry]
        case .tag(let registry, let repository): [registry, repository]
        default: []
        }
      for name in named { #expect(parameters.contains(name), "\(command.name): no parameter `\(name)`") }
    }
    for parameter in command.cmdlet?.parameters ?? [] {
      let named: [String] =
        switch parameter.meaning {
        case .flag(let name), .part(of: let name, order: _): [name]
        case .nothing: []
        case .choice(let choices): choices.values.compactMap { $0 }
        }
      for name in named { #expect(flags.contains(name), "\(command.name): no flag `\(name)` for -\(parameter.name)") }
    }
  }

  @Test("columns say when they are null in words that follow `null`, and never have the type of a block")
  func columns() {
    for command in Self.catalog.commands {
      for column in command.columns.declared {
        #expect(column.type != .block, "\(command.name): \(column.name)")
        #expect(column.null?.isEmpty != true && column.only?.isEmpty != true, "\(command.name): \(column.name)")
      }
    }
  }
}
