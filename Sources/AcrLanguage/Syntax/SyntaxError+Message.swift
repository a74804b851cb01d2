/// What a finding says: one sentence, what stands behind the carets, and the cure.
struct Wording: Equatable {
  let message: String
  let label: String?
  let help: String?

  init(_ message: String, label: String? = nil, help: String? = nil) {
    self.message = message
    self.label = label
    self.help = help
  }
}

extension SyntaxError {
  var wording: Wording {
    switch self {
    case .invalidByte(0, let line, let column, let offset):
      Wording(
        "there is a zero byte at \(line):\(column) (byte \(offset))",
        help: "a script is text in UTF-8; is this another kind of file?")
    case .invalidByte(let byte, let line, let column, let offset):
      Wording(
        "the byte 0x\(Self.hex(byte)) at \(line):\(column) (byte \(offset)) is not UTF-8",
        help: "save the file as UTF-8")
    case .unexpected(let text, let expected): Wording("expected \(expected), found `\(text)`")
    case .unexpectedInside(let text, let expected, let bracket, let line):
      Wording("expected \(expected), found `\(text)`", help: "`\(bracket)` of line \(line) is still open")
    case .unexpectedEndOfLine(let expected):
      Wording(
        "expected \(expected) before the end of the line",
        help: "an expression continues on the next line inside `( … )`, a command after `\\`")
    case .unexpectedEnd(let expected): Wording("expected \(expected) before the end of the text")
    case .unclosed(let bracket):
      Wording("`\(bracket)` is never closed", label: "opened here")
    case .unclosedString: Wording("the quoted text is never closed", label: "begins here")
    case .unmatched(let bracket): Wording("unmatched `\(bracket)`")
    case .pipeAtEnd: Wording("a command is missing after `|`")
    case .lineStartsWithFlag(let flag):
      Wording(
        "a line cannot start with a flag: the line above needs a `\\` at its end",
        label: "`\(flag)` belongs to the line above",
        help: "end the line above with a space and `\\`")
    case .placeholder(let text):
      Wording("`\(text)` is a placeholder from the documentation: put a value here")
    case .shellOperator(let text):
      Wording(
        "`\(text)` is not needed: a failing command already stops the script",
        help: "use lines, or `try`")
    case .ampersand:
      Wording(
        "`&` has no meaning here: commands do not run in the background",
        help: "put a text that holds `&` in quotes; for several jobs at once there is `par-each`")
    case .redirect(let target):
      Wording(
        "`>` does not write to a file",
        help: "use `| save \(target ?? "FILE")`")
    case .comparesCommand(let command, let operation):
      Wording(
        "`\(operation)` compares values, and a command stands before it",
        help: "put the command into brackets: `(\(command)) \(operation) …`")
    case .blockInHead(let head):
      Wording(
        "this block belongs to the statement, and one more follows",
        help: "put a command with a block of its own into brackets: `(\(head) { … }) { … }`")
    case .valueInBinding:
      Wording("only names stand here: they take the parts of a value", help: "compare with `match` or `if`")
    case .inputRedirect: Wording("`<` does not read from a file", help: "use `open FILE | …`")
    case .commandSubstitution(let name?):
      Wording("`\(name)=$( … )` is shell syntax", help: "declare a variable with `let \(name) = …`")
    case .commandSubstitution(nil):
      Wording("`$(` is shell syntax", help: "write `( … )`, or `${ … }` inside a word")
    case .bareName(let name):
      Wording(
        "unknown name `\(name)`",
        help: "variables start with `$`, text needs quotes, columns start with `.`, a command stands in `( … )`")
    case .interpolationInExpression:
      Wording("`${` is only allowed in words and quoted text", help: "here write `$name`, or `( … )`")
    case .emptyInterpolation: Wording("`${}` is empty", help: "write `${name}`, or `\\$` in quotes for a plain `$`")
    case .singleEquals:
      Wording("`=` does not compare", help: "compare with `==`; assign with `$name = …` on a separate line")
    case .declaresWithDollar(let name):
      Wording("a name is declared without `$`", help: "write `\(name)` here, and `$\(name)` to read it")
    case .hyphenInName(let name):
      Wording(
        "`\(name)` is no name of a variable: `-` subtracts",
        help: "write `\(name.map { $0 == "-" ? "_" : String($0) }.joined())`; names of `def`s and flags may have `-`")
    case .exclamationMark: Wording("`!` is not an operator", help: "write `not`")
    case .chainedComparison(let operation):
      Wording(
        "comparisons cannot be chained", label: "a second comparison",
        help: "join two comparisons with `and`: `1 \(operation) $x and $x \(operation) 3`")
    case .computedCommand(let text):
      Wording("`\(text)` is not a command: its name cannot be computed", help: "write the name itself, or use `if`")
    case .programPath(let path):
      Wording("`\(path)` is not a command", help: "to run a program: `run \(path)`")
    case .noSpaceBetween(let text):
      Wording(
        "a space is missing after `\(text)`", label: "a new argument starts here",
        help: "arguments are not joined; put one text in quotes: \"…$name…\"")
    case .partOfVariable(let text):
      Wording(
        "a word takes only the name of a variable",
        help: "write `${\(text.dropFirst())}` or `(\(text))`")
    case .unknownUnit(let unit):
      Wording("`\(unit)` is not a unit", help: "units are \(NumberLiteral.units); text needs quotes")
    case .numberTooLarge(let text): Wording("`\(text)` is too large", help: "numbers have 64 bits")
    case .unknownEscape(let text):
      Wording(
        "`\(text)` is not an escape",
        help: "escapes are \\n \\t \\\" \\\\ \\$ \\u{…}; text in '…' has none")
    case .invalidCodePoint(let digits):
      Wording(
        "`\\u{\(digits)}` is not a character", help: "write one to six hexadecimal digits, for example `\\u{1F433}`")
    case .nestingTooDeep(let limit): Wording("brackets are nested more than \(limit) deep")
    case .expressionTooLong(let limit):
      Wording(
        "the expression has more than \(limit) operators in a row", help: "put parts of it into variables with `let`")
    case .definitionNotAtTop:
      Wording(
        "`def` is only allowed at the top level of a script",
        help: "move it out of the block; it is known in the whole file")
    case .useNotAtTop: Wording("`use` is only allowed at the top level of a script", help: "move it out of the block")
    case .stageIsExpression:
      Wording(
        "a command must follow `|`",
        help: "only the first stage can be an expression; `where` and `extend` take one")
    case .statementInPipeline(let word):
      Wording("`\(word)` is a statement and gives no value here", help: "put it on a separate line")
    case .notAPlace:
      Wording("this cannot be assigned to", help: "assign to `$name`, `$name.field` or `$name[index]`")
    case .tryWithoutHandler: Wording("`try` needs `catch` or `finally`")
    case .unknownType(let text, let nearest):
      Wording(
        "`\(text)` is not a type", label: nearest.map { "did you mean `\($0)`?" },
        help: "types are string, int, number, bool, duration, size, datetime, list, record, secret, any")
    case .blockOutsideCommand:
      Wording(
        "a block is only allowed after a command or a statement that takes one",
        help: "a record has `name: value` inside its braces, a block that is a value names what it takes: `{ |x| … }`")
    case .elseWithoutIf(let word):
      Wording(
        "`\(word)` has no \(word == "else" ? "`if`" : "`try`") before it",
        help: "it follows the `}` of that block")
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16, uppercase: true)
    return text.count == 1 ? "0" + text : text
  }
}

extension SyntaxFailure {
  func diagnostic(in source: Source) -> Diagnostic {
    let wording = error.wording
    var diagnostic = Diagnostic(
      .error, wording.message, source: source, span: span, label: wording.label, help: wording.help)
    diagnostic.fixes = fixes(in: source)
    return diagnostic
  }
}
