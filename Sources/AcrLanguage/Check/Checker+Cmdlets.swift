import AcrText

extension Checker {
  /// Binds the `-Parameters` of a cmdlet to the flags they stand for.
  mutating func bind(
    _ arguments: ArraySlice<Argument>, to signature: Signature, cmdlet: Signature.Cmdlet, as name: Name
  ) -> [CheckedArgument] {
    var binding = Binding()
    var parts: [String: [(order: Int, value: CheckedExpression)]] = [:]
    var index = arguments.startIndex
    while index < arguments.endIndex {
      let argument = arguments[index]
      index += 1
      guard case .flag(let written) = argument else {
        if case .value(let value) = argument { checkLoosely([.value(value)]) }
        report(.tooManyValues(name.text, limit: 0, isCall: false), argument.span)
        binding.isBroken = true
        continue
      }
      let bare = String(written.name.text.drop { $0 == "-" }).lowercased()
      guard let parameter = cmdlet.parameters.first(where: { $0.name.lowercased() == bare }) else {
        let nearest = cmdlet.parameters.map(\.name).first { Suggestion.isNear($0.lowercased(), bare) }
        report(
          .unknownFlag(written.name.text, command: name.text, nearest: nearest.map { "-\($0)" }), written.name.span)
        binding.isBroken = true
        if index < arguments.endIndex, case .value = arguments[index] { index += 1 }
        continue
      }
      if case .nothing(let takesValue) = parameter.meaning {
        if takesValue, written.value == nil, index < arguments.endIndex, case .value(let value) = arguments[index] {
          checkLoosely([.value(value)])
          index += 1
        }
        continue
      }
      var target: Signature.Flag?
      if case .flag(let flagName) = parameter.meaning { target = signature.flags.first { $0.name == flagName } }
      if let target, target.type == nil {
        add(written.value, to: target, written.name, &binding, signature)
        continue
      }
      var value = written.value
      if value == nil, index < arguments.endIndex, case .value(let next) = arguments[index] {
        value = next
        index += 1
      }
      guard let value else {
        report(.flagWithoutValue(written.name.text, next: nextText(arguments, index)), written.span)
        binding.isBroken = true
        continue
      }
      switch parameter.meaning {
      case .nothing: break
      case .flag: if let target { add(value, to: target, written.name, &binding, signature) }
      case .part(let flagName, let order):
        if case .expression(let part)? = check(value, as: .string, for: written.name.text, signature) {
          if parts[flagName]?.contains(where: { $0.order == order }) == true {
            report(.flagTwice(written.name.text), written.name.span)
          }
          parts[flagName, default: []].append((order, part))
        }
      case .choice(let choices):
        guard let word = Self.bareWordText(value), let choice = choices.first(where: { $0.key.lowercased() == word })
        else {
          report(.notAChoice(written.name.text, choices.keys.sorted()), value.span)
          binding.isBroken = true
          continue
        }
        if let flag = signature.flags.first(where: { $0.name == choice.value }) {
          add(nil, to: flag, written.name, &binding, signature)
        }
      }
    }
    for (flagName, values) in parts {
      guard let flag = signature.flags.first(where: { $0.name == flagName }) else { continue }
      let ordered = values.sorted { $0.order < $1.order }.map(\.value)
      let span = ordered.dropFirst().reduce(ordered[0].span) { $0.to($1.span) }
      let value = Self.joined(ordered, cmdlet.joint, span)
      if flag.isRepeatable {
        binding.collect(flagName, flag.type ?? .string, value, span)
      } else {
        binding.set(flagName, flag.type ?? .string, .expression(value), span)
      }
    }
    reportMissing(binding, signature, name)
    return binding.arguments
  }

  private static func bareWordText(_ value: ArgumentValue) -> String? {
    switch value {
    case .word(let text), .expression(.text(let text)): text.constant?.lowercased()
    default: nil
    }
  }

  /// The parts with a text between them.
  private static func joined(_ parts: [CheckedExpression], _ joint: String, _ span: Span) -> CheckedExpression {
    if parts.count == 1 { return parts[0] }
    var pieces: [TextPiece] = []
    for (index, part) in parts.enumerated() {
      if index > 0 { pieces.append(.literal(joint)) }
      switch part {
      case .constant(.string(let text), _): pieces.append(.literal(text))
      case .text(let inner, _): pieces += inner
      default: pieces.append(.value(part))
      }
    }
    var constant = ""
    for piece in pieces {
      guard case .literal(let text) = piece else { return .text(pieces, span) }
      constant += text
    }
    return .constant(.string(constant), span)
  }
}
