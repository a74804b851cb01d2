extension Definition {
  /// What `help` and completion need to know of it.
  public var signature: Signature {
    Signature(
      name: name.text, documentation: documentation,
      parameters: parameters.map {
        Signature.ParameterOutline(
          name: $0.name.text, kind: $0.kind, type: $0.type, hasDefault: $0.defaultValue != nil,
          documentation: $0.documentation)
      })
  }
}
