/// Finds what a text spells out that is secret: arguments of parameters of type `secret`, defaults of such parameters, values
/// of names like `password`, and what ``SecretPatterns`` knows by sight. Diagnostics hide it, and the history does not keep it.
///
/// A text that does not parse is searched too, by its words: a line with a mistake holds its password all the same.
public struct SecretFinder: Sendable {
  let catalog: Catalog
  /// The `def`s that can be called, by the names they are called by.
  let functions: [String: Signature]
  private let lazyWords: Lazy<SecretWords>
  var words: SecretWords { lazyWords.value }

  /// Creates a finder.
  /// - Parameter functions: the `def`s that can be called, by the names they are called by; those of a text itself are found.
  public init(catalog: Catalog, functions: [String: Signature] = [:]) {
    self.catalog = catalog
    self.functions = functions
    lazyWords = Lazy { SecretWords(catalog) }
  }

  /// Creates a finder that knows the `def`s of a session.
  public init(catalog: Catalog, session: SessionScope) {
    self.init(catalog: catalog, functions: session.functionIndex.mapValues { session.functions[$0].signature })
  }

  /// Has the secrets of a text found as soon as a part of it is shown.
  public func hideSecrets(of source: Source) { source.findSecrets { spans(in: $0) } }

  /// True when some `def` of the session takes a secret, so that its calls may hold one without a word that tells.
  public var knowsSecretFunctions: Bool {
    functions.values.contains { signature in
      signature.positionals.contains { $0.type == .secret } || signature.flags.contains { $0.type == .secret }
    }
  }

  /// A quick look: false for a text that ``spans(in:)`` finds nothing in, as far as no `def` of the session takes a secret.
  public func mayHoldSecrets(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    for index in bytes.indices {
      switch bytes[index] | 0x20 {
      case Byte.minus where index == 0 || Byte.endsWord(bytes[index - 1]):
        let word = bytes[index...].prefix { $0 != Byte.equals && !Byte.endsWord($0) }
        if words.isSuspect(Substring(decoding: word, as: UTF8.self)) { return true }
      case Byte.colon | 0x20: if bytes[index...].starts(with: "://".utf8) { return true }
      case let letter where (0x61...0x7A).contains(letter):
        let isHint = Self.hints[Int(letter - 0x61)].contains { hint in
          index + hint.count <= bytes.count && hint.indices.allSatisfy { bytes[index + $0] | 0x20 == hint[$0] }
        }
        if isHint { return true }
      default: continue
      }
    }
    return false
  }

  /// What words about secrets begin with, by the first letter.
  private static let hints: [[[UInt8]]] = {
    let words = ["bearer", "basic", "creden", "eyj", "key", "pass", "pwd", "secret", "sig", "token"].map {
      Array($0.utf8)
    }
    return (0..<26).map { letter in words.filter { $0[0] == 0x61 + UInt8(letter) } }
  }()

  /// Where secrets are written out, in order and without overlaps.
  public func spans(in source: Source) -> [Span] {
    var parser = Parser(source)
    let tree = parser.parse()
    var walk = SecretWalk(self, tree)
    for statement in tree.statements { walk.visit(statement) }
    var spans = walk.spans + SecretPatterns.spans(in: source.bytes)
    if !parser.failures.isEmpty { spans += words.spans(in: source.bytes) }
    return Self.merged(spans + Self.repeated(spans, in: source.bytes))
  }

  /// Where a secret stands once more, for example in a wrong place of the same line.
  private static func repeated(_ spans: [Span], in bytes: [UInt8]) -> [Span] {
    var secrets: Set<[UInt8]> = []
    for span in spans.prefix(40) {
      let text = bytes[Int(span.start)..<Int(span.end)].filter { $0 != Byte.doubleQuote && $0 != Byte.singleQuote }
      // What is shorter occurs in ordinary words.
      if text.count >= 6 { secrets.insert(text) }
    }
    var found: [Span] = []
    for secret in secrets {
      var start = 0
      while start + secret.count <= bytes.count {
        guard let next = bytes[start...].firstIndex(of: secret[0]), next + secret.count <= bytes.count else { break }
        start = next + 1
        guard bytes[next..<next + secret.count].elementsEqual(secret) else { continue }
        found.append(Span(Int32(clamping: next), Int32(clamping: next + secret.count)))
        start = next + secret.count
      }
    }
    return found
  }

