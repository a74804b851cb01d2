import AcrText

extension Checker {
  /// Gives each argument its parameter and checks its value.
  mutating func bind(_ arguments: ArraySlice<Argument>, to signature: Signature, as name: Name) -> [CheckedArgument] {
    var binding = Binding()
    var index = arguments.startIndex
    var latestSwitch: Name?
    while index < arguments.endIndex {
      let argument = arguments[index]
      index += 1
      if binding.isEnded {
        checkLoosely([argument])
        continue
      }
      if binding.positionalCount > 0, let rest = signature.positionals.last, rest.takesFlags {
        if let text = Self.verbatim(argument) {
          add(text, to: rest, &binding, signature, name)
          continue
        }
      }
      switch argument {
      case .endOfFlags: break
      case .value(let value):
        addPositional(value, &binding, signature, name, behind: latestSwitch)
        latestSwitch = nil
      case .flag(let written):
        latestSwitch = nil
        if let (flag, name, value) = Self.attached(written, of: signature) {
          add(.word(value), to: flag, name, &binding, signature)
          continue
        }
        guard let flag = Self.flag(written.name.text, of: signature) else {
          reportUnknownFlag(written, signature, name)
          binding.isBroken = true
          // The value behind an unknown flag is most likely its own.
          if written.value == nil, index < arguments.endIndex, case .value(let value) = arguments[index] {
            checkLoosely([.value(value)])
            index += 1
          } else if let value = written.value {
            checkLoosely([.value(value)])
          }
          continue
        }
        var value = written.value
        if value == nil, flag.type != nil {
          guard index < arguments.endIndex, case .value(let next) = arguments[index] else {
            report(.flagWithoutValue(written.name.text, next: nextText(arguments, index)), written.span)
            binding.isBroken = true
            continue
          }
          value = next
          index += 1
        }
        if flag.type == nil, value == nil { latestSwitch = written.name }
        add(value, to: flag, written.name, &binding, signature)
        guard flag.isGreedy else { continue }
        while index < arguments.endIndex, case .value(let next) = arguments[index] {
          add(next, to: flag, written.name, &binding, signature)
          index += 1
        }
      }
    }
    reportMissing(binding, signature, name)
    return binding.arguments
  }

  /// Words with dashes that go to another program as they are.
  private static func verbatim(_ argument: Argument) -> ArgumentValue? {
    switch argument {
    case .endOfFlags(let span):
      .word(TextLiteral(pieces: [.literal("--")], quoting: .word, span: span))
    case .flag(let flag):
      switch flag.value {
      case nil: .word(TextLiteral(pieces: [.literal(flag.name.text)], quoting: .word, span: flag.span))
      case .word(let text): .word(prefixed(text, with: flag.name.text + "=", flag.span))
      case .expression(let expression):
        .word(
          TextLiteral(
            pieces: [.literal(flag.name.text + "="), .expression(expression, expression.span)], quoting: .word,
            span: flag.span))
      case .block: nil
      }
    case .value: nil
    }
  }

  private static func prefixed(_ text: TextLiteral, with prefix: String, _ span: Span) -> TextLiteral {
    guard case .literal(let first)? = text.pieces.first else {
      return TextLiteral(pieces: [.literal(prefix)] + text.pieces, quoting: .word, span: span)
    }
    return TextLiteral(pieces: [.literal(prefix + first)] + text.pieces.dropFirst(), quoting: .word, span: span)
  }

  func nextText(_ arguments: ArraySlice<Argument>, _ index: Int) -> String? {
    index < arguments.endIndex ? source.text(arguments[index].span) : nil
  }

  static func flag(_ written: String, of signature: Signature) -> Signature.Flag? {
    if written.hasPrefix("--") {
      var name = String(written.dropFirst(2))
      if signature.group == .script { name = String(name.map { $0 == "_" ? "-" : $0 }) }
      return signature.allFlags.first { $0.name == name } ?? signature.allFlags.first { $0.aliases.contains(name) }
    }
    guard written.utf8.count == 2, let short = written.last else { return nil }
    return signature.allFlags.first { $0.short == short }
      ?? signature.allFlags.first { $0.aliases.contains(String(short)) }
  }

