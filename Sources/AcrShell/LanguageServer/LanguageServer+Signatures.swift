import AcrCore
import AcrLanguage

/// What a call takes, while it is being written, and hints inside a text.
extension LanguageServer {
  func signatureHelp(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let (document, offset) = try place(parameters)
    guard !document.isDocument else { return .null }
    let start = document.statementStart(before: offset)
    let text = String(decoding: document.source.bytes[start..<offset], as: UTF8.self)
    let scan = StatementScanner(text)
    guard !scan.endsInComment else { return .null }
    if let call = scan.call { return functionHelp(call.name, call.argument, in: document) }
    let request = CompletionRequest(.init(before: text), catalog: catalog)
    guard let words = CompletionSearch(request: request, values: { _ in [] }).wordsOfCommand, !words.isEmpty else {
      return .null
    }
    return commandHelp(words, isTyping: !scan.word.raw.isEmpty, in: document)
  }

  private func functionHelp(_ name: String, _ argument: Int, in document: OpenDocument) -> JSONValue {
    if let own = definition(named: name, in: document) {
      guard case .definition(let definition) = own.symbol.kind else { return .null }
      let signature = definition.signature
      let labels = signature.positionals.map { $0.name + ($0.isRest ? "…" : "") }
      return help(
        head: "\(name)(", labels.enumerated().map { ($1, signature.positionals[$0].help) }, separator: ", ", tail: ")",
        documentation: definition.documentation,
        active: active(argument, of: signature.positionals.last?.isRest, labels.count))
    }
    guard let function = catalog.function(named: name) else { return .null }
    let labels = function.parameters.split(separator: ",").map { String($0.drop { $0 == " " }) }
    let isRest = function.parameterNames.last?.isRest
    return help(
      head: "\(name)(", labels.map { ($0, "") }, separator: ", ", tail: ")", documentation: function.summary,
      active: active(argument, of: isRest, labels.count))
  }

  private func active(_ argument: Int, of isRest: Bool?, _ count: Int) -> Int? {
    if argument < count { return argument }
    return isRest == true ? count - 1 : nil
  }

  private func commandHelp(_ words: [String], isTyping: Bool, in document: OpenDocument) -> JSONValue {
    var found: (Signature, Int)?
    if let own = definition(named: words[0], in: document), case .definition(let definition) = own.symbol.kind {
      found = (definition.signature, 1)
    } else {
      for length in stride(from: words.count, to: 0, by: -1) where found == nil {
        found = catalog.command(named: words.prefix(length).joined(separator: " ")).map { ($0, length) }
      }
    }
    guard let (signature, length) = found, words.count > length || !isTyping else { return .null }
    var arguments = Array(words.dropFirst(length))
    let unfinished = isTyping ? arguments.popLast() : nil
    let call = CommandCall(signature, arguments: arguments, later: [])
    let required = signature.flags.filter(\.isRequired)
    var shown: [(String, String)] = signature.positionals.map { value in
      let name = value.type == .block ? "{ … }" : value.name.uppercased() + (value.isRest ? "…" : "")
      return (value.isRequired ? name : "[\(name)]", value.help)
    }
    shown += required.map { ("--\($0.name) \($0.name.uppercased())", $0.help) }
    var active: Int?
    if let flag = call.flagAwaitingValue {
      if let index = required.firstIndex(where: { $0.name == flag.name }) {
        active = signature.positionals.count + index
      } else {
        active = shown.count
        shown.append(("[--\(flag.name) \(flag.type?.placeholder ?? "")]", flag.help))
      }
    } else if unfinished?.hasPrefix("-") != true, let next = call.nextPositional {
      active = signature.positionals.firstIndex { $0.name == next.name }
    }
    let tail = signature.allFlags.contains { !$0.isRequired } ? " [flags]" : ""
    return help(
      head: "\(signature.name) ", shown, separator: " ", tail: tail, documentation: signature.summary, active: active)
  }

  private func help(
    head: String, _ parameters: [(label: String, help: String)], separator: String, tail: String,
    documentation: String, active: Int?
  ) -> JSONValue {
    var label = head
    var items: [JSONValue] = []
    for (index, parameter) in parameters.enumerated() {
      if index > 0 { label += separator }
      let start = label.utf16.count
      label += parameter.label
      items.append([
        "label": [.integer(Int64(start)), .integer(Int64(label.utf16.count))],
        "documentation": .string(parameter.help),
      ])
    }
    label += tail
    var members: [JSONValue.Member] = [
      JSONValue.Member(
        "signatures",
        [
          [
            "label": .string(label), "parameters": .array(items),
            "documentation": ["kind": "plaintext", "value": .string(documentation)],
          ]
        ]), JSONValue.Member("activeSignature", 0),
    ]
    // A number that no parameter has marks none.
    members.append(JSONValue.Member("activeParameter", .integer(Int64(active ?? items.count))))
    return .object(members)
  }

  // MARK: Hints

  /// The names of values without a flag, where a call takes several.
  func inlayHints(_ parameters: JSONValue) throws(ResponseError) -> JSONValue {
    let (document, span) = try stretch(parameters)
    guard !document.isDocument else { return [] }
    var hints: [JSONValue] = []
    for call in document.index.calls(of: search) where call.positionalCount > 1 {
      for argument in call.arguments where !argument.isFlag && !argument.isRest && argument.type != .block {
        let place = argument.part.span
        guard span.start <= place.start, place.start <= span.end, !argument.says(argument.name) else { continue }
        hints.append([
          "position": document.source.position(Int(place.start), encoding), "label": .string("\(argument.name):"),
          "kind": 2, "paddingRight": true,
        ])
      }
    }
    hints += typeHints(document, span)
    return .array(hints)
  }
}

extension WrittenCall.Argument {
  /// True for a variable or column that is called like the parameter, so that a hint would only repeat it.
  fileprivate func says(_ name: String) -> Bool {
    switch part {
    case .expression(.variable(let written, _)): written == name
    case .expression(.field(_, let field, _, _)), .expression(.rowField(let field, _)): field.text == name
    default: false
    }
  }
}

extension OpenDocument {
  /// The start of the statement of the top level that holds an offset or ends before it.
  func statementStart(before offset: Int) -> Int {
    // A statement that is being written may not parse, and then what is above it still does.
    let line = source.position(of: Int32(offset)).line - 1
    var start = Int(source.lineStarts[line])
    for statement in index.tree.statements {
      let span = statement.span
      if Int(span.start) <= offset, offset <= Int(span.end) { return min(start, Int(span.start)) }
    }
    // Continued lines, and lines that start deeper than a statement does.
    var number = line
    while number > 0, line - number < 200, isContinued(number) {
      number -= 1
      start = Int(source.lineStarts[number])
    }
    return start
  }

  private func isContinued(_ line: Int) -> Bool {
    let start = Int(source.lineStarts[line])
    if start < source.bytes.count, [0x20, 0x09, UInt8(ascii: "|"), UInt8(ascii: "}")].contains(source.bytes[start]) {
      return true
    }
    var end = start - 1
    while end > 0, [0x0D, 0x20, 0x09].contains(source.bytes[end - 1]) { end -= 1 }
    return end > 0 && source.bytes[end - 1] == UInt8(ascii: "\\")
  }
}