  private static func merged(_ spans: [Span]) -> [Span] {
    var result: [Span] = []
    for span in spans.sorted(by: { $0.start < $1.start }) where span.end > span.start {
      if let last = result.last, span.start <= last.end {
        result[result.count - 1].end = max(last.end, span.end)
      } else {
        result.append(span)
      }
    }
    return result
  }

  /// True for a name whose value is most likely secret: `password`, `--client-secret`, `api_key`.
  static func soundsSecret(_ name: String) -> Bool {
    let bare = name.lowercased().filter { $0.isLetter }
    return names.contains { bare.hasSuffix($0) } || bare.hasPrefix("passw")
  }

  private static let names = [
    "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "accesskey", "accountkey", "credential",
    "credentials",
  ]
}

/// Walks through the statements of a text and collects what is spelled out for secret parameters.
private struct SecretWalk {
  private let finder: SecretFinder
  private var functions: [String: Signature]
  private(set) var spans: [Span] = []

  init(_ finder: SecretFinder, _ tree: SyntaxTree) {
    self.finder = finder
    functions = finder.functions
    for case .definition(let definition) in tree.statements { functions[definition.name.text] = definition.signature }
  }

  // MARK: Statements

  mutating func visit(_ statement: Statement) {
    switch statement {
    case .param(let parameter, _): visit(parameter)
    case .variable(let pattern, _, let pipeline, _):
      if pattern.names.contains(where: { SecretFinder.soundsSecret($0.text) }) { hide(pipeline) }
      visit(pipeline)
    case .assign(let place, _, let pipeline, _):
      var name = place.name.text
      if case .field(let field, _)? = place.path.last { name = field }
      if SecretFinder.soundsSecret(name) { hide(pipeline) }
      visit(pipeline)
    case .if(let branches, let otherwise, _):
      for branch in branches {
        visit(branch.condition)
        visit(branch.block)
      }
      visit(otherwise)
    case .match(let match):
      visit(match.subject)
      for arm in match.arms {
        for expression in arm.pattern.expressions { visit(expression) }
        if let condition = arm.condition { visit(condition) }
        visit(arm.block)
      }
      visit(match.otherwise)
    case .assert(let condition, let message, _):
      visit(condition)
      if let message { visit(message) }
    case .for(_, let rows, let block, _):
      visit(rows)
      visit(block)
    case .while(let condition, let block, _):
      visit(condition)
      visit(block)
    case .definition(let definition):
      for parameter in definition.parameters { visit(parameter) }
      visit(definition.body)
    case .try(let block, let catching, let finally, _):
      visit(block)
      visit(catching?.block)
      visit(finally)
    case .throw(let expression, _): visit(expression)
    case .return(let pipeline, _), .exit(let pipeline, _): if let pipeline { visit(pipeline) }
    case .pipeline(let pipeline): visit(pipeline)
    case .break, .continue, .use: break
    }
  }

  private mutating func visit(_ parameter: Parameter) {
    if let choices = parameter.choices {
      if parameter.type == .secret || SecretFinder.soundsSecret(parameter.name.text) { hide(choices) }
      visit(choices)
    }
    guard let value = parameter.defaultValue else { return }
    if parameter.type == .secret || SecretFinder.soundsSecret(parameter.name.text) { hide(value) }
    visit(value)
  }

  private mutating func visit(_ block: Block?) {
    for statement in block?.statements ?? [] { visit(statement) }
  }

  private mutating func visit(_ pipeline: Pipeline) {
    for stage in pipeline.stages {
      switch stage {
      case .expression(let expression), .where(let expression, _): visit(expression)
      case .extend(let entries, _): visit(entries)
      case .command(let call): visit(call)
      }
    }
  }

