import AcrCore
import AcrLanguage

/// What the check knows of values.
extension LanguageServer {
  /// The shapes of a text's variables.
  func shapes(of document: OpenDocument) -> [Span: ValueShape] {
    if let known = document.shapes { return known }
    let shapes = Checker.shapes(
      of: document.index.tree, catalog: catalog, environment: environment, loader: loadModule)
    document.shapes = shapes
    return shapes
  }

  /// The shape of a variable or parameter: from its declaration, or from where it is read.
  func shape(of symbol: Int, in document: OpenDocument) -> ValueShape? {
    let shapes = shapes(of: document)
    if let shape = shapes[document.index.symbols[symbol].span] { return shape }
    return document.index.references.lazy.compactMap { reference in
      guard case .symbol(symbol) = reference.target else { return nil }
      return shapes[reference.span]
    }.first
  }

  /// What hover says of a shape: its name, and the fields of rows.
  func explanation(_ shape: ValueShape) -> String {
    if shape == .any { return "" }
    var text = "\n\(shape.name)"
    for field in shape.fields {
      text += "\n- `\(field.name)`: \(field.shape.name)" + (field.help.isEmpty ? "" : ", \(field.help)")
    }
    return text + "\n"
  }

  /// The types of variables that a text does not tell at once.
  func typeHints(_ document: OpenDocument, _ span: Span) -> [JSONValue] {
    let shapes = shapes(of: document)
    return document.index.symbols.compactMap { symbol in
      guard case .variable = symbol.kind, span.start <= symbol.nameSpan.end, symbol.nameSpan.end <= span.end,
        let shape = shapes[symbol.span], shape != .any, !document.index.isWrittenOut(symbol)
      else { return nil }
      // InlayHintKind: 1 type.
      return [
        "position": document.source.position(Int(symbol.nameSpan.end), encoding), "label": .string(": \(shape.name)"),
        "kind": 1,
      ]
    }
  }

  /// The fields of a variable for completion: the last one of that name above a place.
  func fields(of name: String, path: [String], before offset: Int, in document: OpenDocument) -> [String] {
    let index = document.index
    let declared = index.symbols.indices.last { number in
      index.symbols[number].name == name && Int(index.symbols[number].nameSpan.start) < offset
    }
    guard let declared, var shape = shape(of: declared, in: document) else { return [] }
    for step in path { shape = shape.field(step) }
    return shape.fields.map(\.name)
  }
}

extension SymbolIndex {
  /// True for a variable whose value is a text, a number or the like, as everybody sees.
  fileprivate func isWrittenOut(_ symbol: Symbol) -> Bool {
    let value = tree.source.text(Span(symbol.nameSpan.end, symbol.span.end)).drop { " =".contains($0) }
    guard let first = value.first else { return true }
    return first == "\"" || first == "'" || first.isNumber || value == "true" || value == "false"
  }
}