  /// `-otsv`: a letter with its value behind it, as the Azure CLI takes it. What is a long flag with a dash too few is none.
  static func attached(
    _ written: FlagArgument, of signature: Signature
  ) -> (Signature.Flag, Name, TextLiteral)? {
    let text = written.name.text
    guard written.value == nil, !text.hasPrefix("--"), text.utf8.count > 2, !text.contains("$"),
      signature.group.takesGlobalFlags, let flag = flag(String(text.prefix(2)), of: signature), flag.type != nil
    else { return nil }
    let rest = String(text.dropFirst(2))
    let bare = text.dropFirst()
    guard !signature.allFlags.contains(where: { $0.name.hasPrefix(bare) || bare.hasPrefix($0.name) }) else {
      return nil
    }
    let middle = written.name.span.start + 2
    return (
      flag, Name(text: String(text.prefix(2)), span: Span(written.name.span.start, middle)),
      TextLiteral(pieces: [.literal(rest)], quoting: .word, span: Span(middle, written.name.span.end))
    )
  }

  private func reportUnknownFlag(_ written: FlagArgument, _ signature: Signature, _ name: Name) {
    let bare = String(written.name.text.drop { $0 == "-" })
    let known = signature.allFlags.map(\.name)
    if let reason = program.catalog.foreign.flag(signature.names, written.name.text) {
      return report(.foreignFlag(written.name.text, command: name.text, reason: reason), written.name.span)
    }
    let nearest = known.contains(bare) ? bare : Suggestion.nearest(to: bare, in: known)
    report(
      .unknownFlag(written.name.text, command: name.text, nearest: nearest.map { "--\($0)" }), written.name.span)
  }

  mutating func add(
    _ value: ArgumentValue?, to flag: Signature.Flag, _ written: Name, _ binding: inout Binding, _ signature: Signature
  ) {
    let checked: CheckedArgument.Value?
    let span: Span
    if let value {
      checked = self.check(
        value, as: flag.type ?? .bool, for: written.text, signature, blockValues: flag.blockValues)
      span = value.span
      if case .expression(let expression)? = checked { checkChoice(expression, of: written.text, flag.choices) }
      if case .expression(.spread(_, let spread))? = checked, !flag.isRepeatable {
        report(.spreadNeedsRest(written.text), spread)
        binding.isBroken = true
        return
      }
      noteSecret(flag.type, value, written.text)
      noteProblem(checked, flag.check)
    } else {
      checked = .on
      span = written.span
    }
    guard let checked else {
      binding.isBroken = true
      return
    }
    if flag.isRepeatable, case .expression(let expression) = checked {
      binding.collect(flag.name, flag.type ?? .bool, expression, span)
    } else if binding.has(flag.name) {
      report(.flagTwice(written.text), written.span)
      binding.isBroken = true
    } else {
      binding.set(flag.name, flag.type ?? .bool, checked, span)
    }
  }

  /// Reports what a parameter's own check finds in a text that is written out.
  private func noteProblem(_ value: CheckedArgument.Value?, _ check: TextCheck?) {
    guard let check, case .expression(.constant(.string(let text), let span)) = value, let problem = check(text) else {
      return
    }
    report(
      .unacceptableText(problem),
      problem.range.map { source.span(of: $0, in: text, writtenAt: span) } ?? span)
  }

  private func noteSecret(_ type: ValueType?, _ value: ArgumentValue, _ parameter: String) {
    guard program.isSession || program.isStrict, type == .secret else { return }
    let isLiteral =
      switch value {
      case .word: true
      case .expression(.text(let text)): text.constant != nil
      default: false
      }
    guard isLiteral else { return }
    report(program.isSession ? .plainSecret(parameter) : .secretInScript(parameter), value.span)
  }

  private mutating func addPositional(
    _ value: ArgumentValue, _ binding: inout Binding, _ signature: Signature, _ name: Name, behind latestSwitch: Name?
  ) {
    let positionals = signature.positionals
    // A block goes to the positional that takes one, wherever the other values stand.
    if case .block = value, binding.positionalCount < positionals.count,
      positionals[binding.positionalCount].type != .block,
      let place = positionals.firstIndex(where: { $0.type == .block }), place > binding.positionalCount,
      positionals[binding.positionalCount..<place].allSatisfy({ !$0.isRequired })
    {
      binding.positionalCount = place
    }
    if binding.positionalCount < positionals.count {
      let positional = positionals[binding.positionalCount]
      if !positional.isRest { binding.positionalCount += 1 }
      add(value, to: positional, &binding, signature, name)
      return
    }
    binding.isBroken = true
    checkLoosely([.value(value)])
    if let latestSwitch, case .expression = value {
      return report(.valueForSwitch(latestSwitch.text, source.text(value.span)), value.span)
    }
    if case .word(let text) = value, let word = text.constant, Self.operatorWords.contains(word) {
      binding.isEnded = true
      let command = source.text(Span(pipelineStart, value.span.start))
      return report(.operatorBehindCommand(word, Self.trimmed(command)), value.span)
    }
    report(.tooManyValues(name.text, limit: positionals.count, isCall: false), value.span)
  }

