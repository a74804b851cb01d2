import AcrText

extension Checker {
  /// What the first words of a command mean.
  private enum Resolution {
    case function(Int)
    case command(Signature)
    case cmdlet(Signature, Signature.Cmdlet)
  }

  /// Checks one command.
  mutating func check(_ call: CommandCall, isFirst: Bool) -> CheckedStage? {
    if let constant = checkConstantHead(call, isFirst: isFirst) { return .expression(constant) }
    if isFirst, let question = question(call) { return .command(question) }
    guard let (resolution, name, arguments) = resolve(call) else {
      checkLoosely(call.arguments[...])
      return nil
    }
    switch resolution {
    case .function(let index):
      let input = program.signatures[index].input
      if isFirst, case .required = input { report(.definitionNeedsInput(name.text), name.span) }
      var takesInput = !isFirst
      if case .none = input { takesInput = false }
      guard isFirst || takesInput else {
        report(.functionTakesNoInput(name.text), name.span)
        // Its missing arguments are what stands before the pipe.
        checkLoosely(arguments)
        return nil
      }
      let bound = bind(arguments, to: program.signatures[index], as: name)
      // A `def`'s flags are variables in its body.
      let renamed = bound.map {
        CheckedArgument(
          parameter: Self.variableName($0.parameter), type: $0.type, value: $0.value, span: $0.span)
      }
      return .call(
        CheckedCall(
          function: index, name: name.text, arguments: renamed, takesInput: takesInput, nameSpan: name.span), call.span)
    case .command(let signature):
      checkInput(signature, name, isFirst: isFirst)
      let bound = bind(arguments, to: signature, as: name)
      checkSourceAndRegistry(signature, bound)
      return .command(
        CheckedCommand(name: signature.name, arguments: bound, nameSpan: name.span, span: call.span))
    case .cmdlet(let signature, let cmdlet):
      checkInput(signature, name, isFirst: isFirst)
      let bound = bind(arguments, to: signature, cmdlet: cmdlet, as: name)
      return .command(
        CheckedCommand(name: signature.name, arguments: bound, nameSpan: name.span, span: call.span))
    }
  }

  private func checkInput(_ signature: Signature, _ name: Name, isFirst: Bool) {
    switch signature.input {
    case .none where !isFirst: report(.takesNoInput(name.text), name.span)
    case .required where isFirst: report(.needsInput(name.text), name.span)
    default: break
    }
  }

  /// Finds the command: a `def` of that name, else the longest known name, else a cmdlet.
  private func resolve(_ call: CommandCall) -> (Resolution, Name, ArraySlice<Argument>)? {
    var head = call.head
    var rest = call.arguments[...]
    if head.text == "az" {
      guard let next = Self.bareWord(rest.first) else {
        report(.lists("az", []), head.span)
        return nil
      }
      head = next
      rest.removeFirst()
    } else if let index = functionIndex[head.text] {
      program.calledFunctions.insert(index)
      return (.function(index), head, rest)
    }
    var best: (Signature, Name, ArraySlice<Argument>)?
    var name = head
    var remaining = rest
    while true {
      if let signature = program.catalog.command(named: name.text) { best = (signature, name, remaining) }
      guard program.catalog.isPrefix(name.text), let next = Self.bareWord(remaining.first) else { break }
      name = Name(text: "\(name.text) \(next.text)", span: name.span.to(next.span))
      remaining.removeFirst()
    }
    if let (signature, name, arguments) = best { return (.command(signature), name, arguments) }
    if let signature = program.catalog.command(ofCmdlet: head.text), let cmdlet = signature.cmdlet {
      return (.cmdlet(signature, cmdlet), head, rest)
    }
    reportUnknown(head, name, call)
    return nil
  }

  private static func bareWord(_ argument: Argument?) -> Name? {
    guard case .value(.word(let text)) = argument, let word = text.constant, !word.isEmpty else { return nil }
    return Name(text: word, span: text.span)
  }

  private static func commands(below prefix: String, in catalog: Catalog) -> [String] {
    catalog.commandNames.filter { $0.hasPrefix(prefix + " ") }.sorted()
  }

