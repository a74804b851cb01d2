import AcrLanguage

/// What a name stands for, across the texts that load each other.
enum Subject: Equatable {
  /// A variable of one text, by its number in the text's index.
  case variable(path: String, Int)
  /// A parameter of a `def`; calls in other texts name it as a flag.
  case parameter(path: String, definition: String, Int)
  case definition(path: String, String)
  /// A module as one text calls it.
  case module(path: String, Int)
  /// A command of the shell, by its main name.
  case command(String)
  /// A function of the language.
  case function(String)

  /// The text that declares it; nil for what acrsh brings.
  var path: String? {
    switch self {
    case .variable(let path, _), .parameter(let path, _, _), .definition(let path, _), .module(let path, _): path
    case .command, .function: nil
    }
  }
}

/// One place where a ``Subject`` is named.
struct Occurrence {
  let source: Source
  /// The name alone: without `$`, dashes or the module in front.
  let span: Span
  let isWrite: Bool
  let isDeclaration: Bool
  /// True where a parameter is written as a flag, with `-` for `_`.
  var isFlag = false
}

/// Finds what names stand for, and every place of it. One search answers one request: it reads each module once.
struct SymbolSearch {
  let workspace: Workspace
  let catalog: Catalog
  /// Reads a module as the check does: the path as written, and the text that asks for it.
  private let load: (String, Source) -> Source?
  private let read = ReadModules()

  /// What a path of `use` means in a text.
  private struct ModulePath: Hashable {
    let importer: String
    let path: String
  }

  private final class ReadModules {
    var found: [ModulePath: (path: String, index: SymbolIndex)?] = [:]
  }

  init(workspace: Workspace, catalog: Catalog, load: @escaping (String, Source) -> Source?) {
    self.workspace = workspace
    self.catalog = catalog
    self.load = load
  }

  /// The index of a module that a text loads, and its path.
  func module(_ path: String, of source: Source) -> (path: String, index: SymbolIndex)? {
    let place = ModulePath(importer: source.name, path: path)
    if let known = read.found[place] { return known }
    let found = load(path, source).flatMap { loaded -> (path: String, index: SymbolIndex)? in
      let path = DocumentURI.normalized(loaded.name)
      return workspace.index(at: path).map { (path, $0) }
    }
    read.found[place] = .some(found)
    return found
  }

  /// The `def` that a name means in a text: its own, `module.name`, or one of a module that was loaded without a name.
  func definition(named name: String, in index: SymbolIndex) -> (path: String, name: String, index: SymbolIndex)? {
    let source = index.tree.source
    if index.definitions[name] != nil { return (source.name, name, index) }
    for (alias, path) in index.modules {
      var own = name
      if let alias {
        guard name.hasPrefix(alias + ".") else { continue }
        own = String(name.dropFirst(alias.count + 1))
      }
      guard let module = module(path, of: source), module.index.definitions[own] != nil else { continue }
      return (module.path, own, module.index)
    }
    return nil
  }

  /// What a reference stands for; nil for a name nobody knows.
  /// - Parameter offset: where the cursor is: in `module.name` either part may be meant.
  func subject(of reference: SymbolIndex.Reference, in index: SymbolIndex, at offset: Int) -> Subject? {
    switch reference.target {
    case .symbol(let number): return subject(of: number, in: index)
    case .function(let name):
      return named(name, reference, index, offset) ?? catalog.function(named: name).map { .function($0.name) }
    case .command(let words, let position):
      if position == 0, let found = named(words[0], reference, index, offset) { return found }
      return command(words, at: position).map { .command($0.name) }
    case .flag(let written, let words):
      guard let found = definition(named: words[0], in: index),
        let number = found.index.parameter(written, of: found.name)
      else { return nil }
      return .parameter(path: found.path, definition: found.name, number)
    }
  }

  private func named(
    _ name: String, _ reference: SymbolIndex.Reference, _ index: SymbolIndex, _ offset: Int
  ) -> Subject? {
    if let dot = name.firstIndex(of: "."), let number = index.module(named: String(name[..<dot])),
      offset <= Int(reference.span.start) + name[..<dot].utf8.count
    {
      return .module(path: index.tree.source.name, number)
    }
    return definition(named: name, in: index).map { .definition(path: $0.path, $0.name) }
  }

  private func subject(of number: Int, in index: SymbolIndex) -> Subject {
    let path = index.tree.source.name
    switch index.symbols[number].kind {
    case .variable: return .variable(path: path, number)
    case .parameter:
      guard let definition = index.definition(around: index.symbols[number].span) else {
        return .variable(path: path, number)
      }
      return .parameter(path: path, definition: definition, number)
    case .definition: return .definition(path: path, index.symbols[number].name)
    case .module: return .module(path: path, number)
    }
  }

  /// The command that a word belongs to: the one whose name takes the most of the words.
  func command(_ words: [String], at position: Int) -> Signature? {
    for length in stride(from: words.count, to: position, by: -1) {
      if let found = catalog.command(named: words.prefix(length).joined(separator: " ")) { return found }
    }
    return position == 0 ? catalog.command(ofCmdlet: words[0]) : nil
  }

  /// Every place of a subject, in all texts that can name it.
  func occurrences(of subject: Subject) -> [Occurrence] {
    switch subject {
    case .variable(let path, _), .module(let path, _):
      return workspace.index(at: path).map { occurrences(of: subject, in: $0) } ?? []
    case .definition(let path, _), .parameter(let path, _, _):
      // The module itself may lie outside the editor's folders.
      let paths = workspace.paths
      return (paths.contains(path) ? paths : paths + [path]).flatMap { path in
        workspace.index(at: path).map { occurrences(of: subject, in: $0) } ?? []
      }
    case .command, .function:
      return workspace.paths.flatMap { path in
        workspace.index(at: path).map { occurrences(of: subject, in: $0) } ?? []
      }
    }
  }

