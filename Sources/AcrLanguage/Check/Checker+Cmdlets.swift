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
      // `-Name:value` is one word in PowerShell.
      let pieces = written.name.text.drop { $0 == "-" }.split(separator: ":", maxSplits: 1)
      let bare = pieces.first.map { $0.lowercased() } ?? ""
      let attached = pieces.count == 2 ? String(pieces[1]) : nil
      guard let parameter = cmdlet.parameters.first(where: { $0.name.lowercased() == bare }),
        attached.map({ !$0.hasPrefix("$") || Self.truth(of: $0) != nil }) ?? true
      else {
        let nearest = cmdlet.parameters.map(\.name).first { Suggestion.isNear($0.lowercased(), bare) }
        report(
          .unknownFlag(written.name.text, command: name.text, nearest: nearest.map { "-\($0)" }), written.name.span)
        binding.isBroken = true
        if index < arguments.endIndex, case .value = arguments[index] { index += 1 }
        continue
      }
      if case .nothing(let takesValue) = parameter.meaning {
        if takesValue, attached == nil, written.value == nil, index < arguments.endIndex,
          case .value(let value) = arguments[index]
        {
          checkLoosely([.value(value)])
          index += 1
        }
        continue
      }
      var target: Signature.Flag?
      if case .flag(let flagName) = parameter.meaning { target = signature.flags.first { $0.name == flagName } }
      if let target, target.type == nil {
        // `-Force:$false` is the switch left out.
        if let attached {
          guard let isOn = Self.truth(of: attached) else {
            report(.wrongWord(written.name.text, .bool, attached), written.span)
            binding.isBroken = true
            continue
          }
          if !isOn { continue }
        }
        add(written.value, to: target, written.name, &binding, signature)
        continue
      }
      var value = written.value
      if let attached {
        let type = target?.type ?? .string
        guard let constant = Self.constant(attached, of: type) else {
          report(.wrongWord(written.name.text, type, attached), written.span)
          binding.isBroken = true
          continue
        }
        value = .expression(.constant(constant, written.name.span))
      }
      if value == nil, index < arguments.endIndex, case .value(let next) = arguments[index] {
        value = next
        index += 1
      }
      value = value.map(Self.withTruth)
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

  /// What PowerShell's `$true` and `$false`, and the words, mean.
  private static func truth(of text: String) -> Bool? {
    switch text.lowercased() {
    case "$true", "true": true
    case "$false", "false": false
    default: nil
    }
  }

  /// What stands behind the colon, as a value of the parameter's type.
  private static func constant(_ text: String, of type: ValueType) -> Constant? {
    if type == .bool || text.hasPrefix("$"), let truth = truth(of: text) { return .bool(truth) }
    return constant(text, as: type)
  }

  /// `$true` and `$false` are no variables in PowerShell.
  private static func withTruth(_ value: ArgumentValue) -> ArgumentValue {
    guard case .expression(.variable(let name, let span)) = value, let truth = truth(of: "$\(name)") else {
      return value
    }
    return .expression(.constant(.bool(truth), span))
  }

  private static func bareWordText(_ value: ArgumentValue) -> String? {
    switch value {
    case .word(let text), .expression(.text(let text)): text.constant?.lowercased()
    case .expression(.constant(.string(let text), _)): text.lowercased()
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