  // MARK: Expressions

  private mutating func visit(_ expression: Expression) {
    switch expression {
    case .constant, .variable, .rowField: break
    case .text(let text): visit(text)
    case .field(let value, _, _, _), .unary(_, let value, _), .spread(let value, _): visit(value)
    case .index(let left, let right, _, _), .binary(_, let left, let right, _, _):
      visit(left)
      visit(right)
    case .slice(let value, let from, let to, _):
      visit(value)
      if let from { visit(from) }
      if let to { visit(to) }
    case .apply(let value, let arguments, _):
      visit(value)
      for argument in arguments { visit(argument) }
    case .closure(let literal): visit(literal.block)
    case .statement(let statement): visit(statement)
    case .call(let name, let arguments, _):
      let positionals = functions[name.text]?.positionals ?? []
      for (index, argument) in arguments.enumerated() {
        if index < positionals.count, positionals[index].type == .secret { hide(argument) }
        visit(argument)
      }
    case .pipeline(let pipeline, _): visit(pipeline)
    case .list(let items, _): for item in items { visit(item) }
    case .record(let entries, _): visit(entries)
    }
  }

  private mutating func visit(_ entries: [RecordEntry]) {
    for entry in entries {
      if SecretFinder.soundsSecret(entry.name.text) { hide(entry.value) }
      visit(entry.value)
    }
  }

  private mutating func visit(_ text: TextLiteral) {
    for case .expression(let expression, _) in text.pieces { visit(expression) }
  }

  // MARK: Commands

  private mutating func visit(_ call: CommandCall) {
    for argument in call.arguments {
      switch argument {
      case .flag(let flag): if let value = flag.value { visit(value) }
      case .value(let value): visit(value)
      case .endOfFlags: break
      }
    }
    let (signature, cmdlet, arguments) = resolve(call)
    var positional = 0
    var isBehindSecret = false
    var index = arguments.startIndex
    while index < arguments.endIndex {
      let argument = arguments[index]
      index += 1
      switch argument {
      case .endOfFlags: break
      case .value(let value):
        let positionals = signature?.positionals ?? []
        if positional < positionals.count, cmdlet == nil {
          if positionals[positional].type == .secret { hide(value) }
          if !positionals[positional].isRest { positional += 1 }
        } else if isBehindSecret {
          // A password with a space that was not quoted.
          hide(value)
        }
      case .flag(let written):
        if cmdlet == nil, let signature, let (flag, _, value) = Checker.attached(written, of: signature) {
          if flag.type == .secret { hide(.word(value)) }
          isBehindSecret = false
          continue
        }
        let takesFlags = positional > 0 && signature?.positionals.last?.takesFlags ?? false
        let kind = takesFlags ? nil : kind(of: written.name.text, signature, cmdlet)
        let isSecret = kind.map { $0 == .secret } ?? soundsSecret(written.name.text)
        isBehindSecret = isSecret
        if let value = written.value {
          if isSecret { hide(value) }
        } else if kind != .switch, index < arguments.endIndex {
          switch arguments[index] {
          case .value(let value):
            if isSecret { hide(value) }
            if kind != nil || isSecret { index += 1 }
          case .flag(let next):
            // A password that begins with `-`.
            if isSecret, self.kind(of: next.name.text, signature, cmdlet) == nil {
              spans.append(next.span)
              index += 1
            }
          case .endOfFlags: break
          }
        }
      }
    }
  }

  private mutating func visit(_ value: ArgumentValue) {
    switch value {
    case .word(let text): visit(text)
    case .expression(let expression): visit(expression)
    case .block(let literal): visit(literal.block)
    }
  }

  private enum FlagKind { case secret, value, `switch` }