  /// - Parameter longest: the words up to the first that no command's name goes on with.
  private func reportUnknown(_ head: Name, _ longest: Name, _ call: CommandCall) {
    let catalog = program.catalog
    if hasUnknownNames { return }
    let words = ([call.head] + call.arguments.map { Self.bareWord($0) ?? Name(text: "", span: longest.span) })
      .map(\.text).prefix { !$0.isEmpty }
    let isAzure = call.head.text == "az"
    if !catalog.isPrefix(longest.text) || longest.text.contains(" "),
      let name = catalog.foreign.command(Array(isAzure ? words.dropFirst() : words[...]))
    {
      return report(.foreignCommand(name), longest.span)
    }
    if catalog.isPrefix(longest.text) {
      return report(.lists(longest.text, Self.commands(below: longest.text, in: catalog)), longest.span)
    }
    if let dot = head.text.firstIndex(of: "."), moduleAliases.contains(String(head.text[..<dot])) {
      let alias = String(head.text[...dot])
      let nearest = Suggestion.nearest(to: head.text, in: functionIndex.keys.filter { $0.hasPrefix(alias) })
      return report(.unknownCommand(head.text, nearest: nearest), head.span)
    }
    if let dot = head.text.firstIndex(of: "."), lookUp(String(head.text[..<dot])) != nil {
      return report(.commandIsVariable(head.text), head.span)
    }
    if longest.text == head.text {
      if let equals = head.text.firstIndex(of: "="), equals != head.text.startIndex {
        return report(.shellAssignment(String(head.text[..<equals])), head.span)
      }
      if isInItem, call.arguments.isEmpty {
        let variable = lookUp(head.text) == nil ? Suggestion.nearest(to: head.text, in: visibleNames) : head.text
        let nearest = variable.map { "$\($0)" } ?? Suggestion.nearest(to: head.text, in: catalog.commandNames)
        return report(.bareText(head.text, nearest: nearest), head.span)
      }
      let next = Self.bareWord(call.arguments.first)?.text
      if next == "=" {
        return report(.assignsBareName(head.text, isKnown: lookUp(head.text) != nil), head.span)
      }
      if lookUp(head.text) != nil || next.map({ Self.operatorWords.contains($0) }) == true {
        return report(.commandIsVariable(head.text), head.span)
      }
      if catalog.function(named: head.text) != nil { return report(.functionAsCommand(head.text), head.span) }
    }
    let pair = Self.bareWord(call.arguments.first).map { "\(head.text) \($0.text)" }
    if let name = [pair, head.text].compactMap(\.self).first(where: catalog.withheld.contains) {
      return report(.withheldCommand(name), head.span)
    }
    if longest.text == head.text, !isAzure, let cure = ShellPrograms.cures[head.text] {
      return report(.shellProgram(head.text, cure: cure), head.span)
    }
    let count = longest.text.split(separator: " ").count
    let candidates = catalog.commandNames.filter { $0.split(separator: " ").count == count }
    let firstWords = catalog.commandNames.compactMap { $0.split(separator: " ").first.map(String.init) }
    let cmdlets = catalog.commands.compactMap(\.cmdlet?.name)
    let known =
      count == 1
      ? candidates + firstWords + cmdlets + functionIndex.keys + LanguageWords.stages + LanguageWords.statements
      : candidates
    let nearest = Suggestion.nearest(to: longest.text, in: known)
    if nearest == nil, isAzure { return report(.foreignCommand(longest.text), longest.span) }
    report(.unknownCommand(longest.text, nearest: nearest), longest.span)
  }

  /// `… --help` and `-h` behind a command or the first words of some, and `az --version`: a question as the Azure CLI takes
  /// it. Nil for everything else, and for a command that has such a flag or hands flags to a program.
  private func question(_ call: CommandCall) -> CheckedCommand? {
    let catalog = program.catalog
    guard functionIndex[call.head.text] == nil else { return nil }
    let isAzure = call.head.text == "az"
    if isAzure, call.arguments.count == 1, case .flag(let flag)? = call.arguments.first,
      ["--version", "-v"].contains(flag.name.text), catalog.command(named: "version") != nil
    {
      return CheckedCommand(name: "version", arguments: [], nameSpan: call.span, span: call.span)
    }
    let place = call.arguments.firstIndex { argument in
      guard case .flag(let flag) = argument else { return false }
      return flag.value == nil && ["--help", "-h"].contains(flag.name.text)
    }
    guard let place, catalog.command(named: "help") != nil else { return nil }
    var words: [Name] = isAzure ? [] : [call.head]
    for argument in call.arguments[..<place] {
      guard let word = Self.bareWord(argument) else { break }
      let name = (words + [word]).map(\.text).joined(separator: " ")
      guard catalog.command(named: name) != nil || catalog.isPrefix(name) else { break }
      words.append(word)
    }
    let name = words.map(\.text).joined(separator: " ")
    if let signature = catalog.command(named: name) ?? catalog.command(ofCmdlet: name) {
      guard !signature.positionals.contains(where: \.takesFlags),
        case .flag(let flag) = call.arguments[place], Self.flag(flag.name.text, of: signature) == nil
      else { return nil }
    } else {
      guard name.isEmpty || catalog.isPrefix(name) else { return nil }
    }
    let asked = words.map { CheckedExpression.constant(.string($0.text), $0.span) }
    return CheckedCommand(
      name: "help",
      arguments: asked.isEmpty
        ? [] : [CheckedArgument(parameter: "name", type: .string, value: .expressions(asked), span: call.head.span)],
      nameSpan: call.head.span, span: call.span)
  }

