import AcrLanguage

/// A call as it is written, with the parameter that each of its values goes to. Values are not looked at, so that it can be
/// told of texts that are not right yet.
struct WrittenCall {
  /// A value and its parameter.
  struct Argument {
    /// The parameter's name, without dashes.
    let name: String
    /// True for a value with a flag in front.
    let isFlag: Bool
    /// True for one of several values of a rest.
    let isRest: Bool
    let completer: Completer
    let type: ValueType
    /// The value.
    let part: SyntaxPart

    /// The text, if it is written out, and its place.
    var constant: (text: String, span: Span)? {
      let literal: TextLiteral
      switch part {
      case .text(let text), .expression(.text(let text)): literal = text
      default: return nil
      }
      return literal.constant.map { ($0, literal.span) }
    }
  }

  let name: String
  /// How many values without a flag it can take.
  let positionalCount: Int
  let arguments: [Argument]
}

extension SymbolIndex {
  /// Every call of a command, `def` or function that is known.
  func calls(of search: SymbolSearch) -> [WrittenCall] {
    var found: [WrittenCall] = []
    tree.walk { part in
      switch part {
      case .stage(.command(let call)): if let written = written(call, search) { found.append(written) }
      case .expression(.call(let name, let values, _)):
        if let written = written(name.text, values, search) { found.append(written) }
      default: break
      }
      return true
    }
    return found
  }

  private func signature(of name: String, _ search: SymbolSearch) -> Signature? {
    guard let found = search.definition(named: name, in: self), let number = found.index.definitions[found.name],
      case .definition(let definition) = found.index.symbols[number].kind
    else { return nil }
    return definition.signature
  }

  private func written(_ call: AcrLanguage.CommandCall, _ search: SymbolSearch) -> WrittenCall? {
    var arguments = call.arguments[...]
    var words = [call.head.text]
    for case .value(.word(let text)) in arguments.prefix(4) {
      guard let word = text.constant else { break }
      words.append(word)
    }
    if words[0] == "az", words.count > 1 {
      words.removeFirst()
      arguments.removeFirst()
    }
    if let own = signature(of: words[0], search) { return written(own, arguments) }
    for length in stride(from: words.count, to: 0, by: -1) {
      if let found = search.catalog.command(named: words.prefix(length).joined(separator: " ")) {
        return written(found, arguments.dropFirst(length - 1))
      }
    }
    return nil
  }

  private func written(_ signature: Signature, _ arguments: ArraySlice<AcrLanguage.Argument>) -> WrittenCall {
    var found: [WrittenCall.Argument] = []
    var awaiting: Signature.Flag?
    var next = 0
    var isOver = false
    func add(_ value: ArgumentValue, to flag: Signature.Flag) {
      found.append(
        WrittenCall.Argument(
          name: flag.name, isFlag: true, isRest: false, completer: flag.completer, type: flag.type ?? .bool,
          part: value.part))
    }
    for argument in arguments {
      switch argument {
      case .endOfFlags: isOver = true
      case .flag(let written):
        awaiting = nil
        let flag = signature.allFlags.first {
          "--\($0.name)" == written.name.text || $0.short.map { "-\($0)" == written.name.text } ?? false
        }
        guard let flag, !isOver else { continue }
        if let value = written.value { add(value, to: flag) } else if flag.type != nil { awaiting = flag }
      case .value(let value):
        if let flag = awaiting {
          awaiting = nil
          add(value, to: flag)
          continue
        }
        guard next < signature.positionals.count else { continue }
        if case .block = value, signature.positionals[next].type != .block {
          guard let place = signature.positionals[next...].firstIndex(where: { $0.type == .block }) else { continue }
          next = place
        }
        let positional = signature.positionals[next]
        found.append(
          WrittenCall.Argument(
            name: positional.name, isFlag: false, isRest: positional.isRest, completer: positional.completer,
            type: positional.type, part: value.part))
        if !positional.isRest { next += 1 }
      }
    }
    return WrittenCall(name: signature.name, positionalCount: signature.positionals.count, arguments: found)
  }

  private func written(_ name: String, _ values: [Expression], _ search: SymbolSearch) -> WrittenCall? {
    let names: [(name: String, isRest: Bool)]
    if let own = signature(of: name, search) {
      names = own.positionals.map { ($0.name, $0.isRest) }
    } else if let function = search.catalog.function(named: name) {
      names = function.parameterNames
    } else {
      return nil
    }
    let arguments = values.enumerated().compactMap { position, value -> WrittenCall.Argument? in
      guard let parameter = position < names.count ? names[position] : names.last.flatMap({ $0.isRest ? $0 : nil })
      else { return nil }
      return WrittenCall.Argument(
        name: parameter.name, isFlag: false, isRest: parameter.isRest, completer: .none, type: .any,
        part: .expression(value))
    }
    return WrittenCall(name: name, positionalCount: names.count, arguments: arguments)
  }
}

extension FunctionSignature {
  /// The names of its arguments, as `help` writes them: `[name]` may be left out, `name…` may come several times.
  var parameterNames: [(name: String, isRest: Bool)] {
    parameters.split(separator: ",").map { written in
      let name = written.filter { !" []…".contains($0) }
      return (String(name.prefix { $0 != "=" && $0 != "." }), written.contains("…") || written.contains("..."))
    }
  }
}
