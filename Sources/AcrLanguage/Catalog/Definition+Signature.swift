extension Definition {
  /// What `help` and completion need to know of it.
  public var signature: Signature {
    Signature(
      name: name.text, documentation: documentation,
      parameters: parameters.map {
        Signature.ParameterOutline(
          name: $0.name.text, kind: $0.kind, type: $0.type, hasDefault: $0.defaultValue != nil,
          documentation: $0.documentation, choices: $0.choiceConstants ?? [])
      })
  }
}

extension Parameter {
  /// The values behind `in`; nil when one of them is not written out.
  var choiceConstants: [Constant]? {
    guard case .list(let items, _)? = choices else { return [] }
    var constants: [Constant] = []
    for item in items {
      switch item {
      case .constant(let constant, _): constants.append(constant)
      case .text(let text):
        guard let constant = text.constant else { return nil }
        constants.append(.string(constant))
      default: return nil
      }
    }
    return constants
  }
}
