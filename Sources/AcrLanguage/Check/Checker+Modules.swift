extension Checker {
  /// Loads a module and makes its `def`s known here.
  /// - Returns: the statement that runs its `let`s, if it has any and they do not run already.
  mutating func loadModule(_ path: Name, _ alias: Name?, _ span: Span) -> CheckedStatement? {
    let wereNamesUnknown = hasUnknownNames
    hasUnknownNames = true
    guard let loader = program.loader else {
      report(.noModules, span)
      return nil
    }
    let loaded: Source
    do {
      loaded = try loader(path.text, source)
    } catch let error as ModuleError {
      report(.moduleNotRead(path.text, error.message), path.span)
      return nil
    } catch {
      report(.moduleNotRead(path.text, "\(error)"), path.span)
      return nil
    }
    if let start = program.loading.firstIndex(of: loaded.name) {
      report(.moduleCycle(Array(program.loading[start...]) + [loaded.name]), path.span)
      return nil
    }
    let isNew = program.modules[loaded.name] == nil
    guard let module = program.modules[loaded.name] ?? Self.checkModule(loaded, program) else { return nil }
    program.modules[loaded.name] = module
    hasUnknownNames = wereNamesUnknown
    if let alias {
      if !moduleAliases.insert(alias.text).inserted, !program.isSession {
        report(.moduleNameTaken(alias.text), alias.span)
      }
      for (name, index) in module.functions { functionIndex["\(alias.text).\(name)"] = index }
      for (name, global) in module.constants { moduleConstants["\(alias.text).\(name)"] = global }
    } else {
      for (name, global) in module.constants where scopes[scopes.count - 1][name] == nil {
        variables.append(Variable(name: name, reference: .global(global), kind: .let, span: nil))
        scopes[scopes.count - 1][name] = variables.count - 1
      }
      for (name, index) in module.functions {
        if let own = functionIndex[name], own != index, !program.isSession {
          report(.importedTwice(name, path.text), path.span)
        }
        functionIndex[name] = index
      }
    }
    guard isNew, let initializer = module.initializer else { return nil }
    let call = CheckedCall(
      function: initializer, name: path.text, arguments: [], nameSpan: path.span)
    return .expression(.call(call, span), isShown: false, span)
  }

  /// Checks the text of a module. Its `let`s become globals, set by a function of the program.
  private static func checkModule(_ source: Source, _ program: CheckProgram) -> CheckProgram.Module? {
    guard let tree = parse(source, program) else {
      SecretFinder(catalog: program.catalog).hideSecrets(of: source)
      return nil
    }
    program.loading.append(source.name)
    defer { program.loading.removeLast() }
    var checker = Checker(program: program, tree: tree, isModule: true, functionIndex: [:])
    defer { checker.hideSecrets() }
    checker.scopes = [[:], [:]]
    checker.frame.isTopLevel = true
    checker.declareDefinitions()
    let own = checker.functionIndex
    let span = Span(0, Int32(clamping: source.bytes.count))
    let statements = checker.checkStatements(tree.statements)
    guard !statements.isEmpty else { return CheckProgram.Module(functions: own, constants: [:], initializer: nil) }
    let name = "use \(source.name)"
    let index = program.declareFunction(Signature(name: name, documentation: "", parameters: []))
    program.functions[index] = CheckedFunction(
      name: name, documentation: "", source: source, span: span, parameters: [],
      body: CheckedBlock(statements: statements, span: span), slotCount: checker.frame.slotCount)
    program.assigned[index] = checker.frame.assigned
    var constants: [String: Int] = [:]
    for (name, variable) in checker.scopes[1] {
      if case .global(let global) = checker.variables[variable].reference { constants[name] = global }
    }
    return CheckProgram.Module(functions: own, constants: constants, initializer: index)
  }
}