  static let operatorWords: Set<String> = [
    "+", "-", "*", "/", "%", "==", "!=", "<=", ">=", "=~", "!~", "and", "or", "in", "like", "??",
  ]

  /// Looks at the arguments of a command that is unknown, so that other mistakes in them are found too.
  mutating func checkLoosely(_ arguments: ArraySlice<Argument>) {
    for argument in arguments {
      switch argument {
      case .value(let value): checkLoosely(value)
      case .flag(let flag): if let value = flag.value { checkLoosely(value) }
      case .endOfFlags: break
      }
    }
  }

  private mutating func checkLoosely(_ value: ArgumentValue) {
    switch value {
    case .word(let text): _ = check(text)
    case .expression(let expression): _ = check(expression)
    case .block(let block): _ = check(block, isParallel: false)
    }
  }

  mutating func check(_ literal: BlockLiteral, isParallel: Bool) -> CheckedBlockLiteral {
    frame.contexts.append(isParallel ? .parallelBlock(scopeCount: scopes.count) : .block)
    defer { frame.contexts.removeLast() }
    if literal.parameters.isEmpty {
      return withRow(literal.block.span) { checker, row in
        CheckedBlockLiteral(parameters: [row], body: checker.check(literal.block))
      }
    }
    return withScope { checker in
      let declared = literal.parameters.map { checker.declare($0, .block) }
      let body = checker.check(literal.block)
      return CheckedBlockLiteral(parameters: declared.map(\.variable), body: body.with(declared.compactMap(\.taking)))
    }
  }

  /// `lib.name` where a command would stand: the value of a module's `let`.
  private mutating func checkConstantHead(_ call: CommandCall, isFirst: Bool) -> CheckedExpression? {
    guard isFirst, let dot = call.head.text.firstIndex(of: "."), functionIndex[call.head.text] == nil else {
      return nil
    }
    let name = Name(text: String(call.head.text[call.head.text.index(after: dot)...]), span: call.head.span)
    guard
      let constant = checkConstant(String(call.head.text[..<dot]), name, call.head.span, onlyIfKnown: true)
    else { return nil }
    if let first = call.arguments.first {
      report(.constantWithArguments(call.head.text, source.text(call.head.span.to(first.span))), first.span)
    }
    return constant
  }

  /// With `--registry`, the source is a path in that registry.
  private func checkSourceAndRegistry(_ signature: Signature, _ arguments: [CheckedArgument]) {
    guard signature.name == "import", arguments.contains(where: { $0.parameter == "registry" }),
      let source = arguments.first(where: { $0.parameter == "source" }), case .expression(let value) = source.value
    else { return }
    // The registry itself in front of the source is left out where it is the same.
    guard
      case .expression(.constant(.string(let registry), _)) = arguments.first(where: { $0.parameter == "registry" })?
        .value
    else { return }
    var leading: [String] = []
    switch value {
    case .constant(.string(let text), _): leading = [text]
    case .text(let pieces, _):
      for piece in pieces { if case .literal(let text) = piece { leading.append(text) } }
    default: return
    }
    // The text before the first `/` is a host when it has a dot or a port.
    for text in leading {
      let host = text.prefix { $0 != "/" }
      if host.contains(".") || (host.contains(":") && host.count < text.count) {
        let name = registry.split(separator: "/").last.map(String.init) ?? registry
        let isSame =
          host.lowercased() == name.lowercased() || host.lowercased().hasPrefix("\(name.lowercased()).")
          || host.lowercased().hasPrefix("\(name.lowercased())-")
        if host.count < text.count, !isSame { report(.sourceWithRegistry, source.span) }
        return
      }
      if host.count < text.count { return }
    }
  }
}