  private func occurrences(of subject: Subject, in index: SymbolIndex) -> [Occurrence] {
    var resolved: [String: Subject?] = [:]
    /// What a called name means. Many calls name the same `def`; modules are read once.
    func target(_ name: String) -> Subject? {
      if let known = resolved[name] { return known }
      let answer = definition(named: name, in: index).map { Subject.definition(path: $0.path, $0.name) }
      resolved[name] = .some(answer)
      return answer
    }
    var flags: [String: Bool] = [:]
    /// Whether a flag of the `def` sets the parameter that is looked for.
    func sets(_ written: String, _ path: String, _ definition: String, _ number: Int) -> Bool {
      if let known = flags[written] { return known }
      let answer = workspace.index(at: path)?.parameter(written, of: definition) == number
      flags[written] = answer
      return answer
    }
    return index.references.compactMap { reference in
      switch reference.target {
      case .symbol(let number): declared(number, reference, subject, in: index)
      case .function(let name): called(name, reference, subject, in: index, target)
      case .command(let words, let position):
        if position == 0, let found = called(words[0], reference, subject, in: index, target) {
          found
        } else if case .command(let name) = subject, position == 0, target(words[0]) == nil,
          command(words, at: 0)?.name == name
        {
          Occurrence(source: index.tree.source, span: reference.span, isWrite: false, isDeclaration: false)
        } else {
          nil
        }
      case .flag(let written, let words): flag(written, words[0], reference, subject, in: index, target, sets)
      }
    }
  }

  private func declared(
    _ number: Int, _ reference: SymbolIndex.Reference, _ subject: Subject, in index: SymbolIndex
  ) -> Occurrence? {
    let symbol = index.symbols[number]
    let isName = reference.span == symbol.nameSpan
    // The path of a module is not its name.
    if symbol.isModule, isName { return nil }
    guard index.tree.source.name == subject.path else { return nil }
    switch subject {
    case .variable(_, let own), .parameter(_, _, let own), .module(_, let own): guard own == number else { return nil }
    case .definition(_, let name): guard index.definitions[name] == number else { return nil }
    case .command, .function: return nil
    }
    let text = index.tree.source.text(reference.span)
    let lead = text.utf8.prefix { [UInt8(ascii: "$"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains($0) }.count
    return Occurrence(
      source: index.tree.source, span: Span(reference.span.start + Int32(lead), reference.span.end),
      isWrite: reference.isWrite, isDeclaration: isName || symbol.isModule, isFlag: text.hasPrefix("--"))
  }

  private func called(
    _ name: String, _ reference: SymbolIndex.Reference, _ subject: Subject, in index: SymbolIndex,
    _ target: (String) -> Subject?
  ) -> Occurrence? {
    let source = index.tree.source
    switch subject {
    case .module(let path, let number):
      guard path == source.name, let dot = name.firstIndex(of: "."), index.module(named: String(name[..<dot])) == number
      else { return nil }
      let end = reference.span.start + Int32(name[..<dot].utf8.count)
      return Occurrence(source: source, span: Span(reference.span.start, end), isWrite: false, isDeclaration: false)
    case .definition(_, let own):
      guard target(name) == subject else { return nil }
      let start = reference.span.end - Int32(own.utf8.count)
      return Occurrence(source: source, span: Span(start, reference.span.end), isWrite: false, isDeclaration: false)
    case .function(let function):
      guard case .function = reference.target, name == function, target(name) == nil else { return nil }
      return Occurrence(source: source, span: reference.span, isWrite: false, isDeclaration: false)
    case .variable, .parameter, .command: return nil
    }
  }

  private func flag(
    _ written: String, _ command: String, _ reference: SymbolIndex.Reference, _ subject: Subject,
    in index: SymbolIndex, _ target: (String) -> Subject?, _ sets: (String, String, String, Int) -> Bool
  ) -> Occurrence? {
    guard case .parameter(let path, let definition, let number) = subject,
      target(command) == .definition(path: path, definition), sets(written, path, definition, number)
    else { return nil }
    return Occurrence(
      source: index.tree.source, span: Span(reference.span.start + 2, reference.span.end), isWrite: false,
      isDeclaration: false, isFlag: true)
  }
}

extension SymbolIndex {
  /// The number of the module that is called so here.
  func module(named alias: String) -> Int? { moduleNames[alias] }

  /// The name of the `def` around a parameter.
  func definition(around span: Span) -> String? {
    symbols.first { symbol in
      guard case .definition = symbol.kind else { return false }
      return symbol.span.start <= span.start && span.end <= symbol.span.end
    }?.name
  }

  /// The number of the parameter that a flag of a `def` sets.
  func parameter(_ written: String, of definition: String) -> Int? {
    guard written.hasPrefix("--"), let number = definitions[definition],
      case .definition(let found) = symbols[number].kind
    else { return nil }
    let name = String(written.dropFirst(2).map { $0 == "-" ? "_" : $0 })
    guard let parameter = found.parameters.first(where: { $0.variableName == name }) else { return nil }
    return symbols.firstIndex { $0.nameSpan == parameter.name.span }
  }
}

extension Parameter {
  /// The variable that holds its value.
  var variableName: String { String(name.text.map { $0 == "-" ? "_" : $0 }) }
}