  private mutating func add(
    _ value: ArgumentValue, to positional: Signature.Positional, _ binding: inout Binding, _ signature: Signature,
    _ name: Name
  ) {
    guard
      let checked = check(
        value, as: positional.type, for: positional.name, signature, blockValues: positional.blockValues)
    else {
      binding.isBroken = true
      return
    }
    if case .expression(let expression) = checked { checkChoice(expression, of: positional.name, positional.choices) }
    if case .expression(.spread(_, let spread)) = checked, !positional.isRest {
      report(.spreadNeedsRest(name.text), spread)
      binding.isBroken = true
      return
    }
    noteSecret(positional.type, value, positional.name)
    noteProblem(checked, positional.check)
    if positional.isRest, case .expression(let expression) = checked {
      binding.collect(positional.name, positional.type, expression, value.span)
    } else {
      binding.set(positional.name, positional.type, checked, value.span)
    }
  }

  func reportMissing(_ binding: Binding, _ signature: Signature, _ name: Name) {
    if binding.isBroken { return }
    let values = signature.positionals.filter { positional in
      if binding.has(positional.name) { return false }
      return positional.isRequired || positional.unlessFlag.map { !binding.has($0) } ?? false
    }
    let flags = signature.flags.filter { $0.isRequired && !binding.has($0.name) }
    if values.isEmpty, flags.isEmpty { return }
    if flags.isEmpty, values.count == 1, values[0].type == .block {
      return report(.missingBlock(name.text), name.span)
    }
    report(
      .missing(
        name.text, values.map(\.name) + flags.map { "--\($0.name)" }, isFlag: values.isEmpty, isCall: false), name.span)
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while let last = text.utf8.last, Byte.isBlank(last) { text.removeLast() }
    return String(text)
  }

  // MARK: Values

  /// Checks one value against its parameter's type; nil when it was refused.
  mutating func check(
    _ value: ArgumentValue, as type: ValueType, for parameter: String, _ signature: Signature, blockValues: Int = 1
  ) -> CheckedArgument.Value? {
    switch value {
    case .block(let literal) where signature.group == .script && (type == .block || (type == .any && literal.hasBars)):
      // The `def` has variables of its own, so the block is a value.
      return .expression(checkClosure(literal))
    case .block(let literal):
      if type == .block, literal.parameters.count > blockValues {
        report(
          .tooManyBlockNames(signature.name, literal.parameters.count, blockValues),
          literal.parameters[blockValues].span)
      }
      let checked = check(literal, isParallel: signature.name == "par-each")
      guard type == .block else {
        report(.blockForValue(parameter, type), Span(value.span.start, value.span.start + 1))
        return nil
      }
      return .block(checked)
    case .word(let text):
      guard let word = text.constant else {
        let checked = check(text)
        if !Self.accepts(type, .string) {
          report(.wrongType(parameter, type, found: .string), value.span)
          return nil
        }
        return .expression(checked)
      }
      guard let constant = Self.constant(word, as: type) else {
        report(.wrongWord(parameter, type, word), value.span)
        return nil
      }
      return .expression(.constant(constant, value.span))
    case .expression(let expression):
      if type == .block {
        // `{}` looks like a record, and is an empty block where a block is wanted.
        if case .record(let entries, let span) = expression, entries.isEmpty {
          return .block(
            CheckedBlockLiteral(parameters: [newSlot()], body: CheckedBlock(statements: [], span: span)))
        }
        let checked = check(expression)
        switch Self.staticType(of: checked) {
        case nil, .block?: return .expression(checked)
        default: break
        }
        report(
          .valueForBlock(parameter, isRecord: { if case .record = expression { true } else { false } }()), value.span)
        return nil
      }
      let checked = check(expression)
      if case .spread = checked { return .expression(checked) }
      if let found = Self.staticType(of: checked), !Self.accepts(type, found) {
        report(.wrongType(parameter, type, found: found), value.span)
        return nil
      }
      return .expression(checked)
    }
  }

  /// A bare word as a value of a type; nil when it is not one.
  static func constant(_ word: String, as type: ValueType) -> Constant? {
    switch type {
    case .string, .secret, .datetime, .any: return .string(word)
    case .bool: return word == "true" ? .bool(true) : word == "false" ? .bool(false) : nil
    case .int, .number, .duration, .size:
      guard case .value(let constant)? = NumberLiteral.read(word) else { return nil }
      switch (type, constant) {
      case (.int, .int), (.number, .number), (.duration, .duration), (.size, .size): return constant
      case (.number, .int(let value)): return .number(Double(value))
      default: return nil
      }
    case .list, .record, .block: return nil
    }
  }
}