  /// What a flag is; nil for one that the command does not have.
  private func kind(of written: String, _ signature: Signature?, _ cmdlet: Signature.Cmdlet?) -> FlagKind? {
    guard let signature else { return nil }
    let flag: Signature.Flag?
    if let cmdlet {
      let bare = written.drop { $0 == "-" }.lowercased()
      guard let parameter = cmdlet.parameters.first(where: { $0.name.lowercased() == bare }) else { return nil }
      guard case .flag(let name) = parameter.meaning else { return .value }
      flag = signature.flags.first { $0.name == name }
    } else {
      flag = Checker.flag(written, of: signature)
    }
    return flag.map { $0.type == nil ? .switch : $0.type == .secret ? .secret : .value }
  }

  /// Flags of unknown commands and of other programs, and misspelled ones.
  private func soundsSecret(_ written: String) -> Bool { finder.words.isSecret(written[...]) }

  /// The command, as the check finds it; nil where there is none.
  private func resolve(_ call: CommandCall) -> (Signature?, Signature.Cmdlet?, ArraySlice<Argument>) {
    var name = call.head.text
    var remaining = call.arguments[...]
    if name == "az", let next = Self.word(remaining.first) {
      name = next
      remaining.removeFirst()
    } else if let function = functions[name] {
      return (function, nil, remaining)
    }
    let head = name
    var best: (Signature?, ArraySlice<Argument>) = (nil, remaining)
    while true {
      if let signature = finder.catalog.command(named: name) { best = (signature, remaining) }
      guard finder.catalog.isPrefix(name), let next = Self.word(remaining.first) else { break }
      name += " \(next)"
      remaining.removeFirst()
    }
    if best.0 == nil, let signature = finder.catalog.command(ofCmdlet: head) {
      return (signature, signature.cmdlet, call.arguments[...])
    }
    return (best.0, nil, best.1)
  }

  private static func word(_ argument: Argument?) -> String? {
    guard case .value(.word(let text))? = argument, let word = text.constant, !word.isEmpty else { return nil }
    return word
  }

  // MARK: Hiding

  private mutating func hide(_ value: ArgumentValue) {
    switch value {
    case .word(let text): hide(text)
    case .expression(let expression): hide(expression)
    case .block: break
    }
  }

  /// Hides the literal parts of a value; variables and what commands give are no secrets of the text.
  private mutating func hide(_ expression: Expression) {
    switch expression {
    case .constant(.null, _), .constant(.bool, _), .variable, .rowField, .field, .closure: break
    case .constant(_, let span): spans.append(span)
    case .text(let text): hide(text)
    case .index(let value, _, _, _), .slice(let value, _, _, _), .unary(_, let value, _), .spread(let value, _):
      hide(value)
    case .apply(_, let arguments, _): for argument in arguments { hide(argument) }
    case .statement(let statement): hide(statement)
    case .binary(_, let left, let right, _, _):
      hide(left)
      hide(right)
    case .call(_, let arguments, _): for argument in arguments { hide(argument) }
    case .pipeline(let pipeline, _): hide(pipeline)
    case .list(let items, _): for item in items { hide(item) }
    case .record(let entries, _): for entry in entries { hide(entry.value) }
    }
  }

  private mutating func hide(_ pipeline: Pipeline) {
    if case .expression(let expression)? = pipeline.stages.first { hide(expression) }
  }

  /// Hides what `if`, `match` and `try` give: the literals that end their blocks.
  private mutating func hide(_ statement: Statement) {
    switch statement {
    case .if(let branches, let otherwise, _):
      for branch in branches { hide(branch.block) }
      hide(otherwise)
    case .match(let match):
      for arm in match.arms { hide(arm.block) }
      hide(match.otherwise)
    case .try(let block, let clause, _, _):
      hide(block)
      hide(clause?.block)
    default: break
    }
  }

  private mutating func hide(_ block: Block?) {
    switch block?.statements.last {
    case .pipeline(let pipeline)?: hide(pipeline)
    case let statement?: hide(statement)
    case nil: break
    }
  }

  private mutating func hide(_ text: TextLiteral) {
    for case .literal(let literal) in text.pieces where !literal.isEmpty {
      spans.append(text.span)
      return
    }
  }
}
